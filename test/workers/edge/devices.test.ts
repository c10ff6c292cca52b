/** Proves kiosks through the edge, with the real issuer beside it: pairing, tokens, the board's sockets, and revocation while they are open. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import type { LocationId } from "../../../core/ids.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../../core/time.ts";
import { OPERATIONS, type Operation } from "../../../workers/edge/api/operations.ts";
import {
  type Answer,
  adminToken,
  BASE,
  call,
  patientToken,
  somePatient,
  staffToken,
} from "../../support/edge.ts";
import { evict } from "../../support/evict.ts";

afterAll(() => reset());

/** Every test its own address: what one network may is another test's. */
let networks = 0;
const fromHere = () => ({ "cf-connecting-ip": `2001:db8:0:${(networks++).toString(16)}::1` });

let clinics: LocationId[] = [];
let nextClinic = 0;
/** A clinic that no other test of this file uses. */
async function someClinic(): Promise<LocationId> {
  if (clinics.length === 0)
    clinics = (await call("GET", "/locations?limit=100")).body.data.map((one: { id: LocationId }) => one.id);
  return clinics[nextClinic++] as LocationId;
}

const start = (headers = fromHere()): Promise<Answer> => call("POST", "/devices/pairings", { headers });
const poll = ({ id, secret }: { id: string; secret: string }): Promise<Answer> =>
  call("GET", `/devices/pairings/${id}`, { headers: { "pairing-secret": secret } });
const approve = async (
  code: string,
  locationId: string,
  name = "Entrance",
  token?: string,
): Promise<Answer> =>
  call("POST", "/devices/pairings/approve", {
    token: token ?? (await staffToken(locationId)),
    body: { code, locationId, name },
  });
const tokenOf = (secret: string): Promise<Answer> =>
  call("POST", "/devices/token", { headers: { "device-secret": secret } });

interface Paired {
  readonly deviceId: string;
  readonly secret: string;
  readonly token: string;
  readonly clinic: LocationId;
}

async function paired(clinic?: LocationId): Promise<Paired> {
  const at = clinic ?? (await someClinic());
  const { body } = await start();
  expect((await approve(body.code, at)).status).toBe(201);
  const { body: got } = await poll(body);
  const { body: issued } = await tokenOf(got.secret);
  return { deviceId: got.deviceId, secret: got.secret, token: issued.token, clinic: at };
}

async function open(path: string, token?: string) {
  const response = await exports.default.fetch(
    new Request(`${BASE}${path}`, {
      headers: { upgrade: "websocket", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    }),
  );
  const socket = response.webSocket;
  if (!socket) return { status: response.status, body: await response.text() } as never;
  const frames: unknown[] = [];
  const seen: { closed: { code: number; at: number } | null } = { closed: null };
  socket.addEventListener("message", ({ data }) => {
    frames.push(data === "pong" ? data : JSON.parse(String(data)));
  });
  socket.addEventListener("close", ({ code }) => {
    seen.closed = { code, at: Date.now() };
  });
  socket.accept();
  return { frames, seen, send: (text: string) => socket.send(text), close: () => socket.close() };
}

const until = (check: () => void, timeout = 4_000): Promise<void> =>
  vi.waitFor(check, { timeout, interval: 5 }).then(() => undefined);

const boardOf = (clinic: LocationId) => env.CLINIC_BOARD.getByName(clinic);

describe("pairing", () => {
  it("[DV1] [DV3] a screen shows a code, the desk of a clinic types it in, the screen gets its secret", async () => {
    const clinic = await someClinic();
    const { status, body, headers } = await start();
    expect(status).toBe(201);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(await poll(body)).toMatchObject({
      status: 200,
      body: { status: "pending", expiresAt: body.expiresAt },
    });

    const typed = body.code.toLowerCase().replace("-", " ");
    const approved = await approve(typed, clinic, "Main entrance");
    expect(approved).toMatchObject({
      status: 201,
      body: { locationId: clinic, name: "Main entrance", status: "active", endedAt: null },
    });
    const got = await poll(body);
    expect(got.body).toMatchObject({
      status: "approved",
      deviceId: approved.body.id,
      locationId: clinic,
      name: "Main entrance",
    });
    expect((await poll(body)).body.secret).toBe(got.body.secret); // a lost answer
    const issued = await tokenOf(got.body.secret);
    expect(issued.body).toMatchObject({ deviceId: approved.body.id, locationId: clinic, secret: null });
    expect((await poll(body)).body).toEqual({ status: "expired" }); // it was used
    const list = await call("GET", `/locations/${clinic}/devices`, { token: await staffToken(clinic) });
    expect(list.body.data).toMatchObject([{ id: approved.body.id, name: "Main entrance" }]);
  });

  it("[DV3] approving again with the same words is the same answer; other words are refused", async () => {
    const clinic = await someClinic();
    const { body } = await start();
    const first = await approve(body.code, clinic, "One");
    expect(await approve(body.code, clinic, "One")).toMatchObject({
      status: 201,
      body: { id: first.body.id },
    });
    expect(await approve(body.code, clinic, "Two")).toMatchObject({
      status: 422,
      body: { rule: "code-refused" },
    });
  });

  it("[DV3] staff pair for their clinic only; foreign and missing clinics are one answer; a patient and a kiosk cannot at all", async () => {
    const clinic = await someClinic();
    const other = await someClinic();
    const { body } = await start();
    const foreign = await approve(body.code, other, "X", await staffToken(clinic));
    const missing = await approve(body.code, "loc_000000000000", "X", await staffToken(clinic));
    for (const { status, body: problem } of [foreign, missing]) {
      const { instance: _, ...rest } = problem;
      expect([status, rest]).toEqual([
        404,
        { type: "/problems/not-found", title: "There is nothing here that you can see.", status: 404 },
      ]);
    }
    expect((await approve(body.code, clinic, "X", await patientToken(somePatient()))).status).toBe(403);
    expect(
      (
        await call("POST", "/devices/pairings/approve", {
          body: { code: body.code, locationId: clinic, name: "X" },
        })
      ).status,
    ).toBe(401);
    expect((await poll(body)).body.status).toBe("pending");
    expect((await approve(body.code, clinic, "X", await adminToken())).status).toBe(201);
  });

  it("[DV3] another secret, or an invented pairing, is not there", async () => {
    const { body } = await start();
    const other = await start();
    for (const wrong of [
      { id: body.id, secret: other.body.secret },
      { id: `pai_${"0".repeat(20)}`, secret: body.secret },
      { id: "pai_x", secret: body.secret },
      { id: body.id, secret: "" },
    ])
      expect((await poll(wrong)).status).toBe(404);
  });

  it("[DV2] a network has its share of waiting screens, in any number of calls at once, whatever address of its /64 asks", async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        start({ "cf-connecting-ip": `2001:db8:ffff:1::${n.toString(16)}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(40);
    expect(refused[0]?.headers.get("retry-after")).toBe("60");
    expect((await start()).status).toBe(201);
  });

  it("[DV3] bad bodies are 400 and change nothing", async () => {
    const clinic = await someClinic();
    const { body } = await start();
    for (const bad of [
      { code: "ACDE-FHJ", locationId: clinic, name: "X" },
      { code: body.code, locationId: clinic, name: "" },
      { code: body.code, locationId: clinic, name: "two\nlines" },
      { code: body.code, locationId: clinic, name: "X".repeat(61) },
      { code: body.code, locationId: clinic, name: "X", role: "admin" },
      { code: 12_345_678, locationId: clinic, name: "X" },
    ])
      expect(
        (await call("POST", "/devices/pairings/approve", { token: await staffToken(clinic), body: bad }))
          .status,
      ).toBe(400);
    expect(
      (await call("POST", "/devices/pairings", { headers: fromHere(), body: { code: "AAAA" } })).status,
    ).toBe(400);
    expect((await poll(body)).body.status).toBe("pending");
  });
});

describe("a device", () => {
  it("[DV5] a secret that is not one, or of a device that was never made, is 401 like any other", async () => {
    const { secret } = await paired();
    const [id, own] = secret.split(".") as [string, string];
    for (const wrong of [
      "",
      "x",
      id,
      `${id}.`,
      `${id}.${"A".repeat(43)}`,
      `dev_zz000000000000.${own}`,
      `dev_00000000000000.${own}`,
      `${secret}A`,
    ])
      expect((await tokenOf(wrong)).status).toBe(401);
    expect((await tokenOf(secret)).status).toBe(200);
  });

  it("[DV16] the desk of its clinic renames it, nobody else", async () => {
    const { deviceId, clinic, token } = await paired();
    const other = await someClinic();
    const rename = (as: string | undefined) =>
      call("PATCH", `/devices/${deviceId}`, { ...(as ? { token: as } : {}), body: { name: "Exit" } });
    expect((await rename(undefined)).status).toBe(401);
    expect((await rename(token)).status).toBe(403);
    expect((await rename(await staffToken(other))).status).toBe(404);
    expect(await rename(await staffToken(clinic))).toMatchObject({ status: 200, body: { name: "Exit" } });
  });

  it("[DV8] its stolen token, on every operation, opens its own board and what everybody may read, and nothing else", async () => {
    const { token, clinic, deviceId } = await paired();
    const other = await someClinic();
    const params = (path: string, location: string): string =>
      path
        .replace("/v1/locations/:id", `/v1/locations/${location}`)
        .replace("/v1/live/locations/:id", `/v1/live/locations/${location}`)
        .replace("/v1/devices/:id", `/v1/devices/${deviceId}`)
        .replace(/:file\{[^}]*\}/, `apt_${"0".repeat(32)}.ics`)
        .replace(/:\w+/g, "x");
    const answered: Record<string, number> = {};
    const openTo = ["public.read", "hold.keep", "calendar-feed.read", "device.pair", "partner.token"];
    for (const [id, { method, path, rule }] of Object.entries<Operation>(OPERATIONS)) {
      if (openTo.includes(rule)) continue;
      for (const location of [clinic, other]) {
        const where = params(path, location).slice("/v1".length);
        const { status } = await call(method, where, { token, ...(method === "GET" ? {} : { body: {} }) });
        answered[`${id} ${location === clinic ? "own" : "other"}`] = status;
      }
    }
    const reached = Object.fromEntries(Object.entries(answered).filter(([, status]) => status !== 403));
    expect(reached).toEqual({
      "watchLocation own": 426, // admitted: it speaks WebSocket
      "watchLocation other": 404,
    });
    expect((await call("POST", "/live/tickets", { token, body: { locationId: clinic } })).status).toBe(201);
    expect((await call("POST", "/live/tickets", { token, body: { locationId: other } })).status).toBe(404);
    expect((await call("POST", "/live/tickets", { token, body: { patientId: somePatient() } })).status).toBe(
      403,
    );
  });
});

describe("a clinic's board", () => {
  it("[DV8] a kiosk's first frame names the clinic and nobody; resume and ping are answered", async () => {
    const { token, clinic } = await paired();
    const screen = await open(`/live/locations/${clinic}`, token);
    await until(() => expect(screen.frames).toHaveLength(1));
    expect(screen.frames[0]).toEqual({ type: "snapshot", protocol: 1, revision: 1, locationId: clinic });
    screen.send("ping");
    await until(() => expect(screen.frames).toHaveLength(2));
    expect(screen.frames[1]).toBe("pong");
    screen.send(JSON.stringify({ type: "resume", revision: 1 }));
    screen.send(JSON.stringify({ type: "resume", revision: 7 }));
    await until(() => expect(screen.frames).toHaveLength(3));
    expect(screen.frames[2]).toMatchObject({ type: "snapshot", revision: 1 });
    screen.send("nonsense");
    await until(() => expect(screen.seen.closed?.code).toBe(1008));
  });

  it("[DV8] a ticket opens one socket, once, of its clinic; staff and kiosks get one, strangers none", async () => {
    const { token, clinic } = await paired();
    const other = await someClinic();
    for (const as of [token, await staffToken(clinic), await adminToken()]) {
      const { body } = await call("POST", "/live/tickets", { token: as, body: { locationId: clinic } });
      const elsewhere = await open(`/live/locations/${other}?ticket=${body.ticket}`);
      await until(() => expect(elsewhere.seen.closed?.code).toBe(1008));
      const first = await open(`/live/locations/${clinic}?ticket=${body.ticket}`);
      await until(() => expect(first.frames).toHaveLength(1));
      const second = await open(`/live/locations/${clinic}?ticket=${body.ticket}`);
      await until(() => expect(second.seen.closed?.code).toBe(1008));
      first.close();
    }
    expect((await call("POST", "/live/tickets", { body: { locationId: clinic } })).status).toBe(401);
    expect(
      (await call("POST", "/live/tickets", { token: await staffToken(other), body: { locationId: clinic } }))
        .status,
    ).toBe(404);
    expect((await open(`/live/locations/${clinic}`)) as unknown).toMatchObject({ status: 401 });
    expect((await open(`/live/locations/${clinic}`, await staffToken(other))) as unknown).toMatchObject({
      status: 404,
    });
    expect(
      (await open("/live/locations/loc_000000000000", await staffToken(other))) as unknown,
    ).toMatchObject({ status: 404 });
  });

  it("[DV7] revoking closes what is open at once, what its token would open anew, and its secret; other devices stay", async () => {
    const stays = await paired();
    const goes = await paired(stays.clinic);
    const [kept, lost] = await Promise.all(
      [stays, goes].map(({ token, clinic }) => open(`/live/locations/${clinic}`, token)),
    );
    if (!kept || !lost) throw new Error("no sockets");
    await until(() => expect([kept.frames.length, lost.frames.length]).toEqual([1, 1]));
    const staff = await staffToken(stays.clinic);
    const at = Date.now();
    const revoked = await call("POST", `/devices/${goes.deviceId}/revoke`, { token: staff });
    expect(revoked).toMatchObject({ status: 200, body: { status: "revoked" } });
    await until(() => expect(lost.seen.closed?.code).toBe(1008));
    expect((lost.seen.closed?.at ?? 0) - at).toBeLessThan(5 * SECOND_MS);
    const again = await open(`/live/locations/${goes.clinic}`, goes.token); // good for five minutes, by its signature
    await until(() => expect(again.seen.closed?.code).toBe(1008));
    expect(again.frames).toEqual([]);
    expect((await tokenOf(goes.secret)).status).toBe(401);
    expect(kept.seen.closed).toBeNull();
    expect((await tokenOf(stays.secret)).status).toBe(200);
    expect((await call("POST", `/devices/${goes.deviceId}/revoke`, { token: staff })).body).toEqual(
      revoked.body,
    );
    kept.close();
  });

  it("[DV7] whoever tells the board dies after the issuer revoked: the board finds out by itself within five seconds", async () => {
    const { token, clinic, deviceId } = await paired();
    const screen = await open(`/live/locations/${clinic}`, token);
    await until(() => expect(screen.frames).toHaveLength(1));
    await boardOf(clinic).doubt(clinic, deviceId as never);
    const at = Date.now();
    await env.IDENTITY_DEVICES.revoke(deviceId as never, "stf_test");
    await evict(boardOf(clinic)); // and the board loses its memory in between
    await until(() => expect(screen.seen.closed?.code).toBe(1008), 6_000);
    expect((screen.seen.closed?.at ?? 0) - at).toBeLessThan(5 * SECOND_MS);
    expect(await doubtsOf(clinic)).toBe(0);
  });

  it("[DV7] whoever was to revoke it dies before: the device goes on, and the doubt ends", async () => {
    const { token, clinic, deviceId } = await paired();
    const screen = await open(`/live/locations/${clinic}`, token);
    await until(() => expect(screen.frames).toHaveLength(1));
    await boardOf(clinic).doubt(clinic, deviceId as never);
    expect(await doubtsOf(clinic)).toBe(1);
    await runDurableObjectAlarm(boardOf(clinic));
    expect(await doubtsOf(clinic)).toBe(1); // it may still be under way
    await atLater(31 * SECOND_MS, () => runDurableObjectAlarm(boardOf(clinic)));
    expect(await doubtsOf(clinic)).toBe(0);
    expect(screen.seen.closed).toBeNull();
    screen.close();
  });

  it("[DV9] a device that ended without anybody telling the board is cut when it is asked after, minutes later at most", async () => {
    const { token, clinic, deviceId } = await paired();
    const screen = await open(`/live/locations/${clinic}`, token);
    await until(() => expect(screen.frames).toHaveLength(1));
    await env.IDENTITY_DEVICES.revoke(deviceId as never, "stf_test");
    await runDurableObjectAlarm(boardOf(clinic));
    expect(screen.seen.closed).toBeNull(); // nothing is due yet
    await atLater(2 * MINUTE_MS, () => runDurableObjectAlarm(boardOf(clinic)));
    await until(() => expect(screen.seen.closed?.code).toBe(1008));
  });

  it("[DV9] a good device stays over evictions and days; a person comes again after five minutes", async () => {
    const { token, clinic } = await paired();
    const kiosk = await open(`/live/locations/${clinic}`, token);
    const person = await open(`/live/locations/${clinic}`, await staffToken(clinic));
    await until(() => expect([kiosk.frames.length, person.frames.length]).toEqual([1, 1]));
    await evict(boardOf(clinic));
    await atLater(5 * MINUTE_MS, () => runDurableObjectAlarm(boardOf(clinic)));
    await until(() => expect(person.seen.closed?.code).toBe(1013));
    expect(kiosk.seen.closed).toBeNull();
    await atLater(2 * DAY_MS, () => runDurableObjectAlarm(boardOf(clinic)));
    expect(kiosk.seen.closed).toBeNull();
    kiosk.send(JSON.stringify({ type: "resume", revision: 0 }));
    await until(() => expect(kiosk.frames).toHaveLength(2));
    kiosk.close();
  });

  it("[DV9] one device has five sockets and no more", async () => {
    const { token, clinic } = await paired();
    const screens = await Promise.all(
      Array.from({ length: 8 }, () => open(`/live/locations/${clinic}`, token)),
    );
    await until(() => expect(screens.filter(({ seen }) => seen.closed?.code === 1013)).toHaveLength(3));
    for (const screen of screens) screen.close();
  });
});

async function doubtsOf(clinic: LocationId): Promise<number> {
  return runInDurableObject(boardOf(clinic), (_, { storage }) =>
    Number(storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM doubt").one().n),
  );
}

/** Lets the Workers' clock stand later for a moment; the issuer's stays. */
async function atLater<T>(ms: number, act: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  try {
    return await act();
  } finally {
    vi.useRealTimers();
  }
}
