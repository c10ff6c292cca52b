/** What travels between edge, agenda and calendar, and what comes back. Field by field the tables of the protocol. */
import type { Reach } from "../access/reach.ts";
import type {
  AppointmentId,
  AttemptId,
  CommandId,
  LocationId,
  PatientId,
  ProviderId,
  VisitTypeId,
} from "../ids.ts";
import type { FreeStart } from "../schedule/free-starts.ts";
import { HOUR_MS, type Instant, SECOND_MS } from "../time.ts";
import type {
  Appointment,
  AppointmentFacts,
  BookingSource,
  CancellationReason,
  OverrideReason,
} from "./appointment.ts";
import type { HoldClaim } from "./hold.ts";
import type { BookingRefusal } from "./refusal.ts";
import type { StatusAction } from "./status-rules.ts";

/** Longer than any healthy call, shorter than a person's patience. Counted from the pending row. */
export const COMMAND_DEADLINE_MS = 10 * SECOND_MS;
/** How long after its deadline a fence or a recent command is kept: tolerates a day of clock error. */
export const FENCE_LIFE_MS = 24 * HOUR_MS;

/** The time a command wants: where, what, when. */
export interface Place {
  readonly locationId: LocationId;
  readonly visitTypeId: VisitTypeId;
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * [B19] [B20] What the rules of a visit type ask about the patient. The edge fills it only when such a rule exists; null
 * or absent = not known, and then the rule is not applied: what a directory that is away cannot say must not stop a visit.
 */
export interface Who {
  readonly isNewPatient: boolean | null;
  /** Whole years on the day of the visit: less than a birth date says, and all that the rule needs. */
  readonly ageYears: number | null;
}

/** What every attempt that takes time carries unchanged through all of its sends. */
interface Attempt {
  readonly attempt: AttemptId;
  readonly appointmentId: AppointmentId;
  readonly patientId: PatientId;
  readonly place: Place;
  readonly who?: Who;
  /** When the agenda wrote the attempt; becomes `createdAt` or `updatedAt`, so that a replay says the same. */
  readonly issuedAt: Instant;
  readonly deadline: Instant;
  /** True on every send but the first: a refusal then fences, because the first copy may still be under way. */
  readonly again: boolean;
  /** The directory version the caller decided from; a calendar that is behind asks for its configuration. */
  readonly configVersion: number;
  /** [B25] Given by the clinic: rules of time and rivals do not count. */
  readonly override?: OverrideReason;
}

/** One visit of a booking. */
export interface Visit {
  readonly appointmentId: AppointmentId;
  readonly place: Place;
}

export interface BookCommand extends Attempt {
  readonly kind: "book";
  /** [Z1] Further visits of a series, by start: all of them are booked with the first one, or none is. */
  readonly more?: readonly Visit[];
  /** The first visit of the series that this one belongs to; the first one may leave it out if it has `more`. */
  readonly seriesOf?: AppointmentId;
  /** The hold that becomes this appointment, and what proves that it is the caller's. */
  readonly hold?: HoldClaim;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly source: BookingSource;
}

/** A further visit of a series that moves as a whole. */
export interface MovedVisit extends Visit {
  /** As the caller saw it: this version must still hold, and then what it becomes is known ([Z9]). */
  readonly before: AppointmentFacts;
  readonly who?: Who;
}

export interface MoveCommand extends Attempt {
  readonly kind: "move";
  /** [Z7] Further visits of a series, by start: all of them are moved with the first one, or none is. */
  readonly more?: readonly MovedVisit[];
  readonly ifMatch: number;
  /** [M9] The patient asks, not the clinic. */
  readonly byPatient?: boolean;
  /** undefined leaves the reason as it is. */
  readonly reason?: string | null;
}

export interface ResolveQuestion {
  readonly kind: "book" | "move";
  readonly attempt: AttemptId;
  readonly appointmentId: AppointmentId;
  readonly deadline: Instant;
}

/** Cancel, confirm, check in, start, complete, miss or reopen: whatever takes no time from anybody. */
export interface StatusCommand {
  readonly command: CommandId;
  /** Of method, path and body: the same key with another request is refused. */
  readonly fingerprint: string;
  readonly appointmentId: AppointmentId;
  readonly action: StatusAction;
  /** The version that the caller saw; null = decided on the present one. */
  readonly ifMatch: number | null;
  /** Of a cancellation; null for everything else. */
  readonly reasonCode: CancellationReason | null;
  /** The caller gave a key, so the answer must be found again even if nothing changed. */
  readonly repeatable: boolean;
  readonly reach: Reach;
}

/** One visit of a series that could not be had as a whole; `refusal` null = this one could. */
export interface Occurrence {
  readonly start: Instant;
  readonly refusal: BookingRefusal | null;
  readonly alternatives: readonly FreeStart[];
}

/** The calendar's word on one attempt. `needs-config` decided nothing and stored nothing. */
export type CalendarReply =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | {
      readonly kind: "refused";
      readonly refusal: BookingRefusal;
      readonly alternatives: readonly FreeStart[];
      /** [Z3] [Z7] Of a series: what became of each visit. */
      readonly occurrences?: readonly Occurrence[];
    }
  | { readonly kind: "fenced" }
  | { readonly kind: "late" }
  | { readonly kind: "busy" }
  | { readonly kind: "needs-config" };

export type ResolveReply = Extract<CalendarReply, { kind: "done" | "fenced" | "busy" }>;

export type StatusReply =
  | {
      readonly kind: "done";
      readonly appointment: Appointment;
      readonly replayed: boolean;
      readonly attempt: AttemptId;
    }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  /** The appointment is at another calendar now; the same command goes there. */
  | { readonly kind: "moved"; readonly to: ProviderId }
  | { readonly kind: "busy" }
  /** [B17] It may have taken appointments over before it was ever configured. */
  | { readonly kind: "needs-config" };
