/** What a participant does when the decision reaches it. It has said yes, so nothing is left to refuse. */
import type { AppointmentId, HoldId } from "../ids.ts";
import type { Interval } from "../time.ts";
import { type Appointment, type AppointmentFacts, factsOf } from "./appointment.ts";
import type { CalendarView, RecentCommand } from "./calendar-view.ts";
import type { CommitCommand, Reservation } from "./saga.ts";

export type CommitDecision =
  /** [J6] Nothing is prepared: it was carried out before, or never agreed to. Acknowledged all the same. */
  | { readonly kind: "nothing" }
  | {
      readonly kind: "arrive";
      readonly before: Appointment | null;
      readonly appointment: Appointment;
      readonly recent: readonly RecentCommand[];
      readonly takes: Interval | null;
      /** [R7] The hold that ends in the same transaction. */
      readonly converts: HoldId | null;
    }
  /** [J7] The source keeps the way to it. */
  | { readonly kind: "leave"; readonly before: Appointment; readonly forwarding: AppointmentFacts }
  | { readonly kind: "reserve"; readonly before: Interval | null; readonly reservation: Reservation }
  | { readonly kind: "release"; readonly before: Interval | null; readonly appointmentId: AppointmentId };

export function decideCommit(view: CalendarView, command: CommitCommand): CommitDecision {
  const { appointment, recent } = command;
  const prepared = view.preparedOn(appointment.id);
  if (prepared?.attempt !== command.attempt) return { kind: "nothing" };
  if (prepared.resource) {
    const before = view.reservationOf(appointment.id);
    return prepared.take
      ? {
          kind: "reserve",
          before,
          reservation: { ...prepared.take, appointmentId: appointment.id, version: appointment.version },
        }
      : { kind: "release", before, appointmentId: appointment.id };
  }
  const before = view.find(appointment.id)?.appointment ?? null;
  if (prepared.take)
    return {
      kind: "arrive",
      before,
      appointment,
      recent,
      takes: prepared.takes,
      converts: prepared.converts ?? null,
    };
  return before ? { kind: "leave", before, forwarding: factsOf(appointment) } : { kind: "nothing" };
}
