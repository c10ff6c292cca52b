/** [CO13] Who acts for the signed-in patient, and for whom they act: given, ended and brought back here, by plain forms. */
import { type Context, Hono } from "hono";
import {
  CODE_LIFE_MS,
  CONSENT_ID,
  type ConsentId,
  PROXIES_MAX,
  RELATIONS,
  type Relation,
} from "../../../core/access/consent.ts";
import { dayInterval } from "../../../core/schedule/clinic-time.ts";
import { type Instant, MINUTE_MS } from "../../../core/time.ts";
import type { ShownConsent } from "../../../db/index.ts";
import { fullDateText } from "../../../web/shared/time-text.ts";
import type { Problem } from "../api/problem.ts";
import { date } from "../api/schemas.ts";
import { concerns } from "../audited.ts";
import { grantByCode, showCode, UNDO_MS, undoWithdrawal, withdraw } from "../consents.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { listOfUrl } from "./acting.tsx";
import { type FormFields, formFields } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { badFormPage, HiddenFields, headingOf, notFoundPage, problemPage } from "./outcome.tsx";
import { type PatientPrincipal, patientOf, toSignIn } from "./session.ts";

const PATH = "/me/people";
/** Dates of consents are days: this zone is where most of the network is, and a day is as exact as they need to be. */
const ZONE = "America/Chicago";

const RELATION_TEXT: Readonly<Record<Relation, string>> = {
  parent: "Parent",
  guardian: "Guardian",
  carer: "Carer",
  partner: "Partner",
  other: "Somebody else I trust",
};

interface Consents {
  readonly forMe: readonly ShownConsent[];
  readonly byMe: readonly ShownConsent[];
}

async function consentsOf(c: Context<EdgeEnv>, { patientId }: PatientPrincipal): Promise<Consents> {
  const found = await askPostgres(c.get("settings"), async (db, { proxyConsentsOf, consentsTo }) => ({
    forMe: await proxyConsentsOf(db, patientId),
    byMe: await consentsTo(db, patientId),
  }));
  concerns(c, { patientId });
  return found;
}

const endPath = (id: ConsentId): string => `${PATH}/${id}/end`;

function sinceText({ relation, grantedAt, expiresAt, grantedBy }: ShownConsent): string {
  const from = `${RELATION_TEXT[relation]}, since ${fullDateText(grantedAt, ZONE)}`;
  const until = expiresAt === null ? "" : `, until ${fullDateText(expiresAt - 1, ZONE)}`;
  return `${from}${until}${grantedBy === "clinic" ? ", set up by your clinic" : ""}.`;
}

function ForMe({ list }: { list: readonly ShownConsent[] }) {
  return (
    <section aria-labelledby="for-me">
      <h2 id="for-me">Who acts for you</h2>
      {list.length === 0 ? (
        <p class="notice">Nobody acts for you. Only you and your clinics see your appointments.</p>
      ) : (
        <ul class="cards">
          {list.map((one) => (
            <li key={one.id} class="card">
              <h3>{one.displayName}</h3>
              <p>{sinceText(one)}</p>
              <p class="actions">
                <a class="button quiet danger" href={endPath(one.id)}>
                  Stop<span class="sr-only"> {one.displayName} acting for you</span>
                </a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ByMe({ list, patient }: { list: readonly ShownConsent[]; patient: PatientPrincipal }) {
  return (
    <section aria-labelledby="by-me">
      <h2 id="by-me">People you act for</h2>
      {list.length === 0 ? (
        <p class="notice">You act for nobody else.</p>
      ) : (
        <ul class="cards">
          {list.map((one) => (
            <li key={one.id} class="card">
              <h3>{one.displayName}</h3>
              <p>{sinceText(one)}</p>
              <p class="actions">
                <a class="button quiet" href={listOfUrl(patient, one.patientId)}>
                  Appointments<span class="sr-only"> of {one.displayName}</span>
                </a>
                <a class="button quiet danger" href={endPath(one.id)}>
                  Stop<span class="sr-only"> acting for {one.displayName}</span>
                </a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function CodeForm({ shown }: { shown: string | null }) {
  return (
    <section aria-labelledby="my-code">
      <h2 id="my-code">Act for somebody else</h2>
      {shown === null ? (
        <p>
          To book and change appointments for a child, a parent or somebody else, show a code here and give it
          to them. They type it on this page of their own account. At the clinic the desk can set it up, too.
        </p>
      ) : (
        <div class="panel">
          <p>Give this code to the person for whom you are to act:</p>
          <p class="code">
            <strong>{shown}</strong>
          </p>
          <p>It is good once, for {CODE_LIFE_MS / MINUTE_MS} minutes.</p>
        </div>
      )}
      <form method="post" action={`${PATH}/code`}>
        <p class="actions">
          <button type="submit" class="button quiet">
            {shown === null ? "Show a code" : "Show another code"}
          </button>
        </p>
      </form>
    </section>
  );
}

function GiveForm({ fields, wrong }: { fields: FormFields; wrong: string | null }) {
  return (
    <section aria-labelledby="give">
      <h2 id="give">Let somebody act for you</h2>
      <p>
        They will see all your appointments and can book, move and cancel for you, until you stop it. Only
        type a code from somebody whom you know and trust, and who asked you in person.
      </p>
      {wrong === null ? null : (
        <p id="code-wrong" class="notice" role="alert">
          {wrong}
        </p>
      )}
      <form method="post" action={PATH}>
        <div class="fields">
          <div class="field">
            <label for="code">The code that they show you</label>
            <input
              id="code"
              name="code"
              required
              maxLength={20}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              {...(wrong === null ? {} : { "aria-describedby": "code-wrong" })}
            />
          </div>
          <div class="field">
            <label for="relation">Who they are to you</label>
            <select id="relation" name="relation">
              {RELATIONS.map((one) => (
                <option key={one} value={one} selected={fields.relation === one}>
                  {RELATION_TEXT[one]}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="until">Last day (leave empty for no end)</label>
            <input type="date" id="until" name="until" value={fields.until ?? ""} />
          </div>
        </div>
        <p class="actions">
          <button type="submit" class="button">
            Let them act for me
          </button>
        </p>
      </form>
    </section>
  );
}

/** What was just done, with the way back where there is one. */
function News({ text, undo }: { text: string; undo?: ConsentId | undefined }) {
  return (
    <div class="panel" role="status">
      <p>{text}</p>
      {undo === undefined ? null : (
        <form method="post" action={`${PATH}/${undo}/undo`}>
          <p class="actions">
            <button type="submit" class="button quiet">
              Undo
            </button>
          </p>
        </form>
      )}
    </div>
  );
}

interface Shown {
  readonly status?: 200 | 422 | 429;
  readonly news?: { readonly text: string; readonly undo?: ConsentId | undefined };
  readonly code?: string;
  readonly wrong?: string;
  readonly fields?: FormFields;
}

async function peoplePage(
  c: Context<EdgeEnv>,
  patient: PatientPrincipal,
  shown: Shown = {},
): Promise<Response> {
  const { forMe, byMe } = await consentsOf(c, patient);
  const { status = 200, news, code, wrong, fields = {} } = shown;
  return sendPage(c, {
    title: "People",
    status,
    children: (
      <>
        <p>
          <a class="back" href="/me">
            My appointments
          </a>
        </p>
        <h1>People who act for each other</h1>
        {news ? <News {...news} /> : null}
        <ForMe list={forMe} />
        {forMe.length < PROXIES_MAX ? <GiveForm fields={fields} wrong={wrong ?? null} /> : null}
        <ByMe list={byMe} patient={patient} />
        <CodeForm shown={code ?? null} />
      </>
    ),
  });
}

/** The end of the last day, so that the day counts; undefined = not a date. */
function untilOf(text: string | undefined): Instant | null | undefined {
  if (!text) return null;
  return date.safeParse(text).success ? dayInterval(text, ZONE).end : undefined;
}

const isRelation = (text: string | undefined): text is Relation => RELATIONS.some((one) => one === text);

async function give(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<Response> {
  const fields = await formFields(c);
  const { code, relation } = fields;
  const until = untilOf(fields.until);
  if (!code || !isRelation(relation) || until === undefined) return badFormPage(c);
  const granted = await grantByCode(c, patient.patientId, { code: code.slice(0, 40), relation, until });
  if (granted.ok) return c.redirect(`${PATH}?given=${granted.consent.id}`, 303);
  const { problem } = granted;
  if (problem.slug === "not-found") return problemPage(c, problem);
  return peoplePage(c, patient, {
    status: problem.status === 429 ? 429 : 422,
    wrong: wrongText(problem),
    fields,
  });
}

const wrongText = (problem: Problem): string =>
  problem.status === 429
    ? "That was tried too often. Wait an hour, or ask the desk of your clinic."
    : headingOf(problem);

/** The one that an address names, if it is this patient's, on either side; ended ones too. */
async function consentOf(
  c: Context<EdgeEnv>,
  patient: PatientPrincipal,
  id: string | undefined,
): Promise<ShownConsent | null> {
  if (id === undefined || !CONSENT_ID.test(id)) return null;
  return askPostgres(c.get("settings"), (db, { consentBetween }) =>
    consentBetween(db, patient.patientId, id as ConsentId),
  );
}

async function newsOf(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<Shown> {
  const { given, ended, back } = c.req.query();
  const one = await consentOf(c, patient, given ?? ended ?? back);
  if (!one) return {};
  const isMine = one.patientId === patient.patientId;
  if (one.withdrawnAt === null) {
    const text = isMine
      ? `${one.displayName} can act for you now. If that is not who you meant, stop it below.`
      : `You act for ${one.displayName}.`;
    return ended === undefined ? { news: { text } } : {};
  }
  if (ended === undefined) return {};
  const mayUndo = isMine && Date.now() < one.withdrawnAt + UNDO_MS;
  return {
    news: {
      text: isMine
        ? `${one.displayName} can no longer act for you.`
        : `You no longer act for ${one.displayName}.`,
      undo: mayUndo ? one.id : undefined,
    },
  };
}

async function askPage(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<Response> {
  const one = await consentOf(c, patient, c.req.param("consent"));
  if (!one) return notFoundPage(c);
  if (one.withdrawnAt !== null) return c.redirect(PATH, 303);
  const isMine = one.patientId === patient.patientId;
  const heading = isMine ? `Stop ${one.displayName} acting for you?` : `Stop acting for ${one.displayName}?`;
  return sendPage(c, {
    title: heading,
    children: (
      <>
        <h1>{heading}</h1>
        <p>
          {isMine
            ? "From then on they see nothing of yours. What they booked for you stays booked."
            : "You will not see or change their appointments any more. Only they, or their clinic, can let you again."}
        </p>
        <form method="post" action={endPath(one.id)}>
          <HiddenFields fields={{}} />
          <p class="actions">
            <button type="submit" class="button danger">
              Stop
            </button>
            <a class="button quiet" href={PATH}>
              Keep it as it is
            </a>
          </p>
        </form>
      </>
    ),
  });
}

async function end(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<Response> {
  const one = await consentOf(c, patient, c.req.param("consent"));
  if (!one) return notFoundPage(c);
  const by = { kind: "patient", patientId: patient.patientId } as const;
  const ended = await withdraw(c, one.patientId, one.id, by);
  return ended ? c.redirect(`${PATH}?ended=${one.id}`, 303) : notFoundPage(c);
}

async function undo(c: Context<EdgeEnv>, patient: PatientPrincipal): Promise<Response> {
  const one = await consentOf(c, patient, c.req.param("consent"));
  if (!one) return notFoundPage(c);
  const granted = await undoWithdrawal(c, patient.patientId, one);
  return granted.ok
    ? c.redirect(`${PATH}?back=${granted.consent.id}`, 303)
    : problemPage(c, granted.problem, { href: PATH, text: "Back to the list" });
}

type Page = (c: Context<EdgeEnv>, patient: PatientPrincipal) => Promise<Response>;
const signedIn =
  (page: Page) =>
  (c: Context<EdgeEnv>): Response | Promise<Response> => {
    const patient = patientOf(c);
    return patient ? page(c, patient) : toSignIn(c, PATH);
  };

export const people = new Hono<EdgeEnv>()
  .get(
    PATH,
    signedIn(async (c, patient) => peoplePage(c, patient, await newsOf(c, patient))),
  )
  .post(PATH, signedIn(give))
  .post(
    `${PATH}/code`,
    signedIn(async (c, patient) => {
      const made = await showCode(c, patient.patientId);
      return made ? peoplePage(c, patient, { code: made.code }) : notFoundPage(c);
    }),
  )
  .get(`${PATH}/:consent/end`, signedIn(askPage))
  .post(`${PATH}/:consent/end`, signedIn(end))
  .post(`${PATH}/:consent/undo`, signedIn(undo));
