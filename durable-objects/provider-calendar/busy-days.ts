/** Busy time as bits, kept in memory. A cache over rows: losing it costs one query per day asked for. */

import { type DayBits, dayOf, emptyDay, markInterval } from "../../core/schedule/day-bits.ts";
import type { BusyOf } from "../../core/schedule/free-starts.ts";
import type { Interval } from "../../core/time.ts";

/** A quarter of a year of days in both directions of today, 36 bytes each. */
const CACHED_DAYS_MAX = 200;

export class BusyDays {
  readonly #takenOn: (day: number) => readonly Interval[];
  readonly #days = new Map<number, DayBits>();

  constructor(takenOn: (day: number) => readonly Interval[]) {
    this.#takenOn = takenOn;
  }

  readonly of: BusyOf = (day) => {
    const known = this.#days.get(day);
    if (known) return known;
    if (this.#days.size >= CACHED_DAYS_MAX) this.#days.clear();
    const bits = emptyDay();
    for (const interval of this.#takenOn(day)) markInterval(bits, day, interval);
    this.#days.set(day, bits);
    return bits;
  };

  /** After a commit: the days this interval touches are read again when somebody asks. */
  changed(interval: Interval): void {
    for (let day = dayOf(interval.start); day <= dayOf(interval.end - 1); day++) this.#days.delete(day);
  }
}
