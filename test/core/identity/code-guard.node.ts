/** How often a code may be sent and tried, decided without a clock of its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BIRTH_DATE_TRIES_MAX,
  BIRTH_DATE_TRIES_MS,
  CODE_LIFE_MS,
  CODE_TRIES_MAX,
  decideGuess,
  decideTry,
  type Guesses,
  mayIssue,
  type OpenCode,
  SENDS_PER_DAY_MAX,
  SENDS_PER_HOUR_MAX,
} from "../../../core/identity/code-guard.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from "../../../core/time.ts";

const T0 = instant(Date.UTC(2026, 10, 30, 9));
const open: OpenCode = { mac: "right", tries: 0, until: plus(T0, CODE_LIFE_MS) };

describe("a code", () => {
  it("[ID6] whatever is tried in whatever order, at most three tries are compared, and one is accepted", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("right", "wrong")), (tries) => {
        let left: OpenCode | null = open;
        let accepted = 0;
        tries.forEach((mac, n) => {
          const decision = decideTry(left, mac, T0);
          left = decision.left;
          if (decision.accepted) {
            accepted++;
            expect(n).toBeLessThan(CODE_TRIES_MAX);
          }
        });
        const inTime = tries.slice(0, CODE_TRIES_MAX).includes("right");
        expect(accepted).toBe(inTime ? 1 : 0);
      }),
    );
  });

  it("[ID6] is worth nothing from its end on", () => {
    expect(decideTry(open, "right", plus(open.until, -1)).accepted).toBe(true);
    expect(decideTry(open, "right", open.until)).toEqual({ accepted: false, left: null });
    expect(decideTry(null, "right", T0)).toEqual({ accepted: false, left: null });
  });

  it("[ID7] whoever asks at whatever moments gets five in any hour and ten in any day", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 * HOUR_MS }), { maxLength: 60 }), (pauses) => {
        const sent: Instant[] = [];
        let now = T0;
        for (const pause of pauses) {
          now = plus(now, pause);
          if (mayIssue(sent, now)) sent.push(now);
        }
        const within = (ms: number) =>
          sent.map((at) => sent.filter((one) => one <= at && one > plus(at, -ms)).length);
        expect(Math.max(0, ...within(HOUR_MS))).toBeLessThanOrEqual(SENDS_PER_HOUR_MAX);
        expect(Math.max(0, ...within(DAY_MS))).toBeLessThanOrEqual(SENDS_PER_DAY_MAX);
      }),
    );
  });
});

describe("a birth date", () => {
  it("[ID9] is guessed three times, and again after a month", () => {
    let known: Guesses | null = null;
    for (let n = 0; n < BIRTH_DATE_TRIES_MAX; n++) {
      known = decideGuess(known, T0);
      expect(known?.count).toBe(n + 1);
    }
    expect(decideGuess(known, plus(T0, BIRTH_DATE_TRIES_MS - 1))).toBeNull();
    expect(decideGuess(known, plus(T0, BIRTH_DATE_TRIES_MS))?.count).toBe(1);
  });
});
