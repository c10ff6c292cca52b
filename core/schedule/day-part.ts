/** Parts of a day as people ask for them, by the clinic's wall. Openings are kept, and searched, by them. */

/** In the order of the day. */
export const DAY_PARTS = ["morning", "afternoon", "evening"] as const;
export type DayPart = (typeof DAY_PARTS)[number];

/** Minutes after local midnight at which the afternoon and the evening begin; the morning begins at midnight. */
export const AFTERNOON_FROM = 12 * 60;
export const EVENING_FROM = 17 * 60;

/** @param minuteOfDay minutes after local midnight, 0–1440, as the wall shows them */
export function dayPartOf(minuteOfDay: number): DayPart {
  if (minuteOfDay < AFTERNOON_FROM) return "morning";
  return minuteOfDay < EVENING_FROM ? "afternoon" : "evening";
}
