/** May this booking stand? The order of the tests is part of the protocol: repetition, fence, deadline, rules, rivals. */
import type { ProviderId } from "../ids.ts";
import { findSite } from "../schedule/free-starts.ts";
import type { Instant, Interval } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { BookCommand } from "./commands.ts";
import { blockerOf, brokenDayLimit, takenAt } from "./occupancy.ts";
import { brokenPlaceRule } from "./place-rules.ts";
import type { BookingRefusal } from "./refusal.ts";

export type BookDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "fenced" }
  | { readonly kind: "late" }
  /** `fence`: this attempt may never commit later, because an earlier copy may still be under way. */
  | { readonly kind: "refused"; readonly refusal: BookingRefusal; readonly fence: boolean }
  /** `takes`: what the calendar gives away, with buffers. */
  | { readonly kind: "commit"; readonly appointment: Appointment; readonly takes: Interval };

/** Decides; does not write. `now` is an argument so that the same inputs always give the same answer. */
export function decideBook(view: CalendarView, command: BookCommand, now: Instant): BookDecision {
  // [B3] First: a retry whose answer was lost must not be refused because time went on.
  const earlier = view.find(command.appointmentId);
  if (earlier) return { kind: "done", appointment: earlier.appointment };
  if (view.isFenced(command.attempt)) return { kind: "fenced" }; // [B14]
  if (now > command.deadline) return { kind: "late" }; // [B15]

  const refusal =
    brokenPlaceRule(view.open, command.place, now, command.override) ??
    (command.override ? null : rival(view, command));
  if (refusal) return { kind: "refused", refusal, fence: command.again }; // [B16]
  return { kind: "commit", appointment: firstVersion(view, command), takes: takenAt(view, command.place) };
}

/** [B1] [B2] [B22] Nobody else over any minute, and not too many on the day. [B25] An override lifts both. */
function rival(view: CalendarView, command: BookCommand): BookingRefusal | null {
  const limit = brokenDayLimit(view, command.place, null);
  if (limit) return limit;
  const blockedBy = blockerOf(view, command.place, null);
  return blockedBy ? { reason: "slot-taken", blockedBy } : null;
}

function firstVersion(view: CalendarView, command: BookCommand): Appointment {
  const { place } = command;
  return bookedAppointment(
    command,
    view.open.config.providerId,
    findSite(view.open, place.locationId)?.timeZone ?? "UTC",
  );
}

/** Version 1 of a booking, from its command alone: what the calendar stores is what the agenda can answer again. */
export function bookedAppointment(
  command: Omit<BookCommand, "again" | "configVersion" | "deadline" | "attempt" | "kind">,
  providerId: ProviderId,
  timeZone: string,
): Appointment {
  return {
    id: command.appointmentId,
    providerId,
    patientId: command.patientId,
    locationId: command.place.locationId,
    visitTypeId: command.place.visitTypeId,
    timeZone,
    start: command.place.start,
    end: command.place.end,
    status: "booked",
    version: 1,
    source: command.source,
    createdAt: command.issuedAt,
    updatedAt: command.issuedAt,
    cancelledAt: null,
    cancellationReason: null,
    override: command.override ?? null,
    reason: command.reason,
    notes: command.notes,
  };
}
