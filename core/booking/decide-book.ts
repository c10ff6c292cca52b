/** May this booking stand? The order of the tests is part of the protocol: repetition, fence, deadline, rules, rivals. */
import { type HoldId, type ProviderId, seriesIdOf } from "../ids.ts";
import { findSite } from "../schedule/free-starts.ts";
import type { Instant, Interval } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { BookCommand, Place } from "./commands.ts";
import { samePlace } from "./decide-move.ts";
import { type HoldClaim, isLive, type StoredHold, sameHash } from "./hold.ts";
import { blockerOf, brokenDayLimit, needsResources, takenAt } from "./occupancy.ts";
import { brokenPlaceRule } from "./place-rules.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

export type BookDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "fenced" }
  | { readonly kind: "late" }
  /** `fence`: this attempt may never commit later, because an earlier copy may still be under way. */
  | { readonly kind: "refused"; readonly refusal: BookingRefusal; readonly fence: boolean }
  /** `takes`: what the calendar gives away, with buffers. `converts`: the hold that ends with it, in the same transaction. */
  | {
      readonly kind: "commit";
      readonly appointment: Appointment;
      readonly takes: Interval;
      readonly converts?: HoldId;
    };

/** Decides; does not write. `now` is an argument so that the same inputs always give the same answer. */
export function decideBook(view: CalendarView, command: BookCommand, now: Instant): BookDecision {
  // [B3] First: a retry whose answer was lost must not be refused because time went on.
  const earlier = view.find(command.appointmentId);
  if (earlier) return { kind: "done", appointment: earlier.appointment };
  const gone = view.forwardingOf(command.appointmentId);
  if (gone) return { kind: "done", appointment: { ...gone.facts, reason: null, notes: null } }; // [B3] it moved on since
  if (view.isFenced(command.attempt)) return { kind: "fenced" }; // [B14]
  if (now > command.deadline) return { kind: "late" }; // [B15]

  const hold = claimedHold(view, command.hold, command.place);
  const heldSince = hold !== null && isLive(hold, now) ? hold.placedAt : now;
  const refusal = refusalOf(view, command, hold, heldSince, now);
  if (refusal) return { kind: "refused", refusal, fence: command.again }; // [B16]
  const appointment = firstVersion(view, command);
  const takes = takenAt(view, command.place);
  return { kind: "commit", appointment, takes, ...(hold ? { converts: hold.id } : {}) };
}

function refusalOf(
  view: CalendarView,
  command: BookCommand,
  hold: StoredHold | null,
  heldSince: Instant,
  now: Instant,
): BookingRefusal | null {
  const { who, override } = command;
  return (
    brokenPlaceRule(view.open, command.place, now, { who, heldSince, override }) ?? // [B24]
    (needsResources(view, command.place) ? broken("no-resource") : null) ?? // [R2] nobody asked for them
    (override ? null : rival(view, command, hold, now)) // [B25]
  );
}

/**
 * [B1] [B2] [B22] Nobody else over any minute, and not too many on the day. [W8] The caller's own live hold is not in the
 * way; [W9] one that has ended keeps nothing, and who comes too late with it is told so.
 */
function rival(
  view: CalendarView,
  command: BookCommand,
  hold: StoredHold | null,
  now: Instant,
): BookingRefusal | null {
  const limit = brokenDayLimit(view, command.place, hold?.id ?? null, now);
  if (limit) return limit;
  const blockedBy = blockerOf(view, command.place, hold?.id ?? null, now);
  if (!blockedBy) return null;
  return hold && !isLive(hold, now) ? { reason: "hold-expired" } : { reason: "slot-taken", blockedBy };
}

/** [W8] The hold that the caller may turn into this booking. Unknown, somebody else's and another place are one answer. */
export function claimedHold(
  view: Pick<CalendarView, "findHold">,
  claim: HoldClaim | undefined,
  place: Place,
): StoredHold | null {
  const hold = claim ? view.findHold(claim.id) : null;
  if (!hold || !claim || !sameHash(hold.tokenHash, claim.tokenHash)) return null;
  return samePlace(hold.place, place) ? hold : null;
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
  command: Omit<BookCommand, "again" | "configVersion" | "deadline" | "attempt" | "kind" | "who">,
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
    checkedInAt: null,
    cancelledAt: null,
    cancellationReason: null,
    override: command.override ?? null,
    ...(command.more || command.seriesOf
      ? { seriesId: seriesIdOf(command.seriesOf ?? command.appointmentId) }
      : {}),
    reason: command.reason,
    notes: command.notes,
  };
}
