/**
 * Checkpoints: what the witness (the issuer, whom neither the log's nor the database's writers reach) signed of a chain. They
 * are what a chain that was written anew as a whole is found out by.
 */
import { err, ok, type Result } from "../result.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../time.ts";
import type { ChainHead } from "./chain.ts";

export interface Checkpoint extends ChainHead {
  readonly partition: number;
  /** When it was signed, by the witness's clock. */
  readonly at: Instant;
}

export interface SignedCheckpoint extends Checkpoint {
  /** JWS of exactly these four fields, ES256. */
  readonly signature: string;
}

/** A chain that grows is signed after so many entries … */
export const SEAL_ENTRIES = 1_000;
/** … but not more often than this: at 8 chains, 0.8 MB a day. Whoever rules the log itself could rewrite what came since. */
export const SEAL_PAUSE_MS = 5 * MINUTE_MS;
/** One that hardly grows, after so long. */
export const SEAL_AFTER_MS = HOUR_MS;
/** The witness did not answer. */
export const SEAL_AGAIN_MS = MINUTE_MS;

export interface Sealed {
  readonly seq: number;
  readonly at: Instant;
}

/** [AU5] When the chain is to be signed next; null = everything is. `firstAt` = when the oldest unsigned entry came. */
export function sealDue(head: ChainHead, sealed: Sealed, firstAt: Instant): Instant | null {
  if (head.seq <= sealed.seq) return null;
  const soonest = plus(sealed.at, SEAL_PAUSE_MS);
  if (head.seq - sealed.seq >= SEAL_ENTRIES) return soonest;
  return Math.max(soonest, plus(firstAt, SEAL_AFTER_MS)) as Instant;
}

export type CheckpointRefusal = "goes-back" | "contradicts";

/** [AU6] Whether the witness signs `next` after `last`: it never takes anything back. The same head again is the same checkpoint. */
export function decideCheckpoint(
  last: Checkpoint | null,
  next: ChainHead & { readonly at: Instant },
): Result<"new" | "known", CheckpointRefusal> {
  if (!last) return ok("new");
  if (next.seq === last.seq) return next.hash === last.hash ? ok("known") : err("contradicts");
  return next.seq < last.seq || next.at < last.at ? err("goes-back") : ok("new");
}

/** 45 CFR 164.316(b)(2)(i): six years from the date of its creation. Leap days make it a day or two more. */
export const AUDIT_RETENTION_MS = (6 * 365 + 2) * DAY_MS;

/** [AU10] Entries up to a checkpoint of before this moment may go, and a chain may begin behind it. */
export const retainedFrom = (now: Instant): Instant => plus(now, -AUDIT_RETENTION_MS);
