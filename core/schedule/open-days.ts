/** When a calendar is open, as bits per UTC day and site: hours translated once and kept per configuration. */
import type { LocationId, VisitTypeId } from "../ids.ts";
import { DAY_MS, type Instant, type Interval, instant, STEP_MS } from "../time.ts";
import { dateAt, minuteOfDayAt, nextDate } from "./clinic-time.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "./config.ts";
import { hoursOn } from "./date-hours.ts";
import { type DayBits, emptyDay, markInterval, STEPS_PER_DAY } from "./day-bits.ts";
import { rulesAt } from "./rules-at.ts";

/** [S1] [S7] [S8] [S9] What a site has open on one local date, in order. What a skipped hour swallows is not there. */
export const openIntervalsOn = (site: Site, date: string): readonly Interval[] => hoursOn(site, date).open;

function openBits(site: Site, day: number): DayBits {
  const bits = emptyDay();
  const last = dateAt(instant((day + 1) * DAY_MS - 1), site.timeZone);
  for (let date = dateAt(instant(day * DAY_MS), site.timeZone); date <= last; date = nextDate(date)) {
    for (const interval of openIntervalsOn(site, date)) markInterval(bits, day, interval);
  }
  return bits;
}

/** [S2] Steps whose local wall-clock minute is a multiple of the grid, also across a change of offset. */
function gridBits(timeZone: string, gridMinutes: number, day: number): DayBits {
  const bits = emptyDay();
  for (let step = 0; step < STEPS_PER_DAY; step++) {
    const at = day * DAY_MS + step * STEP_MS;
    if (minuteOfDayAt(instant(at), timeZone) % gridMinutes === 0)
      markInterval(bits, day, { start: instant(at), end: instant(at + STEP_MS) });
  }
  return bits;
}

/** Bounds what one calendar keeps: a 31-day answer for three sites and three grids, twice over. */
const CACHED_DAYS_MAX = 600;

/** A cache over pure functions of one configuration; losing it costs only the computation. */
export class OpenDays {
  readonly config: CalendarConfig;
  readonly #open = new Map<string, DayBits>();
  readonly #grid = new Map<string, DayBits>();
  readonly #rules = new Map<string, VisitTypeRules | null>();

  constructor(config: CalendarConfig) {
    this.config = config;
  }

  /** [S11] The rules of a visit type at a site; null when the provider does not offer it. */
  rules(visitTypeId: VisitTypeId, locationId: LocationId): VisitTypeRules | null {
    return remember(this.#rules, `${visitTypeId}/${locationId}`, () =>
      rulesAt(this.config, visitTypeId, locationId),
    );
  }

  open(site: Site, day: number): DayBits {
    return remember(this.#open, `${site.locationId}/${day}`, () => openBits(site, day));
  }

  grid(timeZone: string, gridMinutes: number, day: number): DayBits {
    return remember(this.#grid, `${timeZone}/${gridMinutes}/${day}`, () =>
      gridBits(timeZone, gridMinutes, day),
    );
  }

  /** Whether the whole interval lies in open time of this site. */
  contains(site: Site, interval: Interval): boolean {
    for (let at: number = interval.start; at < interval.end; at += STEP_MS) {
      const day = Math.floor(at / DAY_MS);
      const step = Math.floor((at - day * DAY_MS) / STEP_MS);
      const bits = this.open(site, day);
      if ((((bits[step >> 5] as number) >>> (step & 31)) & 1) === 0) return false;
    }
    return true;
  }

  onGrid(timeZone: string, gridMinutes: number, at: Instant): boolean {
    return minuteOfDayAt(at, timeZone) % gridMinutes === 0;
  }
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= CACHED_DAYS_MAX) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}
