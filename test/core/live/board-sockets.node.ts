/** Proves how long a socket of a board stays without anybody vouching for it, and when the issuer is asked. */
import { describe, expect, it } from "vitest";
import { type DeviceId, makeDeviceId } from "../../../core/ids.ts";
import {
  ASK_AGAIN_MS,
  type BoardWatch,
  DOUBT_ASKED_MS,
  devicesToAsk,
  dueAt,
  PERSON_STAYS_MS,
  staysUntil,
  UNVOUCHED_MAX_MS,
  VOUCHED_AGAIN_MS,
} from "../../../core/live/board-sockets.ts";
import { instant, MINUTE_MS, plus, SECOND_MS } from "../../../core/time.ts";
import { locationId } from "../../support/core-builders.ts";

const NOW = instant(1_000_000_000);
const deviceOf = (n: number): DeviceId => makeDeviceId(locationId(1), new Uint8Array(12).fill(n));
const of = (device: DeviceId | null, ageMs = 0): BoardWatch => ({
  device,
  vouchedAt: plus(NOW, -ageMs),
  revision: 1,
});
const nobody = new Set<DeviceId>();

describe("a socket of a board", () => {
  it("[DV9] stays five minutes unless somebody vouches for it, and there is time to ask again", () => {
    expect(UNVOUCHED_MAX_MS).toBe(5 * MINUTE_MS);
    expect(staysUntil(of(deviceOf(1)))).toBe(plus(NOW, 5 * MINUTE_MS));
    expect(staysUntil(of(null))).toBe(plus(NOW, PERSON_STAYS_MS));
    expect(dueAt(of(null))).toBe(staysUntil(of(null)));
    expect(VOUCHED_AGAIN_MS + 5 * ASK_AGAIN_MS).toBeLessThan(UNVOUCHED_MAX_MS);
  });

  it("[DV9] all devices of a clinic are asked about in one call, as soon as one is due", () => {
    const watches = [
      of(deviceOf(1), VOUCHED_AGAIN_MS),
      of(deviceOf(2)),
      of(deviceOf(2)),
      of(null, MINUTE_MS),
    ];
    expect(devicesToAsk(watches, nobody, NOW)).toEqual([deviceOf(1), deviceOf(2)]);
    expect(devicesToAsk(watches, nobody, plus(NOW, -1))).toEqual([]);
    expect(devicesToAsk([of(null, PERSON_STAYS_MS)], nobody, NOW)).toEqual([]);
  });

  it("[DV7] a device that somebody is about to revoke is asked about at once, and twice in five seconds", () => {
    expect(devicesToAsk([of(deviceOf(1))], new Set([deviceOf(1)]), NOW)).toEqual([deviceOf(1)]);
    expect(devicesToAsk([of(deviceOf(1))], new Set([deviceOf(2)]), NOW)).toEqual([]);
    expect(2 * DOUBT_ASKED_MS).toBeLessThan(5 * SECOND_MS);
  });
});
