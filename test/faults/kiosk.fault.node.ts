/**
 * A kiosk over a crash of everything: paired before, it comes back by itself after; a revocation whose edge dies with the
 * process is carried out by the board when it is up again. On a bare runtime, killed.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { limitMs, machineNow } from "../support/bare-machine.ts";
import { RawSocket } from "../support/bare-socket.ts";
import { sleep } from "../support/bare-wait.ts";

const REVOKED_MAX_MS = 5_000;

let system: BareSystem;
let admin: string;
beforeAll(async () => {
  system = await startBareSystem({ storage: "disk", core: null });
  admin = await system.adminToken();
});
afterAll(() => system?.stop());

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`http://127.0.0.1:${system.workerd.port}/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const asAdmin = () => ({ authorization: `Bearer ${admin}` });

async function paired(locationId: string): Promise<{ id: string; secret: string }> {
  const { body: waiting } = await call("POST", "/devices/pairings");
  const order = { code: waiting.code, locationId, name: "Entrance" };
  expect((await call("POST", "/devices/pairings/approve", asAdmin(), order)).status).toBe(201);
  const { body } = await call("GET", `/devices/pairings/${waiting.id}`, {
    "pairing-secret": waiting.secret ?? "",
  });
  return { id: body.deviceId ?? "", secret: body.secret ?? "" };
}

async function opened(secret: string, locationId: string): Promise<RawSocket> {
  const { body, status } = await call("POST", "/devices/token", { "device-secret": secret });
  expect(status).toBe(200);
  const asKiosk = { authorization: `Bearer ${body.token}` };
  const ticket = (await call("POST", "/live/tickets", asKiosk, { locationId })).body.ticket;
  const socket = new RawSocket({
    port: system.workerd.port,
    path: `/v1/live/locations/${locationId}?ticket=${ticket}`,
  });
  expect(await socket.upgraded).toBe(101);
  for (let waits = 0; waits < 200 && socket.frames.length === 0; waits++) await sleep(10);
  expect(JSON.parse(socket.frames[0]?.text ?? "{}")).toMatchObject({ type: "snapshot", locationId });
  return socket;
}

describe("a kiosk", () => {
  it("[DV5] [DV7] is paired still after a crash, and its socket is closed within five seconds of being revoked", async () => {
    const locationId = [...system.directory.clinics][0]?.id ?? "";
    const { id, secret } = await paired(locationId);
    const before = await opened(secret, locationId);
    await system.workerd.kill();
    await before.closed;
    await system.workerd.start();
    const after = await opened(secret, locationId);
    const at = performance.now();
    expect((await call("POST", `/devices/${id}/revoke`, asAdmin())).body.status).toBe("revoked");
    await after.closed;
    const tookMs = performance.now() - at;
    console.log(`closed ${Math.round(tookMs)} ms after the call began (${machineNow()})`);
    expect(tookMs).toBeLessThan(limitMs(REVOKED_MAX_MS));
    expect((await call("POST", "/devices/token", { "device-secret": secret })).status).toBe(401);
    await system.workerd.kill();
    await system.workerd.start();
    expect((await call("POST", "/devices/token", { "device-secret": secret })).status).toBe(401);
  });

  it("[DV7] a crash at any moment of a revocation leaves the device as it was, or revoked for good", async () => {
    const locationId = [...system.directory.clinics][1]?.id ?? "";
    for (const afterMs of [0, 1, 3, 6, 12]) {
      const { id, secret } = await paired(locationId);
      const socket = await opened(secret, locationId);
      const revoking = call("POST", `/devices/${id}/revoke`, asAdmin()).catch(() => null); // it may die on the way
      await sleep(afterMs);
      await system.workerd.kill();
      await Promise.all([revoking, socket.closed]);
      await system.workerd.start();
      const answered = (await revoking)?.body.status;
      const statuses: number[] = [];
      for (let turn = 0; turn < 2; turn++)
        statuses.push((await call("POST", "/devices/token", { "device-secret": secret })).status);
      if (answered === "revoked") expect(statuses).toEqual([401, 401]);
      expect(new Set(statuses).size).toBe(1);
      await call("POST", `/devices/${id}/revoke`, asAdmin());
      expect((await call("POST", "/devices/token", { "device-secret": secret })).status).toBe(401);
    }
  });
});
