/**
 * Kiosks: pairing, tokens, revocation. What the edge may ask of them, and nothing else of the issuer. Who may approve and revoke is
 * decided by the edge before it asks; how a code is tried and a secret renewed, by the objects.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { CODE_BYTES, handleOf, makeCode, type Refusal, spellCode } from "../../../core/identity/pairing.ts";
import {
  DEVICE_SHARDS,
  type DeviceId,
  deviceShardOf,
  deviceShardOfClinic,
  type LocationId,
  makeDeviceId,
  makePairingId,
  type PairingId,
} from "../../../core/ids.ts";
import type { Instant } from "../../../core/time.ts";
import type { DeviceFacts } from "../../../durable-objects/device-shard/device-shard.ts";
import type { IdentityEnv } from "../env.ts";
import { macOf } from "../sealing.ts";
import { identitySettings } from "../settings.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { accessToken } from "../tokens.ts";
import { credentialOf, freshSecret, hashOf, nextSecret, parseCredential, successorOf } from "./secrets.ts";

/** Codes that are tried when somebody's begins the same; of 160,000 beginnings at most 1,000 are taken. */
const CODES_TRIED_MAX = 5;
const ID_BYTES = 20;

export type Started =
  | {
      readonly ok: true;
      readonly id: PairingId;
      /** As a screen shows it. */
      readonly code: string;
      readonly secret: string;
      readonly expiresAt: Instant;
    }
  | { readonly ok: false; readonly reason: Refusal };

export type Collected =
  | { readonly state: "pending"; readonly expiresAt: Instant }
  | { readonly state: "expired" }
  | {
      readonly state: "approved";
      readonly device: DeviceFacts;
      /** Id and secret in one piece, for the header of `token`. */
      readonly credential: string;
    };

export interface ApprovalWish {
  /** As parseCode() gives it. */
  readonly code: string;
  readonly locationId: LocationId;
  readonly name: string;
  /** Who approves: a subject. */
  readonly by: string;
}

export type ApprovalAnswer =
  | { readonly ok: true; readonly device: DeviceFacts }
  | { readonly ok: false; readonly reason: "refused" | "too-many-misses" | "too-many-devices" };

export interface DeviceToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly device: DeviceFacts;
  /** The next credential, when one is due. */
  readonly credential: string | null;
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

export class Devices extends WorkerEntrypoint<IdentityEnv> {
  override fetch(): Response {
    return new Response("not found", { status: 404 });
  }

  /** [DV1] A screen asks for a code. `network` = where it asks from, an address or an IPv6 /64. */
  async pair(network: string): Promise<Started> {
    const secret = freshSecret();
    const id = makePairingId(randomBytes(ID_BYTES));
    for (let tried = 0; tried < CODES_TRIED_MAX; tried++) {
      const code = makeCode(randomBytes(CODE_BYTES));
      const opened = await this.#desk().open({
        id,
        handle: handleOf(code),
        mac: this.#mac("pairing-code", code),
        secretHash: hashOf(secret),
        network: this.#mac("pairing-network", network),
      });
      if (opened.ok) return { ok: true, id, code: spellCode(code), secret, expiresAt: opened.until };
      if (opened.reason !== "taken") return { ok: false, reason: opened.reason };
    }
    return { ok: false, reason: "too-many" };
  }

  /**
   * [DV3] What became of a pairing; null: there is none with this secret. Once approved, each answer holds the same credential,
   * until the device used it.
   */
  async collect(id: PairingId, secret: string): Promise<Collected | null> {
    const secretHash = hashOf(secret);
    const looked = await this.#desk().look(id, secretHash);
    if (!looked) return null;
    if (looked.state === "pending") return { state: "pending", expiresAt: looked.until };
    if (looked.state === "expired" || !looked.approval) return { state: "expired" };
    const { device } = looked.approval;
    const shown = await this.#shard(device).present(device, secretHash, successorOf(secret), true);
    if (!shown?.salt) return { state: "expired" }; // used, or revoked before it was fetched
    return {
      state: "approved",
      device: shown.facts,
      credential: credentialOf(device, nextSecret(secret, shown.salt)),
    };
  }

  /** [DV3] Staff typed a code in. The edge has checked that they may for this clinic. */
  async approve({ code, locationId, name, by }: ApprovalWish): Promise<ApprovalAnswer> {
    const shard = this.#shardOfClinic(locationId);
    if (!(await shard.hasRoom(locationId))) return { ok: false, reason: "too-many-devices" };
    const device = makeDeviceId(locationId, randomBytes(ID_BYTES));
    const approved = await this.#desk().approve(
      handleOf(code),
      this.#mac("pairing-code", code),
      this.#mac("approver", by),
      { device, locationId, name },
    );
    if (!approved.ok) return { ok: false, reason: approved.reason };
    // A call that dies here left an approved screen without a device: the same words again enrol it.
    const facts = await shard.enrol(approved.approval, approved.secretHash, by);
    if (!facts) return { ok: false, reason: "too-many-devices" };
    await recordSignIn(this.env, { subject: facts.id, kind: "device", outcome: "accepted" });
    return { ok: true, device: facts };
  }

  /** [DV5] [DV8] Five minutes as a kiosk of one clinic, for whoever shows a credential; null: it is not good. */
  async token(credential: string): Promise<DeviceToken | null> {
    const parsed = parseCredential(credential);
    if (!parsed) return null;
    const { device, secret } = parsed;
    const shown = await this.#shard(device).present(device, hashOf(secret), successorOf(secret), false);
    if (!shown) {
      await this.#recordRefusal(device);
      return null;
    }
    const { locationId } = shown.facts;
    const { token, expiresAt } = await accessToken(this.env, {
      sub: device,
      role: "kiosk",
      clinics: [locationId],
    });
    return {
      token,
      expiresAt,
      device: shown.facts,
      credential: shown.salt === null ? null : credentialOf(device, nextSecret(secret, shown.salt)),
    };
  }

  list(location: LocationId): Promise<DeviceFacts[]> {
    return this.#shardOfClinic(location).list(location);
  }

  find(device: DeviceId): Promise<DeviceFacts | null> {
    return this.#shard(device).find(device);
  }

  rename(device: DeviceId, name: string): Promise<DeviceFacts | null> {
    return this.#shard(device).rename(device, name);
  }

  /** [DV7] */
  async revoke(device: DeviceId, by: string): Promise<DeviceFacts | null> {
    const facts = await this.#shard(device).revoke(device, by);
    if (facts) await recordSignIn(this.env, { subject: facts.id, kind: "device", outcome: "revoked" });
    return facts;
  }

  /** [DV9] Those of a clinic's devices that are still good: one question for all that a board has sockets of. */
  standing(location: LocationId, devices: readonly DeviceId[]): Promise<DeviceId[]> {
    return this.#shardOfClinic(location).standing(devices);
  }

  /** A secret that is not good any more, or was guessed. Of devices that there are: invented ones are nobody's. */
  async #recordRefusal(device: DeviceId): Promise<void> {
    if (await this.find(device))
      await recordSignIn(this.env, { subject: device, kind: "device", outcome: "refused" });
  }

  #desk() {
    return this.env.PAIRING_DESK.getByName("desk");
  }

  /** `device` is one of isDeviceId(), so that the number of shards is fixed. */
  #shard(device: DeviceId) {
    return this.env.DEVICE_SHARD.getByName(`devices-${deviceShardOf(device) % DEVICE_SHARDS}`);
  }

  #shardOfClinic(location: LocationId) {
    return this.env.DEVICE_SHARD.getByName(`devices-${deviceShardOfClinic(location)}`);
  }

  #mac(purpose: string, text: string): string {
    return macOf(identitySettings(this.env).AUTH_SECRET, purpose, text);
  }
}
