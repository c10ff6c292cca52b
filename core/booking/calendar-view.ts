/** What a decision may look at. The object answers from its rows, a simulation from memory; both synchronously. */
import type { AppointmentId, AttemptId } from "../ids.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import type { Instant, Interval } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { Occupant } from "./occupancy.ts";

/** A command that this appointment accepted, or an attempt that it must never accept. Travels with the appointment. */
export interface RecentCommand {
  readonly attempt: AttemptId;
  readonly at: Instant;
  /** What the command answered; null = fenced. */
  readonly answer: Appointment | null;
  /** Of the request, for commands that come straight to the calendar. */
  readonly fingerprint: string | null;
}

export interface StoredAppointment {
  readonly appointment: Appointment;
  readonly recent: readonly RecentCommand[];
}

export interface CalendarView {
  readonly open: OpenDays;
  find(id: AppointmentId): StoredAppointment | null;
  isFenced(attempt: AttemptId): boolean;
  /** Everything that takes a minute of `interval`, in any order; bounded, because a minute has few owners or one group. */
  occupantsIn(interval: Interval): readonly Occupant[];
}
