/** Books a series for a principal, and gives the rest of one back. */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import { reaches } from "../../core/access/reach.ts";
import { reachOf } from "../../core/access/rules.ts";
import type { TakeRequest } from "../../core/agenda/command-row.ts";
import type {
  AppointmentFacts,
  AppointmentStatus,
  CancellationReason,
} from "../../core/booking/appointment.ts";
import { SERIES_VISITS_MAX } from "../../core/booking/decide-series.ts";
import type { PatientId, SeriesId } from "../../core/ids.ts";
import { type CalendarDate, dayInterval } from "../../core/schedule/clinic-time.ts";
import { parseRecurrence, type SeriesRule, seriesStarts } from "../../core/schedule/series-starts.ts";
import { DAY_MS, type Instant, instant, plus } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { sealWritten } from "../sealed-text.ts";
import { admitted } from "./admission.ts";
import { clinicIn, directoryForProvider } from "./api/directory.ts";
import { patientFor } from "./api/patients.ts";
import { CALENDAR_AWAY, invalid, NOT_FOUND, OUTCOME_UNKNOWN, type Problem } from "./api/problem.ts";
import type { SeriesBody } from "./api/schemas.ts";
import {
  cancelAppointment,
  type FoundAppointment,
  findAppointment,
  refused,
  sourceOf,
  type TakeOutcome,
  takeSafely,
} from "./book-appointment.ts";
import { placeOf } from "./choice.ts";
import type { EdgeEnv } from "./env.ts";
import { commandId, personalFingerprintOf } from "./idempotency.ts";
import { ownLimit } from "./own-limit.ts";
import { patientList } from "./patient-list.ts";
import { mintAppointmentId } from "./routing-ids.ts";
import { whoIsAskedFor } from "./who-comes.ts";

/** A series of weeks is over within a little more than a year. */
const SERIES_AHEAD_MS = 400 * DAY_MS;

/** The rule of a body, or where it is wrong. */
function ruleOf({ rrule, count, intervalWeeks }: SeriesBody): SeriesRule | Problem {
  const weekly = { every: "week", interval: intervalWeeks ?? 1, count: count ?? 0, weekdays: [] } as const;
  const rule = rrule === undefined ? weekly : parseRecurrence(rrule);
  if (!rule) {
    const message = "must be FREQ=DAILY or FREQ=WEEKLY with COUNT, and INTERVAL and BYDAY if wanted";
    return invalid([{ pointer: "/rrule", message }]);
  }
  if (rule.count >= 2 && rule.count <= SERIES_VISITS_MAX) return rule;
  const pointer = rrule === undefined ? "/count" : "/rrule";
  return invalid([{ pointer, message: `must be 2 to ${SERIES_VISITS_MAX} visits` }]);
}

/** [Z1] All visits of a series under one key, or none. Its hours are those of the clinic's wall, week after week. */
export async function bookSeries(
  c: Context<EdgeEnv>,
  principal: Principal,
  key: string,
  body: SeriesBody,
): Promise<TakeOutcome> {
  const rule = ruleOf(body);
  if ("status" in rule) return refused(rule);
  if (principal.role === "provider" && principal.providerId !== body.providerId) return refused(NOT_FOUND);
  const patient = await patientFor(c, principal, body.patientId, body.locationId);
  if (!patient.ok) return patient;
  const known = await directoryForProvider(c, body.providerId);
  const provider = known.providers.get(body.providerId);
  const clinic = provider && (await clinicIn(c, known, body.locationId));
  if (!provider || !clinic) return refused(NOT_FOUND);
  const starts = seriesStarts(body.start, clinic.timeZone, rule);
  if (!starts) return refused(invalid([{ pointer: "/rrule", message: "must have the weekday of start" }]));
  const places = starts.map((start) => placeOf(known, provider, body.visitTypeId, body.locationId, start));
  const [place, ...further] = places.filter((found) => found !== null);
  if (!place || further.length + 1 < starts.length) return refused(NOT_FOUND);

  const { patientId } = patient;
  const keys = c.get("settings").ID_KEYS;
  const who = await whoIsAskedFor(c.get("settings"), provider, place, clinic.timeZone, { patientId });
  const fingerprint = personalFingerprintOf(keys, "POST", "/v1/series", body);
  const said = { reason: body.reason ?? null, notes: body.notes ?? null };
  const written = sealWritten(c.get("settings").TEXT_KEYS, patientId, said);
  const request = (): TakeRequest => ({
    command: commandId(principal.subject, patientId, key),
    fingerprint,
    patientId,
    ...ownLimit(c, principal),
    wanted: {
      kind: "book",
      appointmentId: mintAppointmentId(keys, provider.id),
      more: further.map((visit) => ({
        appointmentId: mintAppointmentId(keys, provider.id),
        place: visit,
      })),
      providerId: provider.id,
      place,
      timeZone: clinic.timeZone,
      configVersion: provider.calendar.version,
      ...who,
      ...written,
      source: sourceOf(principal),
    },
  });
  return admitted(provider.id, async () => ({
    ok: true,
    answer: await takeSafely(c, [provider], request),
    timeZone: clinic.timeZone,
  }));
}

export interface CancelRest {
  readonly key: string;
  readonly reasonCode: CancellationReason;
  /** The clinic's date from which on visits are given back; absent = from now. */
  readonly from: CalendarDate | undefined;
}

/**
 * [Z6] Cancels what is still to come of a series, visit by visit, each as if alone: one that cannot be cancelled stays
 * and is in the answer as it stands. Repeating it finds the same visits.
 */
export async function cancelRestOfSeries(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
  { key, reasonCode, from }: CancelRest,
): Promise<
  | { readonly ok: true; readonly appointments: readonly AppointmentFacts[] }
  | { readonly ok: false; readonly problem: Problem }
> {
  const first = await firstOfSeries(c, principal, text);
  if (!first.ok) return first;
  const { appointment } = first;
  const { patientId, timeZone } = appointment;
  const since = from ? dayInterval(from, timeZone).start : instant(Date.now());
  const series = text as SeriesId;
  const open = await openVisitsFrom(c, principal, patientId, series, since);
  if (!open) return refused(CALENDAR_AWAY);
  for (const visit of open) {
    const terms = { ifMatch: visit.version, key: `${key}/${visit.id}` };
    await cancelAppointment(c, principal, { id: visit.id, home: visit.providerId }, terms, reasonCode);
  }
  const appointments = await visitsFrom(c, principal, patientId, series, since);
  return appointments ? { ok: true, appointments } : refused(OUTCOME_UNKNOWN); // the same key goes on with the others
}

/** [A1] The visit that a series is named by, if the caller may see it. Invented, missing and foreign ids are one answer. */
export async function firstOfSeries(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<FoundAppointment> {
  const first = await findAppointment(c, principal, text.replace(/^ser_/, "apt_"));
  return first.ok && first.appointment.seriesId !== text ? refused(NOT_FOUND) : first;
}

/**
 * By start, as the patient's agenda has them; only what the caller reaches, and in one status if it is named. null when
 * the agenda cannot be reached.
 */
async function visitsFrom(
  c: Context<EdgeEnv>,
  principal: Principal,
  patientId: PatientId,
  series: SeriesId,
  since: Instant,
  status: AppointmentStatus | null = null,
): Promise<AppointmentFacts[] | null> {
  const window = { start: since, end: plus(since, SERIES_AHEAD_MS) };
  const query = { window, status, after: null, limit: LIST_MAX };
  const reach = reachOf(principal, "appointment.read");
  try {
    const list = await patientList(c, [patientId], query);
    return list.filter((facts) => facts.seriesId === series && reaches(reach, facts));
  } catch (error) {
    logFailure("edge.series_list_failed", error);
    return null;
  }
}

/** By start. One status at a time: open appointments are few, so that neither list is cut short by cancelled ones. */
export async function openVisitsFrom(
  c: Context<EdgeEnv>,
  principal: Principal,
  patientId: PatientId,
  series: SeriesId,
  since: Instant,
): Promise<AppointmentFacts[] | null> {
  const [booked, confirmed] = await Promise.all([
    visitsFrom(c, principal, patientId, series, since, "booked"),
    visitsFrom(c, principal, patientId, series, since, "confirmed"),
  ]);
  return booked && confirmed && [...booked, ...confirmed].sort((a, b) => a.start - b.start);
}

/** Open appointments are capped at 20; the rest of a page is cancelled ones. */
const LIST_MAX = 100;
