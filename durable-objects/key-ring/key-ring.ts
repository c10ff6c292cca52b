/**
 * The issuer's signing keys, one object for all. It sees private keys sealed only: whoever asks holds the secret that opens
 * them. Rules: core/identity/key-ring.ts
 */
import { DurableObject } from "cloudflare:workers";
import { decideTurn, KEY_GRACE_MS, KEYS_MAX, type RingKey } from "../../core/identity/key-ring.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { keyRingMigrations } from "./schema.ts";

/** A key as its maker brings it. */
export interface NewKey {
  readonly kid: string;
  /** JSON of a public JWK: no `d`. */
  readonly publicJwk: string;
  readonly sealedPrivate: string;
}

export interface StoredKey extends NewKey, RingKey {}

export class KeyRing extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, keyRingMigrations);
  }

  /** Every key, those that are done with apart. */
  read(): StoredKey[] {
    return this.ctx.storage.sql
      .exec<Record<string, string | number>>(
        "SELECT * FROM signing_key ORDER BY signs_from LIMIT ?",
        KEYS_MAX,
      )
      .toArray()
      .map((row) => ({
        kid: String(row.kid),
        publicJwk: String(row.public_jwk),
        sealedPrivate: String(row.sealed_private),
        signsFrom: Number(row.signs_from) as Instant,
        signsUntil: Number(row.signs_until) as Instant,
      }));
  }

  /**
   * [ID1] Takes `key` if one is wanted at `now`, and answers with the ring: of many who bring a first key at once, one is taken
   * and all are told which. Keys that no token of can be alive any more go.
   * @param unreadable whose private part cannot be opened any more: it signs no longer, and is shown until its tokens have ended
   */
  add(key: NewKey, now: Instant, unreadable: string | null = null): StoredKey[] {
    invariant(!("d" in (JSON.parse(key.publicJwk) as object)), "what is published holds no private part");
    return this.ctx.storage.transactionSync(() => {
      const { sql } = this.ctx.storage;
      sql.exec("DELETE FROM signing_key WHERE signs_until <= ?", plus(now, -KEY_GRACE_MS));
      if (unreadable !== null)
        sql.exec("UPDATE signing_key SET signs_until = min(signs_until, ?) WHERE kid = ?", now, unreadable);
      const ring = this.read();
      const turn = ring.length < KEYS_MAX ? decideTurn(ring, now) : null;
      if (!turn) return ring;
      sql.exec(
        "INSERT INTO signing_key (kid, public_jwk, sealed_private, signs_from, signs_until) VALUES (?, ?, ?, ?, ?)",
        key.kid,
        key.publicJwk,
        key.sealedPrivate,
        turn.signsFrom,
        turn.signsUntil,
      );
      return this.read();
    });
  }
}
