/** May this appointment be given back? Comes straight to the calendar: giving time back needs no agenda. */
import { reaches } from "../access/reach.ts";
import type { AttemptId, ProviderId } from "../ids.ts";
import type { Instant } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { CalendarView, StoredAppointment } from "./calendar-view.ts";
import type { CancelCommand } from "./commands.ts";
import { findRecent } from "./recent-commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

export type CancelDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "busy" }
  /** [J7] Ask there. */
  | { readonly kind: "moved"; readonly to: ProviderId }
  | { readonly kind: "commit"; readonly before: Appointment; readonly appointment: Appointment };

/** A status command is one attempt: it is never re-sent under another number. */
export const cancelAttempt = (command: CancelCommand): AttemptId => command.command as string as AttemptId;

export function decideCancel(view: CalendarView, command: CancelCommand, now: Instant): CancelDecision {
  const stored = view.find(command.appointmentId);
  const gone = stored ? null : view.forwardingOf(command.appointmentId);
  if (gone && reaches(command.reach, gone.facts)) return { kind: "moved", to: gone.facts.providerId };
  // [A1] Foreign and missing are one answer.
  if (!stored || !reaches(command.reach, stored.appointment)) return refuse({ reason: "not-found" });

  const earlier = findRecent(stored.recent, cancelAttempt(command)); // [C2] tested before version and status
  if (earlier?.answer) {
    return earlier.fingerprint === command.fingerprint
      ? { kind: "done", appointment: earlier.answer }
      : refuse({ reason: "key-reuse" });
  }
  if (view.preparedOn(command.appointmentId)) return { kind: "busy" }; // [J2]
  const refusal = cancelRefusal(stored, command, now);
  if (refusal) return refuse(refusal);
  return {
    kind: "commit",
    before: stored.appointment,
    appointment: {
      ...stored.appointment,
      status: "cancelled",
      version: stored.appointment.version + 1, // [C1]
      updatedAt: now,
      cancelledAt: now,
      cancellationReason: command.reasonCode,
    },
  };
}

function cancelRefusal(
  stored: StoredAppointment,
  command: CancelCommand,
  now: Instant,
): BookingRefusal | null {
  const { appointment } = stored;
  if (appointment.version !== command.ifMatch) return { reason: "stale-version" }; // [C3]
  if (appointment.status !== "booked" && appointment.status !== "confirmed") return broken("not-cancellable"); // [C4]
  if (command.reach.kind === "patient" && now >= appointment.start) return broken("already-started"); // [C5]
  return null;
}

const refuse = (refusal: BookingRefusal): CancelDecision => ({ kind: "refused", refusal });
