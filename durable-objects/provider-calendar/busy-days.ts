/** Busy time as bits, kept in memory. A cache over rows: losing it costs one query per day asked for. */

import { type DayBits, dayOf, emptyDay, markInterval } from "../../core/schedule/day-bits.ts";
import type { BusyOf } from "../../core/schedule/free-starts.ts";
import type { Occupant } from "../../core/schedule/taken.ts";
import type { Interval } from "../../core/time.ts";

/** A quarter of a year of days in both directions of today, 36 bytes each. */
const CACHED_DAYS_MAX = 200;
/** Who takes time is asked by few calendars and weighs a hundred times more: a month and its edges. */
const CACHED_OCCUPANT_DAYS_MAX = 40;

export class BusyDays {
  readonly #takenOn: (day: number) => readonly Occupant[];
  readonly #days = new Map<number, DayBits>();
  readonly #occupants = new Map<number, readonly Occupant[]>();
  readonly of: BusyOf;

  constructor(takenOn: (day: number) => readonly Occupant[]) {
    this.#takenOn = takenOn;
    this.of = Object.assign((day: number) => this.#bits(day), {
      occupants: (day: number) => this.#who(day),
    });
  }

  /** After a commit: the days this interval touches are read again when somebody asks. */
  changed(interval: Interval): void {
    for (let day = dayOf(interval.start); day <= dayOf(interval.end - 1); day++) {
      this.#days.delete(day);
      this.#occupants.delete(day);
    }
  }

  #bits(day: number): DayBits {
    const known = this.#days.get(day);
    if (known) return known;
    if (this.#days.size >= CACHED_DAYS_MAX) this.#days.clear();
    const bits = emptyDay();
    for (const interval of this.#occupants.get(day) ?? this.#takenOn(day)) markInterval(bits, day, interval);
    this.#days.set(day, bits);
    return bits;
  }

  #who(day: number): readonly Occupant[] {
    const known = this.#occupants.get(day);
    if (known) return known;
    if (this.#occupants.size >= CACHED_OCCUPANT_DAYS_MAX) this.#occupants.clear();
    const occupants = this.#takenOn(day);
    this.#occupants.set(day, occupants);
    return occupants;
  }
}
