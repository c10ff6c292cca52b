/**
 * What travels between an agenda and the calendars of one saga: a move to another calendar, a set of provider and
 * resources, or both. Field by field the messages `prepare`, `commit`, `abort`, `ask` and `release` of the protocol.
 */
import { type Reach, reaches } from "../access/reach.ts";
import type { AppointmentId, AttemptId, HoldId, PatientId, ProviderId } from "../ids.ts";
import type { FreeStart } from "../schedule/free-starts.ts";
import { type Instant, type Interval, SECOND_MS } from "../time.ts";
import type { Appointment, AppointmentFacts, OverrideReason } from "./appointment.ts";
import type { RecentCommand } from "./calendar-view.ts";
import type { Place, Who } from "./commands.ts";
import type { HoldClaim } from "./hold.ts";
import type { BookingRefusal } from "./refusal.ts";

/** A participant that heard nothing asks its coordinator after this long, and then again. */
export const IN_DOUBT_PAUSE_MS = 5 * SECOND_MS;
/** Sites, machines and people that one visit can need beside its provider. Bounds a saga and its messages. */
export const RESOURCES_MAX = 5;
/** [R9] Providers among whom a caller takes whoever has the start. Bounds what one refusal costs. */
export const HOLDERS_MAX = 5;
/** [Z11] Visits that one saga makes together: each costs a question and a commit to every calendar that it needs. */
export const TOGETHER_MAX = 10;
/** Rooms or machines that are tried for one need before the visit is refused. */
export const CANDIDATES_MAX = 10;

/** "Would you?" A yes stands until commit or abort; it never expires by the clock. */
export interface PrepareCommand {
  readonly attempt: AttemptId;
  readonly appointmentId: AppointmentId;
  /** Whose agenda coordinates; the participant asks there when it hears nothing. */
  readonly patientId: PatientId;
  /** The version that the appointment has now; 0 for one that is only being made. */
  readonly ifMatch: number;
  /** The time that this calendar is to give; null for one that only lets go. */
  readonly take: Place | null;
  /** Whether this calendar holds the appointment (or a resource of it) and lets go of that. */
  readonly release: boolean;
  /** A room, machine or interpreter: it keeps a reservation, not the appointment. */
  readonly resource: boolean;
  /** [B19] [B20] Of whoever comes; asked of the calendar that takes the appointment. */
  readonly who?: Who;
  /** [B25] The same; a resource lifts nothing. */
  readonly override?: OverrideReason;
  /** [M9] The patient asks, not the clinic; of the calendar that lets go. */
  readonly byPatient?: boolean;
  readonly deadline: Instant;
  readonly configVersion: number;
  /** [R7] The hold that becomes this appointment; for the calendar that will have it. */
  readonly hold?: HoldClaim;
}

export type PrepareReply =
  /** `held` = the appointment as it stands here, with the commands that travel with it; null where it is not. */
  | { readonly kind: "yes"; readonly held: HeldAppointment | null }
  | {
      readonly kind: "refused";
      readonly refusal: BookingRefusal;
      readonly alternatives: readonly FreeStart[];
    }
  | { readonly kind: "busy" }
  | { readonly kind: "late" }
  | { readonly kind: "needs-config" };

export interface HeldAppointment {
  readonly appointment: Appointment;
  readonly recent: readonly RecentCommand[];
}

/** What was decided, in full: every participant can carry it out from this alone, and any number of times. */
export interface CommitCommand {
  readonly attempt: AttemptId;
  /** As it is from now on; its `providerId` is the calendar that holds it. */
  readonly appointment: Appointment;
  readonly recent: readonly RecentCommand[];
}

/** Where an appointment went. The home calendar of its id keeps this for as long as the appointment itself. */
export interface Forwarding {
  /** The facts as of `version`; `providerId` is where to look. */
  readonly facts: AppointmentFacts;
}

/** A read's answer for an appointment that is at another calendar by now; null = it is on its way, ask again. */
export interface MovedTo {
  readonly movedTo: ProviderId | null;
}

/** What a coordinator says to a participant in doubt; "trying" = ask again later. */
export type AskReply =
  | { readonly kind: "commit"; readonly command: CommitCommand }
  | { readonly kind: "abort" }
  | { readonly kind: "trying" };

/** A yes that this calendar gave, and that binds it. */
export interface Prepared {
  readonly attempt: AttemptId;
  readonly appointmentId: AppointmentId;
  readonly patientId: PatientId;
  readonly take: Place | null;
  /** [S10] With buffers, as it was promised. */
  readonly takes: Interval | null;
  readonly release: boolean;
  readonly resource: boolean;
  /** [R7] The hold that ends with the commit. */
  readonly converts?: HoldId;
}

/** [A1] Whether an appointment that is only on its way here would be in reach where it will stand. */
export const reachesComing = (reach: Reach, coming: Prepared, providerId: ProviderId): boolean =>
  coming.take !== null &&
  !coming.resource &&
  reaches(reach, { patientId: coming.patientId, locationId: coming.take.locationId, providerId });

/** A resource's part of an appointment: its time, and nothing about whose it is. */
export interface Reservation extends Place {
  readonly appointmentId: AppointmentId;
  readonly version: number;
}
