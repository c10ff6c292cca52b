/** Proves that a series is one booking: decided together, fenced together, repeated together. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BookCommand, Visit } from "../../../core/booking/commands.ts";
import { decideSeries } from "../../../core/booking/decide-series.ts";
import { seriesIdOf } from "../../../core/ids.ts";
import { DAY_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aConfig,
  anAppointment,
  aPlace,
  appointmentId,
  aVisit,
  MemoryCalendar,
  NOW,
  START,
} from "../../support/core-builders.ts";

const CONFIG = aConfig({ visitTypes: [aVisit({ horizonDays: 400 })] });
const weeks = (n: number) => aPlace(plus(START, n * 7 * DAY_MS));
const further = (count: number): Visit[] =>
  Array.from({ length: count }, (_, n) => ({ appointmentId: appointmentId(n + 2), place: weeks(n + 1) }));
const aSeries = (count = 3, more: Partial<BookCommand> = {}): BookCommand =>
  aBooking(1, { more: further(count - 1), ...more });

describe("a series", () => {
  it("[Z1] [Z4] becomes appointments of their own that name it", () => {
    const decision = decideSeries(new MemoryCalendar(CONFIG), aSeries(3), NOW);
    if (decision.kind !== "commit") throw new Error(decision.kind);
    expect(
      decision.visits.map(({ appointment: { id, start, version, seriesId } }) => [
        id,
        start,
        version,
        seriesId,
      ]),
    ).toEqual([0, 1, 2].map((n) => [appointmentId(n + 1), weeks(n).start, 1, seriesIdOf(appointmentId(1))]));
    const single = decideSeries(new MemoryCalendar(CONFIG), aBooking(1), NOW);
    expect(single.kind === "commit" && single.visits[0]?.appointment).not.toHaveProperty("seriesId");
  });

  it("[Z1] [Z3] with one visit that cannot be had is refused, and says which", () => {
    const calendar = new MemoryCalendar(CONFIG).put(anAppointment(9, { ...weeks(1) }));
    const decision = decideSeries(calendar, aSeries(3), NOW);
    expect(decision).toEqual({
      kind: "refused",
      refusal: { reason: "slot-taken", blockedBy: "appointment" },
      fence: false,
      refusals: [null, { reason: "slot-taken", blockedBy: "appointment" }, null],
    });
    const beyond = aSeries(2, { more: [{ appointmentId: appointmentId(2), place: weeks(80) }] });
    expect(decideSeries(calendar, beyond, NOW)).toMatchObject({
      refusals: [null, { reason: "rule", rule: "beyond-horizon" }],
    });
  });

  it("[Z1] [B16] refused again is fenced as a whole, by the attempt of its first visit", () => {
    const calendar = new MemoryCalendar(CONFIG).put(anAppointment(9, { ...weeks(2) }));
    const again = aSeries(3, { again: true });
    expect(decideSeries(calendar, again, NOW)).toMatchObject({ kind: "refused", fence: true });
    calendar.book(aBooking(1, { again: true, place: weeks(2) }), NOW); // fences the attempt
    expect(decideSeries(calendar, aSeries(3), NOW)).toEqual({ kind: "fenced" });
  });

  it("[Z1] [B3] [B15] repeated is done when its first visit is there, and late as a whole", () => {
    const calendar = new MemoryCalendar(CONFIG).put(anAppointment(1));
    expect(decideSeries(calendar, aSeries(3), NOW)).toMatchObject({ kind: "done" });
    const late = plus(aSeries(3).deadline, 1);
    expect(decideSeries(new MemoryCalendar(CONFIG), aSeries(3), late)).toEqual({ kind: "late" });
  });

  it("[Z1] is all or nothing whatever is taken, and each visit is judged as if alone", () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5]), fc.integer({ min: 1, max: 6 }), (taken, count) => {
        const calendar = new MemoryCalendar(CONFIG);
        for (const n of taken) calendar.put(anAppointment(50 + n, { ...weeks(n) }));
        const decision = decideSeries(calendar, aSeries(count), NOW);
        const lost = taken.filter((n) => n < count);
        expect(decision.kind).toBe(lost.length === 0 ? "commit" : "refused");
        if (decision.kind === "refused")
          expect(decision.refusals.map((refusal) => refusal !== null)).toEqual(
            Array.from({ length: count }, (_, n) => taken.includes(n)),
          );
      }),
    );
  });
});
