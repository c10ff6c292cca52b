/** Proves each rule of placing, extending and releasing a hold. What a booking makes of one: convert-hold.node.ts */
import { describe, expect, it } from "vitest";
import type { HoldDecision, PlaceHoldCommand, PlaceHoldDecision } from "../../../core/booking/decide-hold.ts";
import {
  ANONYMOUS_DAY_MIN,
  HOLD_MINUTES,
  HOLD_TOTAL_MINUTES_MAX,
  HOLDS_KEPT_PER_DEVICE_MAX,
  HOLDS_PER_DEVICE_MAX,
  isLive,
  type StoredHold,
  sameHash,
  type TokenHash,
} from "../../../core/booking/hold.ts";
import { holdDto } from "../../../core/booking/hold-dto.ts";
import type { BookingRefusal, BookingRule } from "../../../core/booking/refusal.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aClaim,
  aConfig,
  aHoldCommand,
  anAppointment,
  aPlace,
  aSite,
  at,
  aVisit,
  commandId,
  everyDay,
  holder,
  holdId,
  MemoryCalendar,
  NOW,
  providerId,
  START,
  tokenHash,
} from "../../support/core-builders.ts";

const minutes = (n: number): Instant => plus(NOW, n * MINUTE_MS);
const slot = (n: number) => aPlace(plus(START, n * 20 * MINUTE_MS));
const refusedBy = (refusal: BookingRefusal) => ({ kind: "refused", refusal });
const rule = (name: BookingRule) => refusedBy({ reason: "rule", rule: name });
const gone = refusedBy({ reason: "hold-expired" });
const notFound = refusedBy({ reason: "not-found" });

function held(decision: PlaceHoldDecision | HoldDecision): StoredHold {
  if (decision.kind === "refused") throw new Error(`refused: ${JSON.stringify(decision.refusal)}`);
  return decision.hold;
}

/** A calendar with hold 1 on START, made at NOW by an anonymous device. */
function withHold(more: Partial<PlaceHoldCommand> = {}): MemoryCalendar {
  const calendar = new MemoryCalendar();
  held(calendar.placeHold(aHoldCommand(1, more), NOW));
  return calendar;
}

describe("placing a hold", () => {
  it("[W1] keeps the start for five minutes, for whoever has the token", () => {
    const calendar = new MemoryCalendar();
    const decision = calendar.placeHold(aHoldCommand(1), NOW);
    expect(decision).toEqual({
      kind: "commit",
      hold: {
        id: holdId(1),
        place: aPlace(),
        takes: { start: aPlace().start, end: aPlace().end },
        timeZone: "America/Chicago",
        placedAt: NOW,
        expiresAt: minutes(HOLD_MINUTES),
        state: "held",
        tokenHash: tokenHash(1),
        holder: holder(1),
        anonymous: true,
        liveMax: HOLDS_PER_DEVICE_MAX,
        network: null,
        command: commandId(1),
        fingerprint: "POST/holds/1",
      },
    });
  });

  it("[W1] takes the time from other holds and from bookings, who are told that it is held", () => {
    const calendar = withHold();
    const taken = { reason: "slot-taken", blockedBy: "hold" } as const;
    expect(calendar.placeHold(aHoldCommand(2), minutes(1))).toEqual(refusedBy(taken));
    const booked = calendar.book(aBooking(1), NOW);
    expect(booked).toMatchObject({ kind: "refused", refusal: taken });
    expect(JSON.stringify(booked)).not.toContain(holdId(1));
  });

  it("[W1] [B9] is told of an appointment in its way, never whose", () => {
    const calendar = new MemoryCalendar().put(anAppointment(2));
    const decision = calendar.placeHold(aHoldCommand(1), NOW);
    expect(decision).toEqual(refusedBy({ reason: "slot-taken", blockedBy: "appointment" }));
  });

  it("[W1] meets every rule of booking", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ horizonDays: 5 })] }));
    const place = (start: Instant) => calendar.placeHold(aHoldCommand(1, { place: aPlace(start) }), NOW);
    expect(place(plus(NOW, -HOUR_MS))).toEqual(rule("starts-in-past"));
    expect(place(plus(NOW, 40 * MINUTE_MS))).toEqual(rule("minimum-notice"));
    expect(place(plus(START, 6 * DAY_MS))).toEqual(rule("beyond-horizon"));
    expect(place(plus(START, 5 * MINUTE_MS))).toEqual(rule("off-grid"));
    expect(place(at("2026-11-24T20:00:00-06:00"))).toEqual(rule("outside-open-hours"));
    expect(calendar.holds()).toEqual([]);
  });

  it("[W4] under the same key is one hold, answered as at first whatever became of it", () => {
    const calendar = withHold();
    const first = calendar.findHold(holdId(1));
    const again = aHoldCommand(2, { command: commandId(1), tokenHash: tokenHash(2) });
    const answers = [];
    calendar.extendHold(aClaim(1), minutes(3));
    answers.push(calendar.placeHold(again, minutes(4)));
    calendar.releaseHold(aClaim(1));
    answers.push(calendar.placeHold(again, minutes(5)));
    calendar.put(anAppointment(2));
    answers.push(calendar.placeHold(again, minutes(90)));
    for (const answer of answers) expect(answer).toEqual({ kind: "done", hold: first });
    expect(calendar.holds()).toHaveLength(1);
  });

  it("[W4] under the same key with another request is refused", () => {
    const other = aHoldCommand(2, { command: commandId(1), fingerprint: "POST/holds/2", place: slot(4) });
    expect(withHold().placeHold(other, NOW)).toEqual(refusedBy({ reason: "key-reuse" }));
  });

  it("[W4] finds the key that the same device had yesterday", () => {
    const calendar = withHold();
    const yesterday = { command: commandId(1), holder: holder(1) };
    const nextDay = aHoldCommand(2, { yesterday });
    expect(calendar.placeHold(nextDay, NOW)).toMatchObject({ kind: "done", hold: { id: holdId(1) } });
  });

  it("[W4] does not remember a refusal: the next try under its key decides anew", () => {
    const calendar = withHold();
    expect(calendar.placeHold(aHoldCommand(2), NOW).kind).toBe("refused");
    calendar.releaseHold(aClaim(1));
    expect(calendar.placeHold(aHoldCommand(2), NOW).kind).toBe("commit");
  });
});

describe("the end of a hold", () => {
  it("[W2] is exact: a millisecond before it others are refused, from it on they are not", () => {
    const end = minutes(HOLD_MINUTES);
    for (const [now, kind] of [
      [plus(end, -1), "refused"],
      [end, "commit"],
    ] as const) {
      expect(withHold().placeHold(aHoldCommand(2), now).kind).toBe(kind);
      const booking = aBooking(1, { deadline: plus(end, HOUR_MS) });
      expect(withHold().book(booking, now).kind).toBe(kind === "commit" ? "done" : "refused");
    }
  });

  it("[W2] is the same for a row that the alarm has tidied and for one that it has not", () => {
    const hold = held(withHold().placeHold(aHoldCommand(1), NOW));
    const end = minutes(HOLD_MINUTES);
    expect(isLive(hold, plus(end, -1))).toBe(true);
    expect(isLive(hold, end)).toBe(false);
    for (const state of ["expired", "released", "converted"] as const)
      expect(isLive({ ...hold, state }, NOW)).toBe(false);
    expect(holdDto(hold, providerId(1), end).status).toBe("expired");
    expect(holdDto({ ...hold, state: "expired" }, providerId(1), end).status).toBe("expired");
  });
});

describe("extending", () => {
  const extendAt = (calendar: MemoryCalendar, minute: number) =>
    calendar.extendHold(aClaim(1), minutes(minute));

  it("[W3] sets the end to five minutes from now, up to fifteen minutes after the hold was made", () => {
    const calendar = withHold();
    const ends = [3, 3, 7, 11, 14].map((minute) => held(extendAt(calendar, minute)).expiresAt);
    expect(ends).toEqual([8, 8, 12, 15, 15].map(minutes));
    expect(extendAt(calendar, HOLD_TOTAL_MINUTES_MAX)).toEqual(gone);
  });

  it("[W3] never shortens, and writes nothing when there is nothing to add", () => {
    const calendar = withHold();
    extendAt(calendar, 4);
    expect(extendAt(calendar, 2)).toMatchObject({ kind: "done", hold: { expiresAt: minutes(9) } });
  });

  it("[W3] brings back what ran out while its start is free", () => {
    for (const tidied of [false, true]) {
      const calendar = withHold();
      const hold = held(calendar.placeHold(aHoldCommand(1), NOW));
      if (tidied) calendar.putHold({ ...hold, state: "expired" });
      expect(extendAt(calendar, 8)).toMatchObject({
        kind: "commit",
        hold: { state: "held", placedAt: NOW, expiresAt: minutes(13) },
      });
      expect(calendar.placeHold(aHoldCommand(2), minutes(9)).kind).toBe("refused");
    }
  });

  it("[W3] says hold-expired when somebody else has the start, and when it was given back", () => {
    const lost = withHold();
    lost.placeHold(aHoldCommand(2), minutes(6));
    expect(extendAt(lost, 7)).toEqual(gone);
    const booked = withHold();
    booked.put(anAppointment(2));
    expect(extendAt(booked, 7)).toEqual(gone);
    const released = withHold();
    released.releaseHold(aClaim(1));
    expect(extendAt(released, 1)).toEqual(gone);
  });

  it("[W3] [B24] brings back a hold whose notice has passed meanwhile, but not one of a day that was closed", () => {
    const start = at("2026-11-24T09:20:00-06:00");
    const justInTime = plus(start, -61 * MINUTE_MS); // notice is one hour
    const calendar = new MemoryCalendar();
    calendar.placeHold(aHoldCommand(1), justInTime);
    expect(calendar.extendHold(aClaim(1), plus(justInTime, 6 * MINUTE_MS)).kind).toBe("commit");
    const hold = held(calendar.placeHold(aHoldCommand(1), justInTime));
    const closed = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(0, 60) })] }));
    closed.putHold(hold);
    expect(closed.extendHold(aClaim(1), plus(justInTime, 6 * MINUTE_MS))).toEqual(gone);
  });

  it("[W6] a hold that comes back counts to the caps again", () => {
    const calendar = new MemoryCalendar();
    const mine = { holder: holder(1), anonymous: false };
    calendar.placeHold(aHoldCommand(1, mine), NOW);
    for (let n = 2; n <= HOLDS_PER_DEVICE_MAX + 1; n++)
      expect(calendar.placeHold(aHoldCommand(n, { ...mine, place: slot(n) }), minutes(6)).kind).toBe(
        "commit",
      );
    expect(extendAt(calendar, 7)).toEqual(rule("too-many-holds"));
  });
});

describe("giving a hold back", () => {
  it("[W10] frees the start at once, and twice is once", () => {
    const calendar = withHold();
    expect(calendar.releaseHold(aClaim(1))).toMatchObject({ kind: "commit", hold: { state: "released" } });
    expect(calendar.releaseHold(aClaim(1))).toMatchObject({ kind: "done", hold: { state: "released" } });
    expect(calendar.placeHold(aHoldCommand(2), NOW).kind).toBe("commit");
  });

  it("[W10] what became an appointment is given back by cancelling that", () => {
    const calendar = withHold();
    calendar.book(aBooking(1, { hold: aClaim(1) }), NOW);
    expect(calendar.releaseHold(aClaim(1))).toEqual(gone);
    expect(calendar.extendHold(aClaim(1), NOW)).toEqual(gone);
  });
});

describe("the token", () => {
  it("[W5] opens the hold; without it the hold is not there, in any state", () => {
    const calendar = withHold();
    const wrong = { id: holdId(1), tokenHash: tokenHash(2) };
    const unknown = { id: holdId(9), tokenHash: tokenHash(1) };
    const ask = () =>
      [wrong, unknown].flatMap((claim) => [calendar.extendHold(claim, NOW), calendar.releaseHold(claim)]);
    for (const answer of ask()) expect(answer).toEqual(notFound);
    calendar.releaseHold(aClaim(1));
    for (const answer of ask()) expect(answer).toEqual(notFound);
  });

  it("[W5] is compared whole: every difference is seen, wherever it is", () => {
    const hash = "abcdefghij" as TokenHash;
    expect(sameHash(hash, "abcdefghij" as TokenHash)).toBe(true);
    for (const other of ["", "abcdefghi", "abcdefghijk", "xbcdefghij", "abcdefghix", "abcdexghij"]) {
      expect(sameHash(hash, other as TokenHash)).toBe(false);
      expect(sameHash(other as TokenHash, hash)).toBe(false);
    }
  });

  it("[W5] and who holds stay inside: a hold as clients see it has neither", () => {
    const hold = held(withHold().placeHold(aHoldCommand(1), NOW));
    const dto = holdDto(hold, providerId(1), NOW);
    expect(dto).toEqual({
      id: holdId(1),
      status: "held",
      expiresAt: "2026-11-23T08:05:00-06:00",
      extendableUntil: "2026-11-23T08:15:00-06:00",
      providerId: providerId(1),
      locationId: aPlace().locationId,
      visitTypeId: aPlace().visitTypeId,
      start: "2026-11-24T09:20:00-06:00",
      end: "2026-11-24T09:40:00-06:00",
      timeZone: "America/Chicago",
    });
  });
});

describe("caps", () => {
  it("[W6] three live holds of one caller on a calendar, signed in or not", () => {
    for (const anonymous of [true, false]) {
      const calendar = new MemoryCalendar();
      const place = (n: number, now: Instant) =>
        calendar.placeHold(aHoldCommand(n, { holder: holder(1), anonymous, place: slot(n) }), now);
      for (let n = 1; n <= HOLDS_PER_DEVICE_MAX; n++) expect(place(n, NOW).kind).toBe("commit");
      expect(place(4, NOW)).toEqual(rule("too-many-holds"));
      calendar.releaseHold(aClaim(2));
      expect(place(4, NOW).kind).toBe("commit");
      expect(place(5, minutes(HOLD_MINUTES)).kind).toBe("commit"); // what ran out counts no more
    }
  });

  it("[W6] a device keeps its three over midnight, when its name changes", () => {
    const calendar = new MemoryCalendar();
    for (let n = 1; n <= HOLDS_PER_DEVICE_MAX; n++)
      calendar.placeHold(aHoldCommand(n, { holder: holder(1), place: slot(n) }), NOW);
    const yesterday = { command: commandId(99), holder: holder(1) };
    const fourth = aHoldCommand(4, { holder: holder(2), yesterday, place: slot(4) });
    expect(calendar.placeHold(fourth, NOW)).toEqual(rule("too-many-holds"));
    expect(calendar.placeHold({ ...fourth, yesterday: null }, NOW)).not.toEqual(rule("too-many-holds"));
  });

  it("[W6] whoever holds and releases in a loop is stopped: sixty a day", () => {
    const calendar = new MemoryCalendar();
    const place = (n: number) => calendar.placeHold(aHoldCommand(n, { holder: holder(1) }), NOW);
    for (let n = 1; n <= HOLDS_KEPT_PER_DEVICE_MAX; n++) {
      expect(place(n).kind).toBe("commit");
      calendar.releaseHold(aClaim(n));
    }
    expect(place(HOLDS_KEPT_PER_DEVICE_MAX + 1)).toEqual(rule("too-many-holds"));
  });

  it("[W7] people without an account hold a quarter of a local day, whatever their devices are called", () => {
    const calendar = new MemoryCalendar(); // 09:00–17:00, 20 minutes: 24 visits
    const place = (n: number, more: Partial<PlaceHoldCommand> = {}) =>
      calendar.placeHold(aHoldCommand(n, { place: slot(n), ...more }), NOW);
    for (let n = 1; n <= 6; n++) expect(place(n).kind).toBe("commit");
    expect(place(7)).toEqual(rule("too-many-holds"));
    expect(place(7, { place: aPlace(plus(START, DAY_MS)) }).kind).toBe("commit"); // another day
    expect(place(8, { anonymous: false }).kind).toBe("commit"); // somebody who said who they are
  });

  it("[W7] of a short day three, and what ran out counts no more", () => {
    const calendar = new MemoryCalendar(
      aConfig({ sites: [aSite({ hours: everyDay(9 * 60, 11 * 60) })] }), // 6 visits
    );
    const place = (n: number, now: Instant) =>
      calendar.placeHold(aHoldCommand(n, { place: slot(n - 1) }), now);
    for (let n = 1; n <= ANONYMOUS_DAY_MIN; n++) expect(place(n, NOW).kind).toBe("commit");
    expect(place(4, NOW)).toEqual(rule("too-many-holds"));
    expect(place(4, minutes(HOLD_MINUTES)).kind).toBe("commit");
  });

  it("[W7] the day is the clinic's: an evening that is tomorrow in UTC counts to today", () => {
    const evening = at("2026-11-24T18:20:00-06:00"); // 00:20 UTC of the 25th
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(17 * 60, 19 * 60) })] }));
    const place = (n: number, start: Instant) =>
      calendar.placeHold(aHoldCommand(n, { place: aPlace(start) }), NOW);
    expect(place(1, at("2026-11-24T17:00:00-06:00")).kind).toBe("commit");
    expect(place(2, evening).kind).toBe("commit");
    expect(place(3, at("2026-11-24T17:20:00-06:00")).kind).toBe("commit");
    expect(place(4, plus(evening, 20 * MINUTE_MS))).toEqual(rule("too-many-holds"));
    expect(place(5, at("2026-11-25T17:00:00-06:00")).kind).toBe("commit");
  });
});
