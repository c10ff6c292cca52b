/** Weekly hours of the sample providers: on five-minute steps, with a lunch break, never at two sites at once. */
import type { DayHours, Site } from "../../core/schedule/config.ts";
import type { Random } from "./random.ts";

const QUARTER = 15;
const SATURDAY = 6;
const SATURDAY_HOURS = { weekday: SATURDAY, opensAt: 9 * 60, closesAt: 12 * 60 + 30 };

/** One working day and its lunch break. Minutes after local midnight. */
function makeDay(random: Random): { readonly hours: DayHours; readonly lunch: DayHours } {
  const opensAt = 7 * 60 + 30 + QUARTER * random.below(7);
  const lunchAt = 11 * 60 + 30 + QUARTER * random.below(5);
  const lunchMinutes = random.pick([30, 40, 45, 60]);
  const closesAt = 16 * 60 + QUARTER * random.below(9);
  return {
    hours: { opensAt, closesAt },
    lunch: { opensAt: lunchAt, closesAt: lunchAt + lunchMinutes },
  };
}

/** Hours of one site; on Saturday mornings nobody has lunch. */
export type SeedWeek = Required<Pick<Site, "hours" | "breaks">>;

/**
 * The weekly hours and breaks for each of `sites` (1 or 2) sites. A provider keeps the same hours every day they work; with two
 * sites the weekdays are shared out, so that nobody has to be in two places.
 */
export function makeWeek(random: Random, sites: 1 | 2): SeedWeek[] {
  const day = makeDay(random);
  const weekdays = random.sample([1, 2, 3, 4, 5], random.chance(30) ? 4 : 5);
  const shares = sites === 1 ? [weekdays] : [weekdays.slice(0, -2), weekdays.slice(-2)];
  const saturday = random.chance(15) ? [SATURDAY_HOURS] : [];
  return shares.map((share, site) => {
    const days = share.toSorted();
    return {
      hours: [...days.map((weekday) => ({ weekday, ...day.hours })), ...(site === 0 ? saturday : [])],
      breaks: days.map((weekday) => ({ weekday, ...day.lunch })),
    };
  });
}
