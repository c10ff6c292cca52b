/** A participant's word in a saga. The order of the tests is part of the protocol: repetition, deadline, lock, rules. */
import { findSite } from "../schedule/free-starts.ts";
import type { Instant } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { Place } from "./commands.ts";
import { claimedHold } from "./decide-book.ts";
import { absentRefusal, movableRefusal } from "./decide-move.ts";
import { isLive } from "./hold.ts";
import { blockerOf, brokenDayLimit, resourceBlocker, takenAt } from "./occupancy.ts";
import { brokenPlaceRule } from "./place-rules.ts";
import { type BookingRefusal, broken } from "./refusal.ts";
import type { HeldAppointment, PrepareCommand, Prepared } from "./saga.ts";

export type PrepareDecision =
  /** `write`: the yes is new and must be durable before it is said. */
  | { readonly kind: "yes"; readonly held: HeldAppointment | null; readonly write: Prepared | null }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "busy" }
  | { readonly kind: "late" };

export function decidePrepare(view: CalendarView, command: PrepareCommand, now: Instant): PrepareDecision {
  const held = command.resource ? null : view.find(command.appointmentId);
  const known = view.preparedOn(command.appointmentId);
  if (known?.attempt === command.attempt) return { kind: "yes", held, write: null }; // [J1]
  if (now > command.deadline) return { kind: "late" };
  if (known) return { kind: "busy" }; // [J2]
  const refusal = releaseRefusal(view, command, held, now) ?? takeRefusal(view, command, now);
  if (refusal) return { kind: "refused", refusal };
  const { attempt, appointmentId, patientId, take, release, resource } = command;
  const takes = take && !resource ? takenAt(view, take) : take;
  const hold = take && !resource ? claimedHold(view, command.hold, take) : null;
  const prepared = { attempt, appointmentId, patientId, take, takes, release, resource };
  return { kind: "yes", held, write: hold ? { ...prepared, converts: hold.id } : prepared };
}

/** [J3] What is let go of must be here, in the version the caller saw, and movable; what is taken must be news. */
function releaseRefusal(
  view: CalendarView,
  command: PrepareCommand,
  held: HeldAppointment | null,
  now: Instant,
): BookingRefusal | null {
  const { appointmentId, release, resource, ifMatch } = command;
  if (resource) return release && !view.reservationOf(appointmentId) ? { reason: "stale-version" } : null;
  if (release) {
    if (!held || held.appointment.patientId !== command.patientId) return absentRefusal(view, command);
    return movableRefusal(view, held, command, now);
  }
  const reached = Math.max(
    held?.appointment.version ?? 0,
    view.forwardingOf(appointmentId)?.facts.version ?? 0,
  );
  return reached > ifMatch ? { reason: "stale-version" } : null;
}

function takeRefusal(view: CalendarView, command: PrepareCommand, now: Instant): BookingRefusal | null {
  const { take, release, resource, appointmentId, who, override } = command;
  if (!take) return null;
  const own = release ? appointmentId : null;
  if (resource) return resourceRefusal(view, take, own, now);
  const hold = claimedHold(view, command.hold, take); // [R7] as for a plain booking
  const heldSince = hold !== null && isLive(hold, now) ? hold.placedAt : now;
  const rule = brokenPlaceRule(view.open, take, now, { who, override, heldSince });
  if (rule) return rule;
  if (override) return null; // [B25]
  const except = own ?? hold?.id ?? null;
  const limit = brokenDayLimit(view, take, except, now);
  if (limit) return limit;
  const blockedBy = blockerOf(view, take, except, now);
  if (!blockedBy) return null;
  return hold && !isLive(hold, now) ? { reason: "hold-expired" } : { reason: "slot-taken", blockedBy }; // [J4]
}

function resourceRefusal(
  view: CalendarView,
  take: Place,
  own: string | null,
  now: Instant,
): BookingRefusal | null {
  const rule = brokenResourceRule(view, take);
  if (rule) return rule;
  const blockedBy = resourceBlocker(view, take, own, now);
  return blockedBy ? { reason: "slot-taken", blockedBy } : null; // [J4]
}

/** [J5] A resource has opening hours at its clinic; notice, grid and horizon are the provider's. */
function brokenResourceRule(view: CalendarView, take: Place): BookingRefusal | null {
  const site = findSite(view.open, take.locationId);
  if (!site) return broken("location-not-served");
  return view.open.contains(site, take) ? null : broken("outside-open-hours");
}
