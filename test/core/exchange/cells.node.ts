/** Proves that what a cell says has one spelling, and that every mistake is told without repeating it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as cell from "../../../core/exchange/cells.ts";
import { guardCell, unguardCell } from "../../../core/exchange/formula.ts";
import { readExceptions, readWeek, writeExceptions, writeWeek } from "../../../core/exchange/hours-text.ts";
import type { DateException, DayHours, WeeklyHours } from "../../../core/schedule/config.ts";

const date = fc
  .integer({ min: 0, max: 20_000 })
  .map((days) => new Date(Date.UTC(2000, 0, 1) + days * 86_400_000).toISOString().slice(0, 10));
const hours: fc.Arbitrary<DayHours> = fc
  .tuple(fc.integer({ min: 0, max: 288 }), fc.integer({ min: 0, max: 288 }))
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ opensAt: Math.min(a, b) * 5, closesAt: Math.max(a, b) * 5 }));
const rule: fc.Arbitrary<WeeklyHours> = fc
  .record({
    weekday: fc.integer({ min: 1, max: 7 }),
    hours,
    dates: fc.tuple(date, date).map((two) => two.toSorted()),
    has: fc.constantFrom("none", "from", "until", "both"),
  })
  .map(({ weekday, hours: day, dates: [from, until], has }) => ({
    weekday,
    ...day,
    ...(has === "from" || has === "both" ? { from: from as string } : {}),
    ...(has === "until" || has === "both" ? { until: until as string } : {}),
  }));
const exception: fc.Arbitrary<DateException> = fc.oneof(
  date.map((on) => ({ date: on, kind: "closed" as const })),
  fc.record({
    date,
    kind: fc.constantFrom("instead" as const, "extra" as const),
    hours: fc.array(hours, { minLength: 1, maxLength: 3 }),
  }),
);

describe("a week in a cell", () => {
  it("[IE10] reads as it was written, whatever its rules and exceptions", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 20 }),
        fc.array(exception, { maxLength: 10 }),
        (week, dates) => {
          expect(readWeek(writeWeek(week))).toEqual({ ok: true, value: week });
          expect(readExceptions(writeExceptions(dates))).toEqual({ ok: true, value: dates });
        },
      ),
    );
  });

  it("[IE10] takes several days and spaces as a person types them", () => {
    expect(readWeek(" Mon-Wed  09:00-12:00 |sun-mon 22:00-24:00 [2026-01-01..] ")).toEqual({
      ok: true,
      value: [
        ...[1, 2, 3].map((weekday) => ({ weekday, opensAt: 540, closesAt: 720 })),
        ...[7, 1].map((weekday) => ({ weekday, opensAt: 1_320, closesAt: 1_440, from: "2026-01-01" })),
      ],
    });
  });

  it.each([
    ["no such day", "moo 09:00-12:00"],
    ["no such time", "mon 09:00-25:00"],
    ["off the step", "mon 09:01-12:00"],
    ["backwards", "mon 12:00-09:00"],
    ["no such date", "mon 09:00-12:00 [2026-02-30..]"],
    ["dates backwards", "mon 09:00-12:00 [2026-02-02..2026-02-01]"],
    ["too many rules", Array.from({ length: 30 }, () => "mon-sun 09:00-12:00").join("|")],
  ])("[IE10] %s is refused", (_what, text) => {
    expect(readWeek(text).ok).toBe(false);
  });

  it.each([
    ["closed with hours", "2026-12-24 closed 09:00-12:00"],
    ["other hours without any", "2026-12-24 instead"],
    ["a date that is none", "2026-13-24 closed"],
    ["a date of the first century", "0026-12-24 closed"],
  ])("[IE10] %s is refused", (_what, text) => {
    expect(readExceptions(text).ok).toBe(false);
  });
});

describe("a cell that a spreadsheet would run", () => {
  it("[IE6] goes out as text, and every text comes back as it was", () => {
    const tricky = fc.stringMatching(/^['=+\-@\t\ra1 ]{0,8}$/);
    fc.assert(
      fc.property(fc.oneof(tricky, fc.string()), (text) => {
        expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r]/);
        expect(unguardCell(guardCell(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a cell", () => {
  it.each([
    ["a phone number with its country", cell.phone, "+1 (312) 555-0100", "+13125550100"],
    ["a time, kept in UTC", cell.moment, "2026-11-24T09:20-06:00", "2026-11-24T15:20:00.000Z"],
    ["truth as spreadsheets write it", cell.truth, "TRUE", true],
    ["a list, each once", cell.listOf(cell.code), "b | a;b, c", ["b", "a", "c"]],
    ["a set, in order", cell.listOf(cell.code, true), "b|a", ["a", "b"]],
    ["a sign language", cell.language, "sgn-ase", "sgn-ase"],
    ["a script and a region", cell.language, "zh-Hant-TW", "zh-Hant-TW"],
    ["a leap day", cell.birthDate("2026-11-25"), "1980-02-29", "1980-02-29"],
  ] as const)("[IE1] %s", (_what, one, text, value) => {
    expect(one.read(text)).toEqual({ ok: true, value });
  });

  it.each([
    ["a phone number without its country", cell.phone, "312 555 0100"],
    ["a day that is none", cell.birthDate("2026-11-25"), "1981-02-29"],
    ["a date as a spreadsheet turns it", cell.birthDate("2026-11-25"), "02/28/1981"],
    ["somebody not born yet", cell.birthDate("2026-11-25"), "2026-11-26"],
    ["a time without its offset", cell.moment, "2027-01-02T03:04:00"],
    ["a time on a day that is none", cell.moment, "2026-02-30T09:20:00Z"],
    ["a time of the first century", cell.moment, "0026-11-24T09:20:00Z"],
    ["a time after 2100", cell.moment, "2100-01-01T00:00:00Z"],
    ["half a character", cell.text(10), "a\ud800"],
    ["an address with half a character", cell.email, "a\udfff@example.com"],
    ["an address with a NUL", cell.email, "a\0@example.com"],
    ["a region that is none", cell.language, "en-12"],
    ["several lines", cell.text(10), "a\nb"],
    ["too long", cell.text(3), "abcd"],
    ["no address", cell.email, "jane at example.com"],
    ["one bad entry of a list", cell.listOf(cell.code), "good|Not_Good"],
  ] as const)("[IE1] %s is refused, in words that do not repeat it", (_what, one, text) => {
    const read = one.read(text);
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain(text);
  });
});
