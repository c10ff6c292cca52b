/** Takes entries away that are older than the law wants them kept, whole segments at a time. */
import { type Checkpoint, retainedFrom } from "../../core/audit/checkpoint.ts";
import { AUDIT_PARTITIONS } from "../../core/audit/entry.ts";
import { instant } from "../../core/time.ts";
import { logEvent, logFailure } from "../../durable-objects/shared/log.ts";
import type { EventsEnv } from "./env.ts";

/** What the witness offers. */
export interface CheckpointSource {
  checkpoints(page: {
    readonly partition: number;
    readonly after: number;
    readonly limit: number;
  }): Promise<{ readonly checkpoints: readonly Checkpoint[] }>;
}

/** Segments of one run and chain: at full load an hour makes 12. */
const SEGMENTS_MAX = 50;
/** The cron comes every minute; the minute of the hour in which this is looked at. */
const AT_MINUTE = 17;

export const isTrimTime = (scheduledAt: number): boolean =>
  new Date(scheduledAt).getUTCMinutes() === AT_MINUTE;

/** [AU10] Of each chain, the segments before its last checkpoint that is old enough. @param now milliseconds */
export async function trimAudit(
  env: Pick<EventsEnv, "DATABASE_URL" | "NEON_FETCH_ENDPOINT"> & { readonly IDENTITY: CheckpointSource },
  now: number,
): Promise<void> {
  const { firstAuditSeq, makeDb, removeAuditSegment } = await import("../../db/index.ts");
  const before = retainedFrom(instant(now));
  try {
    const db = makeDb(env);
    for (let partition = 0; partition < AUDIT_PARTITIONS; partition++) {
      const first = await firstAuditSeq(db, partition);
      if (first === null) continue;
      const { checkpoints } = await env.IDENTITY.checkpoints({
        partition,
        after: first - 1, // one that lies before the first row has done its work
        limit: SEGMENTS_MAX,
      });
      let rows = 0;
      for (const { seq } of checkpoints.filter(({ at }) => at < before))
        rows += await removeAuditSegment(db, partition, seq);
      if (rows > 0) logEvent("audit.trimmed", { partition, rows });
    }
  } catch (error) {
    logFailure("audit.trim_failed", error); // what is left goes in an hour
  }
}
