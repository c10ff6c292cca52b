/** May this appointment be given back? Comes straight to the calendar: giving time back needs no agenda. */
import { reaches } from "../access/reach.ts";
import type { AttemptId } from "../ids.ts";
import { type Instant, MINUTE_MS, plus } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { CalendarView, StoredAppointment } from "./calendar-view.ts";
import type { CancelCommand } from "./commands.ts";
import { findRecent } from "./recent-commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

export type CancelDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "commit"; readonly before: Appointment; readonly appointment: Appointment };

/** A status command is one attempt: it is never re-sent under another number. */
export const cancelAttempt = (command: CancelCommand): AttemptId => command.command as string as AttemptId;

export function decideCancel(view: CalendarView, command: CancelCommand, now: Instant): CancelDecision {
  const stored = view.find(command.appointmentId);
  // [A1] Foreign and missing are one answer.
  if (!stored || !reaches(command.reach, stored.appointment)) return refuse({ reason: "not-found" });

  const earlier = findRecent(stored.recent, cancelAttempt(command)); // [C2] tested before version and status
  if (earlier?.answer) {
    return earlier.fingerprint === command.fingerprint
      ? { kind: "done", appointment: earlier.answer }
      : refuse({ reason: "key-reuse" });
  }
  const refusal = cancelRefusal(view, stored, command, now);
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
  view: CalendarView,
  stored: StoredAppointment,
  command: CancelCommand,
  now: Instant,
): BookingRefusal | null {
  const { appointment } = stored;
  if (appointment.version !== command.ifMatch) return { reason: "stale-version" }; // [C3]
  if (appointment.status !== "booked" && appointment.status !== "confirmed") return broken("not-cancellable"); // [C4]
  if (command.reach.kind !== "patient") return null; // the clinic may at any time
  if (now >= appointment.start) return broken("already-started"); // [C5]
  return isTooLate(view, appointment, now) ? broken("cancellation-window") : null; // [C6]
}

function isTooLate(
  view: CalendarView,
  { visitTypeId, locationId, start }: Appointment,
  now: Instant,
): boolean {
  const minutes = view.open.rules(visitTypeId, locationId)?.cancelWindowMinutes ?? 0;
  return now > plus(start, -minutes * MINUTE_MS);
}

const refuse = (refusal: BookingRefusal): CancelDecision => ({ kind: "refused", refusal });
