/** Proves when a device's secret is good, when it is renewed, and that nobody is locked out by a lost answer or a long weekend. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Device,
  decidePresented,
  isStanding,
  SECRET_RENEWED_AFTER_MS,
  SILENT_MAX_MS,
  type Successor,
} from "../../../core/identity/device.ts";
import { deviceShardOf, deviceShardOfClinic, isDeviceId, makeDeviceId } from "../../../core/ids.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from "../../../core/time.ts";
import { locationId } from "../../support/core-builders.ts";

const T0 = instant(1_700_000_000_000);
const device: Device = {
  id: makeDeviceId(locationId(1), new Uint8Array(12)),
  locationId: locationId(1),
  name: "Entrance",
  secrets: { current: "s0", previous: null, salt: null, madeAt: T0 },
  approvedAt: T0,
  approvedBy: "stf_1",
  seenAt: T0,
  ended: null,
};
const next: Successor = { salt: "salt1", hash: "s1" };
const other: Successor = { salt: "salt2", hash: "s2" };

function good(from: Device, shown: string, successor: Successor, at: Instant, renew = false) {
  const answer = decidePresented(from, shown, successor, renew, at);
  if (answer.kind !== "good") throw new Error(answer.kind);
  return answer;
}

describe("a device's secret", () => {
  it("[DV5] stays for a day, then its successor is handed out, and it is good until that was used", () => {
    const soon = good(device, "s0", next, plus(T0, SECRET_RENEWED_AFTER_MS - 1));
    expect(soon).toMatchObject({ salt: null, next: { secrets: device.secrets } });
    const due = good(soon.next, "s0", next, plus(T0, SECRET_RENEWED_AFTER_MS));
    expect(due).toMatchObject({ salt: "salt1", next: { secrets: { current: "s1", previous: "s0" } } });
    const again = good(due.next, "s0", other, plus(T0, SECRET_RENEWED_AFTER_MS + HOUR_MS));
    const used = good(again.next, "s1", other, plus(T0, SECRET_RENEWED_AFTER_MS + HOUR_MS));
    expect(used).toMatchObject({
      salt: null,
      next: { secrets: { current: "s1", previous: null, salt: null } },
    });
    expect(decidePresented(used.next, "s0", other, false, plus(T0, 2 * DAY_MS)).kind).toBe("refused");
  });

  it("[DV5] two tabs that renew at once are given one and the same successor", () => {
    const at = plus(T0, SECRET_RENEWED_AFTER_MS);
    const first = good(device, "s0", next, at);
    const second = good(first.next, "s0", other, at);
    expect(second.salt).toBe(first.salt);
    expect(second.next.secrets).toEqual(first.next.secrets);
  });

  it("[DV5] what a screen polled with is renewed at once, and gives the same to every poll until it was used", () => {
    const first = good(device, "s0", next, T0, true);
    expect(first.salt).toBe("salt1");
    expect(good(first.next, "s0", other, T0, true).salt).toBe("salt1");
    const used = good(first.next, "s1", other, T0);
    expect(decidePresented(used.next, "s0", other, true, T0).kind).toBe("refused");
  });

  it("[DV6] a screen that was off for 72 hours or 29 days comes back, after 31 days it does not", () => {
    for (const away of [72 * HOUR_MS, 29 * DAY_MS, SILENT_MAX_MS])
      expect(good(device, "s0", next, plus(T0, away)).salt).toBe("salt1");
    const late = decidePresented(device, "s0", next, false, plus(T0, 31 * DAY_MS));
    expect(late).toMatchObject({ kind: "lapsed", next: { ended: { how: "lapsed" } } });
    if (late.kind !== "lapsed") return;
    expect(decidePresented(late.next, "s0", next, false, T0).kind).toBe("refused"); // whatever the clock does
  });

  it("[DV6] each contact begins the 30 days anew; a clock that goes back shortens nothing", () => {
    const seen = good(device, "s0", next, plus(T0, 29 * DAY_MS));
    const back = good(seen.next, "s0", other, T0);
    expect(back.next.seenAt).toBe(plus(T0, 29 * DAY_MS));
    expect(isStanding(back.next, plus(T0, 58 * DAY_MS))).toBe(true);
    expect(isStanding(back.next, plus(T0, 60 * DAY_MS))).toBe(false);
  });

  it("[DV7] a revoked one is refused with every secret that it ever had, for good", () => {
    const over: Device = {
      ...device,
      secrets: { ...device.secrets, previous: "s-1" },
      ended: { how: "revoked", at: T0 },
    };
    for (const shown of ["s0", "s-1", "s1"])
      expect(decidePresented(over, shown, next, false, T0).kind).toBe("refused");
    expect(isStanding(over, T0)).toBe(false);
  });

  it("[DV5] a client that loses any answers and repeats any calls is never locked out, and an unknown secret never let in", () => {
    const step = fc.record({
      lost: fc.boolean(),
      stale: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 29 * DAY_MS }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let row = device;
        let held = "s0";
        let before: string | null = null;
        let now: Instant = T0;
        for (const [index, { lost, stale, afterMs }] of steps.entries()) {
          now = plus(now, afterMs);
          // As with the salt: the successor depends on what is shown, and on the draw that the row kept.
          const successor = (shown: string): Successor => ({ salt: `${index}`, hash: `${shown}/${index}` });
          const answer = good(row, held, successor(held), now);
          row = answer.next;
          if (answer.salt !== null && !lost) {
            before = held;
            held = `${held}/${answer.salt}`;
            row = good(row, held, successor(held), now).next;
          }
          if (stale && before !== null)
            expect(decidePresented(row, before, successor(before), false, now).kind).toBe("refused");
          expect(decidePresented(row, "invented", successor("invented"), false, now).kind).toBe("refused");
        }
      }),
    );
  });
});

describe("a device's id", () => {
  it("[DV4] carries its clinic's shard, and there are sixteen of them whatever is invented", () => {
    const shards = new Set<number>();
    for (let n = 1; n <= 200; n++) {
      const id = makeDeviceId(locationId(n), new Uint8Array(12).fill(n));
      expect(isDeviceId(id)).toBe(true);
      expect(deviceShardOf(id)).toBe(deviceShardOfClinic(locationId(n)));
      shards.add(deviceShardOf(id));
    }
    expect(shards.size).toBe(16);
    for (const text of [
      "dev_0g000000000000",
      "dev_zz000000000000",
      "dev_00",
      "dev_0000000000000i",
      "pat_00000000000000",
    ])
      expect(isDeviceId(text)).toBe(false);
  });
});
