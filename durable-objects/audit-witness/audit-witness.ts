/**
 * The witness of the audit: what was signed of each chain, one object for all. It lives in the identity Worker, whom neither the
 * log's nor the database's writers reach, and only ever adds. Rules: core/audit/checkpoint.ts
 */
import { DurableObject } from "cloudflare:workers";
import {
  type CheckpointRefusal,
  decideCheckpoint,
  type SignedCheckpoint,
} from "../../core/audit/checkpoint.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Instant } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { auditWitnessMigrations } from "./schema.ts";

/** Of one answer: about 40 KB. */
export const CHECKPOINTS_MAX = 100;

interface CheckpointRow extends Record<string, string | number> {
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
}

const toCheckpoint = ({ partition, seq, hash, at, signature }: CheckpointRow): SignedCheckpoint => ({
  partition,
  seq,
  hash,
  at: at as Instant, // written by add()
  signature,
});

export class AuditWitness extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, auditWitnessMigrations);
  }

  /** The last checkpoint of a chain; null = none yet. */
  last(partition: number): SignedCheckpoint | null {
    const row = this.ctx.storage.sql
      .exec<CheckpointRow>(
        "SELECT * FROM checkpoint WHERE partition = ? ORDER BY seq DESC LIMIT 1",
        partition,
      )
      .toArray()[0];
    return row ? toCheckpoint(row) : null;
  }

  /**
   * [AU6] Takes a signed checkpoint if it goes on from the last one; of a head that is signed already, the first signature stays.
   * @param key the signer's public JWK, kept for ever: an issuer's own keys are forgotten after a month
   */
  add(
    next: SignedCheckpoint,
    key: { readonly kid: string; readonly publicJwk: string },
  ): Result<SignedCheckpoint, CheckpointRefusal> {
    return this.ctx.storage.transactionSync(() => {
      const last = this.last(next.partition);
      const decision = decideCheckpoint(last, next);
      if (!decision.ok) return decision;
      if (decision.value === "known" && last) return ok(last);
      const { sql } = this.ctx.storage;
      sql.exec("INSERT OR IGNORE INTO signer VALUES (?, ?)", key.kid, key.publicJwk);
      const { partition, seq, hash, at, signature } = next;
      sql.exec("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", partition, seq, hash, at, signature);
      return ok(next);
    });
  }

  /** Checkpoints of a chain beyond `after`, by sequence: at most CHECKPOINTS_MAX. */
  list(partition: number, after: number, max: number): SignedCheckpoint[] {
    return this.ctx.storage.sql
      .exec<CheckpointRow>(
        "SELECT * FROM checkpoint WHERE partition = ? AND seq > ? ORDER BY seq LIMIT ?",
        partition,
        after,
        Math.min(max, CHECKPOINTS_MAX),
      )
      .toArray()
      .map(toCheckpoint);
  }

  /** Public JWKs, as JSON, of every key that ever signed: one a month. */
  signers(): { kid: string; publicJwk: string }[] {
    return this.ctx.storage.sql
      .exec<{ kid: string; public_jwk: string }>("SELECT kid, public_jwk FROM signer ORDER BY kid")
      .toArray()
      .map(({ kid, public_jwk }) => ({ kid, publicJwk: public_jwk }));
  }
}
