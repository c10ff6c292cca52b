/** Proves by name what one date has open, and in which order closures, exceptions, breaks and weeks have their say. */
import { describe, expect, it } from "vitest";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Site, WeeklyHours } from "../../../core/schedule/config.ts";
import { hoursOn } from "../../../core/schedule/date-hours.ts";
import { freeStarts } from "../../../core/schedule/free-starts.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { rulesAt } from "../../../core/schedule/rules-at.ts";
import { DAY_MS, plus } from "../../../core/time.ts";
import {
  aConfig,
  aSite,
  at,
  aVisit,
  busyBy,
  deepFreeze,
  everyDay,
  locationId,
  visitTypeId,
} from "../../support/core-builders.ts";

const TUESDAY = "2026-11-24";
const [nine, noon, one, five] = [9 * 60, 12 * 60, 13 * 60, 17 * 60];

/** Open spans of a date as the wall shows them: `09:00-12:00`. */
function openOn(more: Partial<Site>, date = TUESDAY): string[] {
  const site = deepFreeze(aSite({ hours: everyDay(nine, five), ...more }));
  const clock = (ms: Parameters<typeof spellInZone>[0]): string =>
    spellInZone(ms, site.timeZone).slice(11, 16);
  return hoursOn(site, date).open.map(({ start, end }) => `${clock(start)}-${clock(end)}`);
}

const lunch: WeeklyHours[] = everyDay(noon, one);

describe("effective dates", () => {
  const summer = everyDay(nine, five).map((hours) => ({ ...hours, from: "2026-06-01", until: "2026-08-31" }));

  it("[S9] weekly hours hold from their first to their last date, both included", () => {
    for (const [date, isOpen] of [
      ["2026-05-31", false],
      ["2026-06-01", true],
      ["2026-08-31", true],
      ["2026-09-01", false],
    ] as const)
      expect([date, openOn({ hours: summer }, date).length > 0]).toEqual([date, isOpen]);
  });

  it("[S9] old hours end where new ones begin", () => {
    const hours = [
      ...everyDay(nine, noon).map((rule) => ({ ...rule, until: "2026-11-24" })),
      ...everyDay(one, five).map((rule) => ({ ...rule, from: "2026-11-25" })),
    ];
    expect(openOn({ hours })).toEqual(["09:00-12:00"]);
    expect(openOn({ hours }, "2026-11-25")).toEqual(["13:00-17:00"]);
  });
});

describe("several spans and breaks", () => {
  it("[S9] spans that touch or overlap are one", () => {
    const hours = [...everyDay(noon, five), ...everyDay(nine, noon), ...everyDay(600, 700)];
    expect(openOn({ hours })).toEqual(["09:00-17:00"]);
  });

  it("[S9] a break is cut out, wherever it lies", () => {
    expect(openOn({ breaks: lunch })).toEqual(["09:00-12:00", "13:00-17:00"]);
    expect(openOn({ breaks: everyDay(0, 600) })).toEqual(["10:00-17:00"]);
    expect(openOn({ breaks: everyDay(1000, 1440) })).toEqual(["09:00-16:40"]);
    expect(openOn({ breaks: everyDay(nine, five) })).toEqual([]);
    expect(openOn({ breaks: everyDay(0, nine) })).toEqual(["09:00-17:00"]);
    expect(openOn({ breaks: [...lunch, ...everyDay(600, 615), ...everyDay(610, 620)] })).toEqual([
      "09:00-10:00",
      "10:20-12:00",
      "13:00-17:00",
    ]);
  });

  it("[S9] a break holds on its weekday and between its dates only", () => {
    const breaks = lunch.filter(({ weekday }) => weekday !== 2);
    expect(openOn({ breaks })).toEqual(["09:00-17:00"]);
    expect(openOn({ breaks: lunch.map((rule) => ({ ...rule, until: "2026-11-23" })) })).toEqual([
      "09:00-17:00",
    ]);
  });

  it("[S9] [T3] a break in the hour that is shown twice keeps both of them free", () => {
    expect(openOn({ hours: everyDay(0, 240), breaks: everyDay(60, 120) }, "2026-11-01")).toEqual([
      "00:00-01:00",
      "02:00-04:00",
    ]);
  });
});

describe("exceptions of a date", () => {
  const on = (...exceptions: NonNullable<Site["exceptions"]>) => openOn({ breaks: lunch, exceptions });
  const early = [{ opensAt: 7 * 60, closesAt: 8 * 60 }];
  const wide = [{ opensAt: 11 * 60, closesAt: 14 * 60 }];

  it("[S7] closed closes it, and only it", () => {
    expect(on({ date: TUESDAY, kind: "closed" })).toEqual([]);
    expect(on({ date: "2026-11-25", kind: "closed" })).toEqual(["09:00-12:00", "13:00-17:00"]);
  });

  it("[S7] instead replaces hours and breaks; without hours it closes", () => {
    expect(on({ date: TUESDAY, kind: "instead", hours: wide })).toEqual(["11:00-14:00"]);
    expect(on({ date: TUESDAY, kind: "instead", hours: [] })).toEqual([]);
  });

  it("[S7] extra adds, on days off too, and no break cuts it", () => {
    expect(on({ date: TUESDAY, kind: "extra", hours: early })).toEqual([
      "07:00-08:00",
      "09:00-12:00",
      "13:00-17:00",
    ]);
    expect(on({ date: TUESDAY, kind: "extra", hours: wide })).toEqual(["09:00-17:00"]);
    expect(openOn({ hours: [], exceptions: [{ date: TUESDAY, kind: "extra", hours: early }] })).toEqual([
      "07:00-08:00",
    ]);
  });

  it("[S7] closed goes before the others of its date, extra adds to instead", () => {
    const [instead, extra] = [
      { date: TUESDAY, kind: "instead", hours: wide },
      { date: TUESDAY, kind: "extra", hours: early },
    ] as const;
    expect(on(extra, { date: TUESDAY, kind: "closed" }, instead)).toEqual([]);
    expect(on(extra, instead)).toEqual(["07:00-08:00", "11:00-14:00"]);
  });
});

describe("closures of the clinic", () => {
  it("[S8] win over everything, on each of their dates", () => {
    const closures = [{ from: "2026-11-24", until: "2026-11-26" }];
    const exceptions = [
      { date: TUESDAY, kind: "extra", hours: [{ opensAt: nine, closesAt: five }] },
      { date: "2026-11-25", kind: "instead", hours: [{ opensAt: nine, closesAt: five }] },
    ] as const;
    for (const date of [TUESDAY, "2026-11-25", "2026-11-26"])
      expect(openOn({ closures, exceptions }, date)).toEqual([]);
    for (const date of ["2026-11-23", "2026-11-27"])
      expect(openOn({ closures, exceptions }, date)).toEqual(["09:00-17:00"]);
  });

  it("[S8] close one site, not the provider's other one", () => {
    const closed = aSite({ closures: [{ from: TUESDAY, until: TUESDAY }] });
    const other = aSite({ locationId: locationId(2) });
    const config = aConfig({ sites: [closed, other], visitTypes: [aVisit({ noticeMinutes: 0 })] });
    const window = { start: at(`${TUESDAY}T06:00:00Z`), end: at(`${TUESDAY}T23:59:00-06:00`) };
    const starts = freeStarts(
      new OpenDays(config),
      busyBy([]),
      aVisit({ noticeMinutes: 0 }),
      config.sites,
      window,
      plus(window.start, -DAY_MS),
    );
    expect(starts).toHaveLength(24);
    expect(new Set(starts.map((start) => start.locationId))).toEqual(new Set([locationId(2)]));
  });

  it("[S7] [S8] [S9] the answer names which of them decided", () => {
    const source = (more: Partial<Site>) => hoursOn(aSite(more), TUESDAY).source;
    expect(source({})).toBe("week");
    expect(source({ exceptions: [{ date: TUESDAY, kind: "closed" }] })).toBe("closed");
    expect(source({ exceptions: [{ date: TUESDAY, kind: "instead", hours: [] }] })).toBe("instead");
    expect(source({ closures: [{ from: TUESDAY, until: TUESDAY }] })).toBe("closure");
  });
});

describe("rules of one's own at a site", () => {
  const config: CalendarConfig = aConfig({
    sites: [aSite(), aSite({ locationId: locationId(2) })],
    visitTypes: [aVisit({ capacity: 3 }), aVisit({ id: visitTypeId(2) })],
    overrides: [{ visitTypeId: visitTypeId(1), locationId: locationId(2), minutes: 40, noticeMinutes: 0 }],
  });

  it("[S11] replace what they name and leave the rest", () => {
    expect(rulesAt(config, visitTypeId(1), locationId(2))).toEqual(
      aVisit({ capacity: 3, minutes: 40, noticeMinutes: 0 }),
    );
  });

  it("[S11] touch no other site and no other visit type, and cannot add one", () => {
    expect(rulesAt(config, visitTypeId(1), locationId(1))).toEqual(aVisit({ capacity: 3 }));
    expect(rulesAt(config, visitTypeId(2), locationId(2))).toEqual(aVisit({ id: visitTypeId(2) }));
    expect(rulesAt(config, visitTypeId(1), locationId(9))).toEqual(aVisit({ capacity: 3 }));
    expect(rulesAt(config, visitTypeId(9), locationId(2))).toBeNull();
  });

  it("[S11] the calendar remembers the same answers, the empty one too", () => {
    const open = new OpenDays(config);
    for (const _ of [1, 2]) {
      for (const type of [1, 2, 9])
        for (const site of [1, 2, 9])
          expect(open.rules(visitTypeId(type), locationId(site))).toEqual(
            rulesAt(config, visitTypeId(type), locationId(site)),
          );
    }
    expect(open.rules(visitTypeId(1), locationId(2))).toBe(open.rules(visitTypeId(1), locationId(2)));
  });
});
