/** Moves what is still to come of a series for a principal: all of those visits, or none. */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import type { TakeRequest } from "../../core/agenda/command-row.ts";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { MovedVisit, Place } from "../../core/booking/commands.ts";
import { broken } from "../../core/booking/refusal.ts";
import type { Provider } from "../../core/directory/directory.ts";
import { homeCalendarOf, type PatientId, type SeriesId } from "../../core/ids.ts";
import { dayInterval } from "../../core/schedule/clinic-time.ts";
import { movedStarts } from "../../core/schedule/series-starts.ts";
import { type Instant, instant } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { admitted } from "./admission.ts";
import { directoryForProvider } from "./api/directory.ts";
import { CALENDAR_AWAY, NOT_FOUND, OUTCOME_UNKNOWN, problemFor } from "./api/problem.ts";
import type { MoveSeriesBody } from "./api/schemas.ts";
import { refused, type TakeOutcome, takeSafely } from "./book-appointment.ts";
import { firstOfSeries, openVisitsFrom } from "./book-series.ts";
import { placeOf } from "./choice.ts";
import type { Directory } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { commandId, fingerprintOf } from "./idempotency.ts";
import { patientAgenda } from "./stubs.ts";
import { whoIsAskedFor } from "./who-comes.ts";

/**
 * [Z7] [Z8] `start` is the new start of the first visit that moves. The versions are those that the list shows now: a visit
 * that changes before the calendar is asked refuses the whole.
 */
export async function moveSeries(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
  key: string,
  body: MoveSeriesBody,
): Promise<TakeOutcome> {
  const found = await firstOfSeries(c, principal, text);
  if (!found.ok) return found;
  const { id, patientId, timeZone } = found.appointment;
  const calendar = homeCalendarOf(id);
  const known = await directoryForProvider(c, calendar);
  const provider = known.providers.get(calendar);
  if (!provider) return refused(NOT_FOUND);

  const now = Date.now();
  const since = instant(Math.max(now, body.from ? dayInterval(body.from, timeZone).start : now));
  const command = commandId(principal.subject, patientId, key);
  const fingerprint = fingerprintOf("PATCH", `/v1/series/${text}`, body);
  const open = await openVisitsFrom(c, principal, patientId, text as SeriesId, since);
  if (!open) return refused(CALENDAR_AWAY);
  // [Z8] What was cancelled, missed or is under way stays, and so does what another provider has by now.
  const coming = open.filter(({ providerId }) => providerId === calendar);
  const [leader] = coming;
  if (!leader) return earlierAnswer(c, patientId, command, fingerprint, timeZone);
  const visits = await movedVisits(c, known, provider, coming, body.start);
  const [first, ...more] = visits;
  if (!first) return refused(NOT_FOUND);

  const request = (): TakeRequest => ({
    command,
    fingerprint,
    patientId,
    wanted: {
      kind: "move",
      appointmentId: first.appointmentId,
      providerId: provider.id,
      place: first.place,
      timeZone: leader.timeZone,
      configVersion: provider.calendar.version,
      ...(first.who ? { who: first.who } : {}),
      byPatient: principal.role === "patient",
      ifMatch: leader.version,
      more,
    },
  });
  return admitted(provider.id, async () => ({
    ok: true,
    answer: await takeSafely(c, [provider], request),
    timeZone: leader.timeZone,
  }));
}

/** Empty when the directory does not know a visit type any more. */
async function movedVisits(
  c: Context<EdgeEnv>,
  known: Directory,
  provider: Provider,
  coming: readonly AppointmentFacts[],
  first: Instant,
): Promise<MovedVisit[]> {
  const starts = movedStarts(coming, first);
  const visits = coming.flatMap((before, n): MovedVisit[] => {
    const place = newPlaceOf(known, provider, before, starts[n] as Instant);
    return place ? [{ appointmentId: before.id, place, before }] : [];
  });
  if (visits.length < coming.length) return [];
  return Promise.all(
    visits.map(async (visit) => {
      const { patientId, id: except, timeZone } = visit.before;
      const comer = { patientId, except };
      return {
        ...visit,
        ...(await whoIsAskedFor(c.get("settings"), provider, visit.place, timeZone, comer)),
      };
    }),
  );
}

/** [M5] Who keeps their time keeps its length; everybody else gets the visit type's. */
const newPlaceOf = (
  known: Directory,
  provider: Provider,
  { visitTypeId, locationId, start: was, end }: AppointmentFacts,
  start: Instant,
): Place | null =>
  start === was
    ? { visitTypeId, locationId, start, end }
    : placeOf(known, provider, visitTypeId, locationId, start);

/** [G1] Nothing to move by now; the same key may have been answered when there was. */
async function earlierAnswer(
  c: Context<EdgeEnv>,
  patientId: PatientId,
  command: TakeRequest["command"],
  fingerprint: string,
  timeZone: string,
): Promise<TakeOutcome> {
  try {
    const answer = await patientAgenda(c.env, patientId).recall(command, fingerprint);
    if (answer) return { ok: true, answer, timeZone };
  } catch (error) {
    logFailure("edge.recall_failed", error);
    return refused(OUTCOME_UNKNOWN);
  }
  return refused(problemFor({ refusal: broken("not-movable"), alternatives: [] }, timeZone));
}
