/**
 * Proves the promise behind every screen: what availability shows, a booking accepts, and what it does not show, a
 * booking refuses. For any configuration, any appointments and any moment, over every step of a window.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideBook } from "../../../core/booking/decide-book.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "../../../core/schedule/config.ts";
import { freeStarts } from "../../../core/schedule/free-starts.ts";
import { DAY_MS, type Instant, MINUTE_MS, plus, STEP_MS } from "../../../core/time.ts";
import { anySchedule, DATES_TO_FEAR } from "../../support/any-schedule.ts";
import {
  aBooking,
  anAppointment,
  anyConfig,
  appointmentId,
  at,
  MemoryCalendar,
} from "../../support/core-builders.ts";

const visitOf = (config: CalendarConfig): VisitTypeRules => config.visitTypes[0] as VisitTypeRules;

describe("any configuration, any appointments, any now", () => {
  it("[S5] a start is in availability exactly when a booking of it commits, at any now, over every step of the window", () => {
    const anyCase = fc.constantFrom(...DATES_TO_FEAR).chain((date) =>
      fc.record({
        config: fc.oneof(anyConfig, anySchedule(date)),
        change: fc.constant(date),
        // Not on a whole second: bounds are exact to the millisecond.
        nowMs: fc.integer({ min: -2 * DAY_MS, max: DAY_MS }),
        booked: fc.array(
          fc.record({
            first: fc.integer({ min: -50, max: 400 }),
            length: fc.integer({ min: 1, max: 40 }),
            status: fc.constantFrom("booked", "confirmed", "in-progress", "cancelled", "no-show"),
          }),
          { maxLength: 10 },
        ),
      }),
    );
    let offered = 0;
    fc.assert(
      fc.property(anyCase, ({ config, change, nowMs, booked }) => {
        const from = at(`${change}T00:00:00Z`);
        const now = plus(from, nowMs);
        const calendar = new MemoryCalendar(config);
        booked.forEach(({ first, length, status }, index) => {
          const start = plus(from, first * STEP_MS);
          calendar.put(
            anAppointment(100 + index, {
              start,
              end: plus(start, length * STEP_MS),
              status: status as "booked",
            }),
          );
        });
        const window = { start: from, end: plus(from, 1.2 * DAY_MS) };
        for (const { id } of config.visitTypes) {
          for (const site of config.sites) {
            const visit = calendar.open.rules(id, site.locationId) as VisitTypeRules;
            const shown = new Set(
              freeStarts(calendar.open, calendar.busy(), visit, [site], window, now).map(
                ({ start }) => start,
              ),
            );
            offered += shown.size;
            for (let start = from; start < window.end; start = plus(start, STEP_MS)) {
              const isShown = shown.has(start);
              if (accepts(calendar, visit, site, start, now) !== isShown)
                expect({ visit, site, start, isShown }).toBe("what booking says");
            }
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(offered).toBeGreaterThan(500);
  });

  it("[S5] [B8] no start between two steps is accepted, since availability shows none", () => {
    const calendar = new MemoryCalendar();
    const start = at("2026-11-24T09:20:00-06:00");
    const [visit, site] = [visitOf(calendar.open.config), calendar.open.config.sites[0] as Site];
    const now = plus(start, -DAY_MS);
    expect(accepts(calendar, visit, site, start, now)).toBe(true);
    for (const off of [1, 999, 1_000, MINUTE_MS, STEP_MS, -1, -MINUTE_MS])
      expect(accepts(calendar, visit, site, plus(start, off), now)).toBe(false);
  });

  function accepts(
    calendar: MemoryCalendar,
    visit: VisitTypeRules,
    site: Site,
    start: Instant,
    now: Instant,
  ): boolean {
    const place = {
      locationId: site.locationId,
      visitTypeId: visit.id,
      start,
      end: plus(start, visit.minutes * MINUTE_MS),
    };
    const command = aBooking(1, {
      appointmentId: appointmentId(1),
      place,
      issuedAt: now,
      deadline: plus(now, 10_000),
    });
    return decideBook(calendar, command, now).kind === "commit";
  }
});
