/** Proves that refusals are seen in the log at once, and that no number of them fills it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { MINUTE_MS } from "../../core/time.ts";
import { RefusalCount } from "../../workers/refusal-count.ts";

afterEach(() => vi.restoreAllMocks());

interface Line {
  readonly event: string;
  readonly kind: string;
  readonly count: number;
  readonly minute: number;
}

function watched(): { readonly refusals: RefusalCount; readonly lines: () => Line[] } {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  return {
    refusals: new RefusalCount("edge.refused"),
    lines: () => log.mock.calls.map(([text]) => JSON.parse(String(text)) as Line),
  };
}

describe("[SV7] refused attempts", () => {
  it("[SV7] leave a line with the first, the tenth, the hundredth … of their kind in a minute, and no more", () => {
    const { refusals, lines } = watched();
    const now = 1_700_000_000_000;
    for (let n = 0; n < 12_345; n++) refusals.count(401, now);
    refusals.count(429, now);
    refusals.count(403, now);
    expect(lines().map(({ kind, count }) => [kind, count])).toEqual([
      ["unauthenticated", 1],
      ["unauthenticated", 10],
      ["unauthenticated", 100],
      ["unauthenticated", 1_000],
      ["unauthenticated", 10_000],
      ["limited", 1],
      ["forbidden", 1],
    ]);
    refusals.count(401, now + MINUTE_MS);
    expect(lines().at(-1)).toMatchObject({ event: "edge.refused", kind: "unauthenticated", count: 1 });
    expect(lines()).toHaveLength(8);
  });

  it("[SV7] say what kind and when, and nothing of anybody", () => {
    const { refusals, lines } = watched();
    for (const status of [400, 401, 403, 404, 413, 414, 415, 422, 429]) refusals.count(status, 60_000);
    for (const line of lines())
      expect(Object.keys(line).sort()).toEqual(["count", "event", "kind", "level", "minute"]);
    expect(new Set(lines().map(({ kind }) => kind)).size).toBe(8);
  });

  it("[SV7] what is everyday is none: answers, lost races, outdated versions, failures of ours", () => {
    const { refusals, lines } = watched();
    for (const status of [101, 200, 204, 303, 304, 409, 412, 500, 503]) refusals.count(status, 0);
    expect(lines()).toEqual([]);
  });
});
