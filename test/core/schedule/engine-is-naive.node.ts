/**
 * Proves the bitmap engine against the rules applied one moment after the other: for random configurations with every
 * member there is, minute by minute with Temporal's clock, and at every change of every zone from 2024 to 2030.
 */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import type { CalendarConfig, VisitTypeRules } from "../../../core/schedule/config.ts";
import { freeStarts } from "../../../core/schedule/free-starts.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { DAY_MS, HOUR_MS, type Interval, instant, MINUTE_MS, plus, STEP_MS } from "../../../core/time.ts";
import { anySchedule, DATES_TO_FEAR } from "../../support/any-schedule.ts";
import { aConfig, aSite, at, aVisit, busyBy, everyDay } from "../../support/core-builders.ts";
import { naiveFreeStarts, type Wall, wallByOffsets, wallByTemporal } from "../../support/naive-schedule.ts";

const walls = new Map<string, Wall>();

/** From a day and a half before the date to well after the day that follows it: whole local dates around the window. */
function wallAround(zone: string, date: string): Wall {
  const key = `${zone}/${date}`;
  const known = walls.get(key);
  if (known) return known;
  const from = at(`${date}T00:00:00Z`);
  const wall = wallByTemporal(zone, from - 1.5 * DAY_MS, from + 2.7 * DAY_MS);
  walls.set(key, wall);
  return wall;
}

describe("any configuration with every member there is", () => {
  const anyCase = fc.constantFrom(...DATES_TO_FEAR).chain((date) =>
    fc.record({
      date: fc.constant(date),
      config: anySchedule(date),
      nowMs: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }),
      taken: fc.array(fc.tuple(fc.integer({ min: -90, max: 400 }), fc.integer({ min: 1, max: 30 })), {
        maxLength: 8,
      }),
    }),
  );

  it("[S1] [S2] [S3] [S4] [S5] [S7] [S8] [S9] [S11] [B21] free starts are what going through the minutes finds", () => {
    let found = 0;
    fc.assert(
      fc.property(anyCase, ({ date, config, nowMs, taken }) => {
        const from = at(`${date}T00:00:00Z`);
        const window = { start: from, end: plus(from, 1.2 * DAY_MS) };
        const now = plus(from, nowMs);
        const busy = taken.map(([first, length]) => ({
          start: plus(from, first * STEP_MS),
          end: plus(from, (first + length) * STEP_MS),
        }));
        for (const site of config.sites) {
          for (const visit of config.visitTypes) {
            const wall = wallAround(site.timeZone, date);
            const wanted = naiveFreeStarts(wall, config, site, visit, busy, window, now);
            found += wanted.length;
            expect(engineStarts(config, visit, busy, window, now, config.sites.indexOf(site))).toEqual(
              wanted,
            );
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(500);
  });
});

function engineStarts(
  config: CalendarConfig,
  visit: VisitTypeRules,
  busy: readonly Interval[],
  window: Interval,
  now: ReturnType<typeof at>,
  siteIndex = 0,
) {
  const open = new OpenDays(config);
  const site = config.sites[siteIndex] as CalendarConfig["sites"][number];
  const rules = open.rules(visit.id, site.locationId);
  if (!rules) throw new Error("the visit type is the configuration's own");
  return freeStarts(open, busyBy(busy), rules, [site], window, now).map(({ start }) => start);
}

describe("every zone, every change from 2024 to 2030", () => {
  const [from, to] = [Date.UTC(2024, 0, 1), Date.UTC(2031, 0, 1)];
  /** Open at all hours but for breaks at night, where clocks change, and other hours on the dates around. */
  const siteOf = (timeZone: string, moment: number) => {
    const dayAfter = new Date(moment + DAY_MS).toISOString().slice(0, 10);
    return aSite({
      timeZone,
      hours: everyDay(0, 1440),
      breaks: [...everyDay(15, 30), ...everyDay(100, 105), ...everyDay(150, 165), ...everyDay(1410, 1420)],
      exceptions: [{ date: dayAfter, kind: "instead", hours: [{ opensAt: 0, closesAt: 150 }] }],
    });
  };
  const visit = aVisit({ minutes: 15, gridMinutes: 15, noticeMinutes: 0, horizonDays: 90 });

  /** Empty = no start is shifted, missing or doubled within 26 hours of the moment. */
  function wrongAround(zone: string, moment: number, offsetMsAt: (ms: number) => number): string[] {
    const config = aConfig({ sites: [siteOf(zone, moment)], visitTypes: [visit] });
    const [site] = config.sites;
    if (!site) throw new Error("there is one");
    const step = Math.floor(moment / STEP_MS) * STEP_MS;
    const wall = wallByOffsets(step - 50 * HOUR_MS, step + 50 * HOUR_MS, offsetMsAt);
    const window = { start: instant(step - 26 * HOUR_MS), end: instant(step + 26 * HOUR_MS) };
    const now = instant(step - 30 * HOUR_MS);
    const wanted = naiveFreeStarts(wall, config, site, visit, [], window, now);
    const found = engineStarts(config, visit, [], window, now);
    return JSON.stringify(found) === JSON.stringify(wanted)
      ? []
      : [`${zone} ${new Date(moment).toISOString()}`];
  }

  it("[S1] [S2] [S5] [S7] [S9] [T2] [T3] shifts, misses and doubles no start", () => {
    const wrong: string[] = [];
    const seen = { changes: 0, without: 0 };
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      let here = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
      const before = seen.changes;
      for (;;) {
        const next = here.getTimeZoneTransition("next");
        if (!next || next.epochMilliseconds >= to) break;
        const change = next.epochMilliseconds;
        const [was, is] = [
          next.subtract({ milliseconds: 1 }).offsetNanoseconds / 1e6,
          next.offsetNanoseconds / 1e6,
        ];
        wrong.push(...wrongAround(zone, change, (ms) => (ms < change ? was : is)));
        seen.changes += 1;
        here = next;
      }
      if (seen.changes > before) continue;
      seen.without += 1;
      wrong.push(...wrongAround(zone, Date.UTC(2027, 5, 15, 12), () => here.offsetNanoseconds / 1e6));
    }
    expect(wrong).toEqual([]);
    expect(Math.min(seen.changes / 10, seen.without)).toBeGreaterThan(100);
  });

  it("[S2] the sweep would see a grid that is a minute off", () => {
    const noon = Date.UTC(2027, 5, 15, 12);
    expect(wrongAround("Europe/Paris", noon, () => 2 * HOUR_MS)).toEqual([]);
    expect(wrongAround("Europe/Paris", noon, () => 2 * HOUR_MS + 5 * MINUTE_MS)).not.toEqual([]);
  });
});
