/** Parts of a day by the clinic's wall clock, as people ask for them. */

export const DAY_PARTS = ["morning", "afternoon", "evening"] as const;
export type DayPart = (typeof DAY_PARTS)[number];

/** Minutes after local midnight, half-open. The trigger `opening_parts` has the same hours. */
const DAY_PART_MINUTES: Readonly<Record<DayPart, readonly [from: number, until: number]>> = {
  morning: [0, 12 * 60],
  afternoon: [12 * 60, 17 * 60],
  evening: [17 * 60, 24 * 60],
};

/** @param minuteOfDay minutes after local midnight, as the wall shows them */
export function dayPartOf(minuteOfDay: number): DayPart {
  if (minuteOfDay < DAY_PART_MINUTES.morning[1]) return "morning";
  return minuteOfDay < DAY_PART_MINUTES.afternoon[1] ? "afternoon" : "evening";
}
