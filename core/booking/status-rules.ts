/** [H5] The one table of what may become of an appointment. access/rules.ts says who, decide-status.ts when. */
import type { AppointmentChange } from "../events/event.ts";
import type { AppointmentStatus } from "./appointment.ts";

/** Commands that change a status. `reopen` undoes a mistaken check-in or no-show. */
export const STATUS_ACTIONS = [
  "confirm",
  "check-in",
  "start",
  "complete",
  "no-show",
  "reopen",
  "cancel",
] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

interface Transition {
  readonly to: AppointmentStatus;
  /** `clinic` = staff, the provider, admin and service. */
  readonly by: "patient-or-clinic" | "clinic";
}
const byAnybody = (to: AppointmentStatus): Transition => ({ to, by: "patient-or-clinic" });
const byClinic = (to: AppointmentStatus): Transition => ({ to, by: "clinic" });

/**
 * [H1] Whatever is not here does not exist. Completed and cancelled are final: a cancelled time may belong to somebody
 * else, and a completed visit happened. The only undo is `reopen`, back to `booked`, for the two slips of a busy desk.
 */
export const TRANSITIONS: Readonly<
  Record<AppointmentStatus, Partial<Readonly<Record<StatusAction, Transition>>>>
> = {
  booked: {
    confirm: byAnybody("confirmed"),
    "check-in": byAnybody("checked-in"),
    cancel: byAnybody("cancelled"),
    "no-show": byClinic("no-show"),
  },
  confirmed: {
    "check-in": byAnybody("checked-in"),
    cancel: byAnybody("cancelled"),
    "no-show": byClinic("no-show"),
  },
  "checked-in": {
    start: byClinic("in-progress"),
    "no-show": byClinic("no-show"),
    cancel: byClinic("cancelled"),
    reopen: byClinic("booked"),
  },
  "in-progress": { complete: byClinic("completed") },
  completed: {},
  cancelled: {},
  "no-show": { reopen: byClinic("booked") },
};

/** Where each command leads. */
export const TARGETS: Readonly<Record<StatusAction, AppointmentStatus>> = {
  confirm: "confirmed",
  "check-in": "checked-in",
  start: "in-progress",
  complete: "completed",
  "no-show": "no-show",
  reopen: "booked",
  cancel: "cancelled",
};

/** What each command is called once it happened. */
export const CHANGES: Readonly<Record<StatusAction, AppointmentChange>> = {
  confirm: "confirmed",
  "check-in": "checked-in",
  start: "started",
  complete: "completed",
  "no-show": "no-show",
  reopen: "reopened",
  cancel: "cancelled",
};
