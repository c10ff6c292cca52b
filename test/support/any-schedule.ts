/** Random configurations that use every member a schedule has, around one date. */
import fc from "fast-check";
import type {
  CalendarConfig,
  Closure,
  DateException,
  DayHours,
  VisitTypeOverride,
  WeeklyHours,
} from "../../core/schedule/config.ts";
import { DAY_MS } from "../../core/time.ts";
import {
  aConfig,
  anyMinute,
  anyWeek,
  GRIDS,
  locationId,
  visitTypeId,
  ZONES_TO_FEAR,
} from "./core-builders.ts";

/** Dates on which clocks change somewhere, and one on which none do. */
export const DATES_TO_FEAR = [
  "2026-03-08",
  "2026-03-29",
  "2026-04-05",
  "2026-10-04",
  "2026-10-25",
  "2026-11-01",
  "2026-11-24",
] as const;

/** A date at most two days away. */
const near = (base: string): fc.Arbitrary<string> =>
  fc
    .integer({ min: -2, max: 2 })
    .map((days) => new Date(Date.parse(base) + days * DAY_MS).toISOString().slice(0, 10));

const anyDayHours: fc.Arbitrary<DayHours> = fc
  .tuple(anyMinute, anyMinute)
  .map(([a, b]) => ({ opensAt: Math.min(a, b), closesAt: Math.max(a, b) }));

/** Half of the rules hold always, the others from or until a date that is near. */
const dated = (base: string, rules: fc.Arbitrary<WeeklyHours[]>): fc.Arbitrary<WeeklyHours[]> =>
  fc
    .tuple(rules, fc.array(fc.tuple(fc.constantFrom("", "from", "until"), near(base))))
    .map(([hours, dates]) =>
      hours.map((rule, index) => {
        const [kind, date] = dates[index % Math.max(1, dates.length)] ?? ["", ""];
        if (kind === "from") return { ...rule, from: date };
        return kind === "until" ? { ...rule, until: date } : rule;
      }),
    );

const anyBreaks: fc.Arbitrary<WeeklyHours[]> = fc
  .array(fc.tuple(anyMinute, fc.integer({ min: 1, max: 30 })), { maxLength: 3 })
  .map((list) =>
    list.flatMap(([opensAt, steps]) =>
      [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
        weekday,
        opensAt,
        closesAt: Math.min(1440, opensAt + steps * 5),
      })),
    ),
  );

const anyException = (base: string): fc.Arbitrary<DateException> =>
  fc.oneof(
    { weight: 1, arbitrary: near(base).map((date): DateException => ({ date, kind: "closed" })) },
    {
      weight: 4,
      arbitrary: fc.record({
        date: near(base),
        kind: fc.constantFrom("instead" as const, "extra" as const),
        hours: fc.array(anyDayHours, { maxLength: 3 }),
      }),
    },
  );

const anyClosure = (base: string): fc.Arbitrary<Closure> =>
  fc.tuple(near(base), near(base)).map(([a, b]) => (a < b ? { from: a, until: b } : { from: b, until: a }));

const anySite = (base: string) =>
  fc.record(
    {
      timeZone: fc.constantFrom(...ZONES_TO_FEAR),
      hours: dated(base, anyWeek),
      breaks: dated(base, anyBreaks),
      exceptions: fc.array(anyException(base), { maxLength: 4 }),
      // Rare: a closed week proves little.
      closures: fc.oneof(
        { weight: 4, arbitrary: fc.constant<Closure[]>([]) },
        { weight: 1, arbitrary: fc.array(anyClosure(base), { maxLength: 2 }) },
      ),
    },
    { requiredKeys: ["timeZone", "hours"] },
  );

const anyRules = {
  minutes: fc.integer({ min: 1, max: 48 }).map((steps) => steps * 5),
  gridMinutes: fc.constantFrom(...GRIDS),
  noticeMinutes: fc.constantFrom(0, 1, 7, 60, 240, 1440),
  horizonDays: fc.constantFrom(1, 2, 7, 90),
};

const anyOverride: fc.Arbitrary<VisitTypeOverride> = fc.record(
  {
    visitTypeId: fc.constantFrom(visitTypeId(1), visitTypeId(2)),
    locationId: fc.constantFrom(locationId(1), locationId(2)),
    ...anyRules,
    specialty: fc.constantFrom("cardiology", "urology"),
  },
  { requiredKeys: ["visitTypeId", "locationId"] },
);

/** One or two sites, one or two visit types, rules of one's own at a site. */
export const anySchedule = (base: string): fc.Arbitrary<CalendarConfig> =>
  fc
    .record(
      {
        sites: fc.array(anySite(base), { minLength: 1, maxLength: 2 }),
        visits: fc.array(fc.record(anyRules), { minLength: 1, maxLength: 2 }),
        overrides: fc.array(anyOverride, { maxLength: 3 }),
        specialties: fc.constantFrom(["cardiology"], ["primary-care", "urology", "cardiology"]),
      },
      { requiredKeys: ["sites", "visits"] },
    )
    .map(({ sites, visits, ...rest }) =>
      aConfig({
        ...rest,
        sites: sites.map((site, index) => ({ ...site, locationId: locationId(index + 1) })),
        visitTypes: visits.map((visit, index) => ({ ...visit, id: visitTypeId(index + 1) })),
      }),
    );
