/**
 * The booking protocol, explored step by step: every scenario with every order of its messages, and every protective rule
 * switched off once, to see that the search finds what the rule prevents. Deeper runs: see README.md.
 */
import { describe, expect, it } from "vitest";
import { removals, runScenario, runWithout, scenarioNames } from "./runs.mjs";

/** Keeps the whole file well under a minute; what is larger is cut here and explored by the long run. */
const SMALL = { maxSeconds: 20, maxStates: 1_200 };
const ENOUGH = { maxSeconds: 30, maxStates: 20_000 };

describe("the protocol keeps its invariants", () => {
  for (const name of scenarioNames) {
    it(`${name}: whatever order the messages arrive in`, () => {
      const run = runScenario(name, "no fault", SMALL);
      expect(run.error).toBeNull();
      expect(run.states).toBeGreaterThan(10);
      if (run.complete)
        expect(run.witness.some((answer) => /^K1 (ok|held)/.test(answer) || /K2/.test(answer))).toBe(true);
    });
  }

  for (const name of [
    "cross move",
    "third home",
    "set of three",
    "series",
    "series, two calendars",
    "hold in a move",
  ]) {
    it(`${name}: also when the coordinator crashes once, at any step`, () => {
      const run = runScenario(name, "one crash", ENOUGH);
      expect(run.error).toBeNull();
      expect(run.complete).toBe(true);
    });
  }
});

describe("each rule is needed", () => {
  for (const rule of removals) {
    it(`without ${rule} something goes wrong`, () => {
      const run = runWithout(rule, ENOUGH);
      expect(run.error).not.toBeNull();
      expect(run.error?.trace.length).toBeGreaterThan(0);
    });
  }
});
