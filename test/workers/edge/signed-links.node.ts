/** Proves that a signed link cannot be made, changed or kept alive by anybody without a key. */
import { describe, expect, it } from "vitest";
import { LINK_ACTIONS, type LinkAction } from "../../../core/access/signed-link.ts";
import { type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";
import type { KeyRing } from "../../../workers/config.ts";
import { mintAppointmentId } from "../../../workers/edge/routing-ids.ts";
import { mintSignedLink, parseSignedLink } from "../../../workers/edge/signed-links.ts";
import { anAppointment, NOW, providerId } from "../../support/core-builders.ts";

const OLD: KeyRing[number] = ["a", "old-secret-old-secret-old-secret"];
const NEW: KeyRing[number] = ["b", "new-secret-new-secret-new-secret"];
const KEYS: KeyRing = [NEW];
const appointment = anAppointment(1, { id: mintAppointmentId(KEYS, providerId(1)) });
const tokenOf = (action: LinkAction, keys: KeyRing = KEYS, facts = appointment): string => {
  const minted = mintSignedLink(keys, facts, action, NOW);
  if (!minted.ok) throw new Error(minted.error);
  return minted.value.token;
};
const parsed = (token: string, keys: KeyRing = KEYS, now: Instant = NOW) => parseSignedLink(keys, token, now);

describe("a signed link", () => {
  it("[CO20] fits into a text message, and says what it was made for", () => {
    for (const action of LINK_ACTIONS) {
      const token = tokenOf(action);
      expect(token).toMatch(/^b[A-Za-z0-9_-]{64}$/);
      expect(parsed(token)).toMatchObject({ appointmentId: appointment.id, action });
      expect(tokenOf(action)).not.toBe(token);
    }
  });

  it("[CO23] 10,000 changed links, every bit of many among them, are nobody's", () => {
    let tried = 0;
    const accepted: string[] = [];
    while (tried < 10_000) {
      const token = tokenOf(LINK_ACTIONS[tried % LINK_ACTIONS.length] as LinkAction);
      const bytes = Buffer.from(token.slice(1), "base64url");
      for (let bit = 0; bit < bytes.length * 8; bit++, tried++) {
        const forged = Buffer.from(bytes);
        forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
        const text = token[0] + forged.toString("base64url");
        if (parsed(text)) accepted.push(text);
      }
    }
    expect(accepted).toEqual([]);
    const token = tokenOf("view");
    for (const text of [
      "",
      "b",
      token.slice(1),
      `${token}A`,
      token.slice(0, -1),
      `a${token.slice(1)}`,
      `${token}=`,
    ])
      expect(parsed(text)).toBeNull();
  });

  it("[CO23] the signature of one link does not sign another one", () => {
    const bytesOf = (action: LinkAction) => Buffer.from(tokenOf(action).slice(1), "base64url");
    for (const one of LINK_ACTIONS)
      for (const other of LINK_ACTIONS) {
        const mixed = Buffer.concat([bytesOf(one).subarray(0, 32), bytesOf(other).subarray(32)]);
        expect(parsed(`b${mixed.toString("base64url")}`)).toBeNull();
      }
  });

  it("[CO23] ends with its minute, and with the key that signed it", () => {
    const token = tokenOf("cancel");
    const { expiresAt } = parsed(token) as { expiresAt: Instant };
    expect(expiresAt).toBe(appointment.start);
    expect(parsed(token, KEYS, plus(expiresAt, -1))).not.toBeNull();
    expect(parsed(token, KEYS, expiresAt)).toBeNull();
    expect(parsed(token, KEYS, instant(expiresAt + MINUTE_MS))).toBeNull();

    const facts = anAppointment(1, { id: mintAppointmentId([OLD], providerId(1)) });
    const before = tokenOf("view", [OLD], facts);
    expect(parsed(before, [NEW, OLD])).not.toBeNull(); // a rotation leaves links alive
    expect(parsed(before, [NEW])).toBeNull(); // until the old key goes
    expect(tokenOf("view", [NEW, OLD], facts)[0]).toBe("b");
    expect(parsed(before, [["a", "another-secret-another-secret-xx"]])).toBeNull();
  });
});
