/** One consumer group at one partition: read, have the effect, commit, until there is nothing left or time is up. */
import type { ConsumerGroup, LogRecord } from "../../core/events/log.ts";
import { logFailure } from "../shared/log.ts";
import type { EventLogPartition } from "./event-log-partition.ts";

/** What a reader has to have. */
export interface ReaderEnv {
  readonly EVENT_LOG: DurableObjectNamespace<EventLogPartition>;
}

/** Bounds one effect: 200 rows make one upsert of about 100 KB. */
const BATCH_MAX = 200;
/** Bounds one run, so that a backlog does not outlive the invocation; the doorbell rings again for the rest. */
const RUN_MS_MAX = 20_000;

const FAILED = {
  postgres: "consumer.postgres_failed",
  agenda: "consumer.agenda_failed",
  kafka: "consumer.kafka_failed",
  audit: "consumer.audit_failed",
} as const satisfies Readonly<Record<ConsumerGroup, string>>;

/** Must be safe to run again with the same records: a crash between effect and commit repeats them. */
export type Effect = (records: readonly LogRecord[]) => Promise<void>;

/** Returns when the group is done, somebody else is at it, or the effect failed (its lease is given back). */
export async function consume(
  env: ReaderEnv,
  partition: string,
  group: ConsumerGroup,
  effect: Effect,
): Promise<"done" | "leased" | "failed" | "time-up"> {
  const log = env.EVENT_LOG.getByName(partition);
  const owner = crypto.randomUUID();
  const until = Date.now() + RUN_MS_MAX;
  while (Date.now() < until) {
    const reply = await log.read(group, owner, BATCH_MAX);
    if (reply.kind === "leased") return "leased";
    const last = reply.records.at(-1);
    if (!last) return "done";
    try {
      await effect(reply.records);
    } catch (error) {
      // Nothing is skipped: the offset stays, the partition rings again.
      logFailure(FAILED[group], error);
      await log.release(group, owner);
      return "failed";
    }
    if (!(await log.commit(group, owner, last.offset + 1))) return "leased";
  }
  await log.release(group, owner);
  return "time-up";
}
