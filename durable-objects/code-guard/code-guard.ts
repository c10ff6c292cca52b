/**
 * Counts codes and guesses of a shard of addresses. It holds keyed hashes only: neither an address nor a code can be read
 * here. Rules: core/identity/code-guard.ts
 */
import { DurableObject } from "cloudflare:workers";
import {
  CODE_LIFE_MS,
  decideGuess,
  decideTry,
  mayIssue,
  SENDS_PER_DAY_MAX,
} from "../../core/identity/code-guard.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { Tidying } from "../shared/tidying.ts";
import { codeGuardMigrations } from "./schema.ts";

/** Rows are small and their reader looks at the clock; tidying is for the disk's sake. */
const TIDY_MS = HOUR_MS;

export class CodeGuard extends DurableObject {
  readonly #tidying: Tidying;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, codeGuardMigrations);
    this.#tidying = new Tidying(ctx.storage, TIDY_MS);
  }

  /**
   * [ID7] Takes a new code in the place of the one before, if another one may be sent.
   * @param who keyed hash of an address @param mac keyed hash of address and code
   */
  issue(who: string, mac: string): boolean {
    return this.#tidying.change((now) => {
      const { sql } = this.ctx.storage;
      const sentAt = sql
        .exec<{ at: number }>(
          "SELECT at FROM sent WHERE who = ? AND at > ? LIMIT ?",
          who,
          plus(now, -DAY_MS),
          SENDS_PER_DAY_MAX,
        )
        .toArray()
        .map(({ at }) => at as Instant);
      if (!mayIssue(sentAt, now)) return false;
      sql.exec("INSERT INTO sent (who, at) VALUES (?, ?)", who, now);
      sql.exec(
        `INSERT INTO code (who, mac, tries, until) VALUES (?, ?, 0, ?)
         ON CONFLICT (who) DO UPDATE SET mac = excluded.mac, tries = 0, until = excluded.until`,
        who,
        mac,
        plus(now, CODE_LIFE_MS),
      );
      return true;
    });
  }

  /** [ID6] One try at the code of `who`. True once. */
  check(who: string, mac: string): boolean {
    return this.#tidying.change((now) => {
      const { sql } = this.ctx.storage;
      const [row] = sql
        .exec<{ mac: string; tries: number; until: number }>(
          "SELECT mac, tries, until FROM code WHERE who = ?",
          who,
        )
        .toArray();
      const { accepted, left } = decideTry(row ? { ...row, until: row.until as Instant } : null, mac, now);
      if (left) sql.exec("UPDATE code SET tries = ? WHERE who = ?", left.tries, who);
      else sql.exec("DELETE FROM code WHERE who = ?", who);
      return accepted;
    });
  }

  /** [ID9] Whether `who` may guess once more; counted before the answer is known to anybody. */
  guess(who: string): boolean {
    return this.#tidying.change((now) => {
      const { sql } = this.ctx.storage;
      const [row] = sql
        .exec<{ count: number; until: number }>("SELECT count, until FROM guess WHERE who = ?", who)
        .toArray();
      const next = decideGuess(row ? { count: row.count, until: row.until as Instant } : null, now);
      if (next)
        sql.exec(
          "INSERT OR REPLACE INTO guess (who, count, until) VALUES (?, ?, ?)",
          who,
          next.count,
          next.until,
        );
      return next !== null;
    });
  }

  /** Whether `guess` would say yes. */
  mayGuess(who: string): boolean {
    const [row] = this.ctx.storage.sql
      .exec<{ count: number; until: number }>("SELECT count, until FROM guess WHERE who = ?", who)
      .toArray();
    return (
      decideGuess(row ? { count: row.count, until: row.until as Instant } : null, instant(Date.now())) !==
      null
    );
  }

  /** The guess was right: those before it were slips. */
  forgetGuesses(who: string): void {
    this.#tidying.change(() => this.ctx.storage.sql.exec("DELETE FROM guess WHERE who = ?", who));
  }

  override alarm(): void {
    this.#tidying.fired();
    const now = instant(Date.now());
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM code WHERE until <= ?", now);
    sql.exec("DELETE FROM sent WHERE at <= ?", plus(now, -DAY_MS));
    sql.exec("DELETE FROM guess WHERE until <= ?", now);
    const left = sql.exec(
      "SELECT 1 FROM code UNION ALL SELECT 1 FROM sent UNION ALL SELECT 1 FROM guess LIMIT 1",
    );
    if (left.toArray().length > 0) this.#tidying.again(now);
  }
}
