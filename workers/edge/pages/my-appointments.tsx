/** A patient's own list: what is coming up first, what is over below. */
import { type Context, Hono } from "hono";
import type { AppointmentFacts } from "../../../core/booking/appointment.ts";
import type { PatientId } from "../../../core/ids.ts";
import { DAY_MS, instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { STATUS_TEXT } from "../../../web/shared/status-text.ts";
import { directoryOf } from "../api/directory.ts";
import { concerns } from "../audited.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { patientList } from "../patient-list.ts";
import { insteadOf } from "../represents.ts";
import { deviceText } from "../sign-in/contact.ts";
import { patientAgenda } from "../stubs.ts";
import { AddPasskey, lacksPasskey } from "./account.tsx";
import { actsFor, askedFor, type Named, Switcher } from "./acting.tsx";
import { AppointmentPlace, canChange, isUpcoming } from "./appointment-view.tsx";
import { sendPage } from "./layout.tsx";
import { notFoundPage, sendOutcome } from "./outcome.tsx";
import { type PatientPrincipal, patientOf, toSignIn } from "./session.ts";

/** As long as the agenda keeps what is over. */
const HISTORY_MS = 35 * DAY_MS;
/** Nobody has as many open (the agenda allows 20); the rest is room for cancelled ones. */
const APPOINTMENTS_SHOWN = 100;
const END_OF_TIME = instant(Date.UTC(2100, 0, 1));

/** null = the agenda cannot be reached. */
async function listOf(c: Context<EdgeEnv>, patientId: PatientId): Promise<AppointmentFacts[] | null> {
  try {
    return await patientList(c, [patientId], {
      window: { start: instant(Date.now() - HISTORY_MS), end: END_OF_TIME },
      status: null,
      after: null,
      limit: APPOINTMENTS_SHOWN,
    });
  } catch (error) {
    logFailure("pages.list_failed", error);
    return null;
  }
}

interface ListProps {
  readonly list: readonly AppointmentFacts[];
  readonly known: Directory;
  readonly now: number;
}

interface CardProps {
  readonly facts: AppointmentFacts;
  readonly known: Directory;
  readonly now: number;
}

function Changes({ facts, now }: Pick<CardProps, "facts" | "now">) {
  return canChange(facts, now) ? (
    <p class="actions">
      <a class="button quiet" href={`/providers/${facts.providerId}?move=${facts.id}`}>
        Move<span class="sr-only"> this appointment</span>
      </a>
      <a class="button quiet danger" href={`/appointments/${facts.id}/cancel`}>
        Cancel<span class="sr-only"> this appointment</span>
      </a>
    </p>
  ) : null;
}

function Card({ facts, known, now }: CardProps) {
  return (
    <li class="card" data-appointment={facts.id} data-version={facts.version}>
      <p class="tag" data-status={facts.status}>
        {STATUS_TEXT[facts.status]}
      </p>
      <div data-when>
        <AppointmentTime at={facts} />
      </div>
      <AppointmentPlace facts={facts} known={known} />
      <Changes facts={facts} now={now} />
    </li>
  );
}

function Section({ id, title, list, known, now }: ListProps & { id: string; title: string }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="cards">
        {list.map((facts) => (
          <Card key={facts.id} facts={facts} known={known} now={now} />
        ))}
      </ul>
    </section>
  );
}

/** What was just done, as the address says it. Only ever about an appointment of this patient. */
const DONE = {
  booked: {
    heading: "You're booked.",
    next: "If you can't come, move or cancel it here, so that somebody else can have the time.",
  },
  moved: { heading: "Your appointment was moved.", next: "The old time was given back." },
  cancelled: { heading: "Your appointment is cancelled.", next: "The time was given back." },
} as const;

function doneOf(c: Context<EdgeEnv>, list: readonly AppointmentFacts[]) {
  for (const what of ["booked", "moved", "cancelled"] as const) {
    const facts = list.find(({ id }) => id === c.req.query(what));
    const stillTrue = facts && (facts.status === "cancelled") === (what === "cancelled");
    if (stillTrue) return { ...DONE[what], what, facts };
  }
  return null;
}

type Done = NonNullable<ReturnType<typeof doneOf>>;

/** Stands in for the appointment's card: nothing on the page is said twice. */
function DonePanel({ done, known, now }: { done: Done; known: Directory; now: number }) {
  const { facts } = done;
  return (
    <div
      class={done.what === "cancelled" ? "panel" : "panel done"}
      data-appointment={facts.id}
      data-version={facts.version}
    >
      <h1 tabIndex={-1} autofocus>
        {done.heading}
      </h1>
      <div data-when>
        <AppointmentTime at={facts} />
      </div>
      <AppointmentPlace facts={facts} known={known} />
      <p>{done.next}</p>
      <Changes facts={facts} now={now} />
      {done.what === "cancelled" ? (
        <p class="actions">
          <a class="button" href={`/providers/${facts.providerId}?visitTypeId=${facts.visitTypeId}`}>
            Book another time
          </a>
        </p>
      ) : null}
    </div>
  );
}

const Empty = () => (
  <div class="notice">
    <p>
      <strong>You have no appointments yet.</strong>
    </p>
    <p class="actions">
      <a class="button" href="/">
        Find care
      </a>
    </p>
  </div>
);

/** [SI8] After a booking, and not before: whoever books for the first time wants a time, not a question. */
async function offersPasskey(c: Context<EdgeEnv>, what: string | undefined): Promise<boolean> {
  const visitor = c.get("visitor");
  if (what !== "booked" || visitor.kind !== "person" || visitor.sample) return false;
  return lacksPasskey(c);
}

/** Everything but what the panel shows already. */
function Lists({ list, known, now, shown }: ListProps & { shown: string | undefined }) {
  const rest = list.filter(({ id }) => id !== shown);
  const upcoming = rest.filter((facts) => isUpcoming(facts, now));
  const over = rest.filter((facts) => !isUpcoming(facts, now)).reverse();
  return (
    <>
      {list.length === 0 ? <Empty /> : null}
      {upcoming.length > 0 ? (
        <Section
          id="upcoming"
          title={shown ? "Also coming up" : "Coming up"}
          list={upcoming}
          known={known}
          now={now}
        />
      ) : null}
      {over.length > 0 ? (
        <Section id="over" title="Past and cancelled" list={over} known={known} now={now} />
      ) : null}
    </>
  );
}

/** [CO13] Nobody takes somebody else's list for their own. */
function headingFor(patient: PatientPrincipal, whose: PatientId, people: readonly Named[]): string {
  if (whose === patient.patientId) return "My appointments";
  const name = people.find(({ id }) => id === whose)?.name;
  return name ? `Appointments of ${name}` : "Appointments of somebody you act for";
}

export const myAppointments = new Hono<EdgeEnv>()
  .get("/me", async (c) => {
    const patient = patientOf(c);
    if (!patient) return toSignIn(c, "/me");
    const whose = askedFor(c, patient);
    if (!whose) return notFoundPage(c);
    const [known, list, people] = await Promise.all([directoryOf(c), listOf(c, whose), actsFor(c, patient)]);
    if (!list) {
      return sendOutcome(c, {
        status: 503,
        heading: "We can't read your appointments just now.",
        children: <p>They are safe. Load this page again in a minute.</p>,
      });
    }
    const now = Date.now();
    const done = doneOf(c, list);
    const offer = await offersPasskey(c, done?.what);
    return sendPage(c, {
      title: done ? done.heading.replace(/\.$/, "") : headingFor(patient, whose, people),
      children: (
        <div id="my-appointments" data-for={whose === patient.patientId ? undefined : whose}>
          {people.length > 0 ? <Switcher people={people} patient={patient} whose={whose} /> : null}
          {done ? (
            <DonePanel done={done} known={known} now={now} />
          ) : (
            <h1>{headingFor(patient, whose, people)}</h1>
          )}
          {offer ? (
            <AddPasskey
              device={deviceText(c.req.header("user-agent"))}
              heading="Sign in faster next time?"
              text="Save a passkey on this device: next time your finger, face or PIN is enough, and you need no code. You can do it later under Account."
            />
          ) : null}
          <p id="appointments-news" role="status" class="toast" />
          <Lists list={list} known={known} now={now} shown={done?.facts.id} />
          <p>
            <a href="/me/people">People who act for each other</a>
          </p>
        </div>
      ),
    });
  })
  /** Browsers cannot set headers on a socket: the cookie is changed into a ticket that is good once. */
  .post("/me/live-ticket", async (c) => {
    const patient = patientOf(c);
    if (!patient) return c.json({ path: null }, 401);
    const whose = askedFor(c, patient);
    if (!whose) return c.json({ path: null }, 404);
    concerns(c, { patientId: whose });
    const ticket = await patientAgenda(c.env, whose).issueTicket(whose, insteadOf(patient, whose));
    return c.json({ path: `/v1/live/patients/${whose}?ticket=${ticket}` });
  });
