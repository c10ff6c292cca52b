/** Parts of a day by the clinic's wall clock, as people ask for them. */

export const DAY_PARTS = ["morning", "afternoon", "evening"] as const;
export type DayPart = (typeof DAY_PARTS)[number];

/** Minutes after local midnight, half-open. */
const DAY_PART_MINUTES: Readonly<Record<DayPart, readonly [from: number, until: number]>> = {
  morning: [0, 12 * 60],
  afternoon: [12 * 60, 17 * 60],
  evening: [17 * 60, 24 * 60],
};

export const dayPartMinutes = (part: DayPart): readonly [from: number, until: number] =>
  DAY_PART_MINUTES[part];

/** @param minuteOfDay minutes after local midnight, as the wall shows them */
export function dayPartOf(minuteOfDay: number): DayPart {
  if (minuteOfDay < DAY_PART_MINUTES.morning[1]) return "morning";
  return minuteOfDay < DAY_PART_MINUTES.afternoon[1] ? "afternoon" : "evening";
}
