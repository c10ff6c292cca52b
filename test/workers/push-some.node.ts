/** Proves when the directory's bell is rung again, and by whom not. What a push does is faked; test/workers/edge has the real one. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ProviderId } from "../../core/ids.ts";
import type { EventsEnv } from "../../workers/events/env.ts";
import { pushSome } from "../../workers/events/push-some.ts";
import type { Pushed } from "../../workers/push-directory.ts";

let pushed: Pushed | Error;
const without: (readonly ProviderId[])[] = [];
vi.mock("../../workers/push-directory.ts", () => ({
  pushDirectory: async (...given: unknown[]) => {
    without.push(given[6] as ProviderId[]);
    if (pushed instanceof Error) throw pushed;
    return pushed;
  },
}));

const rings: { without?: readonly ProviderId[]; delaySeconds?: number }[] = [];
const env = {
  DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1/none",
  WAKE: {
    send: async (body: object, options: object = {}) => {
      rings.push({ ...body, ...options });
    },
  },
} as unknown as EventsEnv;

const ids = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `prv_${from + n}` as ProviderId);
const push = (more: Partial<Pushed>) => {
  pushed = { told: 0, failed: [], postponed: 0, isMore: false, ...more };
};

describe("the directory's bell", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.now() + 3_600_000 }); // nothing is left of the case before
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    rings.length = 0;
    without.length = 0;
  });

  it("[D15] is rung again for the rest by whoever told somebody, and by no second one", async () => {
    push({ told: 40, isMore: true });
    await pushSome(env, true);
    await pushSome(env, false);
    expect(rings).toHaveLength(2);
    push({ told: 0, isMore: true }); // another chain was first to mark them
    await pushSome(env, true);
    await pushSome(env, false);
    push({ told: 7 });
    await pushSome(env, true);
    expect(rings).toHaveLength(2);
  });

  it("[D15] leaves out who did not answer, so that forty of them keep nobody waiting", async () => {
    push({ failed: ids(0, 40), isMore: true });
    await pushSome(env, false);
    expect(rings).toEqual([{ partition: "directory", without: ids(0, 40) }]);
    push({ failed: ids(40, 1), told: 39, isMore: true });
    await pushSome(env, true, rings[0]?.without);
    expect(without.at(-1)).toEqual(ids(0, 40));
    expect(rings.at(-1)).toEqual({ partition: "directory", without: ids(0, 41) });
  });

  it("[D15] is rung once more in a minute for those, however many meet them, and never by the cron", async () => {
    push({ failed: ids(0, 1) });
    for (let n = 0; n < 5; n++) await pushSome(env, false);
    expect(rings).toEqual([]);
    for (let n = 0; n < 5; n++) await pushSome(env, true);
    expect(rings).toEqual([{ partition: "directory", delaySeconds: 60 }]);
    vi.setSystemTime(Date.now() + 59_000);
    pushed = new Error("planted: no Postgres");
    await pushSome(env, true);
    expect(rings).toHaveLength(2);
  });

  it("[D15] ends when everything fails", async () => {
    let rounds = 0;
    await pushSomeFailing([]);
    while (rings.at(-1)?.without && rounds++ < 100) await pushSomeFailing(rings.at(-1)?.without ?? []);
    expect(rounds).toBeLessThan(10);
    expect(rings.at(-1)).toEqual({ partition: "directory", delaySeconds: 60 });
  });
  const pushSomeFailing = (left: readonly ProviderId[]) => {
    push({ failed: ids(left.length, 40), isMore: true });
    return pushSome(env, true, left);
  };
});
