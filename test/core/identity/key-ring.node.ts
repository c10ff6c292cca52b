/** When a signing key is made, signs, is shown and goes. */
import { describe, expect, it } from "vitest";
import {
  decideTurn,
  KEY_GRACE_MS,
  KEY_LIFE_MS,
  keyWanted,
  liveKey,
  publishedKeys,
  type RingKey,
} from "../../../core/identity/key-ring.ts";
import { type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";

const T0 = instant(Date.UTC(2026, 10, 1));
const key = (kid: string, signsFrom: Instant): RingKey => ({
  kid,
  signsFrom,
  signsUntil: plus(signsFrom, KEY_LIFE_MS),
});

describe("the ring", () => {
  it("[ID1] an empty ring wants a key now, and it signs from now on for 30 days", () => {
    expect(keyWanted([], T0)).toBe("now");
    expect(decideTurn([], T0)).toEqual({ signsFrom: T0, signsUntil: plus(T0, KEY_LIFE_MS) });
  });

  it("[ID1] a second key at the same time is not wanted", () => {
    const ring = [key("a", T0)];
    expect(keyWanted(ring, T0)).toBeNull();
    expect(decideTurn(ring, T0)).toBeNull();
    expect(liveKey(ring, T0)?.kid).toBe("a");
  });

  it("[ID2] a successor is made an hour before the turn changes, and takes it without a gap", () => {
    const ring = [key("a", T0)];
    const end = plus(T0, KEY_LIFE_MS);
    expect(decideTurn(ring, plus(end, -KEY_GRACE_MS - 1))).toBeNull();
    const turn = decideTurn(ring, plus(end, -KEY_GRACE_MS));
    expect(turn?.signsFrom).toBe(end);
    const both = [...ring, { kid: "b", ...(turn as NonNullable<typeof turn>) }];
    expect(liveKey(both, plus(end, -1))?.kid).toBe("a");
    expect(liveKey(both, end)?.kid).toBe("b");
    expect(decideTurn(both, plus(end, -MINUTE_MS))).toBeNull();
  });

  it("[ID2] a key is shown before its turn and for an hour after it", () => {
    const a = key("a", T0);
    const b = key("b", a.signsUntil);
    const shown = (at: Instant) => publishedKeys([a, b], at).map(({ kid }) => kid);
    expect(shown(plus(a.signsUntil, -KEY_GRACE_MS))).toEqual(["a", "b"]);
    expect(shown(plus(a.signsUntil, KEY_GRACE_MS - 1))).toEqual(["a", "b"]);
    expect(shown(plus(a.signsUntil, KEY_GRACE_MS))).toEqual(["b"]);
  });

  it("[ID1] after a month without a signature nothing signs, and the next key starts at once", () => {
    const ring = [key("a", T0)];
    const later = plus(T0, KEY_LIFE_MS + MINUTE_MS);
    expect(liveKey(ring, later)).toBeNull();
    expect(decideTurn(ring, later)?.signsFrom).toBe(later);
  });
});
