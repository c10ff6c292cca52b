/** What the API and the staff pages do with a clinic's devices. Who may has been decided by `reachOf(…, "device.keep")` here. */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import { reachesClinic } from "../../core/access/reach.ts";
import { reachOf } from "../../core/access/rules.ts";
import { type DeviceId, isDeviceId, type LocationId } from "../../core/ids.ts";
import type { DeviceFacts } from "../../durable-objects/device-shard/device-shard.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { NOT_FOUND, type Problem, rateLimited } from "./api/problem.ts";
import { concerns } from "./audited.ts";
import type { EdgeEnv } from "./env.ts";
import { type IssuerAnswer, issuerSays } from "./identity-answer.ts";
import { clinicBoard } from "./stubs.ts";

/** Wrong codes are counted by the hour. */
const MISSES_PAUSE_SECONDS = 600;

export const CODE_REFUSED: Problem = {
  status: 422,
  slug: "rule-violated",
  title: "No screen shows this code now.",
  detail:
    "A code is good for ten minutes and for three tries. Read it from the screen again, or let it show a new one.",
  extra: { rule: "code-refused" },
};
export const TOO_MANY_DEVICES: Problem = {
  status: 422,
  slug: "rule-violated",
  title: "This clinic has as many devices as it can have.",
  detail: "Revoke one that is not used any more.",
  extra: { rule: "too-many-devices" },
};

export const keepsDevicesOf = (principal: Principal, location: LocationId): boolean =>
  reachesClinic(reachOf(principal, "device.keep"), location);

export interface ApprovalOrder {
  readonly code: string;
  readonly locationId: LocationId;
  readonly name: string;
}

/** [DV3] The caller keeps the devices of this clinic; the clinic is one of the directory. */
export async function approveDevice(
  c: Context<EdgeEnv>,
  principal: Principal,
  order: ApprovalOrder,
): Promise<IssuerAnswer<DeviceFacts>> {
  concerns(c, { locationId: order.locationId });
  const answer = await issuerSays(() => c.env.IDENTITY_DEVICES.approve({ ...order, by: principal.subject }));
  if (!answer.ok) return answer;
  if (answer.value.ok) {
    const { device } = answer.value;
    concerns(c, { of: device.id });
    return { ok: true, value: device };
  }
  switch (answer.value.reason) {
    case "refused":
      return { ok: false, problem: CODE_REFUSED };
    case "too-many-misses":
      return { ok: false, problem: rateLimited(MISSES_PAUSE_SECONDS) };
    case "too-many-devices":
      return { ok: false, problem: TOO_MANY_DEVICES };
  }
}

/** The device, for whoever keeps its clinic's; foreign and missing are one answer. [AU12] To look at one leaves no entry. */
export async function keptDevice(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<IssuerAnswer<DeviceFacts>> {
  if (!isDeviceId(text)) return { ok: false, problem: NOT_FOUND };
  const found = await issuerSays(() => c.env.IDENTITY_DEVICES.find(text as DeviceId));
  if (!found.ok) return found;
  const device = found.value;
  if (device && c.req.method !== "GET") concerns(c, { of: device.id, locationId: device.locationId });
  return device && keepsDevicesOf(principal, device.locationId)
    ? { ok: true, value: device }
    : { ok: false, problem: NOT_FOUND };
}

/** [DV16] What is over keeps its name: as if it were not there. */
export async function renameDevice(
  env: Env,
  { id }: DeviceFacts,
  name: string,
): Promise<IssuerAnswer<DeviceFacts>> {
  const renamed = await issuerSays(() => env.IDENTITY_DEVICES.rename(id, name));
  if (!renamed.ok) return renamed;
  return renamed.value ? { ok: true, value: renamed.value } : { ok: false, problem: NOT_FOUND };
}

/**
 * [DV7] The board hears first that somebody is about to, then the issuer revokes, then the board closes what is open. Whatever dies
 * after the issuer has revoked, the board finds out by itself within seconds; before that, nothing was done and the caller hears so.
 */
export async function revokeDevice(
  env: Env,
  principal: Principal,
  { id, locationId }: DeviceFacts,
): Promise<IssuerAnswer<DeviceFacts>> {
  const board = clinicBoard(env, locationId);
  // A board that does not answer must not keep a stolen device good: it asks by itself within minutes.
  await board.doubt(locationId, id).catch((error: unknown) => logFailure("edge.board_unreachable", error));
  const revoked = await issuerSays(() => env.IDENTITY_DEVICES.revoke(id, principal.subject));
  if (!revoked.ok) return revoked;
  await board.dismiss(id).catch((error: unknown) => logFailure("edge.board_unreachable", error));
  return revoked.value ? { ok: true, value: revoked.value } : { ok: false, problem: NOT_FOUND };
}
