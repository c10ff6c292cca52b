/** One command of a patient as the agenda remembers it: the idempotency ledger, and for a booking also the claim. */
import type { Appointment, AppointmentFacts, BookingSource, OverrideReason } from "../booking/appointment.ts";
import type { BookCommand, MoveCommand, Place } from "../booking/commands.ts";
import { bookedAppointment } from "../booking/decide-book.ts";
import type { BookingRefusal } from "../booking/refusal.ts";
import type { AppointmentId, AttemptId, CommandId, PatientId, ProviderId } from "../ids.ts";
import type { FreeStart } from "../schedule/free-starts.ts";
import { HOUR_MS, type Instant, SECOND_MS } from "../time.ts";

/** Contract of the Idempotency-Key: an answer can be had again for a day. */
export const ANSWER_LIFE_MS = 24 * HOUR_MS;
/** A claim outlives its appointment, also when cancelled: it is the patient's list and guards against late events. */
export const CLAIM_LIFE_MS = 35 * 24 * HOUR_MS;
/** Usual clock difference between machines; correctness comes from the fence, not from this number. */
export const RESOLVE_GRACE_MS = 2 * SECOND_MS;
/** Pauses between questions about an unknown outcome; the last one repeats. */
export const RESOLVE_PAUSES_MS = [5 * SECOND_MS, 15 * SECOND_MS, 60 * SECOND_MS] as const;

/** P, D, R and V of the protocol. A saga's S and C come with moves across calendars. */
export type CommandState = "pending" | "done" | "refused" | "void";

interface Wanted {
  readonly appointmentId: AppointmentId;
  readonly providerId: ProviderId;
  readonly place: Place;
  readonly timeZone: string;
  readonly configVersion: number;
  /** [B25] */
  readonly override?: OverrideReason;
}

/** `appointmentId` is a fresh one, used if a new attempt begins; a repetition ignores it. */
export interface WantedBooking extends Wanted {
  readonly kind: "book";
  readonly reason: string | null;
  readonly notes: string | null;
  readonly source: BookingSource;
}

export interface WantedMove extends Wanted {
  readonly kind: "move";
  readonly ifMatch: number;
  readonly reason?: string | null;
}

/** A command that takes time, as it comes from the edge. */
export interface TakeRequest {
  readonly command: CommandId;
  readonly fingerprint: string;
  readonly patientId: PatientId;
  readonly wanted: WantedBooking | WantedMove;
}

export interface StoredRefusal {
  readonly refusal: BookingRefusal;
  readonly alternatives: readonly FreeStart[];
}

export interface CommandRow {
  readonly request: TakeRequest;
  readonly attemptNumber: number;
  readonly attempt: AttemptId;
  readonly issuedAt: Instant;
  readonly deadline: Instant;
  readonly state: CommandState;
  readonly refused: StoredRefusal | null;
  /** When the alarm looks at a pending row next. */
  readonly askAt: Instant;
  /** Questions asked so far. */
  readonly asks: number;
}

/** What the calendar is told. `again` on every send but the first. */
export function calendarCommand(row: CommandRow, again: boolean): BookCommand | MoveCommand {
  const { wanted, patientId } = row.request;
  const common = {
    attempt: row.attempt,
    appointmentId: wanted.appointmentId,
    patientId,
    place: wanted.place,
    issuedAt: row.issuedAt,
    deadline: row.deadline,
    again,
    configVersion: wanted.configVersion,
    ...(wanted.override ? { override: wanted.override } : {}),
  };
  if (wanted.kind === "move") {
    return {
      ...common,
      kind: "move",
      ifMatch: wanted.ifMatch,
      ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    };
  }
  return { ...common, kind: "book", reason: wanted.reason, notes: wanted.notes, source: wanted.source };
}

/** [G5] A booking's first answer, built from the row alone: version 1, whatever happened to it since. */
export function firstAnswer(row: CommandRow): Appointment | null {
  const { wanted, patientId } = row.request;
  if (wanted.kind !== "book") return null;
  return bookedAppointment(
    { ...wanted, patientId, issuedAt: row.issuedAt },
    wanted.providerId,
    wanted.timeZone,
  );
}

/** What the agenda says about a command. */
export type TakeAnswer =
  | { readonly kind: "accepted"; readonly appointment: Appointment; readonly replayed: boolean }
  | { readonly kind: "refused"; readonly refused: StoredRefusal; readonly replayed: boolean }
  | { readonly kind: "key-reuse" }
  | { readonly kind: "in-flight" }
  /** Another command on the same appointment is open; nothing was written. */
  | { readonly kind: "busy" }
  /** The calendar's word is not known; the same key asks again. */
  | { readonly kind: "unknown" }
  /** This attempt can never commit; the same key starts a new one. */
  | { readonly kind: "void" }
  /** The calendar has no configuration, or an older one than the caller. */
  | { readonly kind: "needs-config" };

/** A claim is the facts as last heard; versions only grow. */
export type Claim = AppointmentFacts;
