/**
 * Proves when a site is open and where its grid lies, against the wall clock read step by step: on ordinary days, on the
 * two strange days of the year, and at every change of every zone.
 */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { dateAt, dayInterval, nextDate, spellInZone, weekdayOf } from "../../../core/schedule/clinic-time.ts";
import type { Site, WeeklyHours } from "../../../core/schedule/config.ts";
import { emptyDay, hasStep, markInterval, STEPS_PER_DAY, stepsIn } from "../../../core/schedule/day-bits.ts";
import { OpenDays, openIntervalsOn } from "../../../core/schedule/open-days.ts";
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  type Interval,
  instant,
  MINUTE_MS,
  plus,
  STEP_MS,
} from "../../../core/time.ts";
import { aConfig, anyWeek, aSite, at, everyDay, GRIDS, ZONES_TO_FEAR } from "../../support/core-builders.ts";

const CHICAGO = "America/Chicago";
const GAP_DAY = "2026-03-08";
const LONG_DAY = "2026-11-01";

const openOf = (site: Site): OpenDays => new OpenDays(aConfig({ sites: [site] }));

/** Wall-clock weekday and minute at an instant, by Temporal. */
function wallAt(ms: number, zone: string): { weekday: number; minute: number } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return { weekday: zoned.dayOfWeek, minute: zoned.hour * 60 + zoned.minute };
}

const spelledSteps = (day: number, steps: readonly number[], zone: string): string[] =>
  steps.map((step) => spellInZone(instant(day * DAY_MS + step * STEP_MS), zone));
/** Starts of a local date that lie on the grid, spelled. */
function gridOn(date: string, zone: string, gridMinutes: number): string[] {
  const open = openOf(aSite());
  const { start, end } = dayInterval(date, zone);
  const starts: string[] = [];
  for (let day = Math.floor(start / DAY_MS); day * DAY_MS < end; day++)
    starts.push(...spelledSteps(day, stepsIn(open.grid(zone, gridMinutes, day)), zone));
  return starts.filter((spelled) => spelled.startsWith(date));
}

describe("weekly hours", () => {
  const week: WeeklyHours[] = [
    { weekday: 2, opensAt: 9 * 60, closesAt: 12 * 60 },
    { weekday: 2, opensAt: 13 * 60, closesAt: 17 * 60 },
    { weekday: 6, opensAt: 22 * 60, closesAt: 1440 },
  ];
  const spelledOn = (date: string, hours: readonly WeeklyHours[], zone = CHICAGO): string[][] =>
    openIntervalsOn(aSite({ timeZone: zone, hours }), date).map(({ start, end }) => [
      spellInZone(start, zone),
      spellInZone(end, zone),
    ]);

  it("[S1] open on their weekday only, with the break between", () => {
    expect(spelledOn("2026-11-24", week)).toEqual([
      ["2026-11-24T09:00:00-06:00", "2026-11-24T12:00:00-06:00"],
      ["2026-11-24T13:00:00-06:00", "2026-11-24T17:00:00-06:00"],
    ]);
    expect(spelledOn("2026-11-25", week)).toEqual([]);
  });

  it("[S1] may end at midnight", () => {
    expect(spelledOn("2026-11-28", week)).toEqual([
      ["2026-11-28T22:00:00-06:00", "2026-11-29T00:00:00-06:00"],
    ]);
  });

  it("[S1] [T3] end at the midnight that ends their date, not at its repetition an hour into the next date", () => {
    const untilMidnight = [{ weekday: 6, opensAt: 20 * 60, closesAt: 1440 }];
    expect(spelledOn("2026-10-31", untilMidnight, "America/Havana")).toEqual([
      ["2026-10-31T20:00:00-04:00", "2026-11-01T00:00:00-04:00"],
    ]);
  });

  it("[S1] read in the site's own zone: the same hours are other instants elsewhere", () => {
    expect(spelledOn("2026-11-24", week, "Asia/Kathmandu")[0]).toEqual([
      "2026-11-24T09:00:00+05:45",
      "2026-11-24T12:00:00+05:45",
    ]);
  });

  it("[T2] open nothing when the clock skips all of them, and begin or end at the change when it skips one end", () => {
    expect(spelledOn(GAP_DAY, everyDay(120, 180))).toEqual([]);
    expect(spelledOn(GAP_DAY, everyDay(125, 175))).toEqual([]);
    expect(spelledOn(GAP_DAY, everyDay(60, 150))).toEqual([
      ["2026-03-08T01:00:00-06:00", "2026-03-08T03:00:00-05:00"],
    ]);
    expect(spelledOn(GAP_DAY, everyDay(150, 240))).toEqual([
      ["2026-03-08T03:00:00-05:00", "2026-03-08T04:00:00-05:00"],
    ]);
  });

  it("[T3] keep both hours open when the clock shows them twice", () => {
    expect(spelledOn(LONG_DAY, everyDay(60, 120))).toEqual([
      ["2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-06:00"],
    ]);
    expect(spelledOn(LONG_DAY, everyDay(90, 115))).toEqual([
      ["2026-11-01T01:30:00-05:00", "2026-11-01T01:55:00-06:00"],
    ]);
  });

  it("[S1] [T2] [T3] a site that is open all day is open all of every day, however long it is", () => {
    for (const timeZone of ZONES_TO_FEAR) {
      const site = aSite({ timeZone, hours: everyDay(0, 1440) });
      for (let date = "2026-01-01"; date < "2027-01-01"; date = nextDate(date)) {
        const { start, end } = dayInterval(date, timeZone);
        const [interval, ...more] = openIntervalsOn(site, date);
        expect(more).toEqual([]);
        expect(interval?.start).toBe(start);
        expect(interval?.end).toBe(end);
      }
    }
  });
});

describe("open days as bits", () => {
  it("[S1] a step is open when the wall clock shows a time inside the hours of that weekday", () => {
    // By day only: what hours at night mean at a change is [T2] and [T3], tested by name above.
    const daytime = fc
      .array(
        fc.record({
          weekday: fc.integer({ min: 1, max: 7 }),
          opensAt: fc.integer({ min: 72, max: 160 }).map((step) => step * 5),
          minutes: fc.integer({ min: 1, max: 90 }).map((step) => step * 5),
        }),
        { maxLength: 10 },
      )
      .map((hours) =>
        hours.map(({ minutes, ...rest }) => ({
          ...rest,
          closesAt: Math.min(rest.opensAt + minutes, 21 * 60),
        })),
      );
    const anyDay = fc.integer({ min: dayNumber("2026-01-01"), max: dayNumber("2028-12-31") });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES_TO_FEAR), daytime, anyDay, (timeZone, hours, day) => {
        const site = aSite({ timeZone, hours });
        const wanted: number[] = [];
        for (let step = 0; step < STEPS_PER_DAY; step++) {
          const { weekday, minute } = wallAt(day * DAY_MS + step * STEP_MS, timeZone);
          const isOpen = hours.some(
            (span) => span.weekday === weekday && span.opensAt <= minute && minute < span.closesAt,
          );
          if (isOpen) wanted.push(step);
        }
        expect(stepsIn(openOf(site).open(site, day))).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it("[S1] [T3] the bits of UTC days hold what the local dates opened: all, and nothing else, at every change", () => {
    const wrong: string[] = [];
    for (const { zone, change } of changesOfAllZones(2026, 2028)) {
      const eve = dateAt(instant(change - 12 * HOUR_MS), zone);
      for (const weekday of [weekdayOf(eve), weekdayOf(nextDate(eve))]) {
        const site = aSite({ timeZone: zone, hours: [{ weekday, opensAt: 0, closesAt: 1440 }] });
        if (!bitsMatchIntervals(site, dayNumber(eve))) wrong.push(`${zone} ${eve} weekday ${weekday}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("[S1] the bits of any week in any zone hold what its local dates opened", () => {
    const anyDay = fc.integer({ min: dayNumber("2026-01-01"), max: dayNumber("2028-12-31") });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES_TO_FEAR), anyWeek, anyDay, (timeZone, hours, day) => {
        // Hours until midnight are the test above.
        const site = aSite({ timeZone, hours: hours.filter((span) => span.closesAt < 1440) });
        expect(bitsMatchIntervals(site, day)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("[B4] contains an interval exactly when every step of it is open", () => {
    const from = at("2026-10-31T00:00:00Z");
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES_TO_FEAR),
        anyWeek,
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 1, max: 96 }),
        (timeZone, hours, first, length) => {
          const site = aSite({ timeZone, hours });
          const open = openOf(site);
          const interval = {
            start: plus(from, first * STEP_MS),
            end: plus(from, (first + length) * STEP_MS),
          };
          let every = true;
          for (let ms: number = interval.start; ms < interval.end; ms += STEP_MS) {
            const day = Math.floor(ms / DAY_MS);
            every &&= hasStep(open.open(site, day), (ms - day * DAY_MS) / STEP_MS);
          }
          expect(open.contains(site, interval)).toBe(every);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("[S1] keeps two sites of one provider apart", () => {
    const here = aSite();
    const there = aSite({ locationId: "loc_000000000002" as Site["locationId"], hours: everyDay(600, 720) });
    const open = new OpenDays(aConfig({ sites: [here, there] }));
    const day = dayNumber("2026-11-24");
    expect(stepsIn(open.open(here, day))).toHaveLength(96);
    expect(stepsIn(open.open(there, day))).toHaveLength(24);
  });

  it("[S1] [S2] answers the same after more days than it keeps", () => {
    const site = aSite();
    const used = openOf(site);
    const days = Array.from({ length: 1_300 }, (_, index) => dayNumber("2026-01-01") + index);
    for (const day of days) [used.open(site, day), used.grid(CHICAGO, 20, day)];
    const fresh = openOf(site);
    for (const day of days.filter((_, index) => index % 13 === 0)) {
      expect(used.open(site, day)).toEqual(fresh.open(site, day));
      expect(used.grid(CHICAGO, 20, day)).toEqual(fresh.grid(CHICAGO, 20, day));
    }
  });
});

describe("the grid", () => {
  const minuteOf = (spelled: string): number =>
    Number(spelled.slice(11, 13)) * 60 + Number(spelled.slice(14, 16));

  it("[S2] counts from local midnight, whatever the offset is", () => {
    expect(gridOn("2026-11-24", "Asia/Kathmandu", 60).slice(0, 3)).toEqual([
      "2026-11-24T00:00:00+05:45",
      "2026-11-24T01:00:00+05:45",
      "2026-11-24T02:00:00+05:45",
    ]);
  });

  it("[S2] [T2] has no start in the gap and goes on by the wall clock after it", () => {
    expect(gridOn(GAP_DAY, CHICAGO, 40).slice(0, 5)).toEqual([
      "2026-03-08T00:00:00-06:00",
      "2026-03-08T00:40:00-06:00",
      "2026-03-08T01:20:00-06:00",
      "2026-03-08T03:20:00-05:00",
      "2026-03-08T04:00:00-05:00",
    ]);
  });

  it("[S2] [T3] has the starts of both repeated hours", () => {
    expect(gridOn(LONG_DAY, CHICAGO, 40).slice(0, 5)).toEqual([
      "2026-11-01T00:00:00-05:00",
      "2026-11-01T00:40:00-05:00",
      "2026-11-01T01:20:00-05:00",
      "2026-11-01T01:20:00-06:00",
      "2026-11-01T02:00:00-06:00",
    ]);
  });

  it("[S2] goes by the wall clock where the change is half an hour", () => {
    expect(gridOn("2026-10-04", "Australia/Lord_Howe", 60).slice(0, 4)).toEqual([
      "2026-10-04T00:00:00+10:30",
      "2026-10-04T01:00:00+10:30",
      "2026-10-04T03:00:00+11:00",
      "2026-10-04T04:00:00+11:00",
    ]);
  });

  it("[S2] every start of every grid that divides a day is a multiple of it on the wall, and none is missing", () => {
    const dates = [GAP_DAY, LONG_DAY, "2026-10-04", "2026-03-29"];
    for (const zone of ZONES_TO_FEAR) {
      for (const date of dates) {
        for (const grid of GRIDS) expectGrid(zone, date, grid);
      }
    }
  });

  it("[S2] counts from local midnight also when the grid does not divide a day", () => {
    for (const grid of [25, 35, 50, 70, 75, 100]) {
      for (const date of ["2026-11-24", "2026-11-25", "2026-11-26"]) expectGrid(CHICAGO, date, grid);
    }
  });

  it("[S2] [B8] onGrid says of an instant what the bits say of its step, and no to what lies between steps", () => {
    const anyStep = fc.integer({ min: 0, max: 3 * STEPS_PER_DAY - 1 });
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES_TO_FEAR),
        fc.constantFrom(...GRIDS, 25, 35),
        anyStep,
        (zone, grid, n) => {
          const open = openOf(aSite());
          const ms = plus(at("2026-10-31T00:00:00Z"), n * STEP_MS);
          const day = Math.floor(ms / DAY_MS);
          const isOn = hasStep(open.grid(zone, grid, day), (ms - day * DAY_MS) / STEP_MS);
          expect(open.onGrid(zone, grid, ms)).toBe(isOn);
          for (const off of [1, 1_000, MINUTE_MS, STEP_MS - 1])
            expect(open.onGrid(zone, grid, plus(ms, off))).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  function expectGrid(zone: string, date: string, grid: number): void {
    const starts = new Set(gridOn(date, zone, grid));
    const { start, end } = dayInterval(date, zone);
    for (let ms: Instant = start; ms < end; ms = plus(ms, STEP_MS)) {
      const spelled = spellInZone(ms, zone);
      const isOn = starts.has(spelled);
      if (isOn !== (minuteOf(spelled) % grid === 0))
        expect({ zone, grid, spelled, isOn }).toEqual({ zone, grid, spelled, isOn: !isOn });
    }
  }
});

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** Whether the bits of three UTC days equal the intervals of the five local dates around them. */
function bitsMatchIntervals(site: Site, day: number): boolean {
  const open = openOf(site);
  const intervals: Interval[] = [];
  for (let offset = -2; offset <= 4; offset++) {
    const date = new Date((day + offset) * DAY_MS).toISOString().slice(0, 10);
    intervals.push(...openIntervalsOn(site, date));
  }
  return [day, day + 1, day + 2].every((each) => {
    const wanted = emptyDay();
    for (const interval of intervals) markInterval(wanted, each, interval);
    return open.open(site, each).every((word, index) => word === wanted[index]);
  });
}

function changesOfAllZones(fromYear: number, toYear: number): { zone: string; change: number }[] {
  const until = Date.UTC(toYear, 0, 1);
  return Intl.supportedValuesOf("timeZone").flatMap((zone) => {
    const found: { zone: string; change: number }[] = [];
    let here = Temporal.Instant.fromEpochMilliseconds(Date.UTC(fromYear, 0, 1)).toZonedDateTimeISO(zone);
    for (;;) {
      const next = here.getTimeZoneTransition("next");
      if (!next || next.epochMilliseconds >= until) return found;
      found.push({ zone, change: next.epochMilliseconds });
      here = next;
    }
  });
}
