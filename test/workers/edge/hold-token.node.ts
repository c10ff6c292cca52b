/** Proves ids and tokens of holds where they are made: keyed, the same again, and useless for anything else. */
import { describe, expect, it } from "vitest";
import { HOLD_ID, type ProviderId } from "../../../core/ids.ts";
import type { KeyRing } from "../../../workers/config.ts";
import { networkOf, tokenHashOf, tokenOf } from "../../../workers/edge/hold-token.ts";
import {
  mintAppointmentId,
  mintHoldId,
  parseAppointmentId,
  parseHoldId,
} from "../../../workers/edge/routing-ids.ts";

const KEYS: KeyRing = [
  ["b", "secret-number-two-0123456789"],
  ["a", "secret-number-one-0123456789"],
];
const OLD_KEYS: KeyRing = [KEYS[1] as KeyRing[number]];
const provider = "prv_0123456789ab" as ProviderId;

describe("a hold's id", () => {
  it("[A4] names its calendar and is taken back only as we made it", () => {
    const id = mintHoldId(KEYS, provider);
    expect(id).toMatch(HOLD_ID);
    expect(parseHoldId(KEYS, id)).toEqual({ id, home: provider });
    expect(parseHoldId(OLD_KEYS, id)).toBeNull();
    for (let index = 4; index < id.length; index++) {
      const other = id[index] === "0" ? "1" : "0";
      expect(parseHoldId(KEYS, `${id.slice(0, index)}${other}${id.slice(index + 1)}`)).toBeNull();
    }
  });

  it("[A4] cannot be made of an appointment's, nor the other way round", () => {
    const hold = mintHoldId(KEYS, provider);
    const appointment = mintAppointmentId(KEYS, provider);
    expect(parseAppointmentId(KEYS, appointment)).toEqual({ id: appointment, home: provider });
    expect(parseHoldId(KEYS, appointment.replace("apt_", "hld_"))).toBeNull();
    expect(parseAppointmentId(KEYS, hold.replace("hld_", "apt_"))).toBeNull();
    expect(parseHoldId(KEYS, appointment) ?? parseAppointmentId(KEYS, hold)).toBeNull();
  });

  it("[A4] of an older key is still ours", () => {
    const id = mintHoldId(OLD_KEYS, provider);
    expect(parseHoldId(KEYS, id)).toEqual({ id, home: provider });
    expect(tokenOf(KEYS, id)).toBe(tokenOf(OLD_KEYS, id));
  });
});

describe("a hold's token", () => {
  it("[W4] [W5] is the same for the same hold, another for another one, and is no hash of what clients see", () => {
    const [one, two] = [mintHoldId(KEYS, provider), mintHoldId(KEYS, provider)];
    expect(tokenOf(KEYS, one)).toBe(tokenOf(KEYS, one));
    expect(tokenOf(KEYS, one)).not.toBe(tokenOf(KEYS, two));
    expect(tokenOf(KEYS, one)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const otherKeys: KeyRing = [["b", "another-secret-0123456789-0"]];
    expect(tokenOf(otherKeys, one)).not.toBe(tokenOf(KEYS, one));
    expect(tokenHashOf(tokenOf(KEYS, one))).not.toBe(tokenOf(KEYS, one));
  });
});

describe("the network of a device", () => {
  it("[W6] is an IPv4 address, or the /64 of an IPv6 one however it is spelled", () => {
    expect(networkOf("203.0.113.7")).toBe("203.0.113.7");
    expect(networkOf("2001:db8:1:2:aaaa::1")).toBe("2001:db8:1:2");
    expect(networkOf("2001:DB8:0001:2:bbbb:1:2:3")).toBe("2001:db8:1:2");
    expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0");
    expect(networkOf("::1")).toBe("0:0:0:0");
    expect(networkOf("unknown")).toBe("unknown");
  });
});
