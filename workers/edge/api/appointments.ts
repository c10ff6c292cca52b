/** Book, read, move, cancel. Handlers find out who may; whether a time can be had is the calendar's word. */
import { type Context, Hono } from "hono";
import { appointmentReach, type Principal } from "../../../core/access/principal.ts";
import type { TakeAnswer, TakeRequest } from "../../../core/agenda/command-row.ts";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import type { Place } from "../../../core/booking/commands.ts";
import { broken } from "../../../core/booking/refusal.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId, VisitTypeId } from "../../../core/ids.ts";
import { type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { cancel, take } from "../booking.ts";
import type { Directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { commandId, fingerprintOf } from "../idempotency.ts";
import { mintAppointmentId, parseAppointmentId } from "../routing-ids.ts";
import { providerCalendar } from "../stubs.ts";
import { directoryOf } from "./directory.ts";
import { idempotencyKey, ifMatchVersion } from "./headers.ts";
import { patientFor } from "./patients.ts";
import {
  BUSY,
  CALENDAR_AWAY,
  FORBIDDEN,
  IN_FLIGHT,
  KEY_REUSE,
  NOT_FOUND,
  OUTCOME_UNKNOWN,
  type Problem,
  problemFor,
  sendProblem,
  UNAUTHENTICATED,
} from "./problem.ts";
import {
  type BookingBody,
  bookingBody,
  cancelQuery,
  type MoveBody,
  moveBody,
  parseBody,
  parseQuery,
} from "./schemas.ts";

const etagOf = (version: number): string => `"v${version}"`;

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

function sendAppointment(
  c: Context<EdgeEnv>,
  status: 200 | 201,
  appointment: Appointment,
  replayed: boolean,
): Response {
  c.header("ETag", etagOf(appointment.version));
  if (status === 201) c.header("Location", `/v1/appointments/${appointment.id}`);
  if (replayed) c.header("Idempotency-Replayed", "true");
  return c.json(appointmentDto(appointment), status);
}

/** What the agenda said, as HTTP. */
function sendTaken(c: Context<EdgeEnv>, answer: TakeAnswer, status: 200 | 201, timeZone: string): Response {
  switch (answer.kind) {
    case "accepted":
      return sendAppointment(c, status, answer.appointment, answer.replayed);
    case "refused":
      if (answer.replayed) c.header("Idempotency-Replayed", "true");
      return sendProblem(c, problemFor(answer.refused, timeZone));
    case "key-reuse":
      return sendProblem(c, KEY_REUSE);
    case "in-flight":
      return sendProblem(c, IN_FLIGHT);
    case "busy":
      return sendProblem(c, BUSY);
    case "unknown":
    case "void":
      return sendProblem(c, OUTCOME_UNKNOWN);
    case "needs-config":
      return sendProblem(c, CALENDAR_AWAY);
  }
}

type Found =
  | { readonly ok: true; readonly appointment: Appointment; readonly provider: Provider }
  | { readonly ok: false; readonly problem: Problem };

/** The appointment behind an id, if the caller may see it. Invented, missing and foreign ids are one answer. */
async function find(c: Context<EdgeEnv>, principal: Principal, text: string): Promise<Found> {
  const parsed = parseAppointmentId(c.get("settings").ID_KEYS, text);
  const provider = parsed && (await directoryOf(c)).providers.get(parsed.home);
  if (!parsed || !provider) return { ok: false, problem: NOT_FOUND };
  try {
    const appointment = await providerCalendar(c.env, parsed.home).read(
      parsed.id,
      appointmentReach(principal),
    );
    return appointment ? { ok: true, appointment, provider } : { ok: false, problem: NOT_FOUND };
  } catch (error) {
    logFailure("edge.read_failed", error, { provider: parsed.home });
    return { ok: false, problem: CALENDAR_AWAY };
  }
}

function sourceOf(principal: Principal): "patient" | "staff" | "service" {
  if (principal.role === "patient") return "patient";
  return principal.role === "service" ? "service" : "staff";
}

/** Roles that book, move and cancel. A kiosk books walk-ins with its own rule, later. */
const mayChange = ({ role }: Principal): boolean =>
  role === "patient" || role === "staff" || role === "admin" || role === "service";

async function book(
  c: Context<EdgeEnv>,
  principal: Principal,
  key: string,
  body: BookingBody,
): Promise<Response> {
  const patient = await patientFor(c, principal, body.patientId, body.locationId);
  if (!patient.ok) return sendProblem(c, patient.problem);
  const known = await directoryOf(c);
  const provider = known.providers.get(body.providerId);
  const clinic = known.clinics.get(body.locationId);
  const place = provider && placeOf(known, provider, body.visitTypeId, body.locationId, body.start);
  if (!provider || !clinic || !place) return sendProblem(c, NOT_FOUND);

  const { patientId } = patient;
  const request = (): TakeRequest => ({
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
    },
  });
  return sendTaken(c, await takeSafely(c, provider, request), 201, clinic.timeZone);
}

async function move(
  c: Context<EdgeEnv>,
  principal: Principal,
  found: Extract<Found, { ok: true }>,
  ifMatch: number,
  key: string,
  body: MoveBody,
) {
  const { appointment, provider } = found;
  const refused = (problem: Problem): Response => sendProblem(c, problem);
  if (body.providerId && body.providerId !== provider.id) {
    return refused(problemFor({ refusal: broken("other-calendar"), alternatives: [] }, appointment.timeZone));
  }
  const known = await directoryOf(c);
  const locationId = body.locationId ?? appointment.locationId;
  const clinic = known.clinics.get(locationId);
  const visitTypeId = body.visitTypeId ?? appointment.visitTypeId;
  const sameVisit = visitTypeId === appointment.visitTypeId && body.start === undefined;
  const place = sameVisit
    ? { locationId, visitTypeId, start: appointment.start, end: appointment.end }
    : placeOf(known, provider, visitTypeId, locationId, body.start ?? appointment.start);
  if (!clinic || !place) return refused(NOT_FOUND);

  const request = (): TakeRequest => ({
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
    },
  });
  return sendTaken(c, await takeSafely(c, provider, request), 200, clinic.timeZone);
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

export const appointments = new Hono<EdgeEnv>()
  .post("/", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    if (!mayChange(principal)) return sendProblem(c, FORBIDDEN);
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, bookingBody);
    return body.ok ? book(c, principal, key.value, body.value) : sendProblem(c, body.problem);
  })
  .get("/:id", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    const found = await find(c, principal, c.req.param("id"));
    return found.ok ? sendAppointment(c, 200, found.appointment, false) : sendProblem(c, found.problem);
  })
  .patch("/:id", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    if (!mayChange(principal)) return sendProblem(c, FORBIDDEN);
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, moveBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const found = await find(c, principal, c.req.param("id"));
    if (!found.ok) return sendProblem(c, found.problem);
    const version = ifMatchVersion(c);
    return version.ok
      ? move(c, principal, found, version.value, key.value, body.value)
      : sendProblem(c, version.problem);
  })
  .delete("/:id", async (c) => {
    const principal = c.get("principal");
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    if (!mayChange(principal)) return sendProblem(c, FORBIDDEN);
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const query = parseQuery(c, cancelQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const parsed = parseAppointmentId(c.get("settings").ID_KEYS, c.req.param("id"));
    if (!parsed || !(await directoryOf(c)).providers.has(parsed.home)) return sendProblem(c, NOT_FOUND);
    const version = ifMatchVersion(c);
    if (!version.ok) return sendProblem(c, await unlessHidden(c, principal, version.problem));
    const reasonCode = query.value.reasonCode ?? (principal.role === "patient" ? "patient-request" : "other");
    const answer = await cancel(c.env, parsed.home, {
      command: commandId(principal.subject, parsed.id, key.value),
      fingerprint: fingerprintOf("DELETE", `/v1/appointments/${parsed.id}`, {
        reasonCode,
        ifMatch: version.value,
      }),
      appointmentId: parsed.id,
      ifMatch: version.value,
      reasonCode,
      reach: appointmentReach(principal),
    });
    switch (answer.kind) {
      case "done":
        return sendAppointment(c, 200, answer.appointment, answer.replayed);
      case "refused":
        return sendProblem(c, problemFor({ refusal: answer.refusal, alternatives: [] }, "UTC"));
      case "busy":
        return sendProblem(c, BUSY);
      case "unknown":
        return sendProblem(c, OUTCOME_UNKNOWN);
    }
  });

/** [A3] A missing header must not tell a stranger that the appointment exists. */
async function unlessHidden(c: Context<EdgeEnv>, principal: Principal, problem: Problem): Promise<Problem> {
  const found = await find(c, principal, c.req.param("id") ?? "");
  return found.ok ? problem : found.problem;
}
