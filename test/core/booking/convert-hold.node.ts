/**
 * Proves what a booking makes of a hold, and for any order of commands and any clock that grows: nobody's live hold and
 * nobody's appointment share a minute, and no cap is ever exceeded.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarCommand } from "../../../core/agenda/command-row.ts";
import type { BookCommand } from "../../../core/booking/commands.ts";
import { decideBook } from "../../../core/booking/decide-book.ts";
import { HOLD_MINUTES, HOLDS_PER_DEVICE_MAX, isLive } from "../../../core/booking/hold.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, overlaps, plus } from "../../../core/time.ts";
import {
  aBooking,
  aClaim,
  aConfig,
  aHoldCommand,
  anAppointment,
  aPlace,
  aRequest,
  aRow,
  aSite,
  aVisit,
  everyDay,
  holder,
  holdId,
  MemoryCalendar,
  NOW,
  START,
  tokenHash,
  visitTypeId,
  wantedBooking,
} from "../../support/core-builders.ts";

const minutes = (n: number): Instant => plus(NOW, n * MINUTE_MS);
const booking = (n: number, more: Partial<BookCommand> = {}): BookCommand =>
  aBooking(n, { deadline: plus(NOW, DAY_MS), ...more });

function withHold(): MemoryCalendar {
  const calendar = new MemoryCalendar();
  calendar.placeHold(aHoldCommand(1), NOW);
  return calendar;
}
const holdState = (calendar: MemoryCalendar) => calendar.findHold(holdId(1))?.state;

describe("a booking with a live hold", () => {
  it("[W8] gets the start that is held for it, and the hold ends with it", () => {
    const calendar = withHold();
    const command = booking(1, { hold: aClaim(1) });
    expect(decideBook(calendar, command, minutes(2))).toEqual({
      kind: "commit",
      appointment: anAppointment(1),
      takes: { start: anAppointment(1).start, end: anAppointment(1).end },
      converts: holdId(1),
    });
    calendar.book(command, minutes(2));
    expect(holdState(calendar)).toBe("converted");
  });

  it("[W8] keeps nothing of the hold in the appointment", () => {
    const reply = withHold().book(booking(1, { hold: aClaim(1) }), NOW);
    expect(JSON.stringify(reply)).not.toMatch(/hld_|token-hash|holder/);
  });

  it("[W8] with another token, another hold or none is told that the start is held", () => {
    const taken = { kind: "refused", refusal: { reason: "slot-taken", blockedBy: "hold" } };
    const claims = [
      { id: holdId(1), tokenHash: tokenHash(2) },
      { id: holdId(9), tokenHash: tokenHash(1) },
    ];
    for (const hold of claims) expect(withHold().book(booking(1, { hold }), NOW)).toMatchObject(taken);
    expect(withHold().book(booking(1), NOW)).toMatchObject(taken);
  });

  it("[W8] at another start or of another type does not use it, and it stays", () => {
    const config = aConfig({
      visitTypes: [aVisit(), aVisit({ id: visitTypeId(2), minutes: 40 })],
    });
    const calendar = new MemoryCalendar(config);
    calendar.placeHold(aHoldCommand(1), NOW);
    const longer = aPlace(START, { visitTypeId: visitTypeId(2), end: plus(START, 40 * MINUTE_MS) });
    const before = aPlace(plus(START, -20 * MINUTE_MS));
    expect(calendar.book(booking(1, { hold: aClaim(1), place: longer }), NOW)).toMatchObject({
      refusal: { reason: "slot-taken", blockedBy: "hold" },
    });
    expect(calendar.book(booking(2, { hold: aClaim(1), place: before }), NOW).kind).toBe("done");
    expect(holdState(calendar)).toBe("held");
  });

  it("[B24] may come after the minimum notice has passed, but not after the start, nor into closed hours", () => {
    const placed = plus(START, -61 * MINUTE_MS); // notice is one hour
    const later = plus(placed, 3 * MINUTE_MS);
    const calendar = new MemoryCalendar();
    calendar.placeHold(aHoldCommand(1), placed);
    expect(decideBook(calendar, booking(1, { deadline: later }), later)).toMatchObject({
      refusal: { rule: "minimum-notice" },
    });
    const withIt = booking(1, { deadline: plus(START, HOUR_MS), hold: aClaim(1) });
    expect(decideBook(calendar, withIt, later).kind).toBe("commit");

    const hold = calendar.findHold(holdId(1));
    if (!hold) throw new Error("the hold is there");
    calendar.putHold({ ...hold, expiresAt: plus(START, HOUR_MS) });
    expect(decideBook(calendar, withIt, plus(START, 1))).toMatchObject({
      refusal: { rule: "starts-in-past" },
    });
    const closed = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(0, 60) })] }));
    closed.putHold(hold);
    expect(decideBook(closed, withIt, later)).toMatchObject({ refusal: { rule: "outside-open-hours" } });
  });

  it("[B24] a hold that has run out gives no right to pass the notice", () => {
    const placed = plus(START, -61 * MINUTE_MS);
    const later = plus(placed, HOLD_MINUTES * MINUTE_MS);
    const calendar = new MemoryCalendar();
    calendar.placeHold(aHoldCommand(1), placed);
    const command = booking(1, { deadline: later, hold: aClaim(1) });
    expect(decideBook(calendar, command, later)).toMatchObject({ refusal: { rule: "minimum-notice" } });
  });
});

describe("a booking whose hold has ended", () => {
  const late = minutes(HOLD_MINUTES);
  const command = booking(1, { hold: aClaim(1) });

  it("[W9] books if the start is free, tidied or not", () => {
    for (const state of ["held", "expired", "released"] as const) {
      const calendar = withHold();
      const hold = calendar.findHold(holdId(1));
      if (hold) calendar.putHold({ ...hold, state });
      expect(calendar.book(command, late).kind).toBe("done");
    }
  });

  it("[W9] is told hold-expired when somebody else was faster, with what is free near it", () => {
    const calendar = withHold();
    expect(calendar.book(booking(2), late).kind).toBe("done");
    expect(decideBook(calendar, command, late)).toEqual({
      kind: "refused",
      refusal: { reason: "hold-expired" },
      fence: false,
    });
  });

  it("[W9] [B16] a refused re-send is fenced like any other", () => {
    const calendar = withHold();
    calendar.book(booking(2), late);
    calendar.book({ ...command, again: true }, late);
    expect(calendar.isFenced(command.attempt)).toBe(true);
  });

  it("[W9] [B3] is repeated before anything is asked of the hold", () => {
    const calendar = withHold();
    calendar.book(command, NOW);
    for (const now of [NOW, late, minutes(500)])
      expect(calendar.book({ ...command, again: true }, now)).toMatchObject({ kind: "done" });
    const hold = calendar.findHold(holdId(1));
    if (hold) calendar.putHold({ ...hold, tokenHash: tokenHash(7) });
    expect(calendar.book(command, late)).toMatchObject({ kind: "done" });
  });
});

describe("what the agenda keeps", () => {
  it("[W8] is the claim on the hold, on every send: a re-send converts it too", () => {
    const row = aRow(aRequest(wantedBooking(1, { hold: aClaim(1) })));
    const stored = JSON.parse(JSON.stringify(row)) as typeof row;
    for (const again of [false, true])
      expect(calendarCommand(stored, again)).toMatchObject({ hold: aClaim(1), again });
    expect(calendarCommand(aRow(), false)).not.toHaveProperty("hold");
  });
});

interface Step {
  readonly kind: "place" | "extend" | "release" | "book" | "convert" | "cancel";
  readonly device: number;
  readonly anonymous: boolean;
  readonly start: number;
  readonly earlier: number;
  readonly pauseMs: number;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    "place",
    "place",
    "place",
    "extend",
    "release",
    "book",
    "convert",
    "convert",
    "cancel",
  ),
  device: fc.integer({ min: 1, max: 4 }),
  anonymous: fc.boolean(),
  start: fc.integer({ min: 0, max: 11 }),
  earlier: fc.integer({ min: 1, max: 40 }),
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 * MINUTE_MS })),
});

describe("any history of holds and bookings", () => {
  it("[W1] [W2] [W6] [W7] [B1] has no shared minute, no more holds than the caps, and no hold that outlives fifteen minutes", () => {
    let converted = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const calendar = new MemoryCalendar(
          aConfig({ visitTypes: [aVisit({ gridMinutes: 10, noticeMinutes: 0 })] }),
        );
        let now = NOW;
        steps.forEach((step, index) => {
          now = plus(now, step.pauseMs);
          converted += apply(calendar, step, index + 1, now);
          check(calendar, now);
        });
      }),
      { numRuns: 300 },
    );
    expect(converted).toBeGreaterThan(20);
  });
});

/** Returns 1 when a hold became an appointment. */
function apply(calendar: MemoryCalendar, step: Step, n: number, now: Instant): number {
  const place = aPlace(plus(START, step.start * 10 * MINUTE_MS));
  const holds = calendar.holds();
  const old = holds[step.earlier % Math.max(1, holds.length)];
  const claim = old ? { id: old.id, tokenHash: old.tokenHash } : aClaim(1);
  const command = { deadline: plus(now, HOUR_MS), issuedAt: now };
  switch (step.kind) {
    case "place": {
      const { device, anonymous } = step;
      calendar.placeHold(aHoldCommand(n, { holder: holder(device), anonymous, place }), now);
      return 0;
    }
    case "extend":
      calendar.extendHold(claim, now);
      return 0;
    case "release":
      calendar.releaseHold(claim);
      return 0;
    case "book":
      calendar.book(aBooking(n, { ...command, place }), now);
      return 0;
    case "convert": {
      const reply = calendar.book(aBooking(n, { ...command, place: old?.place ?? place, hold: claim }), now);
      return reply.kind === "done" && old !== undefined ? 1 : 0;
    }
    case "cancel": {
      const booked = calendar.occupying()[step.earlier % Math.max(1, calendar.occupying().length)];
      if (booked) calendar.put({ ...booked, status: "cancelled", version: booked.version + 1 });
      return 0;
    }
  }
}

function check(calendar: MemoryCalendar, now: Instant): void {
  const live = calendar.holds().filter((hold) => isLive(hold, now));
  const taken = [...live.map(({ place }) => place), ...calendar.occupying()];
  taken.forEach((one, index) => {
    for (const other of taken.slice(index + 1)) expect(overlaps(one, other)).toBe(false);
  });
  for (const device of [1, 2, 3, 4])
    expect(calendar.countLiveHoldsOf(holder(device), now)).toBeLessThanOrEqual(HOLDS_PER_DEVICE_MAX);
  expect(live.filter(({ anonymous }) => anonymous).length).toBeLessThanOrEqual(6);
  for (const { placedAt, expiresAt } of live)
    expect(expiresAt - placedAt).toBeLessThanOrEqual(15 * MINUTE_MS);
}
