/**
 * Proves that the clock in the name of an answer (its ETag, with revision and dates) moves whenever time alone changes
 * the answer, and otherwise stays, so that 304 is never said of something else. The name itself: test/workers/edge.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availabilityBody, clockOf } from "../../../core/live/provider-feed.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { DAY_MS, type Instant, MINUTE_MS, plus, STEP_MS } from "../../../core/time.ts";
import { anySchedule, DATES_TO_FEAR } from "../../support/any-schedule.ts";
import { aConfig, at, aVisit, busyBy, locationId, START, visitTypeId } from "../../support/core-builders.ts";

const nobody = busyBy([]);
const query = {
  visitTypeId: visitTypeId(1),
  locationId: locationId(1),
  from: "2026-11-24",
  to: "2026-11-24",
};

describe("the clock of an answer", () => {
  const clockAt = (visit: Parameters<typeof aVisit>[0], now: Instant): number =>
    clockOf(new OpenDays(aConfig({ visitTypes: [aVisit(visit)] })), query, now);
  const moves = (visit: Parameters<typeof aVisit>[0], now: Instant): boolean =>
    clockAt(visit, now) !== clockAt(visit, plus(now, 1));

  it("[S3] moves in the millisecond in which a start falls out of the notice, on a step or not", () => {
    for (const noticeMinutes of [0, 7, 60, 61]) {
      const last = plus(START, -noticeMinutes * MINUTE_MS);
      expect(moves({ noticeMinutes }, last)).toBe(true);
      expect(moves({ noticeMinutes }, plus(last, -1))).toBe(false);
      expect(moves({ noticeMinutes }, plus(last, 1))).toBe(false);
    }
  });

  it("[S4] moves in the millisecond in which a start comes into the horizon", () => {
    const before = plus(START, -90 * DAY_MS);
    expect(moves({}, before)).toBe(true);
    expect(moves({}, plus(before, 1))).toBe(false);
  });

  it("[S3] [S4] rests while neither bound is in the days that are asked for", () => {
    const week = plus(START, -7 * DAY_MS);
    for (let ms = 0; ms < DAY_MS; ms += STEP_MS / 2) expect(moves({}, plus(week, ms))).toBe(false);
    expect(clockAt({}, plus(START, 40 * DAY_MS))).toBe(clockAt({}, plus(START, 400 * DAY_MS)));
  });

  it("[S3] [S4] [S11] the same clock is the same answer, for any schedule and any two moments", () => {
    const anyCase = fc.constantFrom(...DATES_TO_FEAR).chain((date) =>
      fc.record({
        config: anySchedule(date),
        from: fc.constant(date),
        nowMs: fc.integer({ min: -3 * DAY_MS, max: 2 * DAY_MS }),
        laterMs: fc.oneof(
          fc.integer({ min: 0, max: 10 * MINUTE_MS }),
          fc.integer({ min: 0, max: 2 * DAY_MS }),
        ),
      }),
    );
    const seen = { same: 0, moved: 0 };
    fc.assert(
      fc.property(anyCase, ({ config, from, nowMs, laterMs }) => {
        const open = new OpenDays(config);
        const asked = { ...query, from, to: from, locationId: null };
        const now = plus(at(`${from}T00:00:00Z`), nowMs);
        const later = plus(now, laterMs);
        const bodies = [now, later].map((moment) =>
          JSON.stringify(availabilityBody(open, nobody, asked, 1, moment)),
        );
        const [a, b] = [clockOf(open, asked, now), clockOf(open, asked, later)];
        expect(b).toBeGreaterThanOrEqual(a);
        if (a === b) expect(bodies[1]).toBe(bodies[0]);
        seen[a === b ? "same" : "moved"] += 1;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.same, seen.moved)).toBeGreaterThan(50);
  });
});
