/** Proves the calendar's final word on attempts whose outcome was lost, and what a row remembers of its commands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecentCommand } from "../../../core/booking/calendar-view.ts";
import { COMMAND_DEADLINE_MS, FENCE_LIFE_MS, type ResolveQuestion } from "../../../core/booking/commands.ts";
import { decideResolve } from "../../../core/booking/decide-resolve.ts";
import { findRecent, remember, stillRecent } from "../../../core/booking/recent-commands.ts";
import { plus } from "../../../core/time.ts";
import {
  aBooking,
  aMove,
  anAppointment,
  appointmentId,
  attemptId,
  MemoryCalendar,
  NOW,
} from "../../support/core-builders.ts";

const aboutBooking: ResolveQuestion = {
  kind: "book",
  attempt: attemptId(appointmentId(1)),
  appointmentId: appointmentId(1),
  deadline: NOW,
};
const aboutMove: ResolveQuestion = { ...aboutBooking, kind: "move", attempt: attemptId("move-1.1") };
const LIFE_MS = COMMAND_DEADLINE_MS + FENCE_LIFE_MS;

const entry = (attempt: string, at = NOW, answer: RecentCommand["answer"] = null): RecentCommand => ({
  attempt: attemptId(attempt),
  at,
  answer,
  fingerprint: null,
});

describe("asked about a booking", () => {
  it("[B14] what is booked is done, as it is by now, also when it was cancelled since", () => {
    const appointment = anAppointment(1, { version: 3, status: "cancelled" });
    expect(decideResolve(new MemoryCalendar().put(appointment), aboutBooking)).toEqual({
      kind: "done",
      appointment,
    });
  });

  it("[B14] what never arrived is fenced among the fences, and stays fenced", () => {
    const calendar = new MemoryCalendar();
    expect(decideResolve(calendar, aboutBooking)).toEqual({ kind: "fence", where: "fences" });
    expect(calendar.resolve(aboutBooking, NOW)).toEqual({ kind: "fenced" });
    expect(decideResolve(calendar, aboutBooking)).toEqual({ kind: "fenced" });
    expect(calendar.book(aBooking(1), NOW)).toEqual({ kind: "fenced" });
  });

  it("[B14] one attempt's fence is not another's", () => {
    const calendar = new MemoryCalendar();
    calendar.resolve(aboutBooking, NOW);
    expect(calendar.book(aBooking(2), NOW).kind).toBe("done");
  });
});

describe("asked about a move", () => {
  it("[B14] [M2] what moved is done with its first answer", () => {
    const calendar = new MemoryCalendar().put(anAppointment(1));
    const reply = calendar.move(aMove(1), NOW);
    expect(calendar.resolve(aboutMove, NOW)).toEqual(reply);
  });

  it("[B14] what never arrived is fenced in the appointment's own row, without a new version", () => {
    const calendar = new MemoryCalendar().put(anAppointment(1));
    expect(decideResolve(calendar, aboutMove)).toEqual({ kind: "fence", where: "row" });
    expect(calendar.resolve(aboutMove, NOW)).toEqual({ kind: "fenced" });
    expect(calendar.find(appointmentId(1))).toEqual({
      appointment: anAppointment(1),
      recent: [entry("move-1.1")],
    });
    expect(decideResolve(calendar, aboutMove)).toEqual({ kind: "fenced" });
    expect(calendar.move(aMove(1), NOW)).toEqual({ kind: "fenced" });
  });

  it("[B14] of an appointment that is not here is fenced: there is nothing that it could move", () => {
    expect(decideResolve(new MemoryCalendar(), aboutMove)).toEqual({ kind: "fenced" });
  });

  it("[B14] somebody else's change does not answer for it", () => {
    const calendar = new MemoryCalendar().put(anAppointment(1));
    calendar.move(aMove(1, { attempt: attemptId("other.1") }), NOW);
    expect(decideResolve(calendar, aboutMove)).toEqual({ kind: "fence", where: "row" });
  });
});

describe("what a row remembers", () => {
  it("[M2] [C2] is found by its attempt", () => {
    const recent = [entry("a"), entry("b"), entry("c")];
    expect(findRecent(recent, attemptId("b"))).toBe(recent[1]);
    expect(findRecent(recent, attemptId("d"))).toBeNull();
  });

  it("[M2] [B14] is kept until a day after the latest possible deadline, and forgotten at that moment", () => {
    const recent = [entry("a")];
    expect(stillRecent(recent, plus(NOW, LIFE_MS - 1))).toEqual(recent);
    expect(stillRecent(recent, plus(NOW, LIFE_MS))).toEqual([]);
    expect(remember(recent, entry("b", plus(NOW, LIFE_MS)), plus(NOW, LIFE_MS))).toEqual([
      entry("b", plus(NOW, LIFE_MS)),
    ]);
  });

  it("[M2] [B14] no entry is forgotten while a copy of its command could still be in time", () => {
    const anyAge = fc.integer({ min: 0, max: 2 * FENCE_LIFE_MS });
    fc.assert(
      fc.property(fc.array(anyAge, { maxLength: 20 }), anyAge, (ages, clockErrorMs) => {
        const now = plus(NOW, 3 * FENCE_LIFE_MS);
        const recent = ages.map((age, index) => entry(`c.${index}`, plus(now, -age)));
        const kept = stillRecent(recent, now);
        const forgotten = recent.filter((each) => !kept.includes(each));
        // Written at `at`, so its deadline is `at` + 10 s at the latest; a clock may be wrong by a day.
        for (const { at } of forgotten)
          expect(at + COMMAND_DEADLINE_MS + Math.min(clockErrorMs, FENCE_LIFE_MS)).toBeLessThanOrEqual(now);
      }),
    );
  });
});
