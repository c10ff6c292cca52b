/** Proves what is written in a signed link, and when one may be made. Signatures: test/workers/edge/signed-links.node.ts */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLAIMS_BYTES,
  decideLink,
  LINK_ACTIONS,
  LINK_LIFE_MS_MAX,
  type LinkAction,
  type LinkClaims,
  packClaims,
  stampOf,
  stillFits,
  unpackClaims,
} from "../../../core/access/signed-link.ts";
import type { AppointmentStatus } from "../../../core/booking/appointment.ts";
import { type AppointmentId, encodeBytes } from "../../../core/ids.ts";
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";
import { anAppointment, locationId, NOW, providerId, START } from "../../support/core-builders.ts";

const anyId = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `apt_${encodeBytes(bytes)}` as AppointmentId);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyClaims: fc.Arbitrary<LinkClaims> = fc.record({
  appointmentId: anyId,
  action: fc.constantFrom(...LINK_ACTIONS),
  stamp: uint32,
  expiresAt: fc
    .integer({ min: 0, max: 2 ** 24 - 1 })
    .map((minutes) => instant(Date.UTC(2024, 0, 1) + minutes * MINUTE_MS)),
  nonce: uint32,
});
const link = (action: LinkAction, more: Parameters<typeof anAppointment>[1] = {}, now: Instant = NOW) => {
  const decision = decideLink(action, anAppointment(1, more), now);
  return decision.ok ? decision.value.expiresAt : decision.error;
};

describe("the claims of a link", () => {
  it("[CO21] come out as they went in, in 32 bytes, and no two are the same bytes", () => {
    fc.assert(
      fc.property(anyClaims, anyClaims, (one, other) => {
        const bytes = packClaims(one);
        expect(bytes).toHaveLength(CLAIMS_BYTES);
        expect(unpackClaims(bytes)).toEqual(one);
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(Buffer.from(bytes).equals(packClaims(other))).toBe(same);
      }),
    );
  });

  it("[CO23] of another length, or with an action that there is not, are none", () => {
    const bytes = packClaims({
      appointmentId: anAppointment().id,
      action: "view",
      stamp: 1,
      expiresAt: START,
      nonce: 2,
    });
    expect(unpackClaims(bytes)).not.toBeNull();
    expect(unpackClaims(bytes.subarray(1))).toBeNull();
    bytes[27] = LINK_ACTIONS.length;
    expect(unpackClaims(bytes)).toBeNull();
  });
});

describe("a link", () => {
  it("[CO20] is good until what it is for makes no sense any more, in whole minutes, at most two weeks", () => {
    const { start, end } = anAppointment();
    expect(link("confirm")).toBe(start);
    expect(link("move")).toBe(start);
    expect(link("view")).toBe(end);
    expect(link("check-in")).toBe(end);
    expect(link("cancel", {}, start)).toBe("too-late");
    expect(link("view", {}, plus(end, -1))).toBe(end);
    expect(link("view", {}, end)).toBe("too-late");
    const far = plus(NOW, 100 * DAY_MS);
    const latest = link("cancel", { start: far, end: plus(far, 20 * MINUTE_MS) }, plus(NOW, 30_001));
    expect(latest).toBe(plus(NOW, LINK_LIFE_MS_MAX));
  });

  it.each<[string, AppointmentStatus, readonly LinkAction[]]>([
    ["[CO20] booked", "booked", ["confirm", "cancel", "move", "view", "check-in"]],
    ["[CO20] confirmed", "confirmed", ["cancel", "move", "view", "check-in"]],
    ["[CO20] checked in", "checked-in", ["view"]],
    ["[CO20] in progress", "in-progress", ["view"]],
    ["[CO20] completed", "completed", ["view"]],
    ["[CO20] cancelled", "cancelled", []],
    ["[CO20] missed", "no-show", []],
  ])("%s: offers what the patient may do", (_, status, actions) => {
    expect(LINK_ACTIONS.filter((action) => typeof link(action, { status }) === "number")).toEqual(actions);
  });

  it("[CO21] fits its appointment until that moves; a link to move, until anything changes", () => {
    const made = anAppointment();
    const claims = (action: LinkAction): LinkClaims => ({
      appointmentId: made.id,
      action,
      stamp: stampOf(action, made),
      expiresAt: START,
      nonce: 0,
    });
    const confirmed = anAppointment(1, { status: "confirmed", version: made.version + 1 });
    for (const action of LINK_ACTIONS) {
      expect(stillFits(claims(action), made)).toBe(true);
      expect(stillFits(claims(action), confirmed)).toBe(action !== "move");
      for (const moved of [
        anAppointment(1, { start: plus(made.start, 5 * MINUTE_MS), version: 2 }),
        anAppointment(1, { providerId: providerId(2), version: 2 }),
        anAppointment(1, { locationId: locationId(2), version: 2 }),
      ])
        expect(stillFits(claims(action), moved)).toBe(false);
    }
  });
});
