/**
 * The paired screens of a sixteenth of the clinics. Rules: core/identity/device.ts
 * Promises: what has ended never begins again; a renewal that was answered twice was answered the same.
 */
import { DurableObject } from "cloudflare:workers";
import {
  DEVICES_PER_CLINIC_MAX,
  type Device,
  type DeviceEnd,
  decidePresented,
  ENDED_KEPT_MS,
  ENDED_SHOWN_MAX,
  isStanding,
  SILENT_MAX_MS,
  type Successor,
} from "../../core/identity/device.ts";
import type { Approval } from "../../core/identity/pairing.ts";
import type { DeviceId, LocationId } from "../../core/ids.ts";
import { DAY_MS, type Instant, instant, plus } from "../../core/time.ts";
import { applyMigrations } from "../shared/migrations.ts";
import { Tidying } from "../shared/tidying.ts";
import { deviceShardMigrations } from "./schema.ts";

/** Silence is counted in weeks. */
const TIDY_MS = DAY_MS;

/** A device as staff see it: without anything of its secrets. */
export interface DeviceFacts {
  readonly id: DeviceId;
  readonly locationId: LocationId;
  readonly name: string;
  readonly approvedAt: Instant;
  readonly seenAt: Instant;
  readonly ended: { readonly how: DeviceEnd; readonly at: Instant } | null;
}

export interface Shown {
  readonly facts: DeviceFacts;
  /** Makes the next secret of the shown one; null: the shown one stays. */
  readonly salt: string | null;
}

const factsOf = ({ id, locationId, name, approvedAt, seenAt, ended }: Device): DeviceFacts => ({
  id,
  locationId,
  name,
  approvedAt,
  seenAt,
  ended,
});

export class DeviceShard extends DurableObject {
  readonly #tidying: Tidying;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    applyMigrations(ctx.storage, deviceShardMigrations);
    this.#tidying = new Tidying(ctx.storage, TIDY_MS);
  }

  /** Whether the clinic may have one more. */
  hasRoom(location: LocationId): boolean {
    return this.#inUse(location) < DEVICES_PER_CLINIC_MAX;
  }

  /**
   * [DV3] A screen was approved. Again = nothing more. Its first secret is the one that it polls with. null: the clinic has
   * too many.
   */
  enrol({ device, locationId, name }: Approval, secretHash: string, by: string): DeviceFacts | null {
    return this.#tidying.change((now) => {
      const known = this.#find(device);
      if (known) return factsOf(known);
      if (!this.hasRoom(locationId)) return null;
      const fresh: Device = {
        id: device,
        locationId,
        name,
        secrets: { current: secretHash, previous: null, salt: null, madeAt: now },
        approvedAt: now,
        approvedBy: by,
        seenAt: now,
        ended: null,
      };
      this.#write(fresh, null);
      return factsOf(fresh);
    });
  }

  /** [DV5] [DV6] A device shows its secret; null: it is not good. */
  present(id: DeviceId, shown: string, successor: Successor, renew: boolean): Shown | null {
    return this.#tidying.change((now) => {
      const device = this.#find(id);
      if (!device) return null;
      const answer = decidePresented(device, shown, successor, renew, now);
      if (answer.kind === "refused") return null;
      this.#write(answer.next, null);
      return answer.kind === "good" ? { facts: factsOf(answer.next), salt: answer.salt } : null;
    });
  }

  find(id: DeviceId): DeviceFacts | null {
    const device = this.#find(id);
    return device ? factsOf(device) : null;
  }

  /** Of a clinic: those in use by name, then what is over, newest first. */
  list(location: LocationId): DeviceFacts[] {
    const inUse = this.#rows(
      "SELECT * FROM device WHERE location = ? AND ended_at IS NULL ORDER BY name, id LIMIT ?",
      location,
      DEVICES_PER_CLINIC_MAX,
    );
    const over = this.#rows(
      "SELECT * FROM device WHERE location = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT ?",
      location,
      ENDED_SHOWN_MAX,
    );
    return [...inUse, ...over].map(factsOf);
  }

  /** null: there is none in use. */
  rename(id: DeviceId, name: string): DeviceFacts | null {
    return this.#tidying.change(() => {
      const device = this.#find(id);
      if (!device || device.ended) return null;
      this.#write({ ...device, name }, null);
      return factsOf({ ...device, name });
    });
  }

  /** [DV7] Never again. A device that has ended already stays as it ended. null: there is none. */
  revoke(id: DeviceId, by: string): DeviceFacts | null {
    return this.#tidying.change((now) => {
      const device = this.#find(id);
      if (!device || device.ended) return device ? factsOf(device) : null;
      const over: Device = { ...device, ended: { how: "revoked", at: now } };
      this.#write(over, by);
      return factsOf(over);
    });
  }

  /** [DV9] Those of `ids` that are good. */
  standing(ids: readonly DeviceId[]): DeviceId[] {
    const now = instant(Date.now());
    return ids.filter((id) => {
      const device = this.#find(id);
      return device !== null && isStanding(device, now);
    });
  }

  override alarm(): void {
    this.#tidying.fired();
    const now = instant(Date.now());
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec(
        "UPDATE device SET ended = 'lapsed', ended_at = ? WHERE ended_at IS NULL AND seen_at < ?",
        now,
        plus(now, -SILENT_MAX_MS),
      );
      sql.exec("DELETE FROM device WHERE ended_at <= ?", plus(now, -ENDED_KEPT_MS));
    });
    if (sql.exec("SELECT 1 FROM device LIMIT 1").toArray().length > 0) this.#tidying.again(now);
  }

  #inUse(location: LocationId): number {
    return Number(
      this.ctx.storage.sql
        .exec<{ n: number }>(
          "SELECT count(*) AS n FROM device WHERE location = ? AND ended_at IS NULL",
          location,
        )
        .one().n,
    );
  }

  #find(id: DeviceId): Device | null {
    return this.#rows("SELECT * FROM device WHERE id = ?", id)[0] ?? null;
  }

  #write(
    { id, locationId, name, secrets, approvedAt, approvedBy, seenAt, ended }: Device,
    endedBy: string | null,
  ): void {
    this.ctx.storage.sql.exec(
      `INSERT OR REPLACE INTO device
         (id, location, name, current, previous, salt, made_at, approved_at, approved_by, seen_at, ended, ended_at, ended_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      locationId,
      name,
      secrets.current,
      secrets.previous,
      secrets.salt,
      secrets.madeAt,
      approvedAt,
      approvedBy,
      seenAt,
      ended?.how ?? null,
      ended?.at ?? null,
      endedBy,
    );
  }

  #rows(query: string, ...values: readonly (string | number)[]): Device[] {
    return this.ctx.storage.sql
      .exec<Record<string, string | number | null>>(query, ...values)
      .toArray()
      .map((row) => ({
        id: String(row.id) as DeviceId,
        locationId: String(row.location) as LocationId,
        name: String(row.name),
        secrets: {
          current: String(row.current),
          previous: row.previous === null ? null : String(row.previous),
          salt: row.salt === null ? null : String(row.salt),
          madeAt: Number(row.made_at) as Instant,
        },
        approvedAt: Number(row.approved_at) as Instant,
        approvedBy: String(row.approved_by),
        seenAt: Number(row.seen_at) as Instant,
        ended:
          row.ended === null
            ? null
            : { how: String(row.ended) as DeviceEnd, at: Number(row.ended_at) as Instant },
      }));
  }
}
