/**
 * Proves the door between wall clocks and instants against Temporal, at every change of every zone from 2024 to 2030,
 * and against Intl where Temporal itself could be wrong. Does not prove that workerd has the same zone database.
 */
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import {
  dateAt,
  dayInterval,
  minuteOfDayAt,
  nextDate,
  offsetMsAt,
  spellInZone,
  wallTime,
  weekdayOf,
} from "../../../core/schedule/clinic-time.ts";
import { DAY_MS, HOUR_MS, instant, MINUTE_MS, STEP_MS } from "../../../core/time.ts";
import { at } from "../../support/core-builders.ts";

const ZONES = Intl.supportedValuesOf("timeZone");

interface Change {
  readonly zone: string;
  readonly at: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Every change of offset in [from, to), by Temporal alone. */
function changesOf(zone: string, from: number, to: number): Change[] {
  const changes: Change[] = [];
  let here = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const next = here.getTimeZoneTransition("next");
    if (!next || next.epochMilliseconds >= to) return changes;
    const before = next.subtract({ milliseconds: 1 });
    changes.push({
      zone,
      at: next.epochMilliseconds,
      beforeMs: before.offsetNanoseconds / 1e6,
      afterMs: next.offsetNanoseconds / 1e6,
    });
    here = next;
  }
}

const CHANGES_2020_2035 = ZONES.flatMap((zone) =>
  changesOf(zone, Date.UTC(2020, 0, 1), Date.UTC(2036, 0, 1)),
);
const CHANGES = CHANGES_2020_2035.filter(
  (change) => change.at >= Date.UTC(2024, 0, 1) && change.at < Date.UTC(2031, 0, 1),
);

/** What the rules say that a wall-clock time means, by Temporal alone. */
function meaning(date: string, minute: number, zone: string) {
  const wall = Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes: minute });
  const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = wall.toZonedDateTime(zone, { disambiguation: "later" });
  const first = earlier.epochMilliseconds;
  if (first === later.epochMilliseconds) return { kind: "once", opening: first, closing: first } as const;
  if (earlier.toPlainDateTime().equals(wall)) {
    // The end of a date is the first midnight after it: the second one belongs to the next date.
    const closing = minute === 1440 ? first : later.epochMilliseconds;
    return { kind: "twice", opening: first, closing } as const;
  }
  const change = earlier.getTimeZoneTransition("next")?.epochMilliseconds;
  return { kind: "never", opening: change, closing: change } as const;
}

function expectMeaning(date: string, minute: number, zone: string): "once" | "twice" | "never" {
  const { kind, opening, closing } = meaning(date, minute, zone);
  const ours = {
    opening: wallTime(date, minute, zone, "opening"),
    closing: wallTime(date, minute, zone, "closing"),
  };
  if (ours.opening !== opening || ours.closing !== closing)
    expect({ zone, date, minute, ...ours }).toEqual({ zone, date, minute, opening, closing });
  return kind;
}

/** Wall-clock times of every quarter of an hour that a change skips or repeats, and half an hour on either side. */
function* wallTimesAround(change: Change): Generator<{ date: string; minute: number }> {
  const quarter = 15 * MINUTE_MS;
  const first = change.at + Math.min(change.beforeMs, change.afterMs);
  const last = change.at + Math.max(change.beforeMs, change.afterMs);
  for (let local = first - 2 * quarter; local <= last + 2 * quarter; local += quarter) {
    const date = new Date(local).toISOString().slice(0, 10);
    yield { date, minute: (local - Date.parse(date)) / MINUTE_MS };
  }
}

const anyZone = fc.constantFrom(...ZONES);
const anyDay = fc
  .integer({ min: Date.UTC(2024, 0, 1) / DAY_MS, max: Date.UTC(2030, 11, 30) / DAY_MS })
  .map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
const anySecond = fc
  .integer({ min: Date.UTC(2024, 0, 1) / 1000, max: Date.UTC(2031, 0, 1) / 1000 - 1 })
  .map((second) => instant(second * 1000));

describe("every zone, every change from 2024 to 2030", () => {
  it("[T2] [T3] there are changes of both kinds to test with", () => {
    expect(ZONES.length).toBeGreaterThan(400);
    expect(CHANGES.filter((change) => change.afterMs > change.beforeMs).length).toBeGreaterThan(500);
    expect(CHANGES.filter((change) => change.afterMs < change.beforeMs).length).toBeGreaterThan(500);
  });

  it("[T2] [T3] reads every wall-clock time around every change as Temporal does", () => {
    const kinds = { once: 0, twice: 0, never: 0 };
    for (const change of CHANGES) {
      for (const { date, minute } of wallTimesAround(change)) {
        kinds[expectMeaning(date, minute, change.zone)] += 1;
      }
    }
    expect(Math.min(kinds.twice, kinds.never)).toBeGreaterThan(1_000);
  });

  it("[T2] [T3] reads any wall-clock time of any day in any zone as Temporal does", () => {
    fc.assert(
      fc.property(anyZone, anyDay, fc.integer({ min: 0, max: 1440 }), (zone, date, minute) => {
        expectMeaning(date, minute, zone);
      }),
      { numRuns: 3_000 },
    );
  });

  it("[T1] spells the last second before and the first second after every change as Temporal does", () => {
    for (const { zone, at: change } of CHANGES) {
      for (const ms of [change - 1000, change]) expectSpelling(instant(ms), zone);
    }
  });

  it("[T1] spells any second in any zone so that it parses back to the same instant", () => {
    fc.assert(fc.property(anySecond, anyZone, expectSpelling), { numRuns: 3_000 });
  });

  it("[T4] names the date on the wall as Temporal does, at every change and at any second", () => {
    const expectDate = (ms: number, zone: string): void => {
      const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
      expect(dateAt(instant(ms), zone)).toBe(zoned.toPlainDate().toString());
    };
    for (const { zone, at: change } of CHANGES) {
      expectDate(change - 1, zone);
      expectDate(change, zone);
    }
    fc.assert(fc.property(anySecond, anyZone, expectDate), { numRuns: 2_000 });
  });

  it("[S2] counts the minutes of the day as the wall shows them, at every change and at any second", () => {
    const expectMinute = (ms: number, zone: string): void => {
      const { hour, minute, second } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
      expect(minuteOfDayAt(instant(ms), zone)).toBeCloseTo(hour * 60 + minute + second / 60, 9);
    };
    for (const { zone, at: change } of CHANGES) {
      expectMinute(change - 1000, zone);
      expectMinute(change, zone);
    }
    fc.assert(fc.property(anySecond, anyZone, expectMinute), { numRuns: 1_000 });
  });

  it("[T4] a day with a change is as long as Temporal says, and its neighbours meet it without gap or overlap", () => {
    for (const { zone, at: change } of CHANGES) {
      const date = dateAt(instant(change), zone);
      const previous = dateAt(instant(Date.parse(`${date}T12:00:00Z`) - DAY_MS), "UTC");
      for (const day of [previous, date]) {
        const { start, end } = dayInterval(day, zone);
        const midnight = Temporal.PlainDate.from(day).toZonedDateTime(zone);
        expect({ zone, day, hours: (end - start) / HOUR_MS }).toEqual({
          zone,
          day,
          hours: midnight.hoursInDay,
        });
        expect(end).toBe(dayInterval(nextDate(day), zone).start);
        expect(dateAt(start, zone)).toBe(day);
        expect(dateAt(instant(end - 1), zone)).toBe(day);
        expect(dateAt(instant(start - 1), zone)).not.toBe(day);
      }
    }
  });

  it("[T4] the days of two years add up to two years, in every zone that ever changes", () => {
    const newYear = (year: number, zone: string): number =>
      Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(zone).epochMilliseconds;
    for (const zone of new Set(CHANGES.map((change) => change.zone))) {
      let sum = 0;
      for (let date = "2026-01-01"; date < "2028-01-01"; date = nextDate(date)) {
        const { start, end } = dayInterval(date, zone);
        sum += end - start;
      }
      expect({ zone, sum }).toEqual({ zone, sum: newYear(2028, zone) - newYear(2026, zone) });
    }
  });
});

function expectSpelling(ms: number, zone: string): void {
  const spelled = spellInZone(instant(ms), zone);
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  if (Date.parse(spelled) !== ms || spelled !== zoned.toString({ timeZoneName: "never" }))
    expect({ zone, spelled }).toEqual({ zone, spelled: zoned.toString({ timeZoneName: "never" }) });
}

describe("what the five-minute steps and the cache of offsets rely on", () => {
  it("[S2] every offset of every zone from 2020 to 2035 is a multiple of five minutes", () => {
    const odd = CHANGES_2020_2035.filter(
      (change) => change.beforeMs % STEP_MS !== 0 || change.afterMs % STEP_MS !== 0,
    );
    expect(odd).toEqual([]);
    expect(ZONES.filter((zone) => offsetMsAt(zone, Date.UTC(2020, 0, 1)) % STEP_MS !== 0)).toEqual([]);
  });

  it("[S2] [T2] every change from 2024 on happens on a five-minute step (Casey's last one at 00:01 was in 2022)", () => {
    expect(CHANGES.filter((change) => change.at % STEP_MS !== 0)).toEqual([]);
  });

  it("[T2] [T3] no zone changes twice within two days, so that one wall-clock time meets one change at most", () => {
    const tooClose = CHANGES_2020_2035.filter((change, index) => {
      const next = CHANGES_2020_2035[index + 1];
      return next?.zone === change.zone && next.at - change.at < 2 * DAY_MS;
    });
    expect(tooClose).toEqual([]);
  });

  it("[T1] agrees with Intl at noon of every 13th day: Temporal's search has not stepped over a pair of changes", () => {
    for (const zone of ZONES) {
      const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
      for (let ms = Date.UTC(2024, 0, 1, 12); ms < Date.UTC(2031, 0, 1); ms += 13 * DAY_MS) {
        const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(ms)) ?? [];
        const size = Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS;
        const offsetMs = sign === "-" ? -size : size;
        if (offsetMsAt(zone, ms) !== offsetMs)
          expect({ zone, ms, offsetMs: offsetMsAt(zone, ms) }).toEqual({ zone, ms, offsetMs });
      }
    }
  });

  it("[T1] the cached offsets of a year do not depend on which of its moments was asked for first", () => {
    const late = offsetMsAt("America/Denver", Date.UTC(2029, 11, 31, 23, 59));
    const early = offsetMsAt("America/Denver", Date.UTC(2029, 0, 1));
    const middle = offsetMsAt("America/Denver", Date.UTC(2029, 6, 1));
    expect([early, middle, late].map((ms) => ms / HOUR_MS)).toEqual([-7, -6, -7]);
  });
});

describe("named clinics", () => {
  const spelled = (date: string, minute: number, zone: string, edge: "opening" | "closing"): string =>
    spellInZone(wallTime(date, minute, zone, edge), zone);
  const hoursOf = (date: string, zone: string): number => {
    const { start, end } = dayInterval(date, zone);
    return (end - start) / HOUR_MS;
  };

  it("[T1] Chicago spells November and July with different offsets", () => {
    expect(spellInZone(at("2026-11-24T15:20:00Z"), "America/Chicago")).toBe("2026-11-24T09:20:00-06:00");
    expect(spellInZone(at("2026-07-24T14:20:00Z"), "America/Chicago")).toBe("2026-07-24T09:20:00-05:00");
  });

  it("[T1] leaves out parts of a second and stays before the next one", () => {
    expect(spellInZone(instant(at("2026-11-24T15:20:00Z") + 999), "America/Chicago")).toBe(
      "2026-11-24T09:20:00-06:00",
    );
  });

  it("[T2] Chicago skips 02:00–03:00 on 8 March 2026: all of it means 03:00", () => {
    for (const minute of [2 * 60, 2 * 60 + 5, 2 * 60 + 30, 2 * 60 + 55]) {
      for (const edge of ["opening", "closing"] as const)
        expect(spelled("2026-03-08", minute, "America/Chicago", edge)).toBe("2026-03-08T03:00:00-05:00");
    }
    expect(spelled("2026-03-08", 115, "America/Chicago", "opening")).toBe("2026-03-08T01:55:00-06:00");
    expect(spelled("2026-03-08", 180, "America/Chicago", "closing")).toBe("2026-03-08T03:00:00-05:00");
  });

  it("[T3] Chicago shows 01:00–02:00 twice on 1 November 2026: opening is the first, closing the second", () => {
    expect(spelled("2026-11-01", 60, "America/Chicago", "opening")).toBe("2026-11-01T01:00:00-05:00");
    expect(spelled("2026-11-01", 90, "America/Chicago", "opening")).toBe("2026-11-01T01:30:00-05:00");
    expect(spelled("2026-11-01", 90, "America/Chicago", "closing")).toBe("2026-11-01T01:30:00-06:00");
    for (const edge of ["opening", "closing"] as const) {
      expect(spelled("2026-11-01", 55, "America/Chicago", edge)).toBe("2026-11-01T00:55:00-05:00");
      expect(spelled("2026-11-01", 120, "America/Chicago", edge)).toBe("2026-11-01T02:00:00-06:00");
    }
  });

  it("[T4] Chicago has days of 23, 24 and 25 hours", () => {
    expect(hoursOf("2026-03-08", "America/Chicago")).toBe(23);
    expect(hoursOf("2026-11-24", "America/Chicago")).toBe(24);
    expect(hoursOf("2026-11-01", "America/Chicago")).toBe(25);
  });

  it("[T2] [T3] [T4] Lord Howe moves by half an hour", () => {
    const zone = "Australia/Lord_Howe";
    expect(spelled("2026-10-04", 2 * 60 + 15, zone, "opening")).toBe("2026-10-04T02:30:00+11:00");
    expect(spelled("2026-04-05", 60 + 45, zone, "opening")).toBe("2026-04-05T01:45:00+11:00");
    expect(spelled("2026-04-05", 60 + 45, zone, "closing")).toBe("2026-04-05T01:45:00+10:30");
    expect([hoursOf("2026-10-04", zone), hoursOf("2026-04-05", zone)]).toEqual([23.5, 24.5]);
  });

  it("[T1] Kathmandu is three quarters of an hour off", () => {
    expect(wallTime("2026-11-24", 9 * 60, "Asia/Kathmandu", "opening")).toBe(at("2026-11-24T03:15:00Z"));
    expect(spellInZone(at("2026-11-24T03:15:00Z"), "Asia/Kathmandu")).toBe("2026-11-24T09:00:00+05:45");
  });

  it("[T1] [T2] [T4] Apia is a day ahead of most, has no change today, and once skipped a whole date", () => {
    expect(spelled("2026-01-15", 9 * 60, "Pacific/Apia", "opening")).toBe("2026-01-15T09:00:00+13:00");
    expect(dateAt(at("2026-01-14T20:00:00Z"), "Pacific/Apia")).toBe("2026-01-15");
    expect(changesOf("Pacific/Apia", Date.UTC(2024, 0, 1), Date.UTC(2031, 0, 1))).toEqual([]);
    expect(hoursOf("2011-12-30", "Pacific/Apia")).toBe(0);
    expect(spelled("2011-12-30", 12 * 60, "Pacific/Apia", "opening")).toBe("2011-12-31T00:00:00+14:00");
    expect([hoursOf("2011-12-29", "Pacific/Apia"), hoursOf("2011-12-31", "Pacific/Apia")]).toEqual([24, 24]);
  });

  it("[T2] [T3] Casablanca turns its clock back for Ramadan and forward after it", () => {
    const zone = "Africa/Casablanca";
    expect(spelled("2026-02-15", 2 * 60 + 30, zone, "opening")).toBe("2026-02-15T02:30:00+01:00");
    expect(spelled("2026-02-15", 2 * 60 + 30, zone, "closing")).toBe("2026-02-15T02:30:00+00:00");
    expect(spelled("2026-03-22", 2 * 60 + 30, zone, "opening")).toBe("2026-03-22T03:00:00+01:00");
    expect(spelled("2026-03-01", 9 * 60, zone, "opening")).toBe("2026-03-01T09:00:00+00:00");
  });

  it("[T1] [T4] Phoenix never changes, whatever its neighbours do", () => {
    for (let date = "2026-01-01"; date < "2027-01-01"; date = nextDate(date)) {
      expect(hoursOf(date, "America/Phoenix")).toBe(24);
      expect(spelled(date, 540, "America/Phoenix", "opening")).toBe(`${date}T09:00:00-07:00`);
    }
  });

  it("[T3] the end of a date is the first midnight after it, where the clock shows that midnight twice", () => {
    for (const edge of ["opening", "closing"] as const) {
      expect(spelled("2026-10-31", 1440, "America/Havana", edge)).toBe("2026-11-01T00:00:00-04:00");
      expect(spelled("2026-10-24", 1440, "Atlantic/Azores", edge)).toBe("2026-10-25T00:00:00+00:00");
    }
    expect(spelled("2026-11-01", 0, "America/Havana", "closing")).toBe("2026-11-01T00:00:00-05:00");
  });

  it("[T4] where midnight itself is skipped the day begins after it, where it is shown twice at the first one", () => {
    expect(spelled("2026-03-08", 0, "America/Havana", "opening")).toBe("2026-03-08T01:00:00-04:00");
    expect(spelled("2026-11-01", 0, "America/Havana", "opening")).toBe("2026-11-01T00:00:00-04:00");
    expect([hoursOf("2026-03-08", "America/Havana"), hoursOf("2026-11-01", "America/Havana")]).toEqual([
      23, 25,
    ]);
  });
});

describe("dates", () => {
  it("[T4] counts weekdays and next dates as Temporal does, over leap days and years", () => {
    for (let date = "2023-12-25"; date < "2029-01-10"; date = nextDate(date)) {
      const plain = Temporal.PlainDate.from(date);
      expect(weekdayOf(date)).toBe(plain.dayOfWeek);
      expect(nextDate(date)).toBe(plain.add({ days: 1 }).toString());
    }
  });

  it("[T4] stops at what is not a date: that is a bug of ours, never a patient's mistake", () => {
    expect(() => wallTime("2026-13-45", 0, "UTC", "opening")).toThrow("a calendar date is YYYY-MM-DD");
  });
});
