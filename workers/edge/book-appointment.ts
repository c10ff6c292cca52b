/**
 * Books, moves, cancels and finds for a principal: everything between a parsed request and the calendar's word. The API
 * and the pages share it, so that a form and a program can never be told different things.
 */
import type { Context } from "hono";
import { appointmentReach, type Principal } from "../../core/access/principal.ts";
import type { TakeAnswer, TakeRequest } from "../../core/agenda/command-row.ts";
import type { Appointment, CancellationReason } from "../../core/booking/appointment.ts";
import type { Place } from "../../core/booking/commands.ts";
import { broken } from "../../core/booking/refusal.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { AppointmentId, LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { type Instant, MINUTE_MS, plus } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { clinicIn, directoryForProvider } from "./api/directory.ts";
import { patientFor } from "./api/patients.ts";
import {
  BUSY,
  CALENDAR_AWAY,
  IN_FLIGHT,
  KEY_REUSE,
  NOT_FOUND,
  OUTCOME_UNKNOWN,
  type Problem,
  problemFor,
} from "./api/problem.ts";
import type { BookingBody, MoveBody } from "./api/schemas.ts";
import { type CancelAnswer, cancel, take } from "./booking.ts";
import type { Directory } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { commandId, fingerprintOf } from "./idempotency.ts";
import { mintAppointmentId, parseAppointmentId } from "./routing-ids.ts";
import { providerCalendar } from "./stubs.ts";

/** The agenda's answer with the zone its times are spelled in, or why it was never asked. */
export type TakeOutcome =
  | { readonly ok: true; readonly answer: TakeAnswer; readonly timeZone: string }
  | { readonly ok: false; readonly problem: Problem };

export type FoundAppointment =
  | { readonly ok: true; readonly appointment: Appointment; readonly provider: Provider }
  | { readonly ok: false; readonly problem: Problem };

const refused = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem,
});

/** The end of a visit that starts at `start`: by this provider's rules, else by the directory (the calendar then refuses). */
function placeOf(
  known: Directory,
  provider: Provider,
  visitTypeId: VisitTypeId,
  locationId: LocationId,
  start: Instant,
): Place | null {
  const own = provider.calendar.visitTypes.find((visit) => visit.id === visitTypeId);
  const minutes = own?.minutes ?? known.visitTypes.get(visitTypeId)?.minutes;
  return minutes === undefined
    ? null
    : { visitTypeId, locationId, start, end: plus(start, minutes * MINUTE_MS) };
}

function sourceOf(principal: Principal): "patient" | "staff" | "service" {
  if (principal.role === "patient") return "patient";
  return principal.role === "service" ? "service" : "staff";
}

/** The call to the agenda itself may die: then nobody knows, and the same key asks again. */
async function takeSafely(
  c: Context<EdgeEnv>,
  provider: Provider,
  request: () => TakeRequest,
): Promise<TakeAnswer> {
  try {
    return await take(c.env, provider, request);
  } catch (error) {
    logFailure("edge.take_failed", error, { provider: provider.id });
    return { kind: "unknown" };
  }
}

/** What an answer other than "accepted" is to a caller. */
export function problemOfTake(answer: Exclude<TakeAnswer, { kind: "accepted" }>, timeZone: string): Problem {
  switch (answer.kind) {
    case "refused":
      return problemFor(answer.refused, timeZone);
    case "key-reuse":
      return KEY_REUSE;
    case "in-flight":
      return IN_FLIGHT;
    case "busy":
      return BUSY;
    case "unknown":
    case "void":
      return OUTCOME_UNKNOWN;
    case "needs-config":
      return CALENDAR_AWAY;
  }
}

/** Whether the caller's role may book at all is the door's question; for whom they may book is asked here. */
export async function bookAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  key: string,
  body: BookingBody,
): Promise<TakeOutcome> {
  if (principal.role === "provider" && principal.providerId !== body.providerId) return refused(NOT_FOUND);
  const patient = await patientFor(c, principal, body.patientId, body.locationId);
  if (!patient.ok) return patient;
  const known = await directoryForProvider(c, body.providerId);
  const provider = known.providers.get(body.providerId);
  const clinic = provider && (await clinicIn(c, known, body.locationId));
  const place = provider && placeOf(known, provider, body.visitTypeId, body.locationId, body.start);
  if (!provider || !clinic || !place) return refused(NOT_FOUND);

  const { patientId } = patient;
  const answer = await takeSafely(c, provider, () => ({
    command: commandId(principal.subject, patientId, key),
    fingerprint: fingerprintOf("POST", "/v1/appointments", body),
    patientId,
    wanted: {
      kind: "book",
      appointmentId: mintAppointmentId(c.get("settings").ID_KEYS, provider.id),
      providerId: provider.id,
      place,
      timeZone: clinic.timeZone,
      configVersion: provider.calendar.version,
      reason: body.reason ?? null,
      notes: body.notes ?? null,
      source: sourceOf(principal),
      ...(body.override ? { override: body.override.reasonCode } : {}),
    },
  }));
  return { ok: true, answer, timeZone: clinic.timeZone };
}

/** The caller's version and key, as they came with the request. */
export interface ChangeTerms {
  readonly ifMatch: number;
  readonly key: string;
}

export async function moveAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  { appointment, provider }: Extract<FoundAppointment, { ok: true }>,
  { ifMatch, key }: ChangeTerms,
  body: MoveBody,
): Promise<TakeOutcome> {
  if (body.providerId && body.providerId !== provider.id) {
    return refused(problemFor({ refusal: broken("other-calendar"), alternatives: [] }, appointment.timeZone));
  }
  const known = await directoryForProvider(c, provider.id);
  const locationId = body.locationId ?? appointment.locationId;
  const clinic = await clinicIn(c, known, locationId);
  const visitTypeId = body.visitTypeId ?? appointment.visitTypeId;
  const sameVisit = visitTypeId === appointment.visitTypeId && body.start === undefined;
  const place = sameVisit
    ? { locationId, visitTypeId, start: appointment.start, end: appointment.end }
    : placeOf(known, provider, visitTypeId, locationId, body.start ?? appointment.start);
  if (!clinic || !place) return refused(NOT_FOUND);

  const answer = await takeSafely(c, provider, () => ({
    command: commandId(principal.subject, appointment.patientId, key),
    fingerprint: fingerprintOf("PATCH", `/v1/appointments/${appointment.id}`, body),
    patientId: appointment.patientId,
    wanted: {
      kind: "move",
      appointmentId: appointment.id,
      providerId: provider.id,
      place,
      timeZone: clinic.timeZone,
      configVersion: provider.calendar.version,
      ifMatch,
      ...(body.reason === undefined ? {} : { reason: body.reason }),
      ...(body.override ? { override: body.override.reasonCode } : {}),
    },
  }));
  return { ok: true, answer, timeZone: clinic.timeZone };
}

/** `id` has passed `parseAppointmentId`; whether the caller may see it is the calendar's word. */
export function cancelAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  { id, home }: { readonly id: AppointmentId; readonly home: ProviderId },
  { ifMatch, key }: ChangeTerms,
  reasonCode: CancellationReason,
): Promise<CancelAnswer> {
  return cancel(c.env, home, {
    command: commandId(principal.subject, id, key),
    fingerprint: fingerprintOf("DELETE", `/v1/appointments/${id}`, { reasonCode, ifMatch }),
    appointmentId: id,
    ifMatch,
    reasonCode,
    reach: appointmentReach(principal),
  });
}

/** The appointment behind an id, if the caller may see it. Invented, missing and foreign ids are one answer. */
export async function findAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<FoundAppointment> {
  const parsed = parseAppointmentId(c.get("settings").ID_KEYS, text);
  const provider = parsed && (await directoryForProvider(c, parsed.home)).providers.get(parsed.home);
  if (!parsed || !provider) return refused(NOT_FOUND);
  try {
    const appointment = await providerCalendar(c.env, parsed.home).read(
      parsed.id,
      appointmentReach(principal),
    );
    return appointment ? { ok: true, appointment, provider } : refused(NOT_FOUND);
  } catch (error) {
    logFailure("edge.read_failed", error, { provider: parsed.home });
    return refused(CALENDAR_AWAY);
  }
}
