/** Registered partners, and which of their assertions were used. Rules: core/identity/partner.ts */
import { DurableObject } from "cloudflare:workers";
import type { Action } from "../../core/access/rules.ts";
import { JTIS_MAX, PARTNERS_MAX } from "../../core/identity/partner.ts";
import type { LocationId, PartnerId } from "../../core/ids.ts";
import { HOUR_MS, type Instant, instant, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { WakeUp } from "../shared/wake.ts";
import { partnerRegistryMigrations } from "./schema.ts";

/** Readers look at the clock; tidying is for the disk's sake. */
const TIDY_MS = HOUR_MS;

export interface Partner {
  readonly id: PartnerId;
  readonly name: string;
  /** JSON of a JWK set: public keys only. */
  readonly jwks: string;
  readonly actions: readonly Action[];
  /** null: all. */
  readonly clinics: readonly LocationId[] | null;
  readonly madeAt: Instant;
  readonly keysAt: Instant;
  readonly endedAt: Instant | null;
}

export type NewPartner = Pick<Partner, "id" | "name" | "jwks" | "actions" | "clinics">;

export class PartnerRegistry extends DurableObject {
  readonly #wake: WakeUp;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, partnerRegistryMigrations);
    this.#wake = new WakeUp(ctx.storage);
  }

  /** The same id again is the same partner. null: there are too many. */
  register({ id, name, jwks, actions, clinics }: NewPartner, by: string): Partner | null {
    return this.#change((now) => {
      const known = this.find(id);
      if (known) return known;
      const { sql } = this.ctx.storage;
      if (sql.exec<{ n: number }>("SELECT count(*) AS n FROM partner").one().n >= PARTNERS_MAX) return null;
      sql.exec(
        "INSERT INTO partner (id, name, jwks, actions, clinics, made_at, made_by, keys_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        name,
        jwks,
        JSON.stringify(actions),
        clinics && JSON.stringify(clinics),
        now,
        by,
        now,
      );
      return this.find(id);
    });
  }

  find(id: PartnerId): Partner | null {
    return this.#rows("SELECT * FROM partner WHERE id = ?", id)[0] ?? null;
  }

  list(): Partner[] {
    return this.#rows("SELECT * FROM partner ORDER BY name, id LIMIT ?", PARTNERS_MAX);
  }

  /** null: there is none in use. */
  replaceKeys(id: PartnerId, jwks: string): Partner | null {
    return this.#change((now) => {
      this.ctx.storage.sql.exec(
        "UPDATE partner SET jwks = ?, keys_at = ? WHERE id = ? AND ended_at IS NULL",
        jwks,
        now,
        id,
      );
      const partner = this.find(id);
      return partner?.endedAt === null ? partner : null;
    });
  }

  /** [DV15] Never again: a partner that comes back is registered anew. null: there is none. */
  deactivate(id: PartnerId): Partner | null {
    return this.#change((now) => {
      this.ctx.storage.sql.exec("UPDATE partner SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, id);
      return this.find(id);
    });
  }

  /**
   * [DV13] An assertion was verified with `jwks` of a moment ago. "first" once; keys that were replaced meanwhile, or a partner
   * that ended, are "refused".
   */
  use(id: PartnerId, jwks: string, jti: string, until: Instant): "first" | "refused" | "too-many" {
    return this.#change((now) => {
      const { sql } = this.ctx.storage;
      const partner = this.find(id);
      if (!partner || partner.endedAt !== null || partner.jwks !== jwks || until <= now) return "refused";
      const known = sql.exec<{ n: number }>(
        "SELECT count(*) AS n FROM jti WHERE partner = ? AND until > ?",
        id,
        now,
      );
      if (known.one().n >= JTIS_MAX) return "too-many";
      const written = sql.exec(
        "INSERT OR IGNORE INTO jti (partner, jti, until) VALUES (?, ?, ?)",
        id,
        jti,
        until,
      );
      return written.rowsWritten > 0 ? "first" : "refused";
    });
  }

  override alarm(): void {
    this.#wake.fired();
    const now = instant(Date.now());
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM jti WHERE until <= ?", now);
    if (sql.exec("SELECT 1 FROM jti LIMIT 1").toArray().length > 0) this.#wake.armNext([plus(now, TIDY_MS)]);
  }

  #change<T>(act: (now: Instant) => T): T {
    const now = instant(Date.now());
    const tidyAt = plus(now, TIDY_MS);
    const result = this.ctx.storage.transactionSync(() => {
      this.#wake.arm(tidyAt);
      return act(now);
    });
    this.#wake.armed(tidyAt);
    return result;
  }

  #rows(query: string, ...values: readonly (string | number)[]): Partner[] {
    return this.ctx.storage.sql
      .exec<Record<string, string | number | null>>(query, ...values)
      .toArray()
      .map((row) => ({
        id: String(row.id) as PartnerId,
        name: String(row.name),
        jwks: String(row.jwks),
        actions: JSON.parse(String(row.actions)) as Action[], // written by register()
        clinics: row.clinics === null ? null : (JSON.parse(String(row.clinics)) as LocationId[]),
        madeAt: Number(row.made_at) as Instant,
        keysAt: Number(row.keys_at) as Instant,
        endedAt: row.ended_at === null ? null : (Number(row.ended_at) as Instant),
      }));
  }
}
