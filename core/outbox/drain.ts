/** Drains an outbox in order to one place. Does not know where to, nor what time it is. */
import { type Instant, plus, SECOND_MS } from "../time.ts";

export interface OutboxEntry<Event> {
  readonly sequence: number;
  readonly event: Event;
}

export interface OutboxPort<Event> {
  readBatch(entriesMax: number): readonly OutboxEntry<Event>[];
  publish(entries: readonly OutboxEntry<Event>[]): Promise<void>;
  deleteThrough(sequence: number): void;
}

/** Bounds one append: 200 events of about 600 bytes stay far below the 2 MB of one statement's parameter. */
export const BATCH_ENTRIES_MAX = 200;
/** Bounds one alarm, so that a long backlog cannot keep bookings waiting behind it. */
export const BATCHES_PER_DRAIN_MAX = 10;

export type DrainOutcome = "empty" | "more" | "failed";

/** [O1] In order from the head. A failure stops the drain: skipping ahead would let a cancellation overtake its booking. */
export async function drainOutbox<Event>(
  port: OutboxPort<Event>,
  reportFailure: (error: unknown) => void,
): Promise<DrainOutcome> {
  for (let batch = 0; batch < BATCHES_PER_DRAIN_MAX; batch++) {
    const entries = port.readBatch(BATCH_ENTRIES_MAX);
    const last = entries.at(-1);
    if (!last) return "empty";
    try {
      await port.publish(entries);
    } catch (error) {
      reportFailure(error);
      return "failed";
    }
    // [O2] A crash before this line publishes the batch again: delivery is at least once, by design.
    port.deleteThrough(last.sequence);
  }
  return "more";
}

const RETRY_BASE_MS = SECOND_MS;
/** A log that was away for an hour is found again within a minute. */
const RETRY_MAX_MS = 60 * SECOND_MS;

/** [O3] When to drain again; null = nothing waits. `jitter` in [0, 1) spreads calendars that failed together. */
export function nextDrainAt(
  outcome: DrainOutcome,
  failuresInRow: number,
  now: Instant,
  jitter: number,
): Instant | null {
  if (outcome === "empty") return null;
  if (outcome === "more") return now;
  const pause = Math.min(RETRY_BASE_MS * 2 ** Math.min(failuresInRow, 10), RETRY_MAX_MS);
  return plus(now, pause * (0.5 + jitter / 2));
}
