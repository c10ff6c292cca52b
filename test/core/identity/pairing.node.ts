/** Proves how a screen is paired: its code, its tries, its time, and how many may wait. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Approval,
  CODE_BYTES,
  decideApproval,
  handleOf,
  makeCode,
  PAIRING_LIFE_MS,
  PAIRING_TRIES_MAX,
  type Pairing,
  parseCode,
  refuseWaiting,
  STARTED_PER_NETWORK_MAX,
  spellCode,
  stateOf,
  WAITING_MAX,
  WAITING_PER_NETWORK_MAX,
} from "../../../core/identity/pairing.ts";
import { makeDeviceId } from "../../../core/ids.ts";
import { instant, plus } from "../../../core/time.ts";
import { locationId } from "../../support/core-builders.ts";

const NOW = instant(1_000_000);
const wanted: Approval = {
  device: makeDeviceId(locationId(1), new Uint8Array(12)),
  locationId: locationId(1),
  name: "Entrance",
};
const open: Pairing = { mac: "right", tries: 0, until: plus(NOW, PAIRING_LIFE_MS), approved: null };

describe("a pairing code", () => {
  it("[DV1] has eight characters that nobody takes for others, and is read back however it was typed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: CODE_BYTES, maxLength: CODE_BYTES }), (bytes) => {
        const fair = bytes.filter((byte) => byte < 240).length;
        fc.pre(fair >= 8);
        const code = makeCode(bytes);
        expect(code).toMatch(/^[3479ACDEFHJKMNPRTWXY]{8}$/);
        for (const typed of [
          code,
          spellCode(code),
          ` ${spellCode(code).toLowerCase()} `,
          [...code].join(" "),
        ])
          expect(parseCode(typed)).toBe(code);
        expect(spellCode(code).startsWith(`${handleOf(code)}-`)).toBe(true);
      }),
    );
  });

  it("[DV1] every character is as likely as any other", () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++)
      for (const character of makeCode(new Uint8Array([byte])))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array(20).fill(12));
  });

  it("[DV1] what cannot be one is none", () => {
    for (const text of ["", "ACDE-FHJ", "ACDE-FHJKM", "ACDE-FHJ0", "ACDE-FHJ1", "ACDE FHJÄ", "ACDEFHJI"])
      expect(parseCode(text)).toBeNull();
  });
});

describe("a try at a code", () => {
  it("[DV3] right: approved, with its whole time again to fetch what it was given", () => {
    const late = plus(NOW, PAIRING_LIFE_MS - 1);
    const attempt = decideApproval(open, "right", wanted, late);
    expect(attempt).toEqual({
      kind: "approved",
      next: { ...open, approved: wanted, until: plus(late, PAIRING_LIFE_MS) },
    });
  });

  it("[DV3] wrong: counted, and the third one ends the code for the right one, too", () => {
    let pairing = open;
    for (let tries = 1; tries <= PAIRING_TRIES_MAX; tries++) {
      const attempt = decideApproval(pairing, "wrong", wanted, NOW);
      expect(attempt).toEqual({ kind: "refused", next: { ...pairing, tries } });
      pairing = { ...pairing, tries };
    }
    expect(decideApproval(pairing, "right", wanted, NOW)).toEqual({ kind: "refused", next: null });
    expect(stateOf(pairing, NOW)).toBe("expired");
  });

  it("[DV3] again with the same words is the same answer, with other ones none", () => {
    const approved = { ...open, approved: wanted };
    const other = { ...wanted, device: makeDeviceId(locationId(1), new Uint8Array(12).fill(1)) };
    expect(decideApproval(approved, "right", other, NOW)).toEqual({ kind: "repeated", approval: wanted });
    for (const more of [{ name: "Exit" }, { locationId: locationId(2) }])
      expect(decideApproval(approved, "right", { ...wanted, ...more }, NOW).kind).toBe("refused");
  });

  it("[DV3] none, or one that ran out, is refused whatever is typed", () => {
    expect(decideApproval(null, "right", wanted, NOW)).toEqual({ kind: "refused", next: null });
    expect(decideApproval(open, "right", wanted, open.until)).toEqual({ kind: "refused", next: null });
  });

  it("[DV3] its screen hears pending, approved, expired", () => {
    expect(stateOf(open, NOW)).toBe("pending");
    expect(stateOf({ ...open, approved: wanted }, NOW)).toBe("approved");
    expect(stateOf({ ...open, approved: wanted }, open.until)).toBe("expired");
    expect(stateOf(open, open.until)).toBe("expired");
  });
});

describe("how many may wait", () => {
  it("[DV2] a network has its share, a day its share, and all together a bound", () => {
    const few = { ofNetwork: 0, startedOfNetwork: 0, ofAll: 0 };
    expect(refuseWaiting(few)).toBeNull();
    expect(refuseWaiting({ ...few, ofNetwork: WAITING_PER_NETWORK_MAX })).toBe("too-many-here");
    expect(refuseWaiting({ ...few, startedOfNetwork: STARTED_PER_NETWORK_MAX })).toBe("too-many-here");
    expect(refuseWaiting({ ...few, ofAll: WAITING_MAX })).toBe("too-many");
    expect(
      refuseWaiting({
        ofNetwork: WAITING_PER_NETWORK_MAX - 1,
        startedOfNetwork: STARTED_PER_NETWORK_MAX - 1,
        ofAll: WAITING_MAX - 1,
      }),
    ).toBeNull();
  });
});
