/** Proves how much a socket may have outstanding, as a state machine: any frames, any silence, any signs of life. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countResume,
  nothingOutstanding,
  OUTSTANDING_HARD_BYTES,
  OUTSTANDING_SOFT_BYTES,
  type Outstanding,
  planSend,
  RESUME_WINDOW_MS,
  RESUMES_MAX,
  SILENCE_MAX_MS,
} from "../../../core/live/outstanding.ts";
import { availabilityBody, providerSnapshot } from "../../../core/live/provider-feed.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { type Instant, plus } from "../../../core/time.ts";
import { aConfig, aVisit, busyBy, deepFreeze, NOW, visitTypeId } from "../../support/core-builders.ts";

const KB = 1024;
const state = (bytes: number, owesResync = false): Outstanding =>
  deepFreeze({ bytes, owesResync, heardAt: NOW });
const later = plus(NOW, 1_000);
const tooLate = plus(NOW, SILENCE_MAX_MS + 1);

describe("a frame for a socket", () => {
  it("[L5] is sent and counted up to 64 KB", () => {
    expect([OUTSTANDING_SOFT_BYTES, OUTSTANDING_HARD_BYTES]).toEqual([64 * KB, 256 * KB]);
    expect(planSend(nothingOutstanding(NOW), 300, NOW, later)).toEqual({ plan: "send", next: state(300) });
    expect(planSend(state(64 * KB - 300), 300, NOW, later)).toEqual({ plan: "send", next: state(64 * KB) });
  });

  it("[L5] is dropped beyond 64 KB, and a resync is owed", () => {
    expect(planSend(state(64 * KB - 300), 301, NOW, later)).toEqual({
      plan: "drop",
      next: state(64 * KB - 300, true),
    });
  });

  it("[L5] is dropped while a resync is owed, though it would fit: its revision follows one that was not sent", () => {
    expect(planSend(state(64 * KB - 300, true), 10, NOW, later)).toEqual({
      plan: "drop",
      next: state(64 * KB - 300, true),
    });
  });

  it("[L5] makes room for the resync once the peer was heard, and everything counted before is forgotten", () => {
    const { plan, next } = planSend(state(64 * KB, true), 300, later, later);
    expect([plan, next.owesResync, next.heardAt]).toEqual(["resync", false, later]);
    expect(next.bytes).toBeLessThanOrEqual(300);
    expect(planSend(next, 300, later, later).plan).toBe("send");
  });

  it("[L5] cuts the socket when the peer has been silent for a minute while it owes", () => {
    expect(planSend(state(64 * KB), 1, NOW, plus(NOW, SILENCE_MAX_MS)).plan).toBe("drop");
    expect(planSend(state(64 * KB), 1, NOW, tooLate).plan).toBe("close");
    expect(planSend(state(64 * KB, true), 1, NOW, tooLate).plan).toBe("close");
  });

  it("[L5] cuts the socket at 256 KB", () => {
    expect(planSend(state(64 * KB), 192 * KB, NOW, later).plan).toBe("drop");
    expect(planSend(state(64 * KB), 192 * KB + 1, NOW, later).plan).toBe("close");
  });

  it("[L5] a quiet socket that owes nothing is never cut for its silence", () => {
    expect(planSend(nothingOutstanding(NOW), 300, NOW, plus(NOW, 1_000 * SILENCE_MAX_MS)).plan).toBe("send");
  });

  it("[L5] an old sign of life proves nothing", () => {
    for (const heardAt of [NOW, plus(NOW, -1)])
      expect(planSend(state(64 * KB), 300, heardAt, later).plan).toBe("drop");
  });
});

describe("any frames to any peer", () => {
  interface Turn {
    readonly bytes: number;
    readonly waitMs: number;
    readonly reads: boolean;
  }
  const anyTurn: fc.Arbitrary<Turn> = fc.record({
    bytes: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 40 * KB })),
    waitMs: fc.constantFrom(0, 1, 100, 20_000, 61_000),
    reads: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  });

  it("[L5] never more than a snapshot and 64 KB are on their way without a sign of life, and a gap is closed by one resync", () => {
    const seen = { send: 0, resync: 0, drop: 0, close: 0 };
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 60, size: "max" }), (turns) => {
        let ours = nothingOutstanding(NOW);
        let now: Instant = NOW;
        let heardAt: Instant = NOW;
        /** What really lies between us and the peer. */
        let unread = 0;
        let missed = false;
        for (const { bytes, waitMs, reads } of turns) {
          now = plus(now, waitMs);
          if (reads && now > heardAt) [heardAt, unread] = [now, 0];
          const wasHeard = heardAt > ours.heardAt;
          const { plan, next } = planSend(deepFreeze(ours), bytes, heardAt, now);
          seen[plan] += 1;
          if (plan === "send") expect(missed).toBe(false);
          if (plan === "resync") expect([missed, wasHeard]).toEqual([true, true]);
          if (missed && wasHeard) expect(plan).toBe("resync"); // owed and heard: now, and only once
          if (plan === "close") {
            const owes = missed || (wasHeard ? 0 : ours.bytes) + bytes > OUTSTANDING_SOFT_BYTES;
            expect(owes && now - heardAt > SILENCE_MAX_MS).toBe(true);
            return; // the socket is gone
          }
          // What goes out when nothing was owed may be a whole snapshot: it counts at most half.
          if (plan === "send") unread += unread === 0 ? Math.min(bytes, OUTSTANDING_SOFT_BYTES / 2) : bytes;
          if (plan === "resync") missed = false;
          if (plan === "drop") missed = true;
          expect(unread).toBeLessThanOrEqual(OUTSTANDING_SOFT_BYTES);
          expect(next.bytes).toBeGreaterThanOrEqual(unread);
          ours = next;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });
});

describe("the first frame", () => {
  it("[L1] [L5] is sent though it alone is larger than 64 KB: a socket that owes nothing does read", () => {
    expect(planSend(nothingOutstanding(NOW), 65 * KB, NOW, NOW).plan).toBe("send");
    expect(planSend(state(0), 200 * KB, later, later).plan).toBe("send");
  });

  it("[L1] [L5] of a month of ten-minute starts reaches its screen", () => {
    const config = aConfig({ visitTypes: [aVisit({ minutes: 10, gridMinutes: 10 })] });
    const query = { visitTypeId: visitTypeId(1), locationId: null, from: "2026-11-24", to: "2026-12-24" };
    const body = availabilityBody(new OpenDays(config), busyBy([]), query, 1, NOW);
    if (!body) throw new Error("the visit type is known");
    const frame = JSON.stringify(providerSnapshot(body, query));
    expect(planSend(nothingOutstanding(NOW), frame.length, NOW, NOW).plan).toBe("send");
  });
});

describe("asking for snapshots", () => {
  it("[L6] counts by the minute: the twenty-first is one too many, and a new minute starts anew", () => {
    let resumes = countResume(undefined, NOW);
    for (let n = 2; n <= RESUMES_MAX + 1; n++) resumes = countResume(resumes, plus(NOW, n));
    expect(resumes).toEqual({ since: NOW, count: RESUMES_MAX + 1 });
    expect(countResume(resumes, plus(NOW, RESUME_WINDOW_MS)).count).toBe(RESUMES_MAX + 2);
    expect(countResume(resumes, plus(NOW, RESUME_WINDOW_MS + 1)).count).toBe(1);
  });
});
