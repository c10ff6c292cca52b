/**
 * Proves that availability and live frames say the same: a snapshot plus the changes of a command is the snapshot after
 * it, for any configuration, any query and any command. That each socket gets its frame: test/durable-objects.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { changesBetween, groupByDate } from "../../../core/live/availability-days.ts";
import type { DayChange } from "../../../core/live/protocol.ts";
import {
  type AvailabilityBody,
  type AvailabilityQuery,
  availabilityBody,
  feedChanges,
  feedKey,
  providerSnapshot,
  startsFor,
} from "../../../core/live/provider-feed.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { DAY_MS, type Instant, instant, MINUTE_MS, plus, STEP_MS } from "../../../core/time.ts";
import { anySchedule } from "../../support/any-schedule.ts";
import {
  aConfig,
  anAppointment,
  anyConfig,
  aPlace,
  aSite,
  at,
  aVisit,
  busyBy,
  everyDay,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const query = (more: Partial<AvailabilityQuery> = {}): AvailabilityQuery => ({
  visitTypeId: visitTypeId(1),
  locationId: null,
  from: "2026-11-24",
  to: "2026-11-24",
  ...more,
});
const open = new OpenDays(aConfig({ sites: [aSite({ hours: everyDay(9 * 60, 10 * 60) })] }));
const nobody = busyBy([]);
const taken = busyBy([aPlace(START)]);

describe("availability", () => {
  it("[S5] [T1] answers free starts by local date, spelled in the clinic's zone", () => {
    const slot = (start: string, end: string) => ({ start, end, locationId: locationId(1) });
    expect(availabilityBody(open, taken, query({ to: "2026-11-25" }), 9, NOW)).toEqual({
      providerId: open.config.providerId,
      timeZone: "America/Chicago",
      revision: 9,
      days: [
        {
          date: "2026-11-24",
          slots: [
            slot("2026-11-24T09:00:00-06:00", "2026-11-24T09:20:00-06:00"),
            slot("2026-11-24T09:40:00-06:00", "2026-11-24T10:00:00-06:00"),
          ],
        },
        {
          date: "2026-11-25",
          slots: [
            slot("2026-11-25T09:00:00-06:00", "2026-11-25T09:20:00-06:00"),
            slot("2026-11-25T09:20:00-06:00", "2026-11-25T09:40:00-06:00"),
            slot("2026-11-25T09:40:00-06:00", "2026-11-25T10:00:00-06:00"),
          ],
        },
      ],
    });
  });

  it("[S5] knows nothing of a visit type that the provider does not offer", () => {
    const unknown = query({ visitTypeId: visitTypeId(9) });
    expect(startsFor(open, nobody, unknown, NOW)).toBeNull();
    expect(availabilityBody(open, nobody, unknown, 1, NOW)).toBeNull();
    expect(feedChanges(open, nobody, taken, unknown, [aPlace(START)], NOW)).toEqual([]);
  });

  it("[S1] answers for one site or for all, by time", () => {
    const sites = [
      aSite({ hours: everyDay(9 * 60, 10 * 60) }),
      aSite({ locationId: locationId(2), timeZone: "America/Denver", hours: everyDay(8 * 60, 9 * 60) }),
    ];
    const both = new OpenDays(aConfig({ sites }));
    expect(startsFor(both, nobody, query(), NOW)?.map((free) => free.locationId)).toEqual(
      [1, 2, 1, 2, 1, 2].map((n) => locationId(n)),
    );
    expect(startsFor(both, nobody, query({ locationId: locationId(2) }), NOW)).toHaveLength(3);
    expect(startsFor(both, nobody, query({ locationId: locationId(3) }), NOW)).toEqual([]);
    expect(availabilityBody(both, nobody, query({ locationId: locationId(2) }), 1, NOW)?.timeZone).toBe(
      "America/Denver",
    );
  });

  it("[T4] the window is whole local days, also those of 23 and of 25 hours", () => {
    const allDay = new OpenDays(
      aConfig({
        sites: [aSite({ hours: everyDay(0, 1440) })],
        visitTypes: [aVisit({ minutes: 5, gridMinutes: 30, horizonDays: 400 })],
      }),
    );
    const countOn = (date: string): number | undefined =>
      startsFor(allDay, nobody, query({ from: date, to: date }), at("2026-03-01T00:00:00Z"))?.length;
    expect([countOn("2026-03-08"), countOn("2026-03-09"), countOn("2026-11-01")]).toEqual([46, 48, 50]);
  });

  it("[S5] starts of two sites in different zones are grouped by each site's own date", () => {
    const evening = at("2026-11-24T20:00:00-06:00");
    const free = [1, 2].map((n) => ({ start: evening, end: plus(evening, 1), locationId: locationId(n) }));
    const days = groupByDate(free, (id) => (id === locationId(1) ? "America/Chicago" : "Asia/Kathmandu"));
    expect(days.map(({ date, slots }) => [date, slots[0]?.start])).toEqual([
      ["2026-11-24", "2026-11-24T20:00:00-06:00"],
      ["2026-11-25", "2026-11-25T07:45:00+05:45"],
    ]);
  });
});

describe("frames", () => {
  it("[L1] a snapshot is the availability with its revision", () => {
    const body = availabilityBody(open, nobody, query(), 9, NOW) as AvailabilityBody;
    expect(providerSnapshot(body, query())).toEqual({
      type: "snapshot",
      protocol: 1,
      revision: 9,
      providerId: open.config.providerId,
      visitTypeId: visitTypeId(1),
      days: body.days,
    });
  });

  it("[L2] a booking takes its start, a cancellation opens it", () => {
    const change = { date: "2026-11-24", locationId: locationId(1) };
    const start = "2026-11-24T09:20:00-06:00";
    const touched = [aPlace(START)];
    expect(feedChanges(open, nobody, taken, query(), touched, NOW)).toEqual([
      { ...change, opened: [], taken: [start] },
    ]);
    expect(feedChanges(open, taken, nobody, query(), touched, NOW)).toEqual([
      { ...change, opened: [start], taken: [] },
    ]);
  });

  it("[L2] says nothing of a change outside the watched days, to another site's screen or without any effect", () => {
    const touched = [aPlace(START)];
    expect(
      feedChanges(open, nobody, taken, query({ from: "2026-11-25", to: "2026-11-26" }), touched, NOW),
    ).toEqual([]);
    expect(feedChanges(open, nobody, taken, query({ locationId: locationId(2) }), touched, NOW)).toEqual([]);
    expect(feedChanges(open, taken, taken, query(), touched, NOW)).toEqual([]);
  });

  it("[L2] tells of a start on the day before a change whose visit would run into it", () => {
    const nights = new OpenDays(
      aConfig({
        sites: [aSite({ timeZone: "UTC", hours: everyDay(0, 1440) })],
        visitTypes: [aVisit({ minutes: 60, gridMinutes: 60 })],
      }),
    );
    const first = { start: at("2026-11-25T00:00:00Z"), end: at("2026-11-25T00:05:00Z") };
    const hourBefore = { start: at("2026-11-24T23:30:00Z"), end: at("2026-11-25T00:05:00Z") };
    const window = query({ from: "2026-11-23", to: "2026-11-26" });
    expect(feedChanges(nights, nobody, busyBy([first]), window, [first], NOW)).toMatchObject([
      { date: "2026-11-25", taken: ["2026-11-25T00:00:00+00:00"] },
    ]);
    expect(
      feedChanges(nights, busyBy([hourBefore]), busyBy([first]), window, [hourBefore, first], NOW),
    ).toMatchObject([{ date: "2026-11-24", opened: ["2026-11-24T23:00:00+00:00"] }]);
  });

  it("[L2] groups by local date and leaves out dates without a change", () => {
    const site = aSite();
    const eve = at("2026-11-24T23:00:00-06:00");
    expect(changesBetween(site, [eve], [plus(eve, 2 * 60 * MINUTE_MS)])).toEqual([
      { date: "2026-11-24", locationId: locationId(1), opened: ["2026-11-24T23:00:00-06:00"], taken: [] },
      { date: "2026-11-25", locationId: locationId(1), opened: [], taken: ["2026-11-25T01:00:00-06:00"] },
    ]);
    expect(changesBetween(site, [], [])).toEqual([]);
  });

  it("[L2] sockets that watch the same share one key, others do not", () => {
    const queries = [
      query(),
      query({ locationId: locationId(1) }),
      query({ visitTypeId: visitTypeId(2) }),
      query({ from: "2026-11-23" }),
      query({ to: "2026-11-25" }),
    ];
    expect(new Set(queries.map(feedKey)).size).toBe(queries.length);
    expect(feedKey(query())).toBe(feedKey(query()));
  });
});

describe("any command on any calendar", () => {
  const FROM = at("2026-10-30T00:00:00Z"); // the week in which Chicago's, Havana's and others' clocks go back
  const anyAppointment = fc.record({
    first: fc.integer({ min: -100, max: 3 * 288 }),
    length: fc.integer({ min: 1, max: 96 }),
  });
  const placed = (n: number, { first, length }: { first: number; length: number }): Appointment => {
    const start = plus(FROM, first * STEP_MS);
    return anAppointment(n, { start, end: plus(start, length * STEP_MS) });
  };
  const anyDate = fc.constantFrom("2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02");
  /** Mostly far horizons: with those of a day, most changes would be out of sight. */
  const anyFeedConfig = fc
    .tuple(fc.oneof(anyConfig, anySchedule("2026-10-31")), fc.constantFrom(undefined, 30, 90))
    .map(([config, horizonDays]) => ({
      ...config,
      visitTypes: config.visitTypes.map((visit) => ({
        ...visit,
        horizonDays: horizonDays ?? visit.horizonDays,
      })),
    }));
  const anyCase = fc.record({
    config: anyFeedConfig,
    rows: fc.array(anyAppointment, { maxLength: 6 }),
    change: fc.record({ kind: fc.constantFrom("book", "cancel", "move"), to: anyAppointment }),
    dates: fc.tuple(anyDate, anyDate),
    site: fc.constantFrom(null, 1, 2),
    nowMs: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }),
  });

  /** Every start that a body shows, with the date and site it is shown under. */
  const shown = (body: AvailabilityBody | null): Set<string> =>
    new Set(
      (body?.days ?? []).flatMap(({ date, slots }) =>
        slots.map((slot) => `${date} ${slot.locationId} ${slot.start}`),
      ),
    );

  function apply(before: ReadonlySet<string>, changes: readonly DayChange[]): Set<string> {
    const starts = new Set(before);
    for (const { date, locationId: site, opened, taken: lost } of changes) {
      expect(opened.length + lost.length).toBeGreaterThan(0);
      for (const start of lost) expect(starts.delete(`${date} ${site} ${start}`)).toBe(true);
      for (const start of opened) {
        expect(starts.has(`${date} ${site} ${start}`)).toBe(false);
        starts.add(`${date} ${site} ${start}`);
      }
    }
    return starts;
  }

  it("[L2] [S5] what a screen shows, plus the changes, is what availability shows afterwards", () => {
    let changed = 0;
    fc.assert(
      fc.property(anyCase, ({ config, rows, change, dates, site, nowMs }) => {
        const calendar = new MemoryCalendar(config);
        rows.forEach((row, index) => {
          calendar.put(placed(index + 1, row));
        });
        const target = change.kind === "book" ? undefined : calendar.appointments()[0];
        const after = placed(target ? 1 : 100, change.to);
        const touched = target ? [target, change.kind === "move" ? after : target] : [after];
        const watch = query({
          from: dates[0] < dates[1] ? dates[0] : dates[1],
          to: dates[0] < dates[1] ? dates[1] : dates[0],
          locationId: site === null ? null : locationId(site),
        });
        const now: Instant = plus(FROM, nowMs);
        const was = calendar.busy();
        const bodyBefore = availabilityBody(calendar.open, was, watch, 1, now);
        calendar.put(target && change.kind === "cancel" ? { ...target, status: "cancelled" } : after);
        const changes = feedChanges(calendar.open, was, calendar.busy(), watch, touched, now);
        changed += changes.length;
        const bodyAfter = availabilityBody(calendar.open, calendar.busy(), watch, 2, now);
        expect(apply(shown(bodyBefore), changes)).toEqual(shown(bodyAfter));
      }),
      { numRuns: 250 },
    );
    expect(changed).toBeGreaterThan(25);
  });

  it("[L2] [L4] no frame says who: the patient, the appointment and what they wrote stay inside", () => {
    const calendar = new MemoryCalendar();
    const was = calendar.busy();
    calendar.put(anAppointment(1, { reason: "canary", notes: "canary" }));
    const changes = feedChanges(calendar.open, was, calendar.busy(), query(), [aPlace(START)], NOW);
    const body = availabilityBody(calendar.open, calendar.busy(), query(), 1, NOW) as AvailabilityBody;
    expect(changes).toHaveLength(1);
    const frames = JSON.stringify([changes, providerSnapshot(body, query())]);
    for (const secret of [patientId(1), "apt_", "canary"]) expect(frames).not.toContain(secret);
  });

  it("[L2] a command of the past changes nothing on a screen of today", () => {
    const past = { start: plus(START, -30 * DAY_MS), end: instant(START - 30 * DAY_MS + 20 * MINUTE_MS) };
    const window = query({ from: "2026-10-01", to: "2026-12-01" });
    expect(feedChanges(open, nobody, busyBy([past]), window, [past], NOW)).toEqual([]);
  });
});
