/** Kiosks: pairing, tokens, and what the desk of their clinic does with them. Rules: core/SPEC.md, DV. */
import type { Context } from "hono";
import type { Clinic } from "../../../core/directory/directory.ts";
import { PAIRING_ID, type PairingId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { Instant } from "../../../core/time.ts";
import type { DeviceFacts } from "../../../durable-objects/device-shard/device-shard.ts";
import { concerns } from "../audited.ts";
import { approveDevice, keepsDevicesOf, keptDevice, renameDevice, revokeDevice } from "../devices.ts";
import type { EdgeEnv } from "../env.ts";
import { networkOf } from "../hold-token.ts";
import { issuerSays } from "../identity-answer.ts";
import { approvePairingBody, emptyBody, renameDeviceBody } from "./device-schemas.ts";
import { directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { NOT_FOUND, type Problem, rateLimited, sendProblem, UNAUTHENTICATED } from "./problem.ts";
import { parseBody, parseBodyIfAny } from "./schemas.ts";

/** As often as a screen asks what became of its code: fast enough for who stands beside it. */
const POLL_SECONDS = 2;
/** One of the screens before will be paired or have run out by then. */
const WAITING_PAUSE_SECONDS = 60;
const SECRET = /^[\w-]{43}$/;
/** `dev_`, fourteen characters, a dot and a secret; the issuer reads it. */
const CREDENTIAL_CHARS_MAX = 100;

const TOO_MANY_WAIT: Problem = {
  status: 503,
  slug: "overloaded",
  title: "Too many screens wait to be paired.",
  retryAfterSeconds: WAITING_PAUSE_SECONDS,
};

/** Moments of no clinic: a screen that waits has none yet. */
const spelledUtc = (at: number): string => new Date(at).toISOString();

const noStore = (c: Context<EdgeEnv>): void => c.header("Cache-Control", "no-store");

export function deviceDto(device: DeviceFacts, timeZone: string) {
  const spelled = (at: Instant): string => spellInZone(at, timeZone);
  return {
    id: device.id,
    locationId: device.locationId,
    name: device.name,
    status: device.ended?.how ?? ("active" as const),
    approvedAt: spelled(device.approvedAt),
    seenAt: spelled(device.seenAt),
    endedAt: device.ended ? spelled(device.ended.at) : null,
  };
}

async function sendDevice(
  c: Context<EdgeEnv>,
  device: DeviceFacts,
  status: 200 | 201 = 200,
): Promise<Response> {
  const clinic = (await directoryOf(c)).clinics.get(device.locationId);
  return c.json(deviceDto(device, clinic?.timeZone ?? "UTC"), status);
}

export const devices = {
  /** [DV1] [DV2] Anybody may wait; what counts is whether somebody at a clinic types the code in. */
  startPairing: async (c) => {
    const body = await parseBodyIfAny(c, emptyBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const network = networkOf(c.req.header("cf-connecting-ip") ?? "unknown");
    const started = await issuerSays(() => c.env.IDENTITY_DEVICES.pair(network));
    if (!started.ok) return sendProblem(c, started.problem);
    if (!started.value.ok)
      return sendProblem(
        c,
        started.value.reason === "too-many" ? TOO_MANY_WAIT : rateLimited(WAITING_PAUSE_SECONDS),
      );
    const { id, code, secret, expiresAt } = started.value;
    noStore(c);
    return c.json({ id, code, secret, expiresAt: spelledUtc(expiresAt), pollSeconds: POLL_SECONDS }, 201);
  },
  readPairing: async (c) => {
    const id = c.req.param("id");
    const secret = c.req.header("pairing-secret") ?? "";
    if (!PAIRING_ID.test(id) || !SECRET.test(secret)) return sendProblem(c, NOT_FOUND);
    const found = await issuerSays(() => c.env.IDENTITY_DEVICES.collect(id as PairingId, secret));
    if (!found.ok) return sendProblem(c, found.problem);
    noStore(c);
    switch (found.value?.state) {
      case undefined:
        return sendProblem(c, NOT_FOUND);
      case "pending":
        return c.json({ status: "pending", expiresAt: spelledUtc(found.value.expiresAt) });
      case "expired":
        return c.json({ status: "expired" });
      case "approved": {
        const { device, credential } = found.value;
        const { id: deviceId, locationId, name } = device;
        return c.json({ status: "approved", deviceId, locationId, name, secret: credential });
      }
    }
  },
  approvePairing: async (c, principal) => {
    const body = await parseBody(c, approvePairingBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const clinic = (await directoryOf(c)).clinics.get(body.value.locationId);
    if (clinic) concerns(c, { locationId: clinic.id });
    if (!clinic || !keepsDevicesOf(principal, clinic.id)) return sendProblem(c, NOT_FOUND);
    const approved = await approveDevice(c, principal, body.value);
    return approved.ok ? sendDevice(c, approved.value, 201) : sendProblem(c, approved.problem);
  },
  /** [DV5] */
  issueDeviceToken: async (c) => {
    const body = await parseBodyIfAny(c, emptyBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const credential = c.req.header("device-secret") ?? "";
    if (credential.length > CREDENTIAL_CHARS_MAX) return sendProblem(c, UNAUTHENTICATED);
    const answer = await issuerSays(() => c.env.IDENTITY_DEVICES.token(credential));
    if (!answer.ok) return sendProblem(c, answer.problem);
    if (!answer.value) return sendProblem(c, UNAUTHENTICATED);
    const { token, expiresAt, device, credential: renewed } = answer.value;
    noStore(c);
    return c.json({
      token,
      expiresAt: spelledUtc(expiresAt),
      deviceId: device.id,
      locationId: device.locationId,
      name: device.name,
      secret: renewed,
    });
  },
  /** Those in use by name, then what is over: one page, because a clinic has at most a hundred. */
  listDevices: async (c, principal) => {
    const clinic: Clinic | undefined = (await directoryOf(c)).clinics.get(c.req.param("id"));
    if (!clinic || !keepsDevicesOf(principal, clinic.id)) return sendProblem(c, NOT_FOUND);
    const found = await issuerSays(() => c.env.IDENTITY_DEVICES.list(clinic.id));
    if (!found.ok) return sendProblem(c, found.problem);
    return c.json({
      data: found.value.map((device) => deviceDto(device, clinic.timeZone)),
      page: { next: null },
    });
  },
  renameDevice: async (c, principal) => {
    const body = await parseBody(c, renameDeviceBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const found = await keptDevice(c, principal, c.req.param("id"));
    const renamed = found.ok ? await renameDevice(c.env, found.value, body.value.name) : found;
    return renamed.ok ? sendDevice(c, renamed.value) : sendProblem(c, renamed.problem);
  },
  /** [DV7] Again = the same answer. */
  revokeDevice: async (c, principal) => {
    const body = await parseBodyIfAny(c, emptyBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const found = await keptDevice(c, principal, c.req.param("id"));
    const revoked = found.ok ? await revokeDevice(c.env, principal, found.value) : found;
    return revoked.ok ? sendDevice(c, revoked.value) : sendProblem(c, revoked.problem);
  },
} satisfies Partial<Handlers>;
