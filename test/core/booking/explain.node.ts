/** Proves that explaining names each rule that booking would refuse by, all of them, with the numbers, and never whose. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reach } from "../../../core/access/reach.ts";
import { decideBook } from "../../../core/booking/decide-book.ts";
import {
  type ExplainQuestion,
  type ExplainView,
  type Explanation,
  explain,
  type Occupied,
} from "../../../core/booking/explain.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "../../../core/schedule/config.ts";
import {
  DAY_MS,
  type Instant,
  type Interval,
  MINUTE_MS,
  overlaps,
  plus,
  STEP_MS,
} from "../../../core/time.ts";
import { anySchedule, DATES_TO_FEAR } from "../../support/any-schedule.ts";
import {
  aBooking,
  aConfig,
  anAppointment,
  aSite,
  at,
  aVisit,
  everyDay,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const PUBLIC: Reach = { kind: "nothing" };
const DESK: Reach = { kind: "clinics", locationIds: [locationId(1)] };

const question = (more: Partial<ExplainQuestion> = {}): ExplainQuestion => ({
  visitTypeId: visitTypeId(1),
  locationId: locationId(1),
  start: START,
  reach: PUBLIC,
  ...more,
});

function viewOf(calendar: MemoryCalendar): ExplainView {
  return {
    open: calendar.open,
    occupantsIn: (interval, now) => calendar.occupantsIn(interval, now),
    inTheWay: (interval: Interval): Occupied[] =>
      calendar
        .occupying()
        .filter((other) => overlaps(other, interval))
        .map(({ start, end, locationId: where }) => ({ kind: "appointment", start, end, locationId: where })),
  };
}

const ask = (
  more: Partial<ExplainQuestion> = {},
  config: Partial<CalendarConfig> = {},
  now: Instant = NOW,
): Explanation => explain(viewOf(new MemoryCalendar(aConfig(config))), question(more), now);
const reasonsOf = (...given: Parameters<typeof ask>): [string, string][] =>
  ask(...given).reasons.map(({ rule, detail }) => [rule, detail]);
const spelled = (text: string) => ({ start: at(text) });

describe("one rule at a time", () => {
  it("[X1] nothing speaks against a start that can be booked", () => {
    expect(ask()).toEqual({ bookable: true, reasons: [] });
  });

  it("[X1] [B10] names a visit type that the provider does not offer", () => {
    expect(reasonsOf({ visitTypeId: visitTypeId(9) })).toEqual([
      ["unknown-visit-type", "The provider does not offer this visit type."],
    ]);
  });

  it("[X1] [B11] names a clinic where the provider does not work", () => {
    expect(reasonsOf({ locationId: locationId(9) })).toEqual([
      ["location-not-served", "The provider does not see patients at this clinic."],
    ]);
  });

  it("[X1] [B21] names the specialty that is missing", () => {
    const visitTypes = [aVisit({ specialty: "cardiology" })];
    expect(reasonsOf({}, { visitTypes })).toEqual([
      [
        "specialty-required",
        "This visit type needs the specialty cardiology, which the provider does not have.",
      ],
    ]);
    expect(ask({}, { visitTypes, specialties: ["cardiology"] }).bookable).toBe(true);
  });

  it("[X1] [B19] tells a known patient that the visit is for new ones", () => {
    const visitTypes = [aVisit({ newPatientsOnly: true })];
    const who = { isNewPatient: false, ageYears: null };
    expect(reasonsOf({ who }, { visitTypes })).toEqual([
      ["new-patients-only", "This visit type is for patients whom the provider has not seen."],
    ]);
    expect(ask({}, { visitTypes }).bookable).toBe(true);
  });

  it("[X1] [B20] names the ages, never the patient's own", () => {
    const detail = (ages: { ageMin?: number; ageMax?: number }) =>
      reasonsOf({ who: { isNewPatient: null, ageYears: 99 } }, { visitTypes: [aVisit(ages)] });
    expect(detail({ ageMin: 18, ageMax: 65 })).toEqual([
      ["age-limit", "This visit type is for patients of 18 to 65 years on the day of the visit."],
    ]);
    expect(detail({ ageMax: 17 })[0]?.[1]).toContain("of at most 17 years");
    expect(detail({ ageMin: 100 })[0]?.[1]).toContain("of 100 years and more");
  });

  it("[X1] [B5] says how long ago the start was", () => {
    const now = at("2026-11-24T09:31:30-06:00");
    expect(reasonsOf({}, { visitTypes: [aVisit({ noticeMinutes: 0 })] }, now)).toEqual([
      ["starts-in-past", "The start was 12 minutes ago."],
    ]);
  });

  it("[X1] [B6] says how much notice is needed and how much there is", () => {
    expect(reasonsOf({}, {}, at("2026-11-24T08:38:00-06:00"))).toEqual([
      ["minimum-notice", "It must be booked 60 minutes before it starts, which is in 42 minutes."],
    ]);
  });

  it("[X1] [B7] says from when on it can be booked, in clinic time", () => {
    expect(reasonsOf(spelled("2027-04-20T09:20:00-05:00"))).toEqual([
      ["beyond-horizon", "It can be booked 90 days ahead, from 2027-01-20T08:20:00-06:00 on."],
    ]);
  });

  it("[X1] [B8] says the grid and the minute", () => {
    expect(reasonsOf(spelled("2026-11-24T09:30:00-06:00"))).toEqual([
      ["off-grid", "Visits of this type start every 20 minutes from midnight at the clinic, not at 09:30."],
    ]);
  });

  it("[X1] [B4] says the hours of that date and what the visit would take", () => {
    expect(reasonsOf(spelled("2026-11-24T17:00:00-06:00"))).toEqual([
      [
        "outside-open-hours",
        "On 2026-11-24 the provider sees patients at this clinic 09:00–17:00. The visit would take 17:00–17:20.",
      ],
    ]);
    expect(reasonsOf({}, { sites: [aSite({ hours: [] })] })[0]?.[1]).toContain(
      "The provider has no hours at this clinic on 2026-11-24.",
    );
  });

  it("[X1] [B4] names both dates of a visit around midnight", () => {
    const visitTypes = [aVisit({ minutes: 40 })];
    const [reason] = reasonsOf(spelled("2026-11-24T23:40:00-06:00"), { visitTypes });
    expect(reason?.[1]).toMatch(/On 2026-11-24 .* On 2026-11-25 .* The visit would take 23:40–00:20\.$/);
  });

  const siteOn = (more: Parameters<typeof aSite>[0]) => reasonsOf({}, { sites: [aSite(more)] });

  it("[X1] [S7] says that the provider is away on the date, or what the date has instead", () => {
    expect(siteOn({ exceptions: [{ date: "2026-11-24", kind: "closed" }] })).toEqual([
      [
        "outside-open-hours",
        "The provider does not see patients at this clinic on 2026-11-24. The visit would take 09:20–09:40.",
      ],
    ]);
    const instead = {
      date: "2026-11-24",
      kind: "instead",
      hours: [{ opensAt: 600, closesAt: 660 }],
    } as const;
    expect(siteOn({ exceptions: [instead] })[0]?.[1]).toContain("at this clinic 10:00–11:00.");
  });

  it("[X1] [S8] says that the clinic is closed", () => {
    expect(siteOn({ closures: [{ from: "2026-11-23", until: "2026-11-25" }] })).toEqual([
      ["outside-open-hours", "The clinic is closed on 2026-11-24. The visit would take 09:20–09:40."],
    ]);
  });

  it("[X1] [S9] says the breaks", () => {
    expect(siteOn({ breaks: everyDay(9 * 60 + 30, 10 * 60) })[0]?.[1]).toContain(
      "09:00–09:30, 10:00–17:00 (breaks 09:30–10:00).",
    );
  });

  it("[X1] [S11] goes by the rules of the site that is asked about", () => {
    const overrides = [{ visitTypeId: visitTypeId(1), locationId: locationId(1), noticeMinutes: 2_880 }];
    expect(reasonsOf({}, { overrides })).toEqual([
      ["minimum-notice", "It must be booked 2880 minutes before it starts, which is in 1520 minutes."],
    ]);
  });
});

describe("several rules", () => {
  it("[X1] lists every broken one in the order of booking, and what is in the way", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ specialty: "x" })] })).put(
      anAppointment(2, { start: at("2026-11-22T03:00:00-06:00"), end: at("2026-11-22T05:00:00-06:00") }),
    );
    const asked = question(spelled("2026-11-22T03:33:00-06:00"));
    expect(explain(viewOf(calendar), asked, NOW).reasons.map(({ rule }) => rule)).toEqual([
      "specialty-required",
      "starts-in-past",
      "minimum-notice",
      "off-grid",
      "outside-open-hours",
      "slot-taken:appointment",
    ]);
  });

  it("[X1] names visit type and clinic together when neither is the provider's", () => {
    const asked = { visitTypeId: visitTypeId(9), locationId: locationId(9) };
    expect(ask(asked).reasons.map(({ rule }) => rule)).toEqual(["unknown-visit-type", "location-not-served"]);
  });

  it("[X1] [S5] says bookable exactly when a booking commits, and first what booking refuses by", () => {
    const anyCase = fc.constantFrom(...DATES_TO_FEAR).chain((date) =>
      fc.record({
        from: fc.constant(at(`${date}T00:00:00Z`)),
        config: anySchedule(date),
        nowMs: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }),
        taken: fc.array(fc.tuple(fc.integer({ min: -50, max: 400 }), fc.integer({ min: 1, max: 40 })), {
          maxLength: 6,
        }),
      }),
    );
    let bookable = 0;
    fc.assert(
      fc.property(anyCase, ({ from, config, nowMs, taken }) => {
        const calendar = new MemoryCalendar(config);
        taken.forEach(([first, length], index) => {
          const start = plus(from, first * STEP_MS);
          calendar.put(anAppointment(100 + index, { start, end: plus(start, length * STEP_MS) }));
        });
        const view = viewOf(calendar);
        const now = plus(from, nowMs);
        const site = config.sites[0] as Site;
        const visit = config.visitTypes[0] as VisitTypeRules;
        const rules = calendar.open.rules(visit.id, site.locationId);
        for (let n = 0; n < 288; n += 7) {
          const start = plus(from, n * STEP_MS);
          const place = { visitTypeId: visit.id, locationId: site.locationId, start };
          const told = explain(view, { ...place, reach: PUBLIC }, now);
          const command = aBooking(1, {
            place: { ...place, end: plus(start, (rules?.minutes ?? 0) * MINUTE_MS) },
            deadline: plus(now, 10_000),
          });
          const decision = decideBook(calendar, command, now);
          const first =
            decision.kind !== "refused"
              ? undefined
              : decision.refusal.reason === "rule"
                ? decision.refusal.rule
                : "slot-taken:appointment";
          expect([told.bookable, told.reasons[0]?.rule]).toEqual([decision.kind === "commit", first]);
          expect(told.reasons.every(({ detail }) => detail.endsWith("."))).toBe(true);
          if (told.bookable) bookable += 1;
        }
      }),
      { numRuns: 100 },
    );
    expect(bookable).toBeGreaterThan(50);
  });
});

describe("what is in the way", () => {
  const other = anAppointment(2, {
    start: plus(START, -10 * MINUTE_MS),
    end: plus(START, 10 * MINUTE_MS),
    reason: "canary-reason",
    notes: "canary-notes",
  });
  const taken = new MemoryCalendar().put(other);
  const askAs = (reach: Reach, calendar = taken): Explanation =>
    explain(viewOf(calendar), question({ reach }), NOW);
  const blockers = [
    { kind: "appointment", from: "2026-11-24T09:10:00-06:00", until: "2026-11-24T09:30:00-06:00" },
  ];

  it("[X1] [B9] everybody is told its class", () => {
    const reason = {
      rule: "slot-taken:appointment",
      detail: "Another appointment takes a part of this time.",
    };
    for (const reach of [PUBLIC, { kind: "patients", patientIds: [patientId(2)] }] as Reach[])
      expect(askAs(reach)).toEqual({ bookable: false, reasons: [reason] });
  });

  it("[X2] the clinic, the provider and the network see from when until when", () => {
    for (const reach of [
      DESK,
      { kind: "provider", providerId: providerId(1) },
      { kind: "everything" },
    ] as Reach[])
      expect(askAs(reach).reasons[0]?.blockers).toEqual(blockers);
  });

  it("[X2] another clinic and another provider see the class only", () => {
    for (const reach of [
      { kind: "clinics", locationIds: [locationId(2)] },
      { kind: "provider", providerId: providerId(2) },
    ] as Reach[])
      expect(askAs(reach).reasons).toEqual(askAs(PUBLIC).reasons);
    const elsewhere = new MemoryCalendar().put({ ...other, locationId: locationId(2) });
    expect(askAs(DESK, elsewhere).reasons).toEqual(askAs(PUBLIC).reasons);
  });

  it("[X2] nobody is told whose it is", () => {
    const text = JSON.stringify(askAs({ kind: "everything" }));
    for (const secret of [other.id, other.patientId, "canary"]) expect(text).not.toContain(secret);
  });

  it("[X1] each class has its own reason; the seats of a full visit are not a second one", () => {
    const interval = { start: START, end: plus(START, MINUTE_MS) };
    const full = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ capacity: 2 })] }));
    const seat = {
      ...interval,
      kind: "appointment" as const,
      visitTypeId: visitTypeId(1),
      locationId: locationId(1),
      visitStart: START,
    };
    const view = (blockedBy: "hold" | "block" | "capacity", kinds: Occupied["kind"][]): ExplainView => ({
      open: blockedBy === "capacity" ? full.open : taken.open,
      occupantsIn: () =>
        blockedBy === "capacity"
          ? [
              { ...seat, id: "one" },
              { ...seat, id: "two" },
            ]
          : [{ ...seat, kind: blockedBy, id: "x", visitTypeId: null, visitStart: null }],
      inTheWay: () =>
        kinds.map((kind) => ({ ...interval, kind, locationId: kind === "block" ? null : locationId(1) })),
    });
    const told = (...given: Parameters<typeof view>) =>
      explain(view(...given), question({ reach: DESK }), NOW).reasons;
    expect(
      told("block", ["hold", "block", "hold"]).map(({ rule, blockers: seen }) => [rule, seen?.length]),
    ).toEqual([
      ["slot-taken:block", 1],
      ["slot-taken:hold", 2],
    ]);
    expect(
      told("capacity", ["appointment", "appointment"]).map(({ rule, blockers: seen }) => [
        rule,
        seen?.length,
      ]),
    ).toEqual([["slot-taken:capacity", 2]]);
    expect(told("hold", [])[0]).not.toHaveProperty("blockers");
  });
});
