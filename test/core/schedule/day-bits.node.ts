/** Proves the bit arithmetic of a day against loops that anybody can check by reading. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DayBits,
  dayOf,
  emptyDay,
  hasStep,
  markInterval,
  STEPS_PER_DAY,
  startsClear,
  startsFitting,
  stepsIn,
} from "../../../core/schedule/day-bits.ts";
import { DAY_MS, type Interval, instant, STEP_MS } from "../../../core/time.ts";

const DAY = 20_781; // 2026-11-24

const bitsOf = (steps: Iterable<number>): DayBits => {
  const bits = emptyDay();
  for (const step of steps) bits[step >> 5] = (bits[step >> 5] as number) | (1 << (step & 31));
  return bits;
};
const stepInterval = (from: number, to: number): Interval => ({
  start: instant(DAY * DAY_MS + from * STEP_MS),
  end: instant(DAY * DAY_MS + to * STEP_MS),
});

/** Dense and sparse days, long runs included: random bits alone would hardly ever hold a run of 96. */
const anyDayBits: fc.Arbitrary<DayBits> = fc.oneof(
  fc.uint32Array({ minLength: 9, maxLength: 9 }),
  fc.constantFrom(0, 0xffffffff).map((word) => new Uint32Array(9).fill(word)),
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 288 }), fc.integer({ min: 0, max: 288 })), { maxLength: 6 })
    .map((runs) => {
      const bits = emptyDay();
      for (const [a, b] of runs)
        markInterval(bits, 0, { start: instant(a * STEP_MS), end: instant(b * STEP_MS) });
      return bits;
    }),
);
const anyTwoDays = fc.tuple(anyDayBits, anyDayBits);

function naiveStarts(
  open: readonly [DayBits, DayBits],
  busy: readonly [DayBits, DayBits],
  length: number,
  grid: DayBits,
): number[] {
  const free = (step: number): boolean => {
    const day = step < STEPS_PER_DAY ? 0 : 1;
    const within = step % STEPS_PER_DAY;
    return hasStep(open[day], within) && !hasStep(busy[day], within);
  };
  const starts: number[] = [];
  for (let start = 0; start < STEPS_PER_DAY; start++) {
    let fits = hasStep(grid, start);
    for (let step = start; fits && step < start + length; step++) fits = free(step);
    if (fits) starts.push(start);
  }
  return starts;
}

describe("startsFitting", () => {
  it("[S5] finds what a loop over every step finds, for visits of 5 minutes to 8 hours", () => {
    fc.assert(
      fc.property(
        anyTwoDays,
        anyTwoDays,
        fc.integer({ min: 1, max: 96 }),
        anyDayBits,
        (open, busy, length, grid) => {
          expect(stepsIn(startsFitting(open, busy, length, grid))).toEqual(
            naiveStarts(open, busy, length, grid),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("[S5] finds every length up to a whole day in a day and a half of open time", () => {
    const all = bitsOf(Array(STEPS_PER_DAY).keys());
    const half = bitsOf(Array(STEPS_PER_DAY / 2).keys());
    for (let length = 1; length <= STEPS_PER_DAY; length++) {
      const starts = stepsIn(startsFitting([all, half], [emptyDay(), emptyDay()], length, all));
      expect(starts).toHaveLength(Math.min(STEPS_PER_DAY, STEPS_PER_DAY * 1.5 - length + 1));
    }
  });

  it("[S5] lets a visit run into the next day, and not past what is open there", () => {
    const lastHour = bitsOf([276, 277, 278, 279, 280, 281, 282, 283, 284, 285, 286, 287]);
    const firstTen = bitsOf([0, 1]);
    const all = bitsOf(Array(STEPS_PER_DAY).keys());
    const none = emptyDay();
    expect(stepsIn(startsFitting([lastHour, firstTen], [none, none], 4, all)).at(-1)).toBe(286);
    expect(stepsIn(startsFitting([lastHour, firstTen], [none, bitsOf([1])], 4, all)).at(-1)).toBe(285);
    expect(stepsIn(startsFitting([lastHour, none], [none, none], 4, all)).at(-1)).toBe(284);
  });

  it("[S5] leaves its inputs as they were", () => {
    fc.assert(
      fc.property(anyTwoDays, anyTwoDays, anyDayBits, (open, busy, grid) => {
        const before = [...open, ...busy, grid].map((bits) => Array.from(bits));
        startsFitting(open, busy, 7, grid);
        expect([...open, ...busy, grid].map((bits) => Array.from(bits))).toEqual(before);
      }),
    );
  });
});

describe("startsClear", () => {
  it("[S10] finds what a loop over every step finds, for any buffers, over both midnights", () => {
    fc.assert(
      fc.property(
        fc.tuple(anyDayBits, anyDayBits, anyDayBits),
        fc.integer({ min: 0, max: 48 }),
        fc.integer({ min: 1, max: 144 }),
        (busy, before, more) => {
          const length = before + more;
          const isFree = (step: number): boolean => {
            const day = Math.floor(step / STEPS_PER_DAY) as -1 | 0 | 1;
            return !hasStep(busy[(day + 1) as 0 | 1 | 2], step - day * STEPS_PER_DAY);
          };
          const naive: number[] = [];
          for (let start = 0; start < STEPS_PER_DAY; start++) {
            let clear = true;
            for (let step = start - before; clear && step < start - before + length; step++)
              clear = isFree(step);
            if (clear) naive.push(start);
          }
          expect(stepsIn(startsClear(busy, before, length))).toEqual(naive);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("steps of a day", () => {
  it("[S5] stepsIn lists exactly the steps that are set, in order", () => {
    const anySteps = fc.uniqueArray(fc.integer({ min: 0, max: STEPS_PER_DAY - 1 }), { maxLength: 288 });
    fc.assert(
      fc.property(anySteps, (steps) => {
        const bits = bitsOf(steps);
        expect(stepsIn(bits)).toEqual(steps.toSorted((a, b) => a - b));
        for (let step = 0; step < STEPS_PER_DAY; step++)
          expect(hasStep(bits, step)).toBe(steps.includes(step));
      }),
    );
  });

  it("[S5] the last bit of a word is a step like any other", () => {
    for (const step of [0, 31, 32, 63, 255, 256, 287]) expect(stepsIn(bitsOf([step]))).toEqual([step]);
  });
});

describe("markInterval", () => {
  it("[S5] marks the steps from start to end, start inside and end not", () => {
    const bits = emptyDay();
    markInterval(bits, DAY, stepInterval(110, 114));
    expect(stepsIn(bits)).toEqual([110, 111, 112, 113]);
  });

  it("[S5] is clipped at the bounds of the day: three days share one long interval without gap or overlap", () => {
    const anyEnds = fc.tuple(fc.integer({ min: -288, max: 576 }), fc.integer({ min: -288, max: 576 }));
    fc.assert(
      fc.property(anyEnds, ([from, to]) => {
        const marked = [-1, 0, 1].flatMap((offset) => {
          const bits = emptyDay();
          markInterval(bits, DAY + offset, stepInterval(from, to));
          return stepsIn(bits).map((step) => step + offset * STEPS_PER_DAY);
        });
        expect(marked).toEqual(Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index));
      }),
    );
  });

  it("[S5] adds to what is marked already", () => {
    const bits = emptyDay();
    markInterval(bits, DAY, stepInterval(0, 2));
    markInterval(bits, DAY, stepInterval(1, 3));
    markInterval(bits, DAY, stepInterval(286, 300));
    expect(stepsIn(bits)).toEqual([0, 1, 2, 286, 287]);
  });

  it("[S5] [B1] blocks every step that an interval touches, also when it does not lie on steps", () => {
    const bits = emptyDay();
    const { start, end } = stepInterval(10, 12);
    markInterval(bits, DAY, { start: instant(start + 1), end: instant(end + 1) });
    expect(stepsIn(bits)).toEqual([10, 11, 12]);
  });

  it("[S5] dayOf counts days from midnight to midnight UTC, also before 1970", () => {
    expect([dayOf(DAY * DAY_MS), dayOf((DAY + 1) * DAY_MS - 1), dayOf(-1)]).toEqual([DAY, DAY, -1]);
  });
});
