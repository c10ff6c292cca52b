/** Every way a command on a calendar can be turned down. Add an arm and the compiler lists each place to answer it. */

/** The class of what stands in the way. Whose it is never leaves the calendar. */
export type Blocker = "appointment" | "hold" | "block" | "capacity";

/** Names of rules as clients see them in `rule`. core/SPEC.md says what each one means. */
export type BookingRule =
  | "unknown-visit-type"
  | "location-not-served"
  | "specialty-required"
  | "new-patients-only"
  | "age-limit"
  | "wrong-length"
  | "off-grid"
  | "starts-in-past"
  | "minimum-notice"
  | "beyond-horizon"
  | "outside-open-hours"
  | "day-limit-reached"
  | "not-movable"
  | "move-window"
  | "not-cancellable"
  | "cancellation-window"
  | "already-started"
  | "illegal-transition"
  | "not-check-in-time"
  | "not-started-yet"
  | "too-many-changes"
  | "no-resource"
  | "too-many-open-bookings"
  | "too-many-holds";

export type BookingRefusal =
  | { readonly reason: "slot-taken"; readonly blockedBy: Blocker }
  | { readonly reason: "patient-conflict" }
  /** What was held is not held any more, and cannot be had any other way. */
  | { readonly reason: "hold-expired" }
  | { readonly reason: "rule"; readonly rule: BookingRule }
  | { readonly reason: "stale-version" }
  | { readonly reason: "key-reuse" }
  | { readonly reason: "not-found" };

export const broken = (rule: BookingRule): BookingRefusal => ({ reason: "rule", rule });
