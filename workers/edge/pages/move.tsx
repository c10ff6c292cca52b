/** Moving: both times side by side, then a form that swaps them in one step. The old time is kept until then. */
import { type Context, Hono } from "hono";
import type { Appointment } from "../../../core/booking/appointment.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import { rulesAt } from "../../../core/schedule/rules-at.ts";
import { instant, MINUTE_MS, plus } from "../../../core/time.ts";
import { AppointmentTime } from "../../../web/shared/appointment-time.tsx";
import { timeText } from "../../../web/shared/time-text.ts";
import { directoryOf } from "../api/directory.ts";
import { moveBody } from "../api/schemas.ts";
import { findAppointment, moveAppointment, problemOfTake } from "../book-appointment.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { listOfUrl } from "./acting.tsx";
import { AppointmentPlace, canChange } from "./appointment-view.tsx";
import { formFields, newFormKey, parseSlot, readTerms } from "./form.ts";
import { sendPage } from "./layout.tsx";
import { alternativesOf, lostRacePage } from "./lost-race.tsx";
import { badFormPage, HiddenFields, mayRetry, problemPage, retryPage, tooLatePage } from "./outcome.tsx";
import { providerUrl } from "./provider-view.tsx";
import { type PatientPrincipal, patientOf, toSignIn } from "./session.ts";

const pathOf = (id: string): string => `/appointments/${id}/move`;

/** The appointment as it would be; null when the slot names a clinic that we do not know. */
function movedTo(
  known: Directory,
  provider: Provider,
  appointment: Appointment,
  slot: { readonly start: string; readonly locationId: string },
): Appointment | null {
  const clinic = known.clinics.get(slot.locationId);
  if (!clinic) return null;
  const visit = rulesAt(provider.calendar, appointment.visitTypeId, clinic.id);
  const lengthMs = visit ? visit.minutes * MINUTE_MS : appointment.end - appointment.start;
  const start = instant(Date.parse(slot.start));
  return {
    ...appointment,
    start,
    end: plus(start, lengthMs),
    locationId: clinic.id,
    timeZone: clinic.timeZone,
  };
}

interface Choice {
  readonly known: Directory;
  readonly before: Appointment;
  readonly after: Appointment;
  readonly slot: string;
}

function CompareForm({ known, before, after, slot }: Choice) {
  return (
    <form method="post" action={pathOf(before.id)}>
      <HiddenFields fields={{ slot, version: String(before.version), key: newFormKey() }} />
      <div class="compare">
        <section class="card" aria-labelledby="before">
          <h2 id="before">Now</h2>
          <AppointmentTime at={before} />
          {before.locationId === after.locationId ? null : <AppointmentPlace facts={before} known={known} />}
        </section>
        <section class="card chosen-time" aria-labelledby="after">
          <h2 id="after">New time</h2>
          <AppointmentTime at={after} />
          {before.locationId === after.locationId ? null : <AppointmentPlace facts={after} known={known} />}
        </section>
      </div>
      {before.locationId === after.locationId ? <AppointmentPlace facts={after} known={known} /> : null}
      <p class="actions">
        <button type="submit" class="button">
          Move to {timeText(after.start, after.timeZone)}
        </button>
        <a class="button quiet" href="/me">
          Keep my time
        </a>
      </p>
    </form>
  );
}

async function comparePage(c: Context<EdgeEnv>, patient: PatientPrincipal, id: string): Promise<Response> {
  const found = await findAppointment(c, patient, id);
  if (!found.ok) return problemPage(c, found.problem);
  const { appointment, provider } = found;
  if (!canChange(appointment, Date.now())) return tooLatePage(c, "moved");
  const slot = c.req.query("slot");
  const parsed = parseSlot(slot);
  const known = await directoryOf(c);
  const after = parsed && movedTo(known, provider, appointment, parsed);
  if (!slot || !after) return c.redirect(providerUrl(provider.id, { move: appointment.id }), 303);
  return sendPage(c, {
    title: "Move your appointment?",
    children: (
      <>
        <h1>Move your appointment?</h1>
        <CompareForm known={known} before={appointment} after={after} slot={slot} />
        <p>
          <a href={providerUrl(provider.id, { move: appointment.id })}>Choose another time</a>
        </p>
      </>
    ),
  });
}

async function move(c: Context<EdgeEnv>, patient: PatientPrincipal, id: string): Promise<Response> {
  const fields = await formFields(c);
  const terms = readTerms(fields);
  const slot = parseSlot(fields.slot);
  const body = moveBody.safeParse({ start: slot?.start, locationId: slot?.locationId });
  if (!terms || !slot || !body.success) return badFormPage(c);
  const found = await findAppointment(c, patient, id);
  if (!found.ok) return problemPage(c, found.problem);
  const outcome = await moveAppointment(c, patient, found, terms, body.data);
  if (!outcome.ok) return problemPage(c, outcome.problem);
  const { answer, timeZone } = outcome;
  if (answer.kind === "accepted") {
    const { id: moved, patientId } = answer.appointment;
    return c.redirect(listOfUrl(patient, patientId, { moved }), 303);
  }
  const allTimes = providerUrl(found.provider.id, { move: found.appointment.id });
  const starts = alternativesOf(answer);
  const action = pathOf(found.appointment.id);
  if (starts) return lostRacePage(c, { starts, timeZone, method: "get", action, fields: {}, allTimes });
  const problem = problemOfTake(answer, timeZone);
  const again = { slot: fields.slot ?? "", version: fields.version ?? "", key: terms.key };
  return mayRetry(problem)
    ? retryPage(c, problem, { action, fields: again })
    : problemPage(c, problem, { href: allTimes, text: "See all times" });
}

export const moving = new Hono<EdgeEnv>()
  .get("/appointments/:id/move", async (c) => {
    const patient = patientOf(c);
    const query = new URLSearchParams(c.req.query());
    return patient
      ? comparePage(c, patient, c.req.param("id"))
      : toSignIn(c, `${pathOf(c.req.param("id"))}?${query}`);
  })
  .post("/appointments/:id/move", async (c) => {
    const patient = patientOf(c);
    return patient ? move(c, patient, c.req.param("id")) : toSignIn(c, pathOf(c.req.param("id")));
  });
