/**
 * A UTC day as 288 bits, one for each five minutes. Local days have 276 to 300 steps and do not fit; they only group
 * answers. Bits are least significant first within each 32-bit word.
 */
import { DAY_MS, type Interval, instant, STEP_MS } from "../time.ts";

export const STEPS_PER_DAY = DAY_MS / STEP_MS;
const WORDS = STEPS_PER_DAY / 32;

export type DayBits = Uint32Array;

/** Days since the Unix epoch, in UTC. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** The whole of a UTC day. */
export const utcDay = (day: number): Interval => ({
  start: instant(day * DAY_MS),
  end: instant((day + 1) * DAY_MS),
});

export const emptyDay = (): DayBits => new Uint32Array(WORDS);

/** Sets the steps of `interval` that lie in UTC day `day`. Intervals lie on steps. */
export function markInterval(bits: DayBits, day: number, interval: Interval): void {
  const dayStart = day * DAY_MS;
  const from = Math.max(0, Math.floor((interval.start - dayStart) / STEP_MS));
  const to = Math.min(STEPS_PER_DAY, Math.ceil((interval.end - dayStart) / STEP_MS));
  for (let step = from; step < to; step++) bits[step >> 5] = (bits[step >> 5] as number) | (1 << (step & 31));
}

export const hasStep = (bits: DayBits, step: number): boolean =>
  (((bits[step >> 5] as number) >>> (step & 31)) & 1) === 1;

/** The steps of `bits`, in order. */
export function stepsIn(bits: DayBits): number[] {
  const steps: number[] = [];
  for (let word = 0; word < WORDS; word++) {
    let rest = (bits[word] as number) >>> 0;
    while (rest !== 0) {
      steps.push(word * 32 + (31 - Math.clz32(rest & -rest)));
      rest = (rest & (rest - 1)) >>> 0;
    }
  }
  return steps;
}

/** `a AND NOT b`, written into two days' worth of words at `offset`. */
function writeDifference(into: Uint32Array, offset: number, a: DayBits, b: DayBits): void {
  for (let word = 0; word < WORDS; word++) into[offset + word] = (a[word] as number) & ~(b[word] as number);
}

/** `bits AND (bits shifted down by `shift`)`, across words. */
function andShifted(bits: Uint32Array, shift: number): void {
  const words = shift >> 5;
  const rest = shift & 31;
  for (let word = 0; word < bits.length; word++) {
    const low = bits[word + words] ?? 0;
    const high = bits[word + words + 1] ?? 0;
    const shifted = rest === 0 ? low : (low >>> rest) | (high << (32 - rest));
    bits[word] = (bits[word] as number) & shifted;
  }
}

/** `bits AND (bits shifted down by 1, 2 … length - 1)`: where `length` steps in a row are set. Doubling: log2 passes. */
function keepRuns(bits: Uint32Array, length: number): void {
  for (let have = 1; have < length; ) {
    const shift = Math.min(have, length - have);
    andShifted(bits, shift);
    have += shift;
  }
}

/**
 * Steps of the middle day such that `length` steps in a row are free, the first of them `before` steps earlier.
 * @param busy the day before, the day, the day after
 * @param before steps, 0–288; `length` at most 288 + `before`
 */
export function startsClear(
  busy: readonly [DayBits, DayBits, DayBits],
  before: number,
  length: number,
): DayBits {
  const free = new Uint32Array(WORDS * 3);
  busy.forEach((day, index) => {
    for (let word = 0; word < WORDS; word++) free[index * WORDS + word] = ~(day[word] as number);
  });
  keepRuns(free, length);
  const starts = emptyDay();
  for (let step = 0; step < STEPS_PER_DAY; step++) {
    if (hasStep(free, STEPS_PER_DAY + step - before))
      starts[step >> 5] = (starts[step >> 5] as number) | (1 << (step & 31));
  }
  return starts;
}

/** `a AND b`. */
export const both = (a: DayBits, b: DayBits): DayBits => a.map((word, index) => word & (b[index] as number));
/** `a AND NOT b`. */
export const without = (a: DayBits, b: DayBits): DayBits =>
  a.map((word, index) => word & ~(b[index] as number));

/**
 * Steps of the first day from which `length` steps in a row are open and not busy; a visit may run into the next
 * day. Shift-and doubling over 18 words instead of a walk over every step.
 * @param length steps, 1–288.
 */
export function startsFitting(
  open: readonly [DayBits, DayBits],
  busy: readonly [DayBits, DayBits],
  length: number,
  grid: DayBits,
): DayBits {
  const free = new Uint32Array(WORDS * 2);
  writeDifference(free, 0, open[0], busy[0]);
  writeDifference(free, WORDS, open[1], busy[1]);
  keepRuns(free, length);
  const starts = free.slice(0, WORDS);
  for (let word = 0; word < WORDS; word++) starts[word] = (starts[word] as number) & (grid[word] as number);
  return starts;
}
