/** Verifies the stored audit, chain by chain, page by page: memory holds two pages, whatever the length. */
import type { ChainHead, Sha256 } from "../../core/audit/chain.ts";
import type { Checkpoint } from "../../core/audit/checkpoint.ts";
import { type Broken, ChainReader } from "../../core/audit/verify.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { auditLines, countAuditRows } from "./lines.ts";

export interface StoredChain {
  readonly partition: number;
  /** By sequence; their signatures have been checked. */
  readonly checkpoints: readonly Checkpoint[];
  readonly now: Instant;
  readonly sha256: Sha256;
  /** The chain's end as its writer has it, asked for after the last row was read; null = nobody can be asked. */
  readonly head: () => Promise<ChainHead | null>;
  readonly progress?: (rows: number) => void;
}

export interface ChainVerdict {
  readonly partition: number;
  readonly rows: number;
  /** Rows that no checkpoint covers. */
  readonly unsigned: number;
  /** null = every row is as it was written. */
  readonly broken: Broken | null;
}

/** [AU4] @throws when Postgres does not answer */
export async function verifyStoredChain(db: Db, chain: StoredChain): Promise<ChainVerdict> {
  const { partition, checkpoints, now, sha256, head, progress } = chain;
  const reader = new ChainReader(partition, checkpoints, now, sha256);
  const verdict = (broken: Broken | null): ChainVerdict => ({
    partition,
    rows: reader.rows,
    unsigned: reader.unsigned,
    broken,
  });
  const gap = (): ChainVerdict => verdict({ partition, seq: reader.seq + 1, fault: "gap" });
  let last: string | null = null;
  for (let next = auditLines(db, partition, null); ; ) {
    const page = await next;
    if (page.last === null) break;
    last = page.last;
    next = auditLines(db, partition, page.last); // Postgres joins the next page while this one is hashed
    for (const line of page.lines) reader.row(line);
    progress?.(page.rows);
    if (reader.fault || page.lines.length !== page.rows) {
      await next.catch(() => undefined); // nobody waits for it any more
      return reader.fault ? verdict(reader.fault) : gap();
    }
  }
  if (last !== null && (await countAuditRows(db, partition, last)) !== reader.rows) return gap();
  return verdict(reader.end(await head()));
}
