/**
 * What we keep of whom, where, for how long, who sees it, and what a patient can have of us: their data as a file, and its deletion. In
 * plain words; docs/design/personal-data.md says the same to engineers.
 */
import { type Context, Hono } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { PatientId } from "../../../core/ids.ts";
import { DAY_MS, instant } from "../../../core/time.ts";
import type { FoundEntry, PatientRecord } from "../../../db/index.ts";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { directoryOf } from "../api/directory.ts";
import { NOT_FOUND } from "../api/problem.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { endSample, forgetIssuerCookies } from "../sign-in/issuer.ts";
import { tokensOfSessions } from "../sign-in/visitor.ts";
import { knownPrincipal } from "../token-verifier.ts";
import { formFields, VERSION } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, HiddenFields, NextSteps, problemPage, sendOutcome } from "./outcome.tsx";
import { patientOf, toSignIn } from "./session.ts";

/** Loaded when they are asked for: their schemas are no part of what a page of times needs. */
const records = () => import("../api/admin-patients.ts");
const deletion = () => import("../api/patient-deletion.ts");

/** What is kept: one line each, as a person would ask. */
const KEPT = [
  {
    what: "Your name, date of birth, e-mail, phone, languages and needs",
    where: "Our database.",
    long: "Until you delete them.",
    who: "You, the desk of your home clinic, people you let act for you, our administrators.",
  },
  {
    what: "The reason and the notes of a visit",
    where:
      "With the appointment, encrypted before they are stored: whoever copies our disks or backups cannot read them.",
    long: "As long as the appointment, or until you delete them.",
    who: "You, the provider you see, the desk of that clinic.",
  },
  {
    what: "When and where you have appointments, and how they ended",
    where: "In your provider's calendar and in our database.",
    long: "As long as the law asks your clinic to keep medical records, also after a deletion: then without your name.",
    who: "You, the provider, the desk of that clinic.",
  },
  {
    what: "How you sign in: your e-mail address or phone number, passkeys",
    where: "With our sign-in service, apart from everything else.",
    long: "Until you delete your record. We keep no passwords.",
    who: "Nobody but the sign-in service.",
  },
  {
    what: "Who looked at or changed your record, and when",
    where: "In a log that cannot be changed unnoticed.",
    long: "As long as the law asks for it.",
    who: "You, and those who answer for privacy at your clinic.",
  },
] as const;

function KeptList() {
  return (
    <ul class="cards">
      {KEPT.map(({ what, where, long, who }) => (
        <li class="card" key={what}>
          <h3>{what}</h3>
          <p>
            <strong>Where:</strong> {where}
          </p>
          <p>
            <strong>How long:</strong> {long}
          </p>
          <p>
            <strong>Who sees it:</strong> {who}
          </p>
        </li>
      ))}
    </ul>
  );
}

const LOOKS_PATH = "/privacy/looks";

function Rights({ signedIn }: { signedIn: boolean }) {
  return (
    <section aria-labelledby="rights">
      <h2 id="rights">What you can do</h2>
      {signedIn ? (
        <>
          <p>
            Get everything that we hold about you, as one file that you can keep or hand to another clinic. It
            also holds the reasons and notes of your visits: keep it where only you can read it.
          </p>
          <NextSteps>
            <a class="button" href="/privacy/export" download>
              Download my data
            </a>
          </NextSteps>
          <p>Or have it deleted. You see what goes and what stays before anything happens.</p>
          <NextSteps>
            <a class="button quiet danger" href="/privacy/delete">
              Delete my record
            </a>
          </NextSteps>
        </>
      ) : (
        <>
          <p>
            Signed in, you can download everything that we hold about you, and have it deleted. Your clinic's
            desk does both for you, too.
          </p>
          <NextSteps>
            <a class="button" href="/sign-in?return=/privacy">
              Sign in
            </a>
          </NextSteps>
        </>
      )}
      {signedIn ? (
        <p>
          <a href={LOOKS_PATH}>See who looked at your record</a>, and when.
        </p>
      ) : null}
      <p>
        Something about you is wrong? Ask the desk of your clinic: its number stands beside every appointment.
      </p>
    </section>
  );
}

type Own = { readonly principal: Extract<Principal, { role: "patient" }>; readonly record: PatientRecord };

/** Their own record, or the page to send instead. */
async function ownRecord(c: Context<EdgeEnv>, path: string): Promise<Own | Response> {
  const principal = patientOf(c);
  if (!principal) return toSignIn(c, path);
  const { recordIn } = await records();
  const record = await recordIn(c, reachOf(principal, "patient.delete"), principal.patientId);
  return record && !record.mergedInto ? { principal, record } : problemPage(c, NOT_FOUND);
}

/** As the audit has it, newest first: what a page shows. Programs read on with `GET /v1/patients/{id}/audit`. */
const LOOKS_SHOWN = 100;

/** Who it was: people of a clinic by what they are there, never by name ([AU8]). */
function whoOf({ role, subject }: FoundEntry, own: PatientId, clinic: string | null): string {
  if (role === "patient") return subject === own ? "You" : "Somebody who may act for you";
  if (role === "staff") return clinic ? `The desk of ${clinic}` : "The desk of a clinic";
  if (role === "provider") return clinic ? `A provider at ${clinic}` : "A provider";
  if (role === "admin") return "An administrator";
  return role === "kiosk" ? "A screen in a waiting room" : "A system of the clinics";
}

/** What was done: by the first word of what the API calls it; a page is looked at, or sent. */
const DID: readonly (readonly [RegExp, string])[] = [
  [/^page:post:/, "sent a form"],
  [/^page:/, "looked at a page"],
  [/^export/, "took out a copy"],
  [/^(?:read|list|search|watch|find)/, "looked"],
  [/^(?:book|create)/, "booked or made something"],
  [/^(?:move|change|merge|activate|deactivate)/, "changed something"],
  [/^(?:cancel|delete|remove)/, "cancelled or deleted something"],
];
const didOf = (operation: string): string =>
  DID.find(([shape]) => shape.test(operation))?.[1] ?? "did something";

async function looksPage(c: Context<EdgeEnv>): Promise<Response> {
  const own = await ownRecord(c, LOOKS_PATH);
  if (own instanceof Response) return own;
  const { id, mergedFrom, homeLocationId } = own.record;
  const known = await directoryOf(c);
  const found = await askPostgres(c.get("settings"), (db, { findAuditEntries }) =>
    findAuditEntries(db, {
      clinics: null,
      patientIds: [id, ...mergedFrom],
      subject: null,
      outcome: "allowed",
      from: instant(0),
      to: instant(Date.now() + DAY_MS),
      after: null,
      limit: LOOKS_SHOWN,
    }),
  );
  const timeZone = known.clinics.get(homeLocationId)?.timeZone ?? "UTC";
  const spell = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short", timeZone });
  return sendPage(c, {
    title: "Who looked at your record",
    children: (
      <>
        <h1>Who looked at your record</h1>
        <p>
          The last {LOOKS_SHOWN} times, newest first, by the clock of your home clinic. What happened just now
          comes in within a minute.
        </p>
        {found.length === 0 ? <p>Nobody yet.</p> : null}
        <ul class="bullets">
          {found.map((entry) => (
            <li key={entry.id}>
              <time dateTime={new Date(entry.at).toISOString()}>{spell.format(entry.at)}</time>:{" "}
              {whoOf(entry, id, (entry.locationId && known.clinics.get(entry.locationId)?.name) ?? null)}{" "}
              {didOf(entry.operation)}.
            </li>
          ))}
        </ul>
        <p>
          <a href="/privacy">Back to your data and privacy</a>
        </p>
      </>
    ),
  });
}

const DELETE_PATH = "/privacy/delete";

const GONE = [
  "your name, the day and month of your birth, your e-mail address and phone number",
  "your languages, needs and wishes",
  "the reasons and notes of all your visits",
  "who may act for you, and for whom you act",
  "your sign-in: you cannot sign in as this person again",
];
const STAYS = [
  "when and where you had appointments and how they ended, without your name: clinics must keep medical records",
  "the year of your birth and the number of your record, for the clinic's accounts",
  "the log of who looked at your record",
];

const List = ({ items }: { items: readonly string[] }) => (
  <ul class="bullets">
    {items.map((item) => (
      <li key={item}>{item}</li>
    ))}
  </ul>
);

async function askPage(c: Context<EdgeEnv>): Promise<Response> {
  const own = await ownRecord(c, DELETE_PATH);
  if (own instanceof Response) return own;
  const { record } = own;
  if (record.deleted) return donePage(c, true);
  const { standing } = await (await deletion()).deletionPreview(c, record);
  return sendPage(c, {
    title: "Delete your record?",
    children: (
      <>
        <h1>Delete your record?</h1>
        <h2>This goes, and nobody can bring it back</h2>
        <List items={GONE} />
        <h2>This stays</h2>
        <List items={STAYS} />
        {standing.length > 0 ? (
          <section aria-labelledby="coming">
            <h2 id="coming">These appointments are cancelled with it</h2>
            <ul class="cards">
              {standing.map((facts) => (
                <li class="card" key={facts.id}>
                  <AppointmentTime at={facts} />
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        <p>
          You may want to <a href="/privacy/export">download your data</a> first.
        </p>
        <form method="post" action={DELETE_PATH}>
          <HiddenFields fields={{ version: String(record.version) }} />
          <p class="actions">
            <button type="submit" class="button danger">
              Delete my record
            </button>
            <a class="button quiet" href="/privacy">
              Keep it
            </a>
          </p>
        </form>
      </>
    ),
  });
}

const donePage = (c: Context<EdgeEnv>, finished: boolean): Promise<Response> =>
  sendOutcome(c, {
    status: 200,
    heading: "Your record is deleted.",
    children: (
      <p>
        {finished
          ? "Your name, your contact and everything that you wrote are gone."
          : "Your name and your contact are gone. What you wrote is being destroyed, which takes some minutes."}
      </p>
    ),
  });

export const privacy = new Hono<EdgeEnv>()
  .get("/privacy", (c) =>
    sendPage(c, {
      title: "Your data and privacy",
      children: (
        <>
          <h1>Your data and privacy</h1>
          <p>
            To book a visit we need to know who comes, when and for what. We keep no more than that, show it
            to no more people than need it, and sell none of it. Screens in waiting rooms and the lists of
            free times never say who.
          </p>
          <section aria-labelledby="kept">
            <h2 id="kept">What we keep about you</h2>
            <KeptList />
          </section>
          <Rights signedIn={patientOf(c) !== null} />
        </>
      ),
    }),
  )
  .get("/privacy/export", async (c) => {
    const own = await ownRecord(c, "/privacy/export");
    if (own instanceof Response) return own;
    const { sendExport } = await import("../api/patient-export.ts");
    return sendExport(c, own.principal, own.record, null);
  })
  .get(LOOKS_PATH, (c) => looksPage(c))
  .get(DELETE_PATH, (c) => askPage(c))
  .post(DELETE_PATH, async (c) => {
    const own = await ownRecord(c, DELETE_PATH);
    if (own instanceof Response) return own;
    const { version } = await formFields(c);
    if (version === undefined || !VERSION.test(version)) return badFormPage(c);
    const { deleteRecord } = await deletion();
    const done = await deleteRecord(c, own.principal, own.record, { seen: Number(version), cancel: true });
    if (done.ok) {
      // The issuer ended every session with the record; what this isolate and this browser hold of them goes too.
      tokensOfSessions.dropWhere((token) => knownPrincipal(token)?.subject === own.principal.subject);
      endSample(c);
      forgetIssuerCookies(c);
      c.set("principal", null); // the page is a stranger's
      c.set("isPersonal", true);
      const page = await donePage(c, done.finished);
      c.set("principal", own.principal); // the audit's entry is not
      return page;
    }
    if (done.problem.extra?.rule === "future-appointments")
      return sendOutcome(c, {
        status: 422,
        heading: "An appointment could not be cancelled.",
        children: (
          <p>
            It is too close, or under way. Nothing of your record was deleted. Call the clinic, or come back
            here after the appointment.
          </p>
        ),
      });
    return problemPage(c, done.problem);
  });
