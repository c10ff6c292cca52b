/** Proves which other starts a loser is shown: the nearest, in order, three at most, within two weeks. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, VisitTypeRules } from "../../../core/schedule/config.ts";
import {
  ALTERNATIVES_MAX,
  type FreeStart,
  freeStarts,
  nearestFreeStarts,
} from "../../../core/schedule/free-starts.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS, plus, STEP_MS } from "../../../core/time.ts";
import { aConfig, anyConfig, at, aVisit, busyBy } from "../../support/core-builders.ts";

const LONG_AGO = at("2026-01-01T00:00:00Z");
const nobody = busyBy([]);
const visitOf = (config: CalendarConfig): VisitTypeRules => config.visitTypes[0] as VisitTypeRules;
const spelled = (starts: readonly FreeStart[]): string[] =>
  starts.map(({ start }) => spellInZone(start, "America/Chicago"));
/** No notice and a horizon of years, so that only hours and grid are seen. */
const patient = { noticeMinutes: 0, horizonDays: 2_000 };

describe("alternatives", () => {
  const config = aConfig({ visitTypes: [aVisit(patient)] });
  const open = new OpenDays(config);
  const wanted = at("2026-11-24T12:00:00-06:00");
  const nearest = (taken: readonly Interval[], now: Instant = LONG_AGO): string[] =>
    spelled(nearestFreeStarts(open, busyBy(taken), visitOf(config), config.sites, wanted, now));
  const taken = (from: string, to: string): Interval => ({ start: at(from), end: at(to) });

  it("[B9] are the nearest first, the earlier one on a tie, three at most", () => {
    expect(nearest([taken("2026-11-24T12:00:00-06:00", "2026-11-24T12:20:00-06:00")])).toEqual([
      "2026-11-24T11:40:00-06:00",
      "2026-11-24T12:20:00-06:00",
      "2026-11-24T11:20:00-06:00",
    ]);
    expect(ALTERNATIVES_MAX).toBe(3);
  });

  it("[B9] respect notice: what is nearest but too soon is left out", () => {
    const now = plus(wanted, -30 * MINUTE_MS);
    const visit = aVisit({ noticeMinutes: 60 });
    const found = nearestFreeStarts(open, nobody, visit, config.sites, wanted, now);
    expect(spelled(found)).toEqual([
      "2026-11-24T12:40:00-06:00",
      "2026-11-24T13:00:00-06:00",
      "2026-11-24T13:20:00-06:00",
    ]);
  });

  it("[B9] come from other days when the day is full", () => {
    expect(nearest([taken("2026-11-24T00:00:00-06:00", "2026-11-25T00:00:00-06:00")])).toEqual([
      "2026-11-23T16:40:00-06:00",
      "2026-11-23T16:20:00-06:00",
      "2026-11-23T16:00:00-06:00",
    ]);
  });

  it("[B9] are as many as there are within two weeks, and none beyond", () => {
    const full = [taken("2026-11-01T00:00:00Z", "2026-12-07T21:00:00Z")]; // leaves 15:00 on 7 December and later
    const found = nearest(full);
    expect(found).toEqual([
      "2026-12-07T15:00:00-06:00",
      "2026-12-07T15:20:00-06:00",
      "2026-12-07T15:40:00-06:00",
    ]);
    expect(nearest([taken("2026-11-01T00:00:00Z", "2026-12-08T17:20:00Z")])).toEqual([
      "2026-12-08T11:20:00-06:00",
      "2026-12-08T11:40:00-06:00",
    ]);
    expect(nearest([taken("2026-11-01T00:00:00Z", "2026-12-31T00:00:00Z")])).toEqual([]);
  });

  it("[B9] are what sorting everything within two weeks would give", () => {
    const anyCase = fc.record({
      config: anyConfig,
      wantedMs: fc.integer({ min: -3 * 288, max: 3 * 288 }).map((step) => step * STEP_MS),
      nowMs: fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }),
      taken: fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 600 })), {
        maxLength: 10,
      }),
    });
    fc.assert(
      fc.property(anyCase, ({ config: any, wantedMs, nowMs, taken }) => {
        const from = at("2026-11-01T06:00:00Z");
        const [start, now] = [plus(from, wantedMs), plus(from, nowMs)];
        const days = new OpenDays(any);
        const busy = busyBy(
          taken.map(([first, length]) => ({
            start: plus(from, first * STEP_MS),
            end: plus(from, (first + length) * STEP_MS),
          })),
        );
        const all = freeStarts(
          days,
          busy,
          visitOf(any),
          any.sites,
          { start: plus(start, -14 * DAY_MS), end: plus(start, 14 * DAY_MS) },
          now,
        );
        const sorted = all.toSorted(
          (a, b) => Math.abs(a.start - start) - Math.abs(b.start - start) || a.start - b.start,
        );
        expect(nearestFreeStarts(days, busy, visitOf(any), any.sites, start, now)).toEqual(
          sorted.slice(0, 3),
        );
      }),
      { numRuns: 100 },
    );
  });
});
