/** Proves what a preview of a schedule says: the times that open and close, and who falls out of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { Site } from "../../../core/schedule/config.ts";
import { OpenDays, openIntervalsOn } from "../../../core/schedule/open-days.ts";
import {
  COMPARED_DAYS,
  fallingOutside,
  fallsOutside,
  scheduleChange,
} from "../../../core/schedule/schedule-change.ts";
import { DAY_MS, type Interval, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aConfig,
  anAppointment,
  aSite,
  at,
  everyDay,
  locationId,
  visitTypeId,
} from "../../support/core-builders.ts";

const NOW = at("2026-11-24T12:00:00Z");
const [eight, nine, noon, five] = [8 * 60, 9 * 60, 12 * 60, 17 * 60];

const spelled = (site: Site, times: readonly Interval[]): string[] =>
  times.map(
    ({ start, end }) =>
      `${spellInZone(start, site.timeZone)} ${spellInZone(end, site.timeZone).slice(11, 16)}`,
  );

describe("what changes", () => {
  it("[D13] is open time that only one of the two has, site by site, date by date", () => {
    const before = aSite({ hours: everyDay(nine, five) });
    const after = aSite({ hours: everyDay(eight, noon) });
    const { opens, closes } = scheduleChange([before], [after], NOW);
    expect(opens).toHaveLength(COMPARED_DAYS);
    expect(closes).toHaveLength(COMPARED_DAYS);
    expect(spelled(before, opens.slice(0, 1))[0]).toMatch(/^2026-11-24T08:00:00.* 09:00$/);
    expect(spelled(before, closes.slice(0, 1))[0]).toMatch(/^2026-11-24T12:00:00.* 17:00$/);
  });

  it("[D13] is nothing between equals, and everything when a site comes or goes", () => {
    const site = aSite({ hours: everyDay(nine, five) });
    expect(scheduleChange([site], [site], NOW)).toEqual({ opens: [], closes: [] });
    expect(scheduleChange([site], [], NOW).closes).toHaveLength(COMPARED_DAYS);
    expect(scheduleChange([], [site], NOW).opens).toHaveLength(COMPARED_DAYS);
    expect(scheduleChange([], [site], NOW).closes).toEqual([]);
  });

  it("[D13] what stays, what opens and what closes are together what either has, and never overlap", () => {
    const hours = fc
      .array(
        fc.record({
          weekday: fc.integer({ min: 1, max: 7 }),
          opensAt: fc.integer({ min: 0, max: 200 }).map((n) => n * 5),
          length: fc.integer({ min: 1, max: 80 }).map((n) => n * 5),
        }),
        { maxLength: 8 },
      )
      .map((rules) =>
        rules.map(({ length, ...rule }) => ({ ...rule, closesAt: Math.min(1_440, rule.opensAt + length) })),
      );
    const minutes = (times: readonly Interval[]): number =>
      times.reduce((sum, { start, end }) => sum + (end - start) / MINUTE_MS, 0);
    fc.assert(
      fc.property(hours, hours, (a, b) => {
        const [before, after] = [aSite({ hours: a }), aSite({ hours: b })];
        const { opens, closes } = scheduleChange([before], [after], NOW);
        const first = spellInZone(NOW, before.timeZone).slice(0, 10);
        const dates = Array.from({ length: COMPARED_DAYS }, (_, day) =>
          new Date(Date.parse(`${first}T00:00:00Z`) + day * DAY_MS).toISOString().slice(0, 10),
        );
        const open = (site: Site) => minutes(dates.flatMap((date) => openIntervalsOn(site, date)));
        expect(open(before) - minutes(closes)).toBe(open(after) - minutes(opens));
        const others = (times: readonly Interval[], site: Site) =>
          times.every((time) => !new OpenDays(aConfig({ sites: [site] })).contains(site, time));
        expect(others(opens, before)).toBe(true);
        expect(others(closes, after)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("who falls out", () => {
  const site = aSite({ hours: everyDay(nine, five) });
  const start = openIntervalsOn(site, "2026-11-26")[0]?.start ?? NOW;
  const visit = aConfig().visitTypes[0];
  const facts = anAppointment(1, {
    start,
    end: plus(start, 20 * MINUTE_MS),
    locationId: site.locationId,
    visitTypeId: visit?.id ?? visitTypeId(1),
  });

  it.each([
    ["nothing changed", aConfig({ sites: [site] }), false],
    ["the day begins later", aConfig({ sites: [aSite({ hours: everyDay(nine + 10, five) })] }), true],
    ["the clinic is no longer theirs", aConfig({ sites: [aSite({ locationId: locationId(9) })] }), true],
    ["the visit type is no longer offered", aConfig({ sites: [site], visitTypes: [] }), true],
    [
      "the clinic is closed",
      aConfig({ sites: [{ ...site, closures: [{ from: "2026-11-26", until: "2026-11-26" }] }] }),
      true,
    ],
  ] as const)("[D14] %s", (_, config, out) => {
    expect(fallsOutside(new OpenDays(config), facts)).toBe(out);
    expect(fallingOutside(config, [facts])).toEqual(out ? [facts] : []);
  });
});
