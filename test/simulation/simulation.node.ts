/** A short simulation on every run; `npm run simulate` goes as long as you like. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { HARSH, walk } from "./random-walk.ts";

afterEach(() => vi.restoreAllMocks());

describe("a network with faults", () => {
  for (const seed of [1, 2, 3]) {
    it(`[B1] [G1] [G4] [G8] [H2] [H12] [J5] [J7] [J8] [J9] [W1] [W4] [W8] [Z1] [Z7] [Z9] [Z11] keeps every promise through lost calls, late copies, crashes and replays (seed ${seed})`, async () => {
      vi.spyOn(console, "error").mockImplementation(() => undefined);
      const outcome = await walk({ seed, commands: 1_000, calendars: 3, patients: 12, faults: HARSH });
      expect(outcome.accepted).toBeGreaterThan(100);
      expect(outcome.refused).toBeGreaterThan(20);
      expect(outcome.unknown).toBeGreaterThan(10);
      expect(outcome.changed).toBeGreaterThan(8);
      expect(outcome.series).toBeGreaterThan(3);
      expect(outcome.together).toBeGreaterThan(0);
      expect(outcome.seriesMoved).toBeGreaterThan(3);
      expect(outcome.held).toBeGreaterThan(50);
      expect(outcome.converted).toBeGreaterThan(20);
      expect(outcome.reserved).toBeGreaterThan(0);
    });
  }

  it("has the same history for the same seed, and another one for another", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const run = (seed: number) => walk({ seed, commands: 150, calendars: 2, patients: 6, faults: HARSH });
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again).toEqual(first);
    expect(other.trace).not.toBe(first.trace);
  });
});
