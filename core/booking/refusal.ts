/** Every way a command on a calendar can be turned down. Add an arm and the compiler lists each place to answer it. */

/** The class of what stands in the way. Whose it is never leaves the calendar. */
export type Blocker = "appointment" | "hold" | "block" | "capacity";

/** Names of rules as clients see them in `rule`. core/SPEC.md says what each one means. */
export type BookingRule =
  | "unknown-visit-type"
  | "location-not-served"
  | "wrong-length"
  | "off-grid"
  | "starts-in-past"
  | "minimum-notice"
  | "beyond-horizon"
  | "outside-open-hours"
  | "day-limit-reached"
  | "other-calendar"
  | "not-movable"
  | "not-cancellable"
  | "already-started"
  | "too-many-changes"
  | "too-many-open-bookings";

export type BookingRefusal =
  | { readonly reason: "slot-taken"; readonly blockedBy: Blocker }
  | { readonly reason: "patient-conflict" }
  | { readonly reason: "rule"; readonly rule: BookingRule }
  | { readonly reason: "stale-version" }
  | { readonly reason: "key-reuse" }
  | { readonly reason: "not-found" };

export const broken = (rule: BookingRule): BookingRefusal => ({ reason: "rule", rule });
