/** The chain of an audit partition: its end, and how far the witness has signed it. Synchronous; call inside a transaction. */
import { createHash } from "node:crypto";
import { type ChainHead, EMPTY_CHAIN, link } from "../../core/audit/chain.ts";
import { type Sealed, sealDue } from "../../core/audit/checkpoint.ts";
import type { AuditEntry } from "../../core/audit/entry.ts";
import { type AuditEvent, auditEvent } from "../../core/audit/event.ts";
import { type Instant, instant } from "../../core/time.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");

interface ChainRow {
  readonly head: ChainHead;
  readonly sealed: Sealed;
  /** When the oldest entry came that nobody has signed. */
  readonly unsignedAt: Instant;
}

const NOTHING: ChainRow = { head: EMPTY_CHAIN, sealed: { seq: 0, at: instant(0) }, unsignedAt: instant(0) };

export class AuditChain {
  readonly #sql: SqlStorage;
  readonly #partition: number;
  readonly #name: string;

  constructor(sql: SqlStorage, name: string) {
    this.#sql = sql;
    this.#name = name;
    this.#partition = Number(name.split("/")[1]);
  }

  head(): ChainHead {
    return this.#read().head;
  }

  /** [AU3] Puts entries at the end, in their order, and makes events of them. */
  extend(entries: readonly AuditEntry[], now: Instant): AuditEvent[] {
    if (entries.length === 0) return [];
    const row = this.#read();
    let { head } = row;
    const events = entries.map((entry) => {
      const placed = link(this.#partition, head, entry, sha256);
      head = { seq: placed.seq, hash: placed.hash };
      return auditEvent(this.#name, placed);
    });
    const unsignedAt = row.head.seq === row.sealed.seq ? now : row.unsignedAt;
    this.#write({ head, sealed: row.sealed, unsignedAt });
    return events;
  }

  /** [AU5] Signed up to `seq`. */
  sealed({ seq, at }: Sealed): void {
    const row = this.#read();
    if (seq > row.sealed.seq) this.#write({ head: row.head, sealed: { seq, at }, unsignedAt: at });
  }

  /** [AU5] When it is to be signed next; null = nothing is unsigned. */
  sealDue(): Instant | null {
    const { head, sealed, unsignedAt } = this.#read();
    return sealDue(head, sealed, unsignedAt);
  }

  #read(): ChainRow {
    const row = this.#sql
      .exec<{ seq: number; hash: string; sealed_seq: number; sealed_at: number; unsigned_at: number }>(
        "SELECT seq, hash, sealed_seq, sealed_at, unsigned_at FROM chain",
      )
      .toArray()[0];
    if (!row) return NOTHING;
    return {
      head: { seq: row.seq, hash: row.hash },
      sealed: { seq: row.sealed_seq, at: instant(row.sealed_at) },
      unsignedAt: instant(row.unsigned_at),
    };
  }

  #write({ head, sealed, unsignedAt }: ChainRow): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO chain VALUES (1, ?, ?, ?, ?, ?)",
      head.seq,
      head.hash,
      sealed.seq,
      sealed.at,
      unsignedAt,
    );
  }
}
