/**
 * Proves the lists of next open starts against `freeStarts`, for any schedule and anybody's time, also when only some days
 * changed and when time goes on. That a calendar tells them: test/durable-objects/openings.test.ts.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppointmentEvent, isOpeningsEvent, openingsEvent } from "../../../core/events/event.ts";
import { dateAt, dayInterval, minuteOfDayAt, spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "../../../core/schedule/config.ts";
import { type DayBits, dayOf, emptyDay, markInterval, utcDay } from "../../../core/schedule/day-bits.ts";
import { DAY_PARTS, dayPartOf } from "../../../core/schedule/day-part.ts";
import { type BusyOf, freeStarts } from "../../../core/schedule/free-starts.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import {
  afterTelling,
  NEVER,
  OPENING_DAYS,
  OPENING_LIFE_MS,
  OPENING_STARTS_MAX,
  type Opening,
  Openings,
  openingKey,
  staleAfter,
  untold,
} from "../../../core/schedule/openings.ts";
import type { Occupant } from "../../../core/schedule/taken.ts";
import {
  DAY_MS,
  type Instant,
  type Interval,
  instant,
  MINUTE_MS,
  overlaps,
  plus,
  STEP_MS,
} from "../../../core/time.ts";
import { anySchedule, DATES_TO_FEAR } from "../../support/any-schedule.ts";
import {
  aConfig,
  aSite,
  at,
  aVisit,
  busyBy,
  everyDay,
  locationId,
  NOW,
  providerId,
  visitTypeId,
} from "../../support/core-builders.ts";

/** Today and the 13 dates after it, as one interval. */
function windowOf({ timeZone }: Site, now: Instant): Interval {
  const { start } = dayInterval(dateAt(now, timeZone), timeZone);
  const last = dateAt(plus(start, (OPENING_DAYS - 1) * DAY_MS + DAY_MS / 2), timeZone);
  return { start, end: dayInterval(last, timeZone).end };
}

interface Group {
  readonly site: Site;
  readonly visit: VisitTypeRules;
}

/** Every visit type at every site, with the rules there. */
const groupsOf = (open: OpenDays): Group[] =>
  open.config.sites.flatMap((site) =>
    open.config.visitTypes.map(({ id }) => {
      return { site, visit: open.rules(id, site.locationId) as VisitTypeRules };
    }),
  );

function freeIn(
  open: OpenDays,
  busyOf: BusyOf,
  { site, visit }: Group,
  window: Interval,
  now: Instant,
): Instant[] {
  return freeStarts(open, busyOf, visit, [site], window, now).map(({ start }) => start);
}

const partOf = (start: Instant, { timeZone }: Site): string =>
  `${dateAt(start, timeZone)} ${dayPartOf(minuteOfDayAt(start, timeZone))}`;

/** The list of one group; none = the visit type is not offered there. */
const listOf = (openings: readonly Opening[], { site, visit }: Group): Opening | undefined =>
  openings.find(({ visitTypeId: type, locationId: place }) => type === visit.id && place === site.locationId);

/** Rows of whoever takes time, cached per day as the object caches them: changed days get new bits. */
class Ward {
  readonly occupants: Occupant[] = [];
  readonly #days = new Map<number, DayBits>();
  readonly busyOf: BusyOf = Object.assign((day: number) => this.#bits(day), {
    occupants: (day: number) => this.#on(day),
  });

  add(occupant: Occupant): void {
    this.occupants.push(occupant);
    this.#changed(occupant);
  }

  remove(index: number): void {
    const [gone] = this.occupants.splice(index, 1);
    if (gone) this.#changed(gone);
  }

  #changed({ start, end }: Interval): void {
    for (let day = dayOf(start); day <= dayOf(end - 1); day++) this.#days.delete(day);
  }

  #on(day: number): Occupant[] {
    return this.occupants.filter((occupant) => overlaps(occupant, utcDay(day)));
  }

  #bits(day: number): DayBits {
    const known = this.#days.get(day);
    if (known) return known;
    const bits = emptyDay();
    for (const occupant of this.#on(day)) markInterval(bits, day, occupant);
    this.#days.set(day, bits);
    return bits;
  }
}

let made = 0;
const anyOccupant = (from: Instant): fc.Arbitrary<Occupant> =>
  fc
    .record({
      first: fc.integer({ min: -100, max: 16 * 288 }),
      length: fc.integer({ min: 1, max: 300 }),
      visit: fc.constantFrom(1, 2),
      place: fc.constantFrom(1, 2),
    })
    .map(({ first, length, visit, place }) => ({
      kind: "appointment",
      id: `occupant-${made++}`,
      start: plus(from, first * STEP_MS),
      end: plus(from, (first + length) * STEP_MS),
      visitTypeId: visitTypeId(visit),
      locationId: locationId(place),
      visitStart: plus(from, first * STEP_MS),
    }));

/** Schedules with everything that makes one day decide about another. */
const anyReachingSchedule = (date: string): fc.Arbitrary<CalendarConfig> =>
  fc
    .record({
      config: anySchedule(date),
      before: fc.constantFrom(0, 0, 30, 240),
      after: fc.constantFrom(0, 0, 30, 240),
      travelMinutes: fc.constantFrom(0, 0, 60, 240),
      capacity: fc.constantFrom(1, 1, 2),
      perDayMax: fc.constantFrom(undefined, undefined, 1, 2),
    })
    .map(({ config, before, after, travelMinutes, capacity, perDayMax }) =>
      aConfig({
        ...config,
        travelMinutes,
        visitTypes: config.visitTypes.map((visit, index) => ({
          ...visit,
          ...(index === 0 ? { bufferBeforeMinutes: before, bufferAfterMinutes: after, capacity } : {}),
          ...(index === 0 && perDayMax !== undefined ? { perDayMax } : {}),
        })),
      }),
    );

const anyCase = fc.constantFrom(...DATES_TO_FEAR).chain((date) =>
  fc.record({
    config: anyReachingSchedule(date),
    taken: fc.array(anyOccupant(at(`${date}T00:00:00Z`)), { maxLength: 12 }),
    // Not on a whole second: bounds are exact to the millisecond.
    now: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }).map((ms) => plus(at(`${date}T00:00:00Z`), ms)),
  }),
);

function wardWith(taken: readonly Occupant[]): Ward {
  const ward = new Ward();
  for (const occupant of taken) ward.add(occupant);
  return ward;
}

describe("a list of next open starts", () => {
  it("[OP1] has nothing but free starts within notice and horizon, in order, for any schedule at any moment", () => {
    let seen = 0;
    fc.assert(
      fc.property(anyCase, ({ config, taken, now }) => {
        const open = new OpenDays(config);
        const ward = wardWith(taken);
        const found = new Openings(open, ward.busyOf).at(now);
        for (const group of groupsOf(open)) {
          const starts = listOf(found, group)?.starts ?? [];
          const free = new Set(freeIn(open, ward.busyOf, group, windowOf(group.site, now), now));
          expect(starts.filter((start) => !free.has(start))).toEqual([]);
          expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b));
          for (const start of starts)
            expect(start).toBeGreaterThanOrEqual(now + group.visit.noticeMinutes * MINUTE_MS);
          seen += starts.length;
        }
      }),
      { numRuns: 150 },
    );
    expect(seen).toBeGreaterThan(1_000);
  });

  it("[OP2] has the first start of every date and part of a day, so also the first there is, and 60 at most", () => {
    let full = 0;
    fc.assert(
      fc.property(anyCase, ({ config, taken, now }) => {
        const open = new OpenDays(config);
        const ward = wardWith(taken);
        const found = new Openings(open, ward.busyOf).at(now);
        for (const group of groupsOf(open)) {
          const starts = listOf(found, group)?.starts ?? [];
          const free = freeIn(open, ward.busyOf, group, windowOf(group.site, now), now);
          const firsts = new Map<string, Instant>();
          for (const start of free)
            if (!firsts.has(partOf(start, group.site))) firsts.set(partOf(start, group.site), start);
          expect([...firsts.values()].filter((start) => !starts.includes(start))).toEqual([]);
          expect(starts[0]).toBe(free[0]);
          expect(starts.length).toBeLessThanOrEqual(OPENING_STARTS_MAX);
          if (starts.length > 30) full++;
        }
      }),
      { numRuns: 150 },
    );
    expect(full).toBeGreaterThan(10);
    expect(OPENING_STARTS_MAX).toBe(60);
  });

  it("[OP2] has four starts of each part of the first two dates that have any, then one", () => {
    const config = aConfig({
      sites: [aSite({ hours: everyDay(9 * 60, 19 * 60).filter(({ weekday }) => weekday !== 1) })],
      visitTypes: [aVisit({ minutes: 60, gridMinutes: 60 })],
    });
    const [list] = new Openings(new OpenDays(config), busyBy([])).at(NOW); // a Monday: closed
    const spelled = (list as Opening).starts.map((start) =>
      spellInZone(start, "America/Chicago").slice(8, 13),
    );
    expect(spelled.slice(0, 24)).toEqual([
      ...["24T09", "24T10", "24T11", "24T12", "24T13", "24T14", "24T15", "24T17", "24T18"],
      ...["25T09", "25T10", "25T11", "25T12", "25T13", "25T14", "25T15", "25T17", "25T18"],
      ...["26T09", "26T12", "26T17", "27T09", "27T12", "27T17"],
    ]);
    expect(spelled.at(-1)).toBe("06T17"); // the fourteenth date from today
  });

  it("[OP3] is about the visit types that are offered, at each site by its own rules, and a resource has none", () => {
    const sites = [aSite(), aSite({ locationId: locationId(2), timeZone: "Asia/Tokyo" })];
    const config = aConfig({
      sites,
      visitTypes: [aVisit(), aVisit({ id: visitTypeId(2), specialty: "cardiology" })],
      overrides: [{ visitTypeId: visitTypeId(1), locationId: locationId(2), noticeMinutes: 3 * 24 * 60 }],
    });
    const found = new Openings(new OpenDays(config), busyBy([])).at(NOW);
    expect(found.map(openingKey)).toEqual([1, 2].map((n) => `${visitTypeId(1)}/${locationId(n)}`));
    expect(found[1]?.starts[0]).toBe(at("2026-11-27T09:00:00+09:00"));
    expect(new Openings(new OpenDays(aConfig({ visitTypes: [] })), busyBy([])).at(NOW)).toEqual([]);
  });

  it("[OP3] ends a morning at noon and an afternoon at five, by the clinic's wall", () => {
    expect([0, 719, 720, 1_019, 1_020, 1_440].map(dayPartOf)).toEqual([
      ...["morning", "morning", "afternoon", "afternoon", "evening", "evening"],
    ]);
    expect(DAY_PARTS).toEqual(["morning", "afternoon", "evening"]);
  });
});

describe("while time goes on", () => {
  it("[OP4] the first listed start that notice still allows is the first free one, up to the moment to ask again", () => {
    let later = 0;
    fc.assert(
      fc.property(anyCase, fc.double({ min: 0, max: 1, noNaN: true }), ({ config, taken, now }, share) => {
        const open = new OpenDays(config);
        const ward = wardWith(taken);
        for (const group of groupsOf(open)) {
          const list = listOf(new Openings(open, ward.busyOf).at(now), group);
          if (!list) continue;
          expect(list.refreshAt).toBeGreaterThanOrEqual(now);
          expect(list.refreshAt).toBeLessThanOrEqual(now + OPENING_LIFE_MS);
          for (const then of [list.refreshAt, instant(Math.floor(now + (list.refreshAt - now) * share))]) {
            const earliest = plus(then, group.visit.noticeMinutes * MINUTE_MS);
            // The dates that the list is about; what comes after them is looked for again in six hours.
            const free = freeIn(open, ward.busyOf, group, windowOf(group.site, now), then);
            expect(list.starts.find((start) => start >= earliest)).toBe(free[0]);
            if (list.starts[0] !== free[0]) later++;
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(later).toBeGreaterThan(20); // the first ones did pass
  });

  it("[OP4] a list is to be asked again when its last start of a part with more has passed, at the latest after 6 h", () => {
    const open = new OpenDays(aConfig()); // 09:00–17:00, every 20 minutes, an hour's notice
    const nine = at("2026-11-24T08:00:00-06:00");
    const [list] = new Openings(open, busyBy([])).at(nine);
    expect(list?.refreshAt).toBe(at("2026-11-24T09:00:00-06:00")); // 09:00 to 10:00 are listed, 10:20 is not
    const [evening] = new Openings(open, busyBy([])).at(at("2026-11-24T17:30:00-06:00"));
    expect(evening?.refreshAt).toBe(at("2026-11-24T23:30:00-06:00"));
  });

  it("[OP4] and at the moment at which the horizon brings the first start of a part", () => {
    const open = new OpenDays(aConfig({ visitTypes: [aVisit({ horizonDays: 1, noticeMinutes: 0 })] }));
    const [list] = new Openings(open, busyBy([])).at(at("2026-11-24T08:30:00-06:00"));
    expect(list?.refreshAt).toBe(at("2026-11-24T09:00:00-06:00")); // 09:00 of tomorrow is offered from then on
  });
});

describe("what was computed before", () => {
  it("[OP1] is used again for days that nobody changed only: the same lists as from nothing, after any changes", () => {
    const anyChanges = anyCase.chain((start) =>
      fc.record({
        start: fc.constant(start),
        steps: fc.array(
          fc.record({
            add: fc.option(anyOccupant(start.now), { nil: null }),
            laterMs: fc.constantFrom(0, 1, 5 * MINUTE_MS, DAY_MS / 2),
          }),
          { minLength: 1, maxLength: 6 },
        ),
      }),
    );
    fc.assert(
      fc.property(anyChanges, ({ start: { config, taken, now }, steps }) => {
        const open = new OpenDays(config);
        const ward = wardWith(taken);
        const kept = new Openings(open, ward.busyOf);
        kept.at(now);
        let then = now;
        for (const { add, laterMs } of steps) {
          if (add) ward.add(add);
          else ward.remove(0);
          then = plus(then, laterMs);
          expect(kept.at(then)).toEqual(new Openings(open, wardWith(ward.occupants).busyOf).at(then));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("[OP1] costs a booking the days around it, not the window", () => {
    const asked: number[] = [];
    const ward = new Ward();
    const spy: BusyOf = Object.assign((day: number) => ward.busyOf(day), {
      occupants: (day: number) => {
        asked.push(day); // asked for by each computation of a day with a group in it
        return ward.busyOf.occupants(day);
      },
    });
    const kept = new Openings(new OpenDays(aConfig({ visitTypes: [aVisit({ capacity: 2 })] })), spy);
    kept.at(NOW);
    expect(new Set(asked).size).toBeGreaterThan(OPENING_DAYS);
    asked.length = 0;
    kept.at(plus(NOW, MINUTE_MS));
    expect(asked).toEqual([]);
    const day = dayOf(NOW) + 5;
    const start = instant(day * DAY_MS + DAY_MS / 2);
    const visit = { visitTypeId: visitTypeId(2), locationId: locationId(1), visitStart: start };
    ward.add({ kind: "appointment", id: "one", start, end: plus(start, STEP_MS), ...visit });
    kept.at(NOW);
    expect([...new Set(asked)].toSorted()).toEqual([-2, -1, 0, 1, 2].map((more) => day + more));
  });
});

describe("what is told", () => {
  const opening = (n: number, starts: readonly number[], refreshAt: number): Opening => ({
    visitTypeId: visitTypeId(n),
    locationId: locationId(1),
    starts: starts.map(instant),
    refreshAt: instant(refreshAt),
  });
  const told = (list: readonly Opening[]) => afterTelling(new Map(), list);

  it("[OP5] is what differs, what is to be asked again, and an empty list for what is not offered any more", () => {
    const before = told([
      opening(1, [10, 20], 100),
      opening(2, [10], 100),
      opening(3, [10], 100),
      opening(4, [1], 40),
    ]);
    const found = [
      opening(1, [10, 20], 200),
      opening(2, [20], 200),
      opening(4, [1], 200),
      opening(5, [], 200),
    ];
    const news = untold(before, found, instant(50));
    expect(news).toEqual([found[1], found[2], found[3], { ...opening(3, [], 0), refreshAt: NEVER }]);
    const after = afterTelling(before, news);
    expect([...after.keys()].toSorted()).toEqual(
      [1, 2, 4, 5].map((n) => `${visitTypeId(n)}/${locationId(1)}`),
    );
    expect(untold(after, found, instant(50))).toEqual([]); // said once
    expect(staleAfter(after)).toBe(100);
    expect(staleAfter(new Map())).toBe(NEVER);
  });

  it("[OP5] any changes, told one after the other, leave a reader with the lists as they are", () => {
    const anyLists = fc.array(
      fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.subarray([1, 2, 3])), {
        selector: ([n]) => n,
      }),
    );
    fc.assert(
      fc.property(anyLists, (rounds) => {
        let calendar: ReadonlyMap<string, Opening> = new Map();
        const reader = new Map<string, readonly number[]>();
        for (const round of rounds) {
          const found = round.map(([n, starts]) => opening(n, starts, 1_000));
          const news = untold(calendar, found, instant(0));
          calendar = afterTelling(calendar, news);
          for (const one of news) reader.set(openingKey(one), one.starts);
          const shown = [...reader].filter(([, starts]) => starts.length > 0).toSorted();
          const real = found
            .filter(({ starts }) => starts.length > 0)
            .map((one) => [openingKey(one), one.starts]);
          expect(shown).toEqual(real.toSorted());
        }
      }),
    );
  });

  it("[OP5] [E6] travels with ids and times only, and is no appointment", () => {
    const list = { ...opening(1, [10], 20), canary: "not for the log" };
    const event = openingsEvent(providerId(1), 7, NOW, { configVersion: 3, openings: [list] });
    expect(event).toMatchObject({
      id: `${providerId(1)}:7`,
      type: "openslot.calendar.openings.v1",
      sequence: "7",
    });
    expect(event.data).toEqual({ configVersion: 3, openings: [opening(1, [10], 20)] });
    expect([isOpeningsEvent(event), isAppointmentEvent(event)]).toEqual([true, false]);
  });
});
