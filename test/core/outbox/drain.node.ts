/** Proves that an outbox leaves in order and at least once, that its turn is bounded, and when its next turn comes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BATCH_ENTRIES_MAX,
  BATCHES_PER_DRAIN_MAX,
  type DrainOutcome,
  drainOutbox,
  nextDrainAt,
  type OutboxEntry,
  type OutboxPort,
} from "../../../core/outbox/drain.ts";
import { SECOND_MS } from "../../../core/time.ts";
import { NOW } from "../../support/core-builders.ts";

type Fault = "none" | "refused" | "answer lost" | "crash before delete";

class Crash extends Error {}

/** An outbox and a log that takes an event once more when it is sent once more, as a log without memory would. */
class MemoryOutbox implements OutboxPort<string> {
  readonly rows: OutboxEntry<string>[] = [];
  readonly log: string[] = [];
  readonly batchSizes: number[] = [];
  faults: Fault[] = [];
  #sequence = 0;

  add(count: number): this {
    for (let i = 0; i < count; i++) {
      this.#sequence += 1;
      this.rows.push({ sequence: this.#sequence, event: `e${this.#sequence}` });
    }
    return this;
  }

  readBatch(entriesMax: number): readonly OutboxEntry<string>[] {
    return this.rows.slice(0, entriesMax);
  }

  async publish(entries: readonly OutboxEntry<string>[]): Promise<void> {
    const fault = this.faults.shift() ?? "none";
    if (fault === "refused") throw new Error("the log is away");
    this.log.push(...entries.map(({ event }) => event));
    this.batchSizes.push(entries.length);
    if (fault === "answer lost") throw new Error("the answer is lost");
    this.#crashes = fault === "crash before delete";
  }
  #crashes = false;

  deleteThrough(sequence: number): void {
    if (this.#crashes) {
      this.#crashes = false;
      throw new Crash();
    }
    while (this.rows[0] && this.rows[0].sequence <= sequence) this.rows.shift();
  }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index + 1}`);

async function drain(outbox: MemoryOutbox): Promise<{ outcome: DrainOutcome; failures: unknown[] }> {
  const failures: unknown[] = [];
  const outcome = await drainOutbox(outbox, (error) => failures.push(error));
  return { outcome, failures };
}

describe("a drain", () => {
  it("[O1] of nothing says so and calls nobody", async () => {
    const outbox = new MemoryOutbox();
    expect(await drain(outbox)).toEqual({ outcome: "empty", failures: [] });
    expect(outbox.batchSizes).toEqual([]);
  });

  it("[O1] sends in order from the head and leaves nothing", async () => {
    const outbox = new MemoryOutbox().add(450);
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual(names(450));
    expect(outbox.batchSizes).toEqual([200, 200, 50]);
    expect(outbox.rows).toEqual([]);
  });

  it("[O1] stops at a failure: what comes after it does not overtake", async () => {
    const outbox = new MemoryOutbox().add(450);
    outbox.faults = ["none", "refused"];
    const { outcome, failures } = await drain(outbox);
    expect([outcome, failures.length]).toEqual(["failed", 1]);
    expect(outbox.log).toEqual(names(200));
    expect(outbox.rows[0]?.sequence).toBe(201);
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual(names(450));
  });

  it("[O2] keeps what the log did not take, and reports the failure as it came", async () => {
    const outbox = new MemoryOutbox().add(3);
    outbox.faults = ["refused"];
    const { failures } = await drain(outbox);
    expect(failures).toEqual([new Error("the log is away")]);
    expect(outbox.rows).toHaveLength(3);
  });

  it("[O2] sends a batch again when the answer was lost", async () => {
    const outbox = new MemoryOutbox().add(3);
    outbox.faults = ["answer lost"];
    expect((await drain(outbox)).outcome).toBe("failed");
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual([...names(3), ...names(3)]);
  });

  it("[O2] sends a batch again when it crashed between the log's answer and its own delete", async () => {
    const outbox = new MemoryOutbox().add(3);
    outbox.faults = ["crash before delete"];
    await expect(drain(outbox)).rejects.toThrow(Crash);
    expect(outbox.rows).toHaveLength(3);
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual([...names(3), ...names(3)]);
  });

  it("[O1] [O3] takes a bounded turn: ten batches of two hundred, then it asks for another", async () => {
    expect([BATCH_ENTRIES_MAX, BATCHES_PER_DRAIN_MAX]).toEqual([200, 10]);
    const outbox = new MemoryOutbox().add(2_001);
    expect((await drain(outbox)).outcome).toBe("more");
    expect(outbox.log).toHaveLength(2_000);
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual(names(2_001));
  });

  it("[O2] deletes only what it has sent: an event written meanwhile waits for the next batch", async () => {
    const outbox = new MemoryOutbox().add(2);
    const publish = outbox.publish.bind(outbox);
    let added = false;
    outbox.publish = async (entries) => {
      await publish(entries);
      if (!added) outbox.add(1); // a booking commits while the log is asked
      added = true;
    };
    expect((await drain(outbox)).outcome).toBe("empty");
    expect(outbox.log).toEqual(names(3));
  });

  it("[O1] [O2] whatever fails, every event arrives, in order once repetitions are dropped", async () => {
    const anyFault = fc.constantFrom<Fault>("none", "refused", "answer lost", "crash before delete");
    const anyRounds = fc.array(
      fc.record({ add: fc.integer({ min: 0, max: 450 }), faults: fc.array(anyFault, { maxLength: 3 }) }),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(anyRounds, async (rounds) => {
        const outbox = new MemoryOutbox();
        let total = 0;
        for (const { add, faults } of rounds) {
          outbox.add(add).faults = [...faults];
          total += add;
          const waiting = outbox.rows.length;
          const outcome = await drain(outbox).then(
            (done) => done.outcome,
            () => "crashed" as const,
          );
          if (outcome === "empty") expect(outbox.rows).toEqual([]);
          else if (outcome !== "more") expect(outbox.rows).not.toEqual([]); // a full turn may have been just enough
          expect(outbox.rows.length).toBeLessThanOrEqual(waiting);
        }
        outbox.faults = [];
        while ((await drain(outbox)).outcome !== "empty");
        expect([...new Set(outbox.log)]).toEqual(names(total));
      }),
      { numRuns: 100 },
    );
  });
});

describe("the next drain", () => {
  const pauseS = (failures: number, jitter: number): number =>
    ((nextDrainAt("failed", failures, NOW, jitter) ?? 0) - NOW) / SECOND_MS;

  it("[O3] is never when nothing waits, and at once when the turn was over too soon", () => {
    expect(nextDrainAt("empty", 0, NOW, 0.5)).toBeNull();
    expect(nextDrainAt("more", 0, NOW, 0.5)).toBe(NOW);
  });

  it("[O3] doubles its pause with every failure, up to a minute", () => {
    const full = [1, 2, 3, 4, 5, 6, 7, 50, 10_000].map((failures) => Math.round(pauseS(failures, 0.999999)));
    expect(full).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it("[O3] spreads by jitter over the second half of the pause", () => {
    expect([pauseS(3, 0), pauseS(3, 0.5), pauseS(100, 0)]).toEqual([4, 6, 30]);
  });

  it("[O3] waiting rows always have a next time, never in the past and at most a minute away", () => {
    const anyJitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom("more", "failed"),
        fc.integer({ min: 0, max: 100_000 }),
        anyJitter,
        (outcome, n, jitter) => {
          const at = nextDrainAt(outcome, n, NOW, jitter);
          if (at === null) throw new Error("rows wait and nobody wakes up");
          expect(at).toBeGreaterThanOrEqual(NOW);
          expect(at).toBeLessThanOrEqual(NOW + 60 * SECOND_MS);
          if (outcome === "failed") expect(at).toBeGreaterThan(NOW);
        },
      ),
    );
  });
});
