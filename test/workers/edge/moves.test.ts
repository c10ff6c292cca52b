/**
 * Proves moves to another provider through HTTP on the real objects: same id everywhere, all or nothing, and memory is
 * only a cache on the way. Does not prove faults (test/simulation/saga-faults.node.ts).
 */
import { evictAllDurableObjects, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import type { PatientId } from "../../../core/ids.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import { makeDb } from "../../../db/client.ts";
import { forgetAvailability } from "../../../workers/edge/availability-cache.ts";
import {
  type Answer,
  book,
  type CallOptions,
  call,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  somePatient,
  someProvider,
  staffToken,
  token,
  visitOf,
} from "../../support/edge.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

const db = () => makeDb(env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string });

/** Free times for a visit type, also of one that the provider has further down the list. */
async function slotsFor(provider: Provider, visitTypeId: string, locationId: string): Promise<Slot[]> {
  forgetAvailability(provider.id);
  const days = 14 * 86_400_000;
  const [from, to] = [Date.now(), Date.now() + days].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const path = `/providers/${provider.id}/availability?visitTypeId=${visitTypeId}&from=${from}&to=${to}`;
  const { body } = await call("GET", path);
  return body.days
    .flatMap((day: { slots: Slot[] }) => day.slots)
    .filter((s: Slot) => s.locationId === locationId);
}
const startsOf = async (provider: Provider, visit: string, location: string): Promise<number[]> =>
  (await slotsFor(provider, visit, location)).map(({ start }) => Date.parse(start));

const POOL: Provider[] = [];
const used = new Set<string>();

/** Two unused providers of one clinic that offer one visit type, as the first one's first. */
async function aPair(): Promise<{ from: Provider; to: Provider; visit: string; location: string }> {
  while (POOL.length < 150) POOL.push(await someProvider());
  const sites = (provider: Provider): string[] => provider.calendar.sites.map(({ locationId }) => locationId);
  for (const from of POOL.filter(({ id }) => !used.has(id))) {
    const visit = visitOf(from);
    for (const location of sites(from)) {
      const to = POOL.find(
        (other) =>
          other !== from &&
          !used.has(other.id) &&
          other.calendar.visitTypes.some(({ id }) => id === visit) &&
          sites(other).includes(location),
      );
      if (!to) continue;
      used.add(from.id).add(to.id);
      return { from, to, visit, location };
    }
  }
  throw new Error("the seed has no such pair left");
}

interface Visit extends Awaited<ReturnType<typeof aPair>> {
  readonly patient: PatientId;
  readonly auth: string;
  readonly path: string;
  readonly id: string;
  readonly old: Slot;
  /** A free start of the other provider. */
  readonly next: Slot;
  patch(body: unknown, version: number, more?: CallOptions): Promise<Answer>;
}

async function aVisit(): Promise<Visit> {
  const pair = await aPair();
  const [old] = (await slotsFor(pair.from, pair.visit, pair.location)).slice(2);
  const [next] = (await slotsFor(pair.to, pair.visit, pair.location)).slice(5);
  if (!old || !next) throw new Error("the seed has too few free starts");
  const patient = somePatient();
  const auth = await patientToken(patient);
  const booked = await book(pair.from, old, patient, freshKey(), { reason: "knee" });
  expect(booked.status).toBe(201);
  const path = `/appointments/${booked.body.id}`;
  const patch = (body: unknown, version: number, more: CallOptions = {}): Promise<Answer> =>
    call("PATCH", path, { token: auth, body, ifMatch: `"v${version}"`, ...more });
  return { ...pair, patient, auth, path, id: booked.body.id, old, next, patch };
}

describe("a move to another provider", () => {
  it("[J7] [J8] [M1] keeps the id, frees the old start, takes the new one, and everybody is told the new place", async () => {
    const visit = await aVisit();
    const { from, to, visit: type, location, next, old, auth } = visit;
    const moved = await visit.patch({ providerId: to.id, start: next.start }, 1);
    expect(moved).toMatchObject({
      status: 200,
      body: {
        id: visit.id,
        version: 2,
        providerId: to.id,
        start: next.start,
        status: "booked",
        reason: "knee",
      },
    });
    expect(moved.headers.get("etag")).toBe('"v2"');
    expect(await startsOf(from, type, location)).toContain(Date.parse(old.start));
    expect(await startsOf(to, type, location)).not.toContain(Date.parse(next.start));
    expect((await call("GET", visit.path, { token: auth })).body).toEqual(moved.body);
    const list = await call("GET", `/patients/${visit.patient}/appointments`, { token: auth });
    expect(list.body.data).toMatchObject([{ id: visit.id, providerId: to.id, version: 2 }]);

    // The calendars hand their events over by an alarm of their own; the projection then knows the new place only.
    await vi.waitFor(
      async () => {
        await drainLog();
        const { rows } = await db().execute<{ at: string; version: number }>(
          sql`SELECT provider_id AS at, version::int AS version FROM appointment WHERE id = ${visit.id}`,
        );
        expect(rows).toEqual([{ at: to.id, version: 2 }]);
      },
      { timeout: 5_000, interval: 100 },
    );
  });

  it("[J8] later commands by the same id reach it in one hop: confirm, change, cancel", async () => {
    const visit = await aVisit();
    const { to, next, auth, path } = visit;
    await visit.patch({ providerId: to.id, start: next.start }, 1);
    const confirmed = await call("POST", `${path}/confirm`, { token: auth });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { version: 3, status: "confirmed", providerId: to.id },
    });
    expect(await visit.patch({ reason: null }, 3)).toMatchObject({ status: 200, body: { version: 4 } });
    vi.spyOn(Date, "now").mockReturnValue(Date.parse(next.start) - 30 * MINUTE_MS);
    const desk = await staffToken(visit.location);
    expect(await call("POST", `${path}/check-in`, { token: desk })).toMatchObject({ status: 200 });
    expect(await call("POST", `${path}/reopen`, { token: desk })).toMatchObject({ status: 200 });
    vi.restoreAllMocks();
    const cancelled = await call("DELETE", path, { token: auth, ifMatch: '"v6"' });
    expect(cancelled).toMatchObject({ status: 200, body: { status: "cancelled", version: 7 } });
    expect(await startsOf(to, visit.visit, visit.location)).toContain(Date.parse(next.start));
    const rival = somePatient();
    expect((await call("GET", path, { token: await patientToken(rival) })).status).toBe(404);
  });

  it("[J7] [J8] there and back leads to one place, at its first start again", async () => {
    const visit = await aVisit();
    const { from, to, old, next, auth, path } = visit;
    await visit.patch({ providerId: to.id, start: next.start }, 1);
    const back = await visit.patch({ providerId: from.id, start: old.start }, 2);
    expect(back).toMatchObject({ status: 200, body: { version: 3, providerId: from.id, start: old.start } });
    expect(await startsOf(to, visit.visit, visit.location)).toContain(Date.parse(next.start));
    expect(await startsOf(from, visit.visit, visit.location)).not.toContain(Date.parse(old.start));
    expect((await call("GET", path, { token: auth })).body).toEqual(back.body);
    const again = await visit.patch({ providerId: to.id, start: next.start }, 3);
    expect(again).toMatchObject({ status: 200, body: { version: 4, providerId: to.id } });
  });

  it("[J4] [B9] is refused when the start is taken: other starts of that provider are named, nothing has changed", async () => {
    const visit = await aVisit();
    const { from, to, next, old, auth, path, visit: type, location } = visit;
    const place = { providerId: to.id, visitTypeId: type, locationId: location, start: next.start };
    const rival = await call("POST", "/appointments", {
      token: await patientToken(somePatient()),
      key: freshKey(),
      body: place,
    });
    expect(rival.status).toBe(201);
    const before = await call("GET", path, { token: auth });
    const key = freshKey();
    const body = { providerId: to.id, start: next.start };
    const refused = await visit.patch(body, 1, { key });
    expect(refused).toMatchObject({
      status: 409,
      body: { type: "/problems/slot-taken", blockedBy: "appointment" },
    });
    expect(refused.body.alternatives).toHaveLength(3);
    const free = await startsOf(to, type, location);
    for (const { start } of refused.body.alternatives) expect(free).toContain(Date.parse(start));
    expect((await call("GET", path, { token: auth })).body).toEqual(before.body);
    expect(await startsOf(from, type, location)).not.toContain(Date.parse(old.start));
    const replay = await visit.patch(body, 1, { key });
    expect(replay.status).toBe(409);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    const [other] = refused.body.alternatives;
    expect((await visit.patch({ providerId: to.id, start: other.start }, 1)).status).toBe(200);
  });

  it("[J3] [J11] [M3] needs the version, and repeats its answer under its key, also from its new place", async () => {
    const visit = await aVisit();
    const { to, next } = visit;
    const body = { providerId: to.id, start: next.start };
    expect((await visit.patch(body, 7)).status).toBe(412);
    const key = freshKey();
    const moved = await visit.patch(body, 1, { key });
    const replay = await visit.patch(body, 1, { key });
    expect(replay.status).toBe(200);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    expect(replay.body).toEqual(moved.body);
    await drainLog();
    expect((await visit.patch(body, 1, { key })).body).toEqual(moved.body);
    expect((await visit.patch({ ...body, reason: "x" }, 1, { key })).status).toBe(422);
  });

  it("[Z8] [J7] out of its series stays there when the rest of the series moves", async () => {
    const { from, to, visit, location } = await aPair();
    const [old, , , , , , other] = await slotsFor(from, visit, location);
    const next = (await slotsFor(to, visit, location))[9];
    if (!old || !other || !next) throw new Error("the seed has too few free starts");
    const auth = await patientToken(somePatient());
    const made = await call("POST", "/series", {
      token: auth,
      key: freshKey(),
      body: { providerId: from.id, visitTypeId: visit, locationId: location, start: old.start, count: 3 },
    });
    const ids = made.body.appointments.map(({ id }: { id: string }) => id);
    const away = { providerId: to.id, start: next.start };
    const left = await call("PATCH", `/appointments/${ids[1]}`, { token: auth, ifMatch: '"v1"', body: away });
    expect([left.status, left.body.seriesId]).toEqual([200, made.body.id]);
    const moved = await call("PATCH", `/series/${made.body.id}`, {
      token: auth,
      body: { start: other.start },
    });
    expect(moved.body.appointments.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[2]]);
    expect((await call("GET", `/appointments/${ids[1]}`, { token: auth })).body).toMatchObject({
      ...away,
      version: 2,
    });
  });

  it("[J3] [B10] [A2] says who there is, what they offer, and lets nobody move out of their own reach", async () => {
    const visit = await aVisit();
    const { to, from, next, path } = visit;
    expect((await visit.patch({ providerId: "prv_000000000000" }, 1)).status).toBe(404);
    const stranger = POOL.find(
      ({ calendar }) => !calendar.visitTypes.some(({ id }) => id === visit.visit),
    ) as Provider;
    const locationId = stranger.calendar.sites[0]?.locationId;
    expect(await visit.patch({ providerId: stranger.id, locationId, start: next.start }, 1)).toMatchObject({
      status: 422,
      body: { rule: "unknown-visit-type" },
    });
    const body = { providerId: to.id, start: next.start };
    const own = await token({ sub: from.id, role: "provider", provider: from.id });
    expect((await call("PATCH", path, { token: own, ifMatch: '"v1"', body })).status).toBe(404);
    const foreign = POOL.flatMap(({ calendar }) => calendar.sites).find(
      (site) => site.locationId !== visit.location,
    )?.locationId;
    const desk = await staffToken(visit.location);
    const away = { ...body, locationId: foreign };
    expect((await call("PATCH", path, { token: desk, ifMatch: '"v1"', body: away })).status).toBe(404);
    expect((await call("PATCH", path, { token: desk, ifMatch: '"v1"', body })).status).toBe(200);
  });

  it("[J1] [J11] changes no answer when every object is torn down between any two calls", async () => {
    const visit = await aVisit();
    const { from, to, old, next, auth, path } = visit;
    const key = freshKey();
    const there = { providerId: to.id, start: next.start };
    const step = async (work: () => Promise<Answer>): Promise<Answer> => {
      await evictAllDurableObjects();
      for (const { id } of [from, to]) forgetAvailability(id);
      return work();
    };
    const moved = await step(() => visit.patch(there, 1, { key }));
    expect(moved).toMatchObject({ status: 200, body: { version: 2, providerId: to.id } });
    expect((await step(() => visit.patch(there, 1, { key }))).body).toEqual(moved.body);
    expect((await step(() => call("GET", path, { token: auth }))).body).toEqual(moved.body);
    expect(await step(() => call("POST", `${path}/confirm`, { token: auth }))).toMatchObject({
      body: { version: 3, providerId: to.id },
    });
    const back = await step(() => visit.patch({ providerId: from.id, start: old.start }, 3));
    expect(back).toMatchObject({
      status: 200,
      body: { version: 4, status: "confirmed", providerId: from.id },
    });
    expect(await step(() => call("DELETE", path, { token: auth, ifMatch: '"v4"' }))).toMatchObject({
      status: 200,
      body: { version: 5, status: "cancelled" },
    });
    const list = await step(() => call("GET", `/patients/${visit.patient}/appointments`, { token: auth }));
    expect(list.body.data).toMatchObject([{ id: visit.id, version: 5, providerId: from.id }]);
  });
});
