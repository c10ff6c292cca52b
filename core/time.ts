/** Points in time and half-open intervals. Knows no time zone: that is `schedule/clinic-time.ts`. */
import type { Brand } from "./brand.ts";

/** Milliseconds since the Unix epoch. A point in time, never a length of time. */
export type Instant = Brand<number, "Instant">;

/** Half-open: `start` is inside, `end` is not, so 09:00–09:30 and 09:30–10:00 do not collide. */
export interface Interval {
  readonly start: Instant;
  readonly end: Instant;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Everything bookable starts and ends on a five-minute step: the coarsest that every clinic grid divides into. */
export const STEP_MINUTES = 5;
export const STEP_MS = STEP_MINUTES * MINUTE_MS;

export const instant = (epochMs: number): Instant => epochMs as Instant;
export const plus = (at: Instant, ms: number): Instant => (at + ms) as Instant;
export const overlaps = (a: Interval, b: Interval): boolean => a.start < b.end && b.start < a.end;
/** The five-minute step that `at` lies in; the unit in which availability ages. */
export const stepOf = (at: Instant): number => Math.floor(at / STEP_MS);
