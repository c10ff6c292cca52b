/** May this appointment move to another time of the same calendar? Same id, one version more, all or nothing. */
import { findSite } from "../schedule/free-starts.ts";
import type { Instant, Interval } from "../time.ts";
import type { Appointment, AppointmentFacts } from "./appointment.ts";
import type { CalendarView, StoredAppointment } from "./calendar-view.ts";
import type { MoveCommand, Place } from "./commands.ts";
import { blockerOf, brokenDayLimit, needsResources, takenAt } from "./occupancy.ts";
import { brokenPlaceRule, isPastWindow } from "./place-rules.ts";
import { findRecent, RECENT_COMMANDS_MAX, stillRecent } from "./recent-commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

export type MoveDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "fenced" }
  | { readonly kind: "late" }
  | { readonly kind: "busy" }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal; readonly fence: boolean }
  | {
      readonly kind: "commit";
      readonly before: Appointment;
      readonly appointment: Appointment;
      /** What the calendar gives away, with buffers; null = what the appointment has. */
      readonly takes: Interval | null;
    };

export function decideMove(view: CalendarView, command: MoveCommand, now: Instant): MoveDecision {
  const stored = view.find(command.appointmentId);
  if (!stored || stored.appointment.patientId !== command.patientId) {
    return { kind: "refused", refusal: absentRefusal(view, command), fence: false };
  }
  const earlier = findRecent(stored.recent, command.attempt); // [M2] tested before version and rules
  if (earlier) return earlier.answer ? { kind: "done", appointment: earlier.answer } : { kind: "fenced" };
  if (view.preparedOn(command.appointmentId)) return { kind: "busy" }; // [J2]
  if (now > command.deadline) return { kind: "late" };

  const refusal = moveRefusal(view, stored, command, now);
  if (refusal) return { kind: "refused", refusal, fence: command.again };
  return {
    kind: "commit",
    before: stored.appointment,
    appointment: moved(view, stored.appointment, command),
    takes: samePlace(stored.appointment, command.place) ? null : takenAt(view, command.place), // [M5] [S10]
  };
}

/**
 * [A1] Missing and somebody else's are one answer. [J3] What went to another calendar has a newer version than the caller
 * saw here: it exists, and they may know it.
 */
export function absentRefusal(
  view: CalendarView,
  { appointmentId, patientId }: Pick<MoveCommand, "appointmentId" | "patientId">,
): BookingRefusal {
  const gone = view.forwardingOf(appointmentId);
  return gone?.facts.patientId === patientId ? { reason: "stale-version" } : { reason: "not-found" };
}

function moveRefusal(
  view: CalendarView,
  stored: StoredAppointment,
  command: MoveCommand,
  now: Instant,
): BookingRefusal | null {
  const { appointment } = stored;
  const immovable = versionRefusal(stored, command.ifMatch, now);
  if (immovable) return immovable;
  // [M5] Who keeps their time (and changes the reason only) keeps it whatever the rules say by now.
  if (samePlace(appointment, command.place)) return null;
  if (appointment.resources?.length) return { reason: "stale-version" }; // [R5] the caller did not see them
  if (now >= appointment.start) return broken("already-started"); // [M8] a missed visit is booked anew
  if (command.byPatient && isPastWindow(view.open, appointment, "moveWindowMinutes", now))
    return broken("move-window"); // [M9]
  const { who, override } = command;
  const rule = brokenPlaceRule(view.open, command.place, now, { who, override });
  if (rule) return rule;
  if (needsResources(view, command.place)) return broken("no-resource"); // [R2]
  if (override) return null; // [B25]
  const limit = brokenDayLimit(view, command.place, appointment.id, now);
  if (limit) return limit;
  const blockedBy = blockerOf(view, command.place, appointment.id, now); // [M6] its own old time does not block it
  return blockedBy ? { reason: "slot-taken", blockedBy } : null;
}

function versionRefusal(
  { appointment, recent }: StoredAppointment,
  ifMatch: number,
  now: Instant,
): BookingRefusal | null {
  if (appointment.version !== ifMatch) return { reason: "stale-version" }; // [M3]
  if (appointment.status !== "booked" && appointment.status !== "confirmed") return broken("not-movable"); // [M4]
  return stillRecent(recent, now).length >= RECENT_COMMANDS_MAX ? broken("too-many-changes") : null;
}

/** Whether an appointment may leave its time, whatever the new time is: the rules of a saga's source. */
export function movableRefusal(
  view: CalendarView,
  stored: StoredAppointment,
  { ifMatch, byPatient = false }: { readonly ifMatch: number; readonly byPatient?: boolean },
  now: Instant,
): BookingRefusal | null {
  const refusal = versionRefusal(stored, ifMatch, now);
  if (refusal) return refusal;
  if (now >= stored.appointment.start) return broken("already-started"); // [M8]
  return byPatient && isPastWindow(view.open, stored.appointment, "moveWindowMinutes", now)
    ? broken("move-window")
    : null; // [M9]
}

export function samePlace(a: Place, b: Place): boolean {
  return (
    a.start === b.start && a.end === b.end && a.locationId === b.locationId && a.visitTypeId === b.visitTypeId
  );
}

function moved(view: CalendarView, appointment: Appointment, command: MoveCommand): Appointment {
  const timeZone = findSite(view.open, command.place.locationId)?.timeZone ?? appointment.timeZone;
  const after = movedTo(appointment, command.place, timeZone, command);
  return { ...after, reason: command.reason === undefined ? appointment.reason : command.reason };
}

/** [M1] The next version of an appointment, at `place`. Decides nothing. */
export function movedTo<A extends AppointmentFacts>(
  before: A,
  place: Place,
  timeZone: string,
  { issuedAt, override }: Pick<MoveCommand, "issuedAt" | "override">,
): A {
  return {
    ...before,
    locationId: place.locationId,
    visitTypeId: place.visitTypeId,
    timeZone,
    start: place.start,
    end: place.end,
    version: before.version + 1,
    updatedAt: issuedAt,
    override: samePlace(before, place) ? before.override : (override ?? null), // of the time it has
  };
}
