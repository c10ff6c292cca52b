/** Proves what an isolate remembers of sessions: how long, how many, and nothing that opens one. */
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { SECOND_MS } from "../../../../core/time.ts";
import { SessionTokens } from "../../../../workers/edge/sign-in/session-tokens.ts";

const NOW = 1_800_000_000_000;
const LIFE_MS = 300 * SECOND_MS;
const token = (name: string, expiresAt = NOW + LIFE_MS) => ({ token: name, expiresAt });

it("[SI2] is found until shortly before it ends, and not afterwards", () => {
  const kept = new SessionTokens();
  kept.keep("a=1", token("t1"));
  expect(kept.find("a=1", NOW)?.token).toBe("t1");
  expect(kept.find("a=1", NOW + LIFE_MS - 21 * SECOND_MS)?.token).toBe("t1");
  expect(kept.find("a=1", NOW + LIFE_MS - 20 * SECOND_MS)).toBeNull();
  expect(kept.find("a=1", NOW)).toBeNull(); // gone for good: the clock of an isolate may be set back
  expect(kept.find("a=2", NOW)).toBeNull();
});

it("[SI2] goes with its session, or with everything of its person", () => {
  const kept = new SessionTokens();
  for (const name of ["ann-1", "ann-2", "ben-1"]) kept.keep(`s=${name}`, token(name));
  kept.drop("s=ann-1");
  expect(kept.find("s=ann-1", NOW)).toBeNull();
  kept.dropWhere((one) => one.startsWith("ann"));
  expect(kept.find("s=ann-2", NOW)).toBeNull();
  expect(kept.find("s=ben-1", NOW)?.token).toBe("ben-1");
});

it("[SI2] never holds more than its bound; the oldest makes room", () => {
  const kept = new SessionTokens(3);
  for (const name of ["a", "b", "c", "d"]) kept.keep(name, token(name));
  expect(["a", "b", "c", "d"].map((name) => kept.find(name, NOW)?.token ?? null)).toEqual([
    null,
    "b",
    "c",
    "d",
  ]);
  kept.keep("d", token("d2")); // known already: nobody has to go
  expect(["b", "c", "d"].map((name) => kept.find(name, NOW)?.token ?? null)).toEqual(["b", "c", "d2"]);
});

it("[SI2] knows sessions by a hash: nothing in it opens one", () => {
  const kept = new SessionTokens();
  kept.keep("openslot.session_token=canary-of-a-session", token("t1"));
  expect(inspect(kept, { depth: 9, showHidden: true })).not.toContain("canary-of-a-session");
});
