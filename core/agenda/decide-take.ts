/** What the agenda does with a command that takes time: the state table of the protocol, for one calendar. */
import { type AppointmentFacts, bookingAttempt } from "../booking/appointment.ts";
import { COMMAND_DEADLINE_MS } from "../booking/commands.ts";
import { type BookingRefusal, broken } from "../booking/refusal.ts";
import type { AttemptId, ProviderId } from "../ids.ts";
import { type Instant, overlaps, plus } from "../time.ts";
import { type CommandRow, RESOLVE_GRACE_MS, type TakeRequest, visitsOf } from "./command-row.ts";

/** [G7] A person with more open appointments than this is a script or a mistake. */
export const OPEN_BOOKINGS_MAX = 20;

/**
 * [AB5] Of them, with one provider and without the clinic's help: a visit, its follow-up and one more. Whoever needs a course of
 * treatment books a series, which counts as one, or asks the desk, whose bookings are neither counted nor refused.
 */
export const SELF_BOOKED_MAX = 3;

export interface AgendaFacts {
  /** The row under this caller's key, if there is one. */
  readonly row: CommandRow | null;
  /** Whether a call about that row is under way in this very object. */
  readonly running: boolean;
  /** Active claims of this patient that overlap the wanted time, other than the appointment itself. */
  readonly conflictingClaims: readonly AppointmentFacts[];
  /** A pending command of this patient, other than this one, overlaps the wanted time. */
  readonly conflictingCommand: boolean;
  /** A pending command, other than this one, works on the same appointment. */
  readonly openCommand: boolean;
  readonly openBookings: number;
  /** [AB5] The most that the patient booked themselves with any of the wanted providers; a series is one. */
  readonly selfBooked: number;
  /** Pending commands that stand in the way (same appointment or overlapping time) and that nobody is asking about. */
  readonly unsettled: readonly CommandRow[];
  /** The calendars of everything in the way were just asked. */
  readonly refreshed: boolean;
}

export type TakeStep =
  | { readonly step: "key-reuse" }
  | { readonly step: "in-flight" }
  | { readonly step: "busy" }
  | { readonly step: "replay"; readonly row: CommandRow }
  | { readonly step: "resend"; readonly row: CommandRow }
  | { readonly step: "resolve"; readonly row: CommandRow }
  /**
   * Ask the calendars about these, then decide again: a staff cancel may be on its way, and a command whose answer was
   * lost may be done or void by now.
   */
  | {
      readonly step: "refresh";
      readonly claims: readonly AppointmentFacts[];
      readonly commands: readonly CommandRow[];
    }
  | { readonly step: "refuse"; readonly row: CommandRow }
  /** A saga whose coordinator died before deciding: this attempt is void, the same key starts a new one. */
  | { readonly step: "abandon"; readonly row: CommandRow }
  | { readonly step: "try"; readonly row: CommandRow }
  | { readonly step: "send"; readonly row: CommandRow };

export function decideTake(facts: AgendaFacts, request: TakeRequest, now: Instant): TakeStep {
  const { row } = facts;
  if (row && row.request.fingerprint !== request.fingerprint) return { step: "key-reuse" }; // [G2]
  if (row && row.state !== "void") return repetition(row, facts.running, now);

  const { conflictingClaims: claims, unsettled: commands } = facts;
  if (!facts.refreshed && claims.length + commands.length > 0) return { step: "refresh", claims, commands };
  if (facts.openCommand) return { step: "busy" }; // [G6] one open command per appointment
  const attemptNumber = (row?.attemptNumber ?? 0) + 1;
  if (facts.conflictingCommand || claims.length > 0 || meetEachOther(request)) {
    return refuse(request, attemptNumber, now, { reason: "patient-conflict" }); // [G4]
  }
  if (isBooking(request) && facts.openBookings + visitsOf(request.wanted).length > OPEN_BOOKINGS_MAX) {
    return refuse(request, attemptNumber, now, broken("too-many-open-bookings"));
  }
  if (comesToProvider(request) && facts.selfBooked >= (request.selfBookedMax ?? Number.POSITIVE_INFINITY)) {
    return refuse(request, attemptNumber, now, broken("too-many-open-bookings"));
  }
  const fresh = newRow(request, attemptNumber, now);
  return request.wanted.kind === "saga"
    ? { step: "try", row: { ...fresh, state: "trying" } }
    : { step: "send", row: fresh };
}

/** Makes appointments; everything else changes one that is there. */
export const isBooking = ({ wanted }: TakeRequest): boolean =>
  wanted.kind === "book" || (wanted.kind === "saga" && wanted.what === "book");

/** [AB5] Brings a visit to a provider: makes it, or moves it there from another one. */
const comesToProvider = (request: TakeRequest): boolean =>
  isBooking(request) || (request.wanted.kind === "saga" && request.wanted.source !== null);

/** [R9] [Z11] Everybody who may get a visit by this. */
export const providersOf = ({ wanted }: TakeRequest): readonly ProviderId[] =>
  wanted.kind === "saga"
    ? [wanted, ...(wanted.holders ?? []), ...(wanted.visits ?? [])].map(({ providerId }) => providerId)
    : [wanted.providerId];

/** [AB5] Whether the patient makes it themselves. */
export function isSelfBooked({ wanted }: TakeRequest): boolean {
  if (wanted.kind === "book") return wanted.source === "patient";
  return wanted.kind === "saga" && wanted.book?.source === "patient";
}

/**
 * [G4] [Z11] Visits that are named together may overlap; two of one series may have come to lie on one day, and moved to one
 * hour they would be in two places.
 */
const meetEachOther = ({ wanted }: TakeRequest): boolean => {
  const places = visitsOf(wanted).map(({ place }) => place);
  return places.some((place, n) => places.slice(n + 1).some((other) => overlaps(place, other)));
};

function repetition(row: CommandRow, running: boolean, now: Instant): TakeStep {
  if (row.state !== "pending" && row.state !== "trying") return { step: "replay", row }; // [G1]
  if (running) return { step: "in-flight" }; // [G3]
  if (row.state === "trying") return { step: "abandon", row }; // [J10]
  return now <= row.deadline ? { step: "resend", row } : { step: "resolve", row };
}

function newRow(request: TakeRequest, attemptNumber: number, now: Instant): CommandRow {
  const deadline = plus(now, COMMAND_DEADLINE_MS);
  return {
    request,
    attemptNumber,
    attempt: attemptOf(request, attemptNumber),
    issuedAt: now,
    deadline,
    state: "pending",
    refused: null,
    askAt: plus(deadline, RESOLVE_GRACE_MS),
    asks: 0,
  };
}

/** One attempt, one id: a void attempt is followed by a new number (or a new appointment id), never by the old one. */
function attemptOf(request: TakeRequest, attemptNumber: number): AttemptId {
  if (request.wanted.kind === "book") return bookingAttempt(request.wanted.appointmentId);
  return `${request.command}.${attemptNumber}` as AttemptId;
}

function refuse(
  request: TakeRequest,
  attemptNumber: number,
  now: Instant,
  refusal: BookingRefusal,
): TakeStep {
  const row = newRow(request, attemptNumber, now);
  return { step: "refuse", row: { ...row, state: "refused", refused: { refusal, alternatives: [] } } };
}
