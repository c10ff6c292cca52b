/** Proves that nothing a client sends breaks the reader, and what a client that comes back is sent. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLIENT_FRAME_CHARS_MAX, parseClientMessage, planCatchUp } from "../../../core/live/protocol.ts";

describe("a client's message", () => {
  it("[L3] resume is read with its revision", () => {
    expect(parseClientMessage('{"type":"resume","revision":41}')).toEqual({ type: "resume", revision: 41 });
    expect(parseClientMessage(' {"revision":0,"type":"resume","more":1} ')).toEqual({
      type: "resume",
      revision: 0,
    });
  });

  it("[L3] anything else is nothing", () => {
    const nothing: unknown[] = [
      '{"type":"resume"}',
      '{"type":"resume","revision":"41"}',
      '{"type":"resume","revision":1.5}',
      '{"type":"resume","revision":1e300}',
      '{"type":"resume","revision":9007199254740992}',
      '{"type":"resume","revision":null}',
      '{"type":"Resume","revision":1}',
      '{"revision":1}',
      '[{"type":"resume","revision":1}]',
      '"resume"',
      "null",
      "41",
      "ping",
      "",
      "{",
      undefined,
      null,
      41,
      new ArrayBuffer(8),
      { type: "resume", revision: 1 },
    ];
    for (const message of nothing) expect([message, parseClientMessage(message)]).toEqual([message, null]);
  });

  it("[L3] is read up to its bound and not one character further", () => {
    const padded = (length: number): string => '{"type":"resume","revision":1}'.padEnd(length, " ");
    expect(parseClientMessage(padded(CLIENT_FRAME_CHARS_MAX))).not.toBeNull();
    expect(parseClientMessage(padded(CLIENT_FRAME_CHARS_MAX + 1))).toBeNull();
  });

  it("[L3] never throws, whatever it is", () => {
    const almost = fc
      .record(
        { type: fc.constantFrom("resume", "snapshot", 1, null), revision: fc.anything() },
        { requiredKeys: [] },
      )
      .map((message) => JSON.stringify(message) ?? "");
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.json(), almost), (message) => {
        const parsed = parseClientMessage(message);
        if (parsed === null) return;
        expect(Object.keys(parsed)).toEqual(["type", "revision"]);
        expect(Number.isSafeInteger(parsed.revision)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("[L3] cannot reach an object's prototype", () => {
    const parsed = parseClientMessage('{"__proto__":{"type":"resume","revision":1}}');
    expect(parsed).toBeNull();
    expect(({} as { revision?: number }).revision).toBeUndefined();
  });
});

describe("catching up", () => {
  it("[L3] needs nothing at the same revision and a snapshot at every other one, ahead of us too", () => {
    expect(planCatchUp(7, 7)).toBe("up-to-date");
    for (const client of [6, 8, 0, -1, Number.MAX_SAFE_INTEGER])
      expect(planCatchUp(client, 7)).toBe("send-snapshot");
  });
});
