/**
 * May this appointment change its status? Comes straight to the calendar: giving time back or only saying how the visit
 * goes needs no agenda. The order of the tests is part of the protocol: repetition, version, rules, rivals.
 */
import { reaches } from "../access/reach.ts";
import type { AttemptId, ProviderId } from "../ids.ts";
import { dateAt } from "../schedule/clinic-time.ts";
import { type Instant, MINUTE_MS, plus } from "../time.ts";
import { type Appointment, occupiesTime } from "./appointment.ts";
import type { CalendarView, StoredAppointment } from "./calendar-view.ts";
import type { StatusCommand } from "./commands.ts";
import { blockerOf } from "./occupancy.ts";
import { isPastWindow } from "./place-rules.ts";
import { findRecent, RECENT_COMMANDS_MAX, stillRecent } from "./recent-commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";
import { reachesComing } from "./saga.ts";
import { TARGETS, TRANSITIONS } from "./status-rules.ts";

/** [H7] A patient two hours early sits in the waiting room; one who checks in from bed the day before does not. */
export const CHECK_IN_EARLY_MINUTES = 120;

export type StatusDecision =
  | { readonly kind: "busy" }
  /** Ask there. */
  | { readonly kind: "moved"; readonly to: ProviderId }
  | { readonly kind: "done"; readonly appointment: Appointment }
  /** [H4] It is so already. `remember`: the caller's key must find this answer again. */
  | { readonly kind: "holds"; readonly appointment: Appointment; readonly remember: boolean }
  | { readonly kind: "refused"; readonly refusal: BookingRefusal }
  | { readonly kind: "commit"; readonly before: Appointment; readonly appointment: Appointment };

/** A status command is one attempt: it is never re-sent under another number. */
export const statusAttempt = (command: StatusCommand): AttemptId => command.command as string as AttemptId;

export function decideStatus(view: CalendarView, command: StatusCommand, now: Instant): StatusDecision {
  const stored = view.find(command.appointmentId);
  // [J2] Before everything else where there is no row: it is on its way here, or from here to its old place.
  const locked = view.preparedOn(command.appointmentId);
  if (locked && !stored && reachesComing(command.reach, locked, view.open.config.providerId))
    return { kind: "busy" };
  const gone = stored ? null : view.forwardingOf(command.appointmentId);
  if (gone && reaches(command.reach, gone.facts)) return { kind: "moved", to: gone.facts.providerId }; // [J7]
  // [A1] Foreign and missing are one answer.
  if (!stored || !reaches(command.reach, stored.appointment)) return refuse({ reason: "not-found" });

  const earlier = findRecent(stored.recent, statusAttempt(command)); // [C2] [H2] tested before version and status
  if (earlier?.answer) {
    return earlier.fingerprint === command.fingerprint
      ? { kind: "done", appointment: earlier.answer }
      : refuse({ reason: "key-reuse" });
  }
  if (locked) return { kind: "busy" }; // [J2]
  const { appointment } = stored;
  if (command.ifMatch !== null && appointment.version !== command.ifMatch)
    return refuse({ reason: "stale-version" }); // [C3] [H3]

  const holds = command.action !== "cancel" && appointment.status === TARGETS[command.action];
  if (holds && !command.repeatable) return { kind: "holds", appointment, remember: false }; // [H4]
  // [M7] Cancelling is always possible. Without this bound a desk that undoes and redoes would fill the row.
  if (command.action !== "cancel" && stillRecent(stored.recent, now).length >= RECENT_COMMANDS_MAX)
    return refuse(broken("too-many-changes"));
  if (holds) return { kind: "holds", appointment, remember: true };

  const refusal = statusRefusal(view, stored, command, now);
  if (refusal) return refuse(refusal);
  return { kind: "commit", before: appointment, appointment: changed(appointment, command, now) };
}

function statusRefusal(
  view: CalendarView,
  { appointment }: StoredAppointment,
  command: StatusCommand,
  now: Instant,
): BookingRefusal | null {
  const transition = TRANSITIONS[appointment.status][command.action];
  const byPatient = command.reach.kind === "patients";
  if (!transition || (byPatient && transition.by === "clinic"))
    return broken(command.action === "cancel" ? "not-cancellable" : "illegal-transition"); // [C4] [H1] [H5]
  const rule = brokenTimeRule(view, appointment, command, now);
  if (rule) return rule;
  // [H10] What took no time takes it again: somebody else may have it by now.
  if (occupiesTime(transition.to) && !occupiesTime(appointment.status)) {
    const blockedBy = blockerOf(view, appointment, appointment.id, now);
    if (blockedBy) return { reason: "slot-taken", blockedBy };
  }
  return null;
}

/** When a command makes sense. Starting, completing and reopening follow what happens in the room, not the clock. */
function brokenTimeRule(
  view: CalendarView,
  appointment: Appointment,
  { action, reach }: StatusCommand,
  now: Instant,
): BookingRefusal | null {
  const byPatient = reach.kind === "patients";
  const started = now >= appointment.start;
  switch (action) {
    case "cancel":
      if (!byPatient) return null; // the clinic may at any time
      if (started) return broken("already-started"); // [C5]
      return isPastWindow(view.open, appointment, "cancelWindowMinutes", now)
        ? broken("cancellation-window")
        : null; // [C6]
    case "confirm":
      return started ? broken("already-started") : null; // [H6]
    case "check-in":
      return isCheckInTime(appointment, byPatient, now) ? null : broken("not-check-in-time"); // [H7]
    case "no-show":
      return started ? null : broken("not-started-yet"); // [H8]
    case "start":
    case "complete":
    case "reopen":
      return null;
  }
}

/** [H7] On the visit's own date at the clinic; a patient from two hours before the start. */
function isCheckInTime({ start, timeZone }: Appointment, byPatient: boolean, now: Instant): boolean {
  if (dateAt(now, timeZone) !== dateAt(start, timeZone)) return false;
  return !byPatient || now >= plus(start, -CHECK_IN_EARLY_MINUTES * MINUTE_MS);
}

function changed(appointment: Appointment, { action, reasonCode }: StatusCommand, now: Instant): Appointment {
  const next = {
    ...appointment,
    status: TARGETS[action],
    version: appointment.version + 1, // [C1]
    updatedAt: now,
  };
  if (action === "cancel") return { ...next, cancelledAt: now, cancellationReason: reasonCode };
  if (action === "check-in") return { ...next, checkedInAt: now };
  if (action === "reopen") return { ...next, checkedInAt: null };
  return next;
}

const refuse = (refusal: BookingRefusal): StatusDecision => ({ kind: "refused", refusal });
