import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProviderId } from "../../../core/ids.ts";
import { admitted, LOST_AFTER_MS, UNDER_WAY_MAX } from "../../../workers/edge/admission.ts";
import { OVERLOADED_PAUSE_SECONDS } from "../../../workers/edge/api/problem.ts";

const CROWDED = "prv_crowded" as ProviderId;
const QUIET = "prv_quiet" as ProviderId;
const DONE = { ok: true } as const;

/** Fills a calendar with work that waits; each function ends one of them. */
function fill(calendar: ProviderId): ((error?: Error) => Promise<void>)[] {
  return Array.from({ length: UNDER_WAY_MAX }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<typeof DONE>();
    const waiting = admitted(calendar, () => promise).catch(() => undefined);
    return async (error) => {
      if (error) reject(error);
      else resolve(DONE);
      await waiting;
    };
  });
}

describe("[K8] admission", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    vi.advanceTimersByTime(LOST_AFTER_MS);
    vi.useRealTimers();
  });

  it("[K8] one too many is told when to come again, and nothing of theirs runs", async () => {
    const ends = fill(CROWDED);
    const work = vi.fn(async () => DONE);
    for (let i = 0; i < 100; i++) {
      const answer = await admitted(CROWDED, work);
      if (answer.ok) throw new Error("was let in");
      const { status, slug, retryAfterSeconds = 0 } = answer.problem;
      expect({ status, slug }).toEqual({ status: 503, slug: "overloaded" });
      expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(retryAfterSeconds).toBeLessThanOrEqual(OVERLOADED_PAUSE_SECONDS);
    }
    expect(work).not.toHaveBeenCalled();
    expect(await admitted(QUIET, work)).toEqual(DONE); // another calendar has nothing to do with it
    for (const end of ends) await end();
  });

  it("[K8] whoever ends makes room for one, also by failing", async () => {
    const [first, second, ...others] = fill(CROWDED);
    expect((await admitted(CROWDED, async () => DONE)).ok).toBe(false);
    await first?.();
    expect(await admitted(CROWDED, async () => DONE)).toEqual(DONE);
    await second?.(new Error("died"));
    expect(await admitted(CROWDED, async () => DONE)).toEqual(DONE);
    for (const end of others) await end();
  });

  it("[K8] requests that were cut off and never ended do not keep the door shut", async () => {
    fill(CROWDED);
    vi.advanceTimersByTime(LOST_AFTER_MS - 1);
    expect((await admitted(CROWDED, async () => DONE)).ok).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await admitted(CROWDED, async () => DONE)).toEqual(DONE);
  });
});
