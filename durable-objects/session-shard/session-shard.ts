/**
 * What the issuer remembers without Postgres: sessions, state of sign-ins under way, counters. Keys come hashed, values
 * sealed. Beside them the outbox of sign-ins, which the audit reads.
 */
import { DurableObject } from "cloudflare:workers";
import { invariant } from "../../core/invariant.ts";
import { type Instant, instant, MINUTE_MS, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { sessionShardMigrations } from "./schema.ts";

const TIDY_MS = 10 * MINUTE_MS;
/** One alarm deletes at most so many rows and comes again: a shard answers in between. */
const TIDY_ROWS_MAX = 5_000;
/** How long a deleted key refuses to come back: longer than any request that read it before is under way. */
const GONE_MS = MINUTE_MS;
/** A session is about 1.5 KB sealed, the list of a user's sessions 100 bytes each. */
const VALUE_CHARS_MAX = 64 * 1024;
/** About 200 bytes each. Whoever does not read them for weeks is told in the log; what came first is kept. */
const SIGN_INS_MAX = 1_000_000;
const SIGN_INS_READ_MAX = 500;

export class SessionShard extends DurableObject {
  readonly #wake: WakeUp;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, sessionShardMigrations);
    this.#wake = new WakeUp(ctx.storage);
  }

  get(key: string): string | null {
    const [row] = this.ctx.storage.sql
      .exec<{ value: string | null }>("SELECT value FROM kv WHERE key = ? AND until > ?", key, this.#now())
      .toArray();
    return row?.value ?? null;
  }

  /** False: the key was deleted for good a moment ago, by a sign-out that this write did not know of. */
  set(key: string, value: string, lifeMs: number): boolean {
    invariant(value.length <= VALUE_CHARS_MAX, "a stored value has at most VALUE_CHARS_MAX characters");
    return this.#change((now) => {
      const { sql } = this.ctx.storage;
      sql.exec("DELETE FROM kv WHERE key = ? AND until <= ?", key, now);
      return (
        sql
          .exec(
            `INSERT INTO kv (key, value, until) VALUES (?, ?, ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until WHERE value IS NOT NULL
             RETURNING key`,
            key,
            value,
            plus(now, lifeMs),
          )
          .toArray().length === 1
      );
    });
  }

  /** @param forGood nothing may bring it back for a minute: what a session's token is */
  remove(key: string, forGood: boolean): void {
    this.#change((now) => {
      const { sql } = this.ctx.storage;
      if (forGood)
        sql.exec(
          "INSERT OR REPLACE INTO kv (key, value, until) VALUES (?, NULL, ?)",
          key,
          plus(now, GONE_MS),
        );
      else sql.exec("DELETE FROM kv WHERE key = ?", key);
    });
  }

  /** For values that are good once: of many who ask one gets it. */
  take(key: string): string | null {
    const [row] = this.ctx.storage.sql
      .exec<{ value: string | null }>(
        "DELETE FROM kv WHERE key = ? AND until > ? RETURNING value",
        key,
        this.#now(),
      )
      .toArray();
    return row?.value ?? null;
  }

  /** Counts within a fixed window, which begins with the first call. */
  increment(key: string, lifeMs: number): number {
    return this.#change((now) => {
      const { sql } = this.ctx.storage;
      sql.exec("DELETE FROM kv WHERE key = ? AND until <= ?", key, now);
      const row = sql
        .exec<{ value: string }>(
          `INSERT INTO kv (key, value, until) VALUES (?, '1', ?)
           ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`,
          key,
          plus(now, lifeMs),
        )
        .one();
      return Number(row.value);
    });
  }

  /** [ID20] Appends to the outbox of sign-ins. False: nobody has read it for so long that it is full. */
  putSignIn(entry: string): boolean {
    return this.ctx.storage.transactionSync(() => {
      const { sql } = this.ctx.storage;
      const { rows } = sql
        .exec<{ rows: number }>("SELECT coalesce(max(seq) - min(seq) + 1, 0) AS rows FROM sign_in")
        .one();
      if (rows >= SIGN_INS_MAX) return false;
      sql.exec("INSERT INTO sign_in (entry) VALUES (?)", entry);
      return true;
    });
  }

  /** [ID20] The oldest sign-ins, in order; they stay until `ackSignIns`. */
  takeSignIns(max: number): { readonly seq: number; readonly entry: string }[] {
    return this.ctx.storage.sql
      .exec<{ seq: number; entry: string }>(
        "SELECT seq, entry FROM sign_in ORDER BY seq LIMIT ?",
        Math.min(max, SIGN_INS_READ_MAX),
      )
      .toArray();
  }

  ackSignIns(through: number): void {
    this.ctx.storage.sql.exec("DELETE FROM sign_in WHERE seq <= ?", through);
  }

  override alarm(): void {
    this.#wake.fired();
    const now = this.#now();
    const { sql } = this.ctx.storage;
    sql.exec(
      "DELETE FROM kv WHERE key IN (SELECT key FROM kv WHERE until <= ? ORDER BY until LIMIT ?)",
      now,
      TIDY_ROWS_MAX,
    );
    const { next } = sql.exec<{ next: number | null }>("SELECT min(until) AS next FROM kv").one();
    if (next !== null) this.#wake.armNext([Math.max(next, plus(now, TIDY_MS)) as Instant]);
  }

  #now(): Instant {
    return instant(Date.now());
  }

  #change<T>(act: (now: Instant) => T): T {
    const now = this.#now();
    const tidyAt = plus(now, TIDY_MS);
    const result = this.ctx.storage.transactionSync(() => {
      this.#wake.arm(tidyAt);
      return act(now);
    });
    this.#wake.armed(tidyAt);
    return result;
  }
}
