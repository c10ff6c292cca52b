/** What a decision may look at. The object answers from its rows, a simulation from memory; both synchronously. */
import type { AppointmentId, AttemptId, HoldId } from "../ids.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import type { Instant, Interval } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { StoredHold } from "./hold.ts";
import type { Occupant } from "./occupancy.ts";
import type { Forwarding, Prepared, Reservation } from "./saga.ts";

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
  /** The yes of a saga that locks this appointment here. At most one: a second one is answered `busy`. */
  preparedOn(id: AppointmentId): Prepared | null;
  /** Where an appointment that was here went. */
  forwardingOf(id: AppointmentId): Forwarding | null;
  /** What this calendar, being a resource, keeps for an appointment of somebody else's. */
  reservationOf(id: AppointmentId): Reservation | null;
  /**
   * Everything that takes a minute of `interval` at `now`, in any order; bounded, because a minute has few owners or one group. A hold
   * that has run out by `now` takes none ([W2]).
   */
  occupantsIn(interval: Interval, now: Instant): readonly Occupant[];
  /** In any state, for as long as its row is kept. */
  findHold(id: HoldId): StoredHold | null;
}
