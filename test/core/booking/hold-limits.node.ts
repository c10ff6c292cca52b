/**
 * Proves the limits on holds that keep slots from being hoarded, on core's own calendar and a moved clock: per device, network,
 * calendar and start, and that a day with a hundred attackers costs honest patients next to nothing. That the objects count the
 * same: test/durable-objects/hoarding.test.ts.
 */
import { describe, expect, it } from "vitest";
import type { PlaceHoldCommand } from "../../../core/booking/decide-hold.ts";
import {
  ANONYMOUS_HOLDS_MAX,
  allowanceOf,
  ENDED_PER_START_PATIENTS_MAX,
  ENDED_PER_START_STRANGERS_MAX,
  HOLDS_KEPT_PER_NETWORK_MAX,
  HOLDS_PER_NETWORK_MAX,
  type HolderHash,
  isLive,
} from "../../../core/booking/hold.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aClaim,
  aConfig,
  aHoldCommand,
  aPlace,
  aSite,
  everyDay,
  holder,
  MemoryCalendar,
  NOW,
  patientId,
} from "../../support/core-builders.ts";

const network = (name: string | number): HolderHash => `network-${name}` as HolderHash;
const START = aPlace().start;
const slot = (n: number) => aPlace(plus(START, n * 20 * MINUTE_MS));
const refused = { kind: "refused", refusal: { reason: "rule", rule: "too-many-holds" } };

const stranger = (from: string | number, yesterday: string | number = "none") =>
  allowanceOf({ kind: "stranger", network: network(from), networkYesterday: network(yesterday) });

/** Hold `n` of a device of its own, unless `more` says otherwise. */
const place = (calendar: MemoryCalendar, n: number, more: Partial<PlaceHoldCommand> = {}, now = NOW) =>
  calendar.placeHold(aHoldCommand(n, { allowance: stranger(n), place: slot(n), ...more }), now);

describe("who may hold how much", () => {
  it("[AB1] a stranger's device one at a time, a patient one for everybody they stand for, a desk three", () => {
    const held = (allowance: PlaceHoldCommand["allowance"], anonymous: boolean): number => {
      const calendar = new MemoryCalendar();
      return [1, 2, 3, 4, 5].filter(
        (n) => place(calendar, n, { holder: holder(1), anonymous, allowance }).kind === "commit",
      ).length;
    };
    expect(held(stranger(1), true)).toBe(1);
    expect([1, 2, 9].map((people) => held(allowanceOf({ kind: "patient", people }), false))).toEqual([
      1, 2, 3,
    ]);
    expect(held(allowanceOf({ kind: "clinic" }), false)).toBe(3);
  });

  it("[AB1] [W3] a hold that comes back is judged by what its holder was allowed", () => {
    const calendar = new MemoryCalendar();
    place(calendar, 1, { holder: holder(1) });
    const later = plus(NOW, 6 * MINUTE_MS);
    expect(place(calendar, 2, { holder: holder(1) }, later).kind).toBe("commit");
    expect(calendar.extendHold(aClaim(1), later)).toEqual(refused);
  });

  it("[AB2] five from one network, whatever its devices are called, also over midnight", () => {
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(6 * 60, 22 * 60) })] }));
    for (let n = 1; n <= HOLDS_PER_NETWORK_MAX; n++)
      expect(place(calendar, n, { allowance: stranger("here") }).kind).toBe("commit");
    expect(place(calendar, 6, { allowance: stranger("here") })).toEqual(refused);
    expect(place(calendar, 6, { allowance: stranger("today", "here") })).toEqual(refused);
    expect(place(calendar, 6, { allowance: stranger("elsewhere") }).kind).toBe("commit");
    calendar.releaseHold(aClaim(2));
    expect(place(calendar, 7, { allowance: stranger("here") }).kind).toBe("commit");
  });

  it("[AB2] two hundred and forty a day from one network, on one calendar", () => {
    const calendar = new MemoryCalendar();
    const free = { ...stranger("here"), endedPerStart: null };
    for (let n = 1; n <= HOLDS_KEPT_PER_NETWORK_MAX; n++) {
      expect(place(calendar, n, { allowance: free, place: slot(1) }).kind).toBe("commit");
      calendar.releaseHold(aClaim(n));
    }
    expect(place(calendar, 999, { allowance: free, place: slot(1) })).toEqual(refused);
  });

  it("[AB2] forty without an account on a calendar, however many days they are spread over", () => {
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(0, 24 * 60) })] }));
    let held = 0;
    for (let n = 0; n < 90; n++) {
      const at = aPlace(plus(START, (n % 10) * DAY_MS + Math.floor(n / 10) * 20 * MINUTE_MS));
      if (place(calendar, n + 1, { place: at }).kind === "commit") held += 1;
    }
    expect(held).toBe(ANONYMOUS_HOLDS_MAX);
    expect(
      place(calendar, 99, { anonymous: false, allowance: allowanceOf({ kind: "patient", people: 1 }) }).kind,
    ).toBe("commit");
  });
});

describe("[AB3] a start that is held in vain", () => {
  const patients = allowanceOf({ kind: "patient", people: 1 });

  it("[AB3] three times by strangers is held by them no more that day, six times by nobody but the clinic, and can be booked", () => {
    const calendar = new MemoryCalendar();
    const here = { place: slot(1) };
    let n = 0;
    let now = NOW;
    const inVain = (allowance: PlaceHoldCommand["allowance"], anonymous: boolean): string => {
      n += 1;
      now = plus(now, MINUTE_MS);
      const { kind } = place(calendar, n, { ...here, allowance, anonymous }, now);
      if (kind === "commit" && n % 2 === 0) calendar.releaseHold(aClaim(n));
      now = plus(now, 6 * MINUTE_MS); // the others run out, and no alarm has tidied them
      return kind;
    };
    for (let k = 1; k <= ENDED_PER_START_STRANGERS_MAX; k++) expect(inVain(stranger(k), true)).toBe("commit");
    expect(inVain(stranger(9), true)).toBe("refused");
    for (let k = ENDED_PER_START_STRANGERS_MAX; k < ENDED_PER_START_PATIENTS_MAX; k++)
      expect(inVain(patients, false)).toBe("commit");
    expect(inVain(patients, false)).toBe("refused");
    expect(inVain(allowanceOf({ kind: "clinic" }), false)).toBe("commit");
    expect(
      calendar.book(aBooking(1, { ...here, issuedAt: now, deadline: plus(now, HOUR_MS) }), now).kind,
    ).toBe("done");
  });

  it("[AB3] counts what overlaps it, and not what was booked", () => {
    const calendar = new MemoryCalendar();
    for (let n = 1; n <= 3; n++) {
      place(calendar, n, { place: slot(n - 1) });
      calendar.releaseHold(aClaim(n));
    }
    expect(calendar.countEndedHoldsIn({ start: START, end: plus(START, HOUR_MS) }, NOW)).toBe(3);
    expect(calendar.countEndedHoldsIn(slot(1), NOW)).toBe(1);
    place(calendar, 5, { place: slot(9) });
    calendar.book(aBooking(5, { place: slot(9), hold: aClaim(5) }), NOW);
    expect(calendar.countEndedHoldsIn(slot(9), NOW)).toBe(0);
  });
});

/** A patient who found nothing looks again after a quarter of an hour, four times. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 15 * MINUTE_MS;
const DAYS = 5;
const SEATS = DAYS * 24;

interface Patient {
  readonly who: number;
  readonly looksLeft: number;
  readonly at: Instant;
}

/**
 * A day of one calendar with five days of visits, in steps of a minute. Attackers take turns with every identity they have, every
 * second one signed in, and keep what they hold for as long as they may. Honest patients come all day long, want the soonest start,
 * hold it without an account, sign in within three minutes and book; refused, they sign in and book what the page shows as free.
 */
function virtualDay(
  identities: number,
  honest: number,
): { readonly booked: number; readonly attempts: number } {
  const calendar = new MemoryCalendar(aConfig({ sites: [aSite({ hours: everyDay(9 * 60, 17 * 60) })] }));
  const minutes = 24 * 60;
  const first = plus(START, -20 * MINUTE_MS); // 09:00
  const starts = Array.from({ length: SEATS }, (_, n) =>
    aPlace(plus(first, Math.floor(n / 24) * DAY_MS + (n % 24) * 20 * MINUTE_MS)),
  );
  const every = Math.floor(minutes / honest);
  const waiting: Patient[] = [];
  const holding: { readonly who: number; readonly n: number; readonly at: Instant }[] = [];
  const kept = new Map<number, number>();
  let [id, attempts, booked] = [0, 0, 0];
  for (let minute = 0; minute < minutes; minute++) {
    const now = plus(NOW, minute * MINUTE_MS);
    for (let k = 0; k < identities; k++) {
      if ((minute * 7 + k) % 10 >= 7) continue; // a thousand attempts of each in a day
      attempts += 1;
      id += 1;
      const mine = kept.get(k);
      const held = mine === undefined ? null : calendar.findHold(aClaim(mine).id);
      if (held && isLive(held, now) && held.expiresAt - now <= MINUTE_MS)
        calendar.extendHold({ id: held.id, tokenHash: held.tokenHash }, now);
      const signedIn = k % 2 === 0;
      const placed = calendar.placeHold(
        aHoldCommand(id, {
          holder: `attacker-${k}` as HolderHash,
          anonymous: !signedIn,
          allowance: signedIn ? allowanceOf({ kind: "patient", people: 1 }) : stranger(`attacker-${k}`),
          place: starts[(k + minute) % SEATS] as (typeof starts)[number],
        }),
        now,
      );
      if (placed.kind === "commit") kept.set(k, id);
    }
    for (const { who, n } of holding.filter(({ at }) => at === now)) {
      const hold = calendar.findHold(aClaim(n).id);
      if (hold && book(who, hold.place, n, now)) booked += 1;
    }
    if (minute % every === 0) waiting.push({ who: minute / every + 1, looksLeft: LOOKS, at: now });
    for (const patient of waiting.filter(({ at }) => at === now)) look(patient, now);
  }
  return { booked, attempts };

  function look({ who, looksLeft }: Patient, now: Instant): void {
    const free = starts.filter((one) => calendar.occupantsIn(one, now).length === 0);
    for (const wanted of free.slice(0, 3)) {
      id += 1;
      const name = { holder: `honest-${who}` as HolderHash, allowance: stranger(`honest-${who}`) };
      if (calendar.placeHold(aHoldCommand(id, { ...name, place: wanted }), now).kind === "commit") {
        holding.push({ who, n: id, at: plus(now, 3 * MINUTE_MS) });
        return;
      }
      if (book(who, wanted, null, now)) {
        booked += 1;
        return;
      }
    }
    if (looksLeft > 1) waiting.push({ who, looksLeft: looksLeft - 1, at: plus(now, LOOK_AGAIN_MS) });
  }

  function book(who: number, wanted: (typeof starts)[number], hold: number | null, now: Instant): boolean {
    const reply = calendar.book(
      aBooking(1_000 + who, {
        patientId: patientId(who),
        place: wanted,
        issuedAt: now,
        deadline: plus(now, MINUTE_MS),
        ...(hold === null ? {} : { hold: aClaim(hold) }),
      }),
      now,
    );
    return reply.kind === "done";
  }
}

describe("a virtual day", () => {
  it("[AB3] with a hundred attackers leaves honest patients at least 95 % of what they get without", () => {
    const honest = 96; // of 120 seats
    const without = virtualDay(0, honest);
    const attacked = virtualDay(100, honest);
    console.log(
      `[AB3] honest bookings: ${without.booked} without attackers, ${attacked.booked} with; ${attacked.attempts} attempts`,
    );
    expect(attacked.attempts).toBeGreaterThanOrEqual(100_000);
    expect(without.booked).toBe(honest);
    expect(attacked.booked).toBeGreaterThanOrEqual(0.95 * without.booked);
  });
});
