/** Proves who may read a group and move its offset. That records are stored once and kept: test/durable-objects. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideCommit, decideLease, type GroupState, LEASE_MS } from "../../../core/events/log.ts";
import { type Instant, plus } from "../../../core/time.ts";
import { deepFreeze, NOW } from "../../support/core-builders.ts";

const group = (next: number, owner: string | null, until: Instant = plus(NOW, LEASE_MS)): GroupState =>
  deepFreeze({ next, lease: owner === null ? null : { owner, until } });

describe("a lease", () => {
  const granted = { granted: true, state: group(5, "me") };
  const cases: [string, GroupState, boolean][] = [
    ["free", group(5, null), true],
    ["held by another reader", group(5, "other"), false],
    ["held by another reader for one more millisecond", group(5, "other", plus(NOW, 1)), false],
    ["that of another reader ends this very moment", group(5, "other", NOW), true],
    ["that of another reader is over", group(5, "other", plus(NOW, -1)), true],
    ["one's own", group(5, "me", plus(NOW, 1)), true],
    ["one's own and over", group(5, "me", plus(NOW, -1)), true],
  ];
  for (const [what, state, isGranted] of cases) {
    it(`[E3] ${what}: ${isGranted ? "granted for 30 seconds from now" : "denied"}`, () => {
      expect(decideLease(state, "me", NOW)).toEqual(isGranted ? granted : { granted: false });
    });
  }

  it("[E3] [E4] never moves the offset", () => {
    for (const [, state] of cases) {
      const decision = decideLease(state, "me", NOW);
      if (decision.granted) expect(decision.state.next).toBe(state.next);
    }
  });
});

describe("a commit", () => {
  const cases: [string, GroupState, number, boolean][] = [
    ["forward, by the holder", group(5, "me"), 7, true],
    ["to the end, by the holder", group(5, "me"), 10, true],
    ["of nothing new, by the holder", group(5, "me"), 5, true],
    ["back, by the holder", group(5, "me"), 4, false],
    ["past the end, by the holder", group(5, "me"), 11, false],
    ["forward, by somebody else", group(5, "other"), 7, false],
    ["forward, without any lease", group(5, null), 7, false],
  ];
  for (const [what, state, next, isTaken] of cases) {
    it(`[E4] ${what}: ${isTaken ? "taken, and the lease stays" : "refused"}`, () => {
      expect(decideCommit(state, "me", next, 10)).toEqual(isTaken ? { ...state, next } : null);
    });
  }
});

describe("several readers of one group", () => {
  it("[E3] [E4] hold one lease at a time, and the offset never moves back, whatever they try and when", () => {
    const anyTry = fc.record({
      reader: fc.constantFrom("a", "b", "c"),
      waits: fc.constantFrom(0, 1, 10_000, LEASE_MS - 1, LEASE_MS, LEASE_MS + 1),
      next: fc.integer({ min: 0, max: 20 }),
      commits: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyTry, { maxLength: 50 }), (tries) => {
        let state = group(0, null);
        let now = NOW;
        for (const { reader, waits, next, commits } of tries) {
          now = plus(now, waits);
          const holder = state.lease && state.lease.until > now ? state.lease.owner : null;
          if (commits) {
            const after = decideCommit(state, reader, next, 20);
            if (!after) continue;
            if (holder) expect(reader).toBe(holder);
            expect(after.next).toBeGreaterThanOrEqual(state.next);
            state = after;
          } else {
            const decision = decideLease(state, reader, now);
            expect(decision.granted).toBe(holder === null || holder === reader);
            if (decision.granted) state = decision.state;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
