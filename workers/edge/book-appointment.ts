/**
 * Books, moves, cancels and finds for a principal: everything between a parsed request and the calendar's word. The API
 * and the pages share it, so that a form and a program can never be told different things.
 */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import { type Reach, reaches } from "../../core/access/reach.ts";
import { reachOf } from "../../core/access/rules.ts";
import type { TakeAnswer, TakeRequest, WantedBooking, WantedSaga } from "../../core/agenda/command-row.ts";
import type { Appointment, CancellationReason } from "../../core/booking/appointment.ts";
import type { Place } from "../../core/booking/commands.ts";
import { samePlace } from "../../core/booking/decide-move.ts";
import type { HoldClaim } from "../../core/booking/hold.ts";
import type { StatusAction } from "../../core/booking/status-rules.ts";
import type { Provider } from "../../core/directory/directory.ts";
import { type AppointmentId, homeCalendarOf, type ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { KeyRing } from "../config.ts";
import { openWritten, sealWritten } from "../sealed-text.ts";
import { admitted } from "./admission.ts";
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
import { concerns, concernsAppointment } from "./audited.ts";
import { changeStatus, type StatusAnswer, sleep, take } from "./booking.ts";
import {
  type AskedChoice,
  asHolder,
  type Choice,
  calendarsOf,
  choiceOf,
  freshSaga,
  placeOf,
  withWho,
} from "./choice.ts";
import type { Directory } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { tokenHashOf } from "./hold-token.ts";
import { commandId, fingerprintOf, personalFingerprintOf } from "./idempotency.ts";
import { candidatesFor, neededResources } from "./needed-resources.ts";
import { ownLimit } from "./own-limit.ts";
import { PostgresUnavailable } from "./postgres.ts";
import type { Configurable } from "./provisioning.ts";
import { parseAppointmentId, parseHoldId } from "./routing-ids.ts";
import { providerCalendar } from "./stubs.ts";
import { tookOverAt } from "./take-over.ts";
import { whoIsAskedFor } from "./who-comes.ts";

/** The agenda's answer with the zone its times are spelled in, or why it was never asked. */
export type TakeOutcome =
  | { readonly ok: true; readonly answer: TakeAnswer; readonly timeZone: string }
  | { readonly ok: false; readonly problem: Problem };

export type FoundAppointment =
  | { readonly ok: true; readonly appointment: Appointment; readonly provider: Provider }
  | { readonly ok: false; readonly problem: Problem };

export const refused = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem,
});

export function sourceOf(principal: Principal): "patient" | "staff" | "service" {
  if (principal.role === "patient") return "patient";
  return principal.role === "service" ? "service" : "staff";
}

/** The call to the agenda itself may die: then nobody knows, and the same key asks again. */
export async function takeSafely(
  c: Context<EdgeEnv>,
  calendars: readonly Configurable[],
  request: () => TakeRequest,
): Promise<TakeAnswer> {
  try {
    const answer = await take(c, calendars, request);
    if (answer.kind === "accepted") concernsAppointment(c, answer.appointment);
    return answer;
  } catch (error) {
    // [AD6] Thrown by `configure` alone: the calendar decided nothing, and the agenda has put the attempt aside.
    const [first] = calendars;
    if (error instanceof PostgresUnavailable && first) return { kind: "needs-config", calendar: first.id };
    logFailure("edge.take_failed", error, { provider: calendars[0]?.id ?? "" });
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

/**
 * The hold that the body names, for the calendar to judge. One that is not of this calendar counts as not given, like one
 * with another token: the start is then booked if it is free.
 */
function claimOf(
  keys: KeyRing,
  provider: ProviderId,
  holdId: string | undefined,
  token: string | null,
): HoldClaim | null {
  const hold = holdId === undefined ? null : parseHoldId(keys, holdId);
  return hold?.home === provider && token !== null ? { id: hold.id, tokenHash: tokenHashOf(token) } : null;
}

/** What a booking says whoever takes it. */
type Said = Pick<WantedBooking, "reason" | "notes" | "source" | "hold" | "override">;

/** [R2] [R9] One calendar is asked directly; a provider with resources, or one of several, in a saga. */
function wantedOf(keys: KeyRing, choices: readonly AskedChoice[], said: Said): WantedBooking | WantedSaga {
  const holders = choices.map((choice) => asHolder(keys, choice));
  const [first] = holders;
  const timeZone = choices[0]?.timeZone;
  invariant(first && timeZone, "a booking names a provider");
  const { needs, ...alone } = first;
  if (holders.length === 1 && needs.length === 0) return { kind: "book", ...alone, timeZone, ...said };
  const { override, ...book } = said;
  const { appointmentId } = first;
  const end = Math.max(...holders.map(({ place }) => place.end)) as Instant;
  return {
    ...freshSaga(first),
    ...(override ? { override } : {}),
    ...(holders.length > 1 ? { holders } : {}),
    timeZone,
    place: { ...first.place, end },
    book: { ...book, appointmentId, place: first.place },
  };
}

/** Whether the caller's role may book at all is the door's question; for whom they may book is asked here. */
export async function bookAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  key: string,
  body: BookingBody,
  token: string | null = null,
): Promise<TakeOutcome> {
  const ids = body.providerIds ?? (body.providerId ? [body.providerId] : []);
  if (principal.role === "provider" && ids.some((id) => id !== principal.providerId))
    return refused(NOT_FOUND);
  const patient = await patientFor(c, principal, body.patientId, body.locationId);
  if (!patient.ok) return patient;
  const { patientId } = patient;
  const choices: Choice[] = [];
  for (const id of ids) {
    const choice = await choiceOf(c, { ...body, providerId: id });
    if (!choice) return refused(NOT_FOUND);
    choices.push(choice);
  }
  const [first] = choices;
  if (!first) return refused(NOT_FOUND);

  const keys = c.get("settings").ID_KEYS;
  const hold = claimOf(keys, first.provider.id, body.holdId, token);
  const said: Said = {
    ...sealWritten(c.get("settings").TEXT_KEYS, patientId, {
      reason: body.reason ?? null,
      notes: body.notes ?? null,
    }),
    source: sourceOf(principal),
    ...(hold ? { hold } : {}),
    ...(body.override ? { override: body.override.reasonCode } : {}),
  };
  return admitted(first.provider.id, async () => {
    const asked = await Promise.all(choices.map((choice) => withWho(c, choice, patientId)));
    const answer = await takeSafely(c, calendarsOf(choices), () => ({
      command: commandId(principal.subject, patientId, key),
      fingerprint: personalFingerprintOf(keys, "POST", "/v1/appointments", body),
      patientId,
      ...ownLimit(c, principal),
      wanted: wantedOf(keys, asked, said),
    }));
    return { ok: true, answer, timeZone: first.timeZone };
  });
}

/** The caller's version and key, as they came with the request. */
export interface ChangeTerms {
  readonly ifMatch: number;
  readonly key: string;
}

/** The place that a change leads to; null = the target does not know the visit type and neither does the directory. */
function newPlaceOf(
  known: Directory,
  { appointment, provider }: Extract<FoundAppointment, { ok: true }>,
  target: Provider,
  body: MoveBody,
): Place | null {
  const locationId = body.locationId ?? appointment.locationId;
  const visitTypeId = body.visitTypeId ?? appointment.visitTypeId;
  const sameVisit = visitTypeId === appointment.visitTypeId && body.start === undefined;
  return sameVisit && target.id === provider.id
    ? { locationId, visitTypeId, start: appointment.start, end: appointment.end }
    : placeOf(known, target, visitTypeId, locationId, body.start ?? appointment.start);
}

/**
 * [M1] To another time of the same calendar, or [J1] [R5] to another provider, or with other resources: same id, all or
 * nothing.
 */
export async function moveAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  found: Extract<FoundAppointment, { ok: true }>,
  { ifMatch, key }: ChangeTerms,
  body: MoveBody,
): Promise<TakeOutcome> {
  const { appointment, provider } = found;
  const targetId = body.providerId ?? provider.id;
  const known = await directoryForProvider(c, targetId);
  const target = known.providers.get(targetId);
  const clinic = await clinicIn(c, known, body.locationId ?? appointment.locationId);
  const place = target && newPlaceOf(known, found, target, body);
  if (!target || !clinic || !place) return refused(NOT_FOUND);
  // [A2] Nobody moves a visit out of their own reach: a desk not to a foreign clinic, a provider not to a colleague.
  const there = { patientId: appointment.patientId, providerId: target.id, locationId: place.locationId };
  if (!reaches(reachOf(principal, "appointment.read"), there)) return refused(NOT_FOUND);

  const who = await whoIsAskedFor(c.get("settings"), target, place, clinic.timeZone, {
    patientId: appointment.patientId,
    except: appointment.id,
  });
  const common = {
    appointmentId: appointment.id,
    providerId: target.id,
    place,
    timeZone: clinic.timeZone,
    configVersion: target.calendar.version,
    ...who,
    byPatient: principal.role === "patient",
    ifMatch,
    ...sealWritten(c.get("settings").TEXT_KEYS, appointment.patientId, { reason: body.reason }),
    ...(body.override ? { override: body.override.reasonCode } : {}),
  };
  const moves = target.id !== provider.id;
  const held = appointment.resources ?? [];
  const needed = neededResources(known, target, place);
  const isSaga = moves || (!samePlace(appointment, place) && (needed.kinds.length > 0 || held.length > 0));
  const calendars = [target, ...(moves ? [provider] : []), ...(isSaga ? needed.calendars : [])];
  const request = (): TakeRequest => ({
    command: commandId(principal.subject, appointment.patientId, key),
    fingerprint: personalFingerprintOf(
      c.get("settings").ID_KEYS,
      "PATCH",
      `/v1/appointments/${appointment.id}`,
      body,
    ),
    patientId: appointment.patientId,
    ...ownLimit(c, principal),
    wanted: isSaga
      ? {
          ...common,
          kind: "saga",
          what: "move",
          source: moves ? provider.id : null,
          home: homeCalendarOf(appointment.id),
          needs: candidatesFor(needed, appointment.id, held),
          held,
        }
      : { ...common, kind: "move" },
  });
  return admitted(target.id, async () => ({
    ok: true,
    answer: await takeSafely(c, calendars, request),
    timeZone: clinic.timeZone,
  }));
}

/** [AU1] An id of ours is an appointment of somebody, whatever the calendar says to this caller. */
async function noted(
  c: Context<EdgeEnv>,
  appointmentId: AppointmentId,
  asked: () => Promise<StatusAnswer>,
): Promise<StatusAnswer> {
  concerns(c, { appointmentId });
  const answer = await asked();
  if (answer.kind === "done") concernsAppointment(c, answer.appointment);
  return answer;
}

/** `id` has passed `parseAppointmentId`; whether the caller may see it is the calendar's word. */
export function cancelAppointment(
  c: Context<EdgeEnv>,
  principal: Principal,
  { id, home }: { readonly id: AppointmentId; readonly home: ProviderId },
  { ifMatch, key }: ChangeTerms,
  reasonCode: CancellationReason,
): Promise<StatusAnswer> {
  return noted(c, id, () =>
    changeStatus(c, home, {
      command: commandId(principal.subject, id, key),
      fingerprint: fingerprintOf("DELETE", `/v1/appointments/${id}`, { reasonCode, ifMatch }),
      appointmentId: id,
      action: "cancel",
      ifMatch,
      reasonCode,
      repeatable: true, // a cancellation that changes nothing is refused, so there is nothing else to remember
      reach: reachOf(principal, "appointment.read"),
    }),
  );
}

/** For everything but cancelling. `id` has passed `parseAppointmentId`. */
export function commandStatus(
  c: Context<EdgeEnv>,
  principal: Principal,
  { id, home }: { readonly id: AppointmentId; readonly home: ProviderId },
  action: Exclude<StatusAction, "cancel">,
  terms: { readonly ifMatch: number | null; readonly key: string; readonly repeatable: boolean },
): Promise<StatusAnswer> {
  const { ifMatch, key, repeatable } = terms;
  return noted(c, id, () =>
    changeStatus(c, home, {
      command: commandId(principal.subject, id, key),
      fingerprint: fingerprintOf("POST", `/v1/appointments/${id}/${action}`, { ifMatch }),
      appointmentId: id,
      action,
      ifMatch,
      reasonCode: null,
      repeatable,
      reach: reachOf(principal, "appointment.read"),
    }),
  );
}

/** An appointment is at its home or one hop away; more are met only while it moves on. */
const HOPS_MAX = 6;
/** A saga's commit is a call away. */
const ON_ITS_WAY_MS = 50;

/** The appointment behind an id, if the caller may see it. Invented, missing and foreign ids are one answer. */
export const findAppointment = (
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<FoundAppointment> => findWithin(c, reachOf(principal, "appointment.read"), text);

/** The same within a reach that somebody has worked out. */
export async function findWithin(c: Context<EdgeEnv>, reach: Reach, text: string): Promise<FoundAppointment> {
  const parsed = parseAppointmentId(c.get("settings").ID_KEYS, text);
  if (parsed) concerns(c, { appointmentId: parsed.id });
  let at = parsed?.home;
  for (let hop = 0; parsed && at && hop < HOPS_MAX; hop++) {
    const provider: Provider | undefined = (await directoryForProvider(c, at)).providers.get(at);
    if (!provider) return refused(NOT_FOUND);
    try {
      let found = await providerCalendar(c.env, at).read(parsed.id, reach);
      if (!found && (await tookOverAt(c, at)))
        found = await providerCalendar(c.env, at).read(parsed.id, reach);
      if (!found) return refused(NOT_FOUND);
      if (!("movedTo" in found)) {
        concernsAppointment(c, found);
        return { ok: true, appointment: openWritten(c.get("settings").TEXT_KEYS, found), provider };
      }
      if (found.movedTo === null)
        await sleep(ON_ITS_WAY_MS); // prepared here and not committed yet
      else at = found.movedTo;
    } catch (error) {
      logFailure("edge.read_failed", error, { provider: at });
      return refused(CALENDAR_AWAY);
    }
  }
  return refused(parsed ? BUSY : NOT_FOUND);
}
