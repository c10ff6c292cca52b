/**
 * Screens that wait to be paired: codes, tries, and how many of them there may be. Rules: core/identity/pairing.ts
 * Promises: a try counts before it is compared, and the caps hold for any number of calls at once.
 */
import { DurableObject } from "cloudflare:workers";
import {
  type Approval,
  decideApproval,
  MISSES_PER_HOUR_MAX,
  PAIRING_KEPT_MS,
  PAIRING_LIFE_MS,
  type Pairing,
  type PairingState,
  type Refusal,
  refuseWaiting,
  STARTED_WINDOW_MS,
  stateOf,
} from "../../core/identity/pairing.ts";
import type { PairingId } from "../../core/ids.ts";
import { HOUR_MS, type Instant, instant, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { Tidying } from "../shared/tidying.ts";
import { pairingDeskMigrations } from "./schema.ts";

/** Readers look at the clock; tidying is for the disk's sake. */
const TIDY_MS = HOUR_MS;

export interface NewPairing {
  readonly id: PairingId;
  readonly handle: string;
  /** Keyed hash of the code. */
  readonly mac: string;
  /** SHA-256 of the secret with which the screen asks. */
  readonly secretHash: string;
  /** Keyed hash of its network. */
  readonly network: string;
}

export type Opened =
  | { readonly ok: true; readonly until: Instant }
  /** `taken`: somebody's code begins the same; make another one. */
  | { readonly ok: false; readonly reason: Refusal | "taken" };

export type Approved =
  | { readonly ok: true; readonly approval: Approval; readonly secretHash: string }
  | { readonly ok: false; readonly reason: "refused" | "too-many-misses" };

export interface Looked {
  readonly state: PairingState;
  readonly until: Instant;
  readonly approval: Approval | null;
}

interface Row {
  readonly id: string;
  readonly secretHash: string;
  readonly pairing: Pairing;
}

export class PairingDesk extends DurableObject {
  readonly #tidying: Tidying;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, pairingDeskMigrations);
    this.#tidying = new Tidying(ctx.storage, TIDY_MS);
  }

  /** [DV1] [DV2] A screen begins to wait. */
  open(wanted: NewPairing): Opened {
    return this.#tidying.change((now) => {
      const { sql } = this.ctx.storage;
      const reason = refuseWaiting({
        ofNetwork: this.#count(
          "SELECT 1 FROM pairing WHERE until > ? AND approved IS NULL AND network = ?",
          now,
          wanted.network,
        ),
        startedOfNetwork: this.#count(
          "SELECT 1 FROM started WHERE at > ? AND network = ?",
          plus(now, -STARTED_WINDOW_MS),
          wanted.network,
        ),
        ofAll: this.#count("SELECT 1 FROM pairing WHERE until > ? AND approved IS NULL", now),
      });
      if (reason) return { ok: false, reason };
      if (this.#byHandle(wanted.handle, now)) return { ok: false, reason: "taken" };
      const until = plus(now, PAIRING_LIFE_MS);
      sql.exec(
        `INSERT INTO pairing (id, handle, mac, secret_hash, network, started_at, until, tries) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
        wanted.id,
        wanted.handle,
        wanted.mac,
        wanted.secretHash,
        wanted.network,
        now,
        until,
      );
      sql.exec("INSERT INTO started (network, at) VALUES (?, ?)", wanted.network, now);
      return { ok: true, until };
    });
  }

  /** What the screen with this secret is told; null: there is none, or its secret is another. */
  look(id: PairingId, secretHash: string): Looked | null {
    const [row] = this.#rows("SELECT * FROM pairing WHERE id = ?", id);
    if (!row || row.secretHash !== secretHash) return null;
    const now = instant(Date.now());
    return { state: stateOf(row.pairing, now), until: row.pairing.until, approval: row.pairing.approved };
  }

  /** [DV3] One try at a code. `who` typed it and is counted, too. */
  approve(handle: string, mac: string, who: string, wanted: Approval): Approved {
    return this.#tidying.change((now) => {
      const { sql } = this.ctx.storage;
      if (
        this.#count("SELECT 1 FROM miss WHERE at > ? AND who = ?", plus(now, -HOUR_MS), who) >=
        MISSES_PER_HOUR_MAX
      )
        return { ok: false, reason: "too-many-misses" };
      const row = this.#byHandle(handle, now);
      const attempt = decideApproval(row?.pairing ?? null, mac, wanted, now);
      if (attempt.kind === "repeated" && row)
        return { ok: true, approval: attempt.approval, secretHash: row.secretHash };
      const next = attempt.kind === "repeated" ? null : attempt.next;
      if (row && next)
        sql.exec(
          "UPDATE pairing SET tries = ?, until = ?, approved = ? WHERE id = ?",
          next.tries,
          next.until,
          next.approved && JSON.stringify(next.approved),
          row.id,
        );
      if (attempt.kind === "approved" && row)
        return { ok: true, approval: wanted, secretHash: row.secretHash };
      sql.exec("INSERT INTO miss (who, at) VALUES (?, ?)", who, now);
      return { ok: false, reason: "refused" };
    });
  }

  override alarm(): void {
    this.#tidying.fired();
    const now = instant(Date.now());
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM pairing WHERE until <= ?", plus(now, -PAIRING_KEPT_MS));
    sql.exec("DELETE FROM started WHERE at <= ?", plus(now, -STARTED_WINDOW_MS));
    sql.exec("DELETE FROM miss WHERE at <= ?", plus(now, -HOUR_MS));
    const left = sql.exec(
      "SELECT 1 FROM pairing UNION ALL SELECT 1 FROM started UNION ALL SELECT 1 FROM miss LIMIT 1",
    );
    if (left.toArray().length > 0) this.#tidying.again(now);
  }

  /** The caps bound every one of these. */
  #count(query: string, ...values: readonly (string | number)[]): number {
    return Number(
      this.ctx.storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM (${query})`, ...values).one().n,
    );
  }

  #byHandle(handle: string, now: Instant): Row | undefined {
    return this.#rows("SELECT * FROM pairing WHERE handle = ? AND until > ? LIMIT 1", handle, now)[0];
  }

  #rows(query: string, ...values: readonly (string | number)[]): Row[] {
    return this.ctx.storage.sql
      .exec<Record<string, string | number | null>>(query, ...values)
      .toArray()
      .map((row) => ({
        id: String(row.id),
        secretHash: String(row.secret_hash),
        pairing: {
          mac: String(row.mac),
          tries: Number(row.tries),
          until: Number(row.until) as Instant,
          approved: row.approved === null ? null : (JSON.parse(String(row.approved)) as Approval), // written by approve()
        },
      }));
  }
}
