/** The appointment, and everything that names one. */
import type {
  AppointmentId,
  AttemptId,
  LocationId,
  PatientId,
  ProviderId,
  SeriesId,
  VisitTypeId,
} from "../ids.ts";
import { type Instant, MINUTE_MS } from "../time.ts";

/** `pending` (EHR is master and has not answered) comes with the EHR adapters. */
export type AppointmentStatus =
  | "booked"
  | "confirmed"
  | "checked-in"
  | "in-progress"
  | "completed"
  | "cancelled"
  | "no-show";

/** Who brought the appointment in; `import`: it was made elsewhere ([AD1]). */
export type BookingSource = "patient" | "staff" | "service" | "import";

/** Why an appointment was cancelled: a code, never text. */
export const CANCELLATION_REASONS = [
  "patient-request",
  "provider-unavailable",
  "clinic-closed",
  "entered-in-error",
  "other",
] as const;
export type CancellationReason = (typeof CANCELLATION_REASONS)[number];

/** [B25] Why the clinic placed an appointment where the rules or somebody else's time would not have it: a code. */
export const OVERRIDE_REASONS = ["clinical-need", "patient-waiting", "staff-error", "other"] as const;
/** What a caller may give. */
export type GivenReason = (typeof OVERRIDE_REASONS)[number];
/** [AD4] `imported`: it came from elsewhere and lies over somebody's time. No caller can say so. */
export type OverrideReason = GivenReason | "imported";

/** An appointment without what a person wrote in it: the part that events, claims and projections may carry. */
export interface AppointmentFacts {
  readonly id: AppointmentId;
  /** The calendar that holds it. */
  readonly providerId: ProviderId;
  readonly patientId: PatientId;
  readonly locationId: LocationId;
  readonly visitTypeId: VisitTypeId;
  /** IANA zone of the clinic, so that every reader spells its times alike. */
  readonly timeZone: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly status: AppointmentStatus;
  /** 1 when booked; grows by one with every accepted command. */
  readonly version: number;
  readonly source: BookingSource;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Rows, events and claims from before there was a check-in lack it: read it through `factsOf`. */
  readonly checkedInAt: Instant | null;
  readonly cancelledAt: Instant | null;
  readonly cancellationReason: CancellationReason | null;
  /** [B25] Set when the clinic lifted rules or rivals for the time it stands at now. */
  readonly override: OverrideReason | null;
  /** [Z4] The series that it was booked with; absent = none. */
  readonly seriesId?: SeriesId;
}

export interface Appointment extends AppointmentFacts {
  readonly reason: string | null;
  readonly notes: string | null;
  /** Calendars of the rooms, machines and interpreters that are reserved for it; absent = none. */
  readonly resources?: readonly ProviderId[];
}

/** Takes its time on the calendar. A cancelled or missed one does not. */
export const occupiesTime = (status: AppointmentStatus): boolean =>
  status !== "cancelled" && status !== "no-show";

/**
 * [H11] A cancellation that left the clinic less time than its visit type asks for. Told apart by what is stored anyway
 * (when it was cancelled, when it would have started), so there is no flag that could disagree with them.
 */
export const isLateCancellation = (a: AppointmentFacts, cancelWindowMinutes: number): boolean =>
  a.cancelledAt !== null && a.cancelledAt > a.start - cancelWindowMinutes * MINUTE_MS;

/** The facts alone, field by field: a new private field must not travel by accident. */
export function factsOf(a: AppointmentFacts): AppointmentFacts {
  return {
    id: a.id,
    providerId: a.providerId,
    patientId: a.patientId,
    locationId: a.locationId,
    visitTypeId: a.visitTypeId,
    timeZone: a.timeZone,
    start: a.start,
    end: a.end,
    status: a.status,
    version: a.version,
    source: a.source,
    createdAt: a.createdAt,
    updatedAt: a.updatedAt,
    checkedInAt: a.checkedInAt ?? null,
    cancelledAt: a.cancelledAt,
    cancellationReason: a.cancellationReason,
    ...(a.seriesId === undefined ? {} : { seriesId: a.seriesId }),
    override: a.override ?? null, // facts that were stored before there were overrides have none
  };
}

/** For a booking, the attempt is the appointment id itself. */
export const bookingAttempt = (id: AppointmentId): AttemptId => id as string as AttemptId;
