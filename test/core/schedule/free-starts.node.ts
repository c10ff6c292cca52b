/**
 * Proves which starts are offered: the bits against a naive reading of the rules, the bounds to the millisecond.
 * Alternatives: nearest-free-starts.node.ts. That a booking accepts what is shown: availability-is-bookable.node.ts.
 */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { dayInterval, spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "../../../core/schedule/config.ts";
import {
  earliestStart,
  type FreeStart,
  findSite,
  findVisit,
  freeStarts,
  horizonEnd,
} from "../../../core/schedule/free-starts.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import {
  DAY_MS,
  type Instant,
  type Interval,
  MINUTE_MS,
  overlaps,
  plus,
  STEP_MS,
} from "../../../core/time.ts";
import {
  aConfig,
  aSite,
  at,
  aVisit,
  busyBy,
  everyDay,
  GRIDS,
  locationId,
  visitTypeId,
  ZONES_TO_FEAR,
} from "../../support/core-builders.ts";

const CHICAGO = "America/Chicago";
const LONG_AGO = at("2026-01-01T00:00:00Z");
const nobody = busyBy([]);

const visitOf = (config: CalendarConfig): VisitTypeRules => config.visitTypes[0] as VisitTypeRules;
const spelled = (starts: readonly FreeStart[], zone = CHICAGO): string[] =>
  starts.map(({ start }) => spellInZone(start, zone));

/** Free starts of the first visit type over some local dates, asked for long before. */
function startsOn(
  config: CalendarConfig,
  from: string,
  to = from,
  taken: readonly Interval[] = [],
): FreeStart[] {
  const zone = config.sites[0]?.timeZone ?? "UTC";
  const window = { start: dayInterval(from, zone).start, end: dayInterval(to, zone).end };
  return freeStarts(new OpenDays(config), busyBy(taken), visitOf(config), config.sites, window, LONG_AGO);
}

/** No notice and a horizon of years, so that only hours and grid are seen. */
const patient = { noticeMinutes: 0, horizonDays: 2_000 };

describe("free starts of a day", () => {
  const config = aConfig({
    sites: [aSite({ hours: everyDay(9 * 60, 10 * 60 + 30) })],
    visitTypes: [aVisit({ minutes: 40, gridMinutes: 20, ...patient })],
  });

  it("[S5] are those from which the whole visit fits before closing", () => {
    expect(spelled(startsOn(config, "2026-11-24"))).toEqual([
      "2026-11-24T09:00:00-06:00",
      "2026-11-24T09:20:00-06:00",
      "2026-11-24T09:40:00-06:00",
    ]);
  });

  it("[S5] carry their end and their site", () => {
    expect(startsOn(config, "2026-11-24")[0]).toEqual({
      start: at("2026-11-24T09:00:00-06:00"),
      end: at("2026-11-24T09:40:00-06:00"),
      locationId: locationId(1),
    });
  });

  it("[S5] [B1] leave out every start whose visit would touch a minute that somebody has", () => {
    const taken = [{ start: at("2026-11-24T09:40:00-06:00"), end: at("2026-11-24T09:45:00-06:00") }];
    expect(spelled(startsOn(config, "2026-11-24", "2026-11-24", taken))).toEqual([
      "2026-11-24T09:00:00-06:00",
    ]);
  });

  it("[S5] are none on a closed day", () => {
    const mondays = aConfig({
      sites: [aSite({ hours: [{ weekday: 1, opensAt: 9 * 60, closesAt: 17 * 60 }] })],
      visitTypes: [aVisit(patient)],
    });
    expect(startsOn(mondays, "2026-11-24", "2026-11-29")).toEqual([]);
    expect(startsOn(mondays, "2026-11-23", "2026-11-29")).toHaveLength(24);
  });

  it("[S5] run over midnight where a site is open on both sides of it", () => {
    const allDay = aConfig({
      sites: [aSite({ hours: everyDay(0, 1440) })],
      visitTypes: [aVisit({ minutes: 60, gridMinutes: 30, ...patient })],
    });
    const starts = startsOn(allDay, "2026-11-24");
    expect(starts).toHaveLength(48);
    expect(spelled(starts).at(-1)).toBe("2026-11-24T23:30:00-06:00");
  });
});

describe("the two strange days of the year in Chicago", () => {
  const early = (minutes: number): CalendarConfig =>
    aConfig({
      sites: [aSite({ hours: everyDay(0, 5 * 60) })],
      visitTypes: [aVisit({ minutes, gridMinutes: 30, ...patient })],
    });

  it("[T2] [S2] the day of 23 hours has no start in the gap", () => {
    expect(spelled(startsOn(early(30), "2026-03-08"))).toEqual([
      "2026-03-08T00:00:00-06:00",
      "2026-03-08T00:30:00-06:00",
      "2026-03-08T01:00:00-06:00",
      "2026-03-08T01:30:00-06:00",
      "2026-03-08T03:00:00-05:00",
      "2026-03-08T03:30:00-05:00",
      "2026-03-08T04:00:00-05:00",
      "2026-03-08T04:30:00-05:00",
    ]);
  });

  it("[T2] [S5] a visit over the gap is as long as any other", () => {
    const across = startsOn(early(60), "2026-03-08").find(
      ({ start }) => start === at("2026-03-08T01:30:00-06:00"),
    );
    expect(across?.end).toBe(at("2026-03-08T03:30:00-05:00"));
  });

  it("[T3] [S2] the day of 25 hours has the starts of both repeated hours", () => {
    expect(spelled(startsOn(early(30), "2026-11-01"))).toEqual([
      "2026-11-01T00:00:00-05:00",
      "2026-11-01T00:30:00-05:00",
      "2026-11-01T01:00:00-05:00",
      "2026-11-01T01:30:00-05:00",
      "2026-11-01T01:00:00-06:00",
      "2026-11-01T01:30:00-06:00",
      "2026-11-01T02:00:00-06:00",
      "2026-11-01T02:30:00-06:00",
      "2026-11-01T03:00:00-06:00",
      "2026-11-01T03:30:00-06:00",
      "2026-11-01T04:00:00-06:00",
      "2026-11-01T04:30:00-06:00",
    ]);
  });

  it("[T4] office hours are the same eight hours on both days", () => {
    const office = aConfig({ visitTypes: [aVisit(patient)] });
    for (const date of ["2026-03-08", "2026-11-01", "2026-11-24"]) {
      const starts = spelled(startsOn(office, date));
      expect(starts).toHaveLength(24);
      expect(starts[0]?.slice(0, 19)).toBe(`${date}T09:00:00`);
    }
  });
});

describe("notice, horizon and window", () => {
  const config = aConfig({ visitTypes: [aVisit({ noticeMinutes: 90, horizonDays: 30 })] });
  const visit = visitOf(config);
  const start = at("2026-11-24T09:20:00-06:00");
  const isOffered = (now: Instant, window: Interval): boolean =>
    freeStarts(new OpenDays(config), nobody, visit, config.sites, window, now).some(
      (free) => free.start === start,
    );
  const around = { start: plus(start, -DAY_MS), end: plus(start, DAY_MS) };

  it("[S3] the last millisecond of the notice still offers a start, the next one does not", () => {
    const last = plus(start, -90 * MINUTE_MS);
    expect(isOffered(last, around)).toBe(true);
    expect(isOffered(plus(last, 1), around)).toBe(false);
    expect(earliestStart(visit, last)).toBe(start);
  });

  it("[S4] a start comes into the horizon one millisecond after it is exactly that far away", () => {
    const exactly = plus(start, -30 * DAY_MS);
    expect(isOffered(exactly, around)).toBe(false);
    expect(isOffered(plus(exactly, 1), around)).toBe(true);
    expect(horizonEnd(visit, exactly)).toBe(start);
  });

  it("[S3] without notice a start is offered up to the very moment it begins", () => {
    const free = (now: Instant) =>
      freeStarts(new OpenDays(config), nobody, aVisit({ noticeMinutes: 0 }), config.sites, around, now)[0]
        ?.start;
    expect(free(start)).toBe(start);
    expect(free(plus(start, 1))).toBe(plus(start, 20 * MINUTE_MS));
  });

  it("[S5] the window is half-open too", () => {
    const now = plus(start, -5 * DAY_MS);
    expect(isOffered(now, { start, end: plus(start, 1) })).toBe(true);
    expect(isOffered(now, { start: plus(start, 1), end: plus(start, DAY_MS) })).toBe(false);
    expect(isOffered(now, { start: plus(start, -DAY_MS), end: start })).toBe(false);
  });

  it("[S3] [S4] nothing is offered when notice and horizon leave nothing between them", () => {
    const never = aVisit({ noticeMinutes: 2 * 1440, horizonDays: 1 });
    const window = { start: plus(start, -60 * DAY_MS), end: plus(start, 60 * DAY_MS) };
    expect(freeStarts(new OpenDays(config), nobody, never, config.sites, window, start)).toEqual([]);
  });
});

describe("two sites of one provider", () => {
  const config = aConfig({
    sites: [
      aSite({ hours: everyDay(9 * 60, 10 * 60) }),
      aSite({ locationId: locationId(2), timeZone: "America/Denver", hours: everyDay(8 * 60 + 20, 10 * 60) }),
    ],
    visitTypes: [aVisit(patient)],
  });

  it("[S1] [S5] are answered together, by time, each start with its site", () => {
    const starts = startsOn(config, "2026-11-24").map((free) => [
      spellInZone(free.start, CHICAGO).slice(11, 16),
      Number(free.locationId.slice(-1)),
    ]);
    expect(starts).toEqual([
      ["09:00", 1],
      ["09:20", 1],
      ["09:20", 2],
      ["09:40", 1],
      ["09:40", 2],
      ["10:00", 2],
      ["10:20", 2],
      ["10:40", 2],
    ]);
  });

  it("[B1] [S5] a minute taken at one site is taken at the other", () => {
    const taken = [{ start: at("2026-11-24T09:20:00-06:00"), end: at("2026-11-24T09:40:00-06:00") }];
    const starts = startsOn(config, "2026-11-24", "2026-11-24", taken);
    expect(starts.filter(({ start }) => start === taken[0]?.start)).toEqual([]);
    expect(starts).toHaveLength(6);
  });
});

describe("any configuration", () => {
  it("[S5] [S1] [S2] [S3] [S4] free starts are what a reader of the rules would list", () => {
    // Hours by day: what hours at night mean at a change is tested by name in open-days.node.ts.
    const anyCase = fc.record({
      timeZone: fc.constantFrom(...ZONES_TO_FEAR),
      hours: fc.array(
        fc
          .tuple(
            fc.integer({ min: 1, max: 7 }),
            fc.integer({ min: 72, max: 150 }),
            fc.integer({ min: 1, max: 90 }),
          )
          .map(([weekday, opens, steps]) => ({ weekday, opensAt: opens * 5, closesAt: (opens + steps) * 5 })),
        { maxLength: 10 },
      ),
      steps: fc.integer({ min: 1, max: 24 }),
      gridMinutes: fc.constantFrom(...GRIDS),
      noticeMinutes: fc.constantFrom(0, 45, 1440),
      nowMs: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }),
      change: fc.constantFrom("2026-03-08", "2026-11-01", "2026-11-24", "2026-10-04", "2026-03-29"),
      taken: fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 30 })), {
        maxLength: 8,
      }),
    });
    fc.assert(
      fc.property(anyCase, ({ timeZone, hours, steps, nowMs, change, taken, ...rules }) => {
        const from = at(`${change}T00:00:00Z`);
        const window = { start: from, end: plus(from, 1.4 * DAY_MS) };
        const now = plus(from, nowMs);
        const visit = aVisit({ ...rules, minutes: steps * 5, horizonDays: 2 });
        const site = aSite({ timeZone, hours });
        const busy = taken.map(([first, length]) => ({
          start: plus(from, first * STEP_MS),
          end: plus(from, (first + length) * STEP_MS),
        }));
        const found = freeStarts(
          new OpenDays(aConfig({ sites: [site] })),
          busyBy(busy),
          visit,
          [site],
          window,
          now,
        );
        expect(found.map(({ start }) => start)).toEqual(naiveStarts(site, visit, busy, window, now));
      }),
      { numRuns: 60 },
    );
  });

  /** Each rule of S1–S5 as it is written, one five-minute step after the other, with Temporal's clock. */
  function naiveStarts(
    site: Site,
    visit: VisitTypeRules,
    busy: readonly Interval[],
    window: Interval,
    now: Instant,
  ): Instant[] {
    const wallAt = (ms: number) => {
      const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(site.timeZone);
      return { weekday: zoned.dayOfWeek, minute: zoned.hour * 60 + zoned.minute };
    };
    const isOpen = (ms: number): boolean => {
      const { weekday, minute } = wallAt(ms);
      return site.hours.some((h) => h.weekday === weekday && h.opensAt <= minute && minute < h.closesAt);
    };
    const starts: Instant[] = [];
    for (let start = window.start; start < window.end; start = plus(start, STEP_MS)) {
      if (start < now + visit.noticeMinutes * MINUTE_MS || start >= now + visit.horizonDays * DAY_MS)
        continue;
      if (wallAt(start).minute % visit.gridMinutes !== 0) continue;
      const place = { start, end: plus(start, visit.minutes * MINUTE_MS) };
      if (busy.some((interval) => overlaps(interval, place))) continue;
      let fits = true;
      for (let ms: number = start; fits && ms < place.end; ms += STEP_MS) fits = isOpen(ms);
      if (fits) starts.push(start);
    }
    return starts;
  }
});

describe("what a configuration names", () => {
  it("[B10] [B11] visit types and sites are found by id, others are not there", () => {
    const open = new OpenDays(aConfig());
    expect(findVisit(open, visitTypeId(1))).toEqual(aVisit());
    expect(findVisit(open, visitTypeId(2))).toBeNull();
    expect(findSite(open, locationId(1))).toEqual(aSite());
    expect(findSite(open, locationId(2))).toBeNull();
  });

  it("[S5] [T4] a month of 31 days is answered whole, also across the end of daylight saving time", () => {
    const starts = startsOn(aConfig({ visitTypes: [aVisit(patient)] }), "2026-10-20", "2026-11-19");
    expect(starts).toHaveLength(31 * 24);
    expect(spelled(starts).at(0)).toBe("2026-10-20T09:00:00-05:00");
    expect(spelled(starts).at(-1)).toBe("2026-11-19T16:40:00-06:00");
  });
});
