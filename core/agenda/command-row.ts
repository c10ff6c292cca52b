/** One command of a patient as the agenda remembers it: the idempotency ledger, and for a booking also the claim. */
import type { Appointment, AppointmentFacts, BookingSource, OverrideReason } from "../booking/appointment.ts";
import type {
  BookCommand,
  MoveCommand,
  MovedVisit,
  Occurrence,
  Place,
  ResolveQuestion,
  Visit,
  Who,
} from "../booking/commands.ts";
import { bookedAppointment } from "../booking/decide-book.ts";
import { movedTo } from "../booking/decide-move.ts";
import type { HoldClaim } from "../booking/hold.ts";
import type { BookingRefusal } from "../booking/refusal.ts";
import type { CommitCommand } from "../booking/saga.ts";
import type { AppointmentId, AttemptId, CommandId, PatientId, ProviderId } from "../ids.ts";
import { invariant } from "../invariant.ts";
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

/**
 * P, S, C, D, R and V of the protocol: one calendar is asked, a saga is being tried, a saga is decided and not yet carried
 * out everywhere, done, refused, void.
 */
export type CommandState = "pending" | "trying" | "decided" | "done" | "refused" | "void";

interface Wanted {
  readonly appointmentId: AppointmentId;
  readonly providerId: ProviderId;
  readonly place: Place;
  readonly timeZone: string;
  readonly configVersion: number;
  readonly who?: Who;
  /** [B25] */
  readonly override?: OverrideReason;
}

/** `appointmentId` is a fresh one, used if a new attempt begins; a repetition ignores it. */
export interface WantedBooking extends Wanted {
  readonly kind: "book";
  readonly reason: string | null;
  readonly notes: string | null;
  readonly source: BookingSource;
  /** [Z1] Further visits of a series; with fresh ids, used if a new attempt begins. */
  readonly more?: readonly Visit[];
  /** Kept in the row, so that a re-send still converts it. Id and hash only; not in any event. */
  readonly hold?: HoldClaim;
}

export interface WantedMove extends Wanted {
  readonly kind: "move";
  readonly ifMatch: number;
  /** [Z7] Further visits of a series. */
  readonly more?: readonly MovedVisit[];
  readonly byPatient?: boolean;
  readonly reason?: string | null;
}

/** A calendar that could serve, with the version of its configuration that the caller knows. */
export interface Candidate {
  readonly calendar: ProviderId;
  readonly configVersion: number;
}

/** [J1]–[J12] Whatever touches more than one calendar; `providerId` is the one that holds the appointment afterwards. */
export interface WantedSaga extends Wanted {
  readonly kind: "saga";
  readonly what: "book" | "move";
  /** The version that the caller saw; 0 for a booking. */
  readonly ifMatch: number;
  /** The calendar that lets the appointment go; null when it is made, or stays where it is. */
  readonly source: ProviderId | null;
  /** Where its id leads; told when it is neither source nor target. */
  readonly home: ProviderId;
  /** What the visit needs beside the provider: for each need, the calendars that could serve, the first one preferred. */
  readonly needs: readonly (readonly Candidate[])[];
  /**
   * [R9] Several who could hold an appointment that is made; the first of them is also `providerId` and so on. `place` is
   * then the longest of theirs, so that the patient is free for any of them. Absent once it is decided.
   */
  readonly holders?: readonly Holder[];
  /** [Z11] Further visits that are made with it, all or none, each at a calendar of its own or not; ids are fresh ones. */
  readonly visits?: readonly FurtherVisit[];
  /** Resources it holds now. */
  readonly held: readonly ProviderId[];
  /** [M9] */
  readonly byPatient?: boolean;
  readonly reason?: string | null;
  /** What a booking says; absent for a move. */
  readonly book?: Pick<WantedBooking, "reason" | "notes" | "source" | "appointmentId" | "place" | "hold"> & {
    /** [Z11] The first visit of those that are made together. */
    readonly seriesOf?: AppointmentId;
  };
}

/** [R9] One who could hold it, with everything in which they differ from the others; the id leads to their calendar. */
export type Holder = Pick<
  WantedSaga,
  "appointmentId" | "providerId" | "place" | "configVersion" | "needs" | "who"
>;

/** [Z11] One of several visits, with everything in which it differs from the first. */
export type FurtherVisit = Holder & Pick<WantedSaga, "timeZone">;

/** What was decided about one appointment, and who still has to hear it. */
export interface SagaDecision {
  readonly command: CommitCommand;
  readonly participants: readonly ProviderId[];
  /** Told without having been asked: the home of the id, if it is nobody else here. */
  readonly forwardTo: ProviderId | null;
  /** [Z11] Decided in the same row: the further visits. */
  readonly further?: readonly SagaDecision[];
}

/** A command that takes time, as it comes from the edge. */
export interface TakeRequest {
  readonly command: CommandId;
  readonly fingerprint: string;
  readonly patientId: PatientId;
  readonly wanted: WantedBooking | WantedMove | WantedSaga;
  /** [AB5] Open visits with one provider that the patient booked themselves, this one included; absent = the clinic asks. */
  readonly selfBookedMax?: number;
}

export interface StoredRefusal {
  readonly refusal: BookingRefusal;
  readonly alternatives: readonly FreeStart[];
  readonly occurrences?: readonly Occurrence[];
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
  /** Of a decided saga; it stays as the answer. */
  readonly decision?: SagaDecision;
}

/** What the calendar is told. `again` on every send but the first. */
export function calendarCommand(row: CommandRow, again: boolean): BookCommand | MoveCommand {
  const { wanted, patientId } = row.request;
  invariant(wanted.kind !== "saga", "a saga asks with `prepare`");
  const common = {
    attempt: row.attempt,
    appointmentId: wanted.appointmentId,
    patientId,
    place: wanted.place,
    issuedAt: row.issuedAt,
    deadline: row.deadline,
    again,
    configVersion: wanted.configVersion,
    ...(wanted.who === undefined ? {} : { who: wanted.who }),
    ...(wanted.override ? { override: wanted.override } : {}),
  };
  if (wanted.kind === "move") {
    return {
      ...common,
      kind: "move",
      ifMatch: wanted.ifMatch,
      ...(wanted.byPatient === undefined ? {} : { byPatient: wanted.byPatient }),
      ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
      ...(wanted.more ? { more: wanted.more } : {}),
    };
  }
  return {
    ...common,
    kind: "book",
    reason: wanted.reason,
    notes: wanted.notes,
    source: wanted.source,
    ...(wanted.hold ? { hold: wanted.hold } : {}),
    ...(wanted.more ? { more: wanted.more } : {}),
  };
}

/** What the calendar is asked when its word on a sent attempt was lost. */
export function resolveQuestion({ request: { wanted }, attempt, deadline }: CommandRow): ResolveQuestion {
  invariant(wanted.kind !== "saga", "a saga is decided by its agenda; nobody else knows");
  return { kind: wanted.kind, attempt, appointmentId: wanted.appointmentId, deadline };
}

/** [G5] A first answer that the row alone can give: a booking's version 1, or what a saga decided. */
export function firstAnswer(row: CommandRow): Appointment | null {
  const { wanted, patientId } = row.request;
  if (row.decision) return row.decision.command.appointment;
  if (wanted.kind !== "book") return null;
  return bookedAppointment(
    { ...wanted, patientId, issuedAt: row.issuedAt },
    wanted.providerId,
    wanted.timeZone,
  );
}

/**
 * [Z1] [Z11] [G5] The further visits of a series as they were booked, or [Z9] moved: a version says what a visit was, so the row
 * alone knows what it became. None for everything else.
 */
export function furtherAnswers(row: CommandRow): Appointment[] {
  const { wanted, patientId } = row.request;
  if (row.decision?.further) return row.decision.further.map(({ command }) => command.appointment);
  if (wanted.kind === "move") {
    return (wanted.more ?? []).map(({ before, place }) => ({
      ...movedTo(before, place, before.timeZone, row),
      reason: null, // what a person wrote stays at the calendar
      notes: null,
    }));
  }
  if (wanted.kind !== "book" || !wanted.more) return [];
  return wanted.more.map((visit) =>
    bookedAppointment(
      { ...wanted, ...visit, seriesOf: wanted.appointmentId, patientId, issuedAt: row.issuedAt },
      wanted.providerId,
      wanted.timeZone,
    ),
  );
}

/** Every time that a command wants, with the appointment it is for. */
export function visitsOf(wanted: TakeRequest["wanted"]): readonly Visit[] {
  const first = { appointmentId: wanted.appointmentId, place: wanted.place };
  if (wanted.kind === "saga") return [first, ...(wanted.visits ?? [])];
  return [first, ...(wanted.more ?? [])];
}

/** What the agenda says about a command. */
export type TakeAnswer =
  | {
      readonly kind: "accepted";
      readonly appointment: Appointment;
      /** Further visits of a series. */
      readonly more?: readonly Appointment[];
      readonly replayed: boolean;
    }
  | { readonly kind: "refused"; readonly refused: StoredRefusal; readonly replayed: boolean }
  | { readonly kind: "key-reuse" }
  | { readonly kind: "in-flight" }
  /** Another command on the same appointment is open; nothing was written. */
  | { readonly kind: "busy" }
  /** The calendar's word is not known; the same key asks again. */
  | { readonly kind: "unknown" }
  /** This attempt can never commit; the same key starts a new one. */
  | { readonly kind: "void" }
  /** This calendar has no configuration, or an older one than the caller. */
  | { readonly kind: "needs-config"; readonly calendar: ProviderId };

/** A claim is the facts as last heard; versions only grow. */
export type Claim = AppointmentFacts;
