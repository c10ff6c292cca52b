/** Proves on the real runtime that the network changes itself: new clinics and providers, schedules, closures, leavers. */
import { reset } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocationId, makeId, type ProviderId, type VisitTypeId } from "../../../core/ids.ts";
import { unpushed } from "../../../db/directory/outbox.ts";
import { insertProvider, setProviderActive } from "../../../db/directory/writes.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import {
  type Answer,
  adminToken,
  BASE,
  calendarOf,
  call,
  db,
  freshKey,
  MADE_HERE,
  patientToken,
  type Slot,
  somePatient,
  staffToken,
} from "../../support/edge.ts";

const CLINIC = {
  name: "Clinic number 201",
  address: "1 New Street",
  city: "Denver",
  state: "CO",
  postalCode: "80204",
  phone: "+13035550100",
  timeZone: "America/Denver",
  latitude: 39.74,
  longitude: -104.99,
  regionId: "us-west",
};
const [NINE, NOON, FIVE] = [9 * 60, 12 * 60, 17 * 60];
const everyDay = (opensAt: number, closesAt: number) =>
  [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensAt, closesAt }));

let admin: string;
let visitTypeId: string;
let clinic: LocationId;
const made: string[] = [];

const providerBody = (more: Record<string, unknown> = {}) => ({
  displayName: "Ada New",
  title: MADE_HERE,
  specialties: ["primary-care"],
  languages: ["en"],
  sites: [{ locationId: clinic, hours: everyDay(NINE, FIVE) }],
  visitTypeIds: [visitTypeId],
  ...more,
});

async function newProvider(more: Record<string, unknown> = {}): Promise<ProviderId> {
  const answer = await call("POST", "/providers", {
    token: admin,
    key: freshKey(),
    body: providerBody(more),
  });
  expect(answer.status).toBe(201);
  made.push(answer.body.id);
  return answer.body.id;
}

async function startsOf(id: ProviderId): Promise<string[]> {
  const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const to = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  const answer = await call(
    "GET",
    `/providers/${id}/availability?visitTypeId=${visitTypeId}&from=${from}&to=${to}`,
  );
  expect(answer.status).toBe(200);
  return answer.body.days.flatMap((day: { slots: Slot[] }) => day.slots.map(({ start }) => start));
}

const bookAt = async (id: ProviderId, start: string | undefined): Promise<Answer> =>
  call("POST", "/appointments", {
    token: await patientToken(somePatient()),
    key: freshKey(),
    body: { providerId: id, visitTypeId, locationId: clinic, start },
  });

const schedule = async (
  id: ProviderId,
  hours: unknown,
  more: { apply?: boolean; ifMatch?: string; token?: string } = {},
) =>
  call("PUT", `/providers/${id}/schedule${more.apply ? "?apply=true" : ""}`, {
    token: more.token ?? admin,
    ...(more.ifMatch ? { ifMatch: more.ifMatch } : {}),
    body: { sites: [{ locationId: clinic, hours }] },
  });

const hourOf = (start: string): number => Number(start.slice(11, 13));

beforeAll(async () => {
  admin = await adminToken();
  const { visitTypes, providers } = await loadDirectory(db());
  // One without a room, an age or seats: what is proved here is about time only.
  const rules = providers.flatMap(({ calendar }) => calendar.visitTypes);
  visitTypeId = visitTypes.find(({ name }) => name === "Follow-up visit")?.id as string;
  expect(rules.find(({ id }) => id === visitTypeId)?.requires).toBeUndefined();
  const answer = await call("POST", "/locations", { token: admin, key: freshKey(), body: CLINIC });
  expect(answer.status).toBe(201);
  clinic = answer.body.id;
});

afterAll(async () => {
  const ids = sql`${sql.param(made)}::text[]`;
  await db().execute(sql`DELETE FROM provider_visit_type WHERE provider_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM provider_site WHERE provider_id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM provider WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM clinic_closure WHERE location_id = ${clinic}`);
  await db().execute(sql`DELETE FROM clinic WHERE name = ${CLINIC.name}`);
  await db().execute(sql`DELETE FROM external_id WHERE system = 'openslot:idempotency'`);
  await db().execute(sql`DELETE FROM directory_change`);
  await reset();
});

describe("a new clinic", () => {
  it("[D15] is bookable with two providers within five seconds of its creation", async () => {
    const startedAt = Date.now();
    const answer = await call("POST", "/locations", { token: admin, key: freshKey(), body: CLINIC });
    expect(answer.status).toBe(201);
    const bodies = ["Bea One", "Cal Two"].map((displayName) =>
      providerBody({ displayName, sites: [{ locationId: answer.body.id, hours: everyDay(NINE, FIVE) }] }),
    );
    for (const body of bodies) {
      const provider = await call("POST", "/providers", { token: admin, key: freshKey(), body });
      expect(provider.status).toBe(201);
      made.push(provider.body.id);
      const [start] = await startsOf(provider.body.id);
      const booked = await call("POST", "/appointments", {
        token: await patientToken(somePatient()),
        key: freshKey(),
        body: { providerId: provider.body.id, visitTypeId, locationId: answer.body.id, start },
      });
      expect(booked.status).toBe(201);
      expect(booked.body.timeZone).toBe("America/Denver");
    }
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect((await call("GET", `/locations/${answer.body.id}`)).body).toMatchObject({ city: "Denver" });
    const found = await call("GET", "/providers?q=Bea");
    expect(found.body.data.map(({ displayName }: { displayName: string }) => displayName)).toContain(
      "Bea One",
    );
  });

  it("[D15] leaves nothing in the directory's outbox that its calendars were not told", async () => {
    const id = await newProvider();
    expect((await unpushed(db(), 200, [id])).ids).toEqual([]);
  });

  it("[D16] is made once under one key; another request under it is refused", async () => {
    const key = freshKey();
    const first = await call("POST", "/locations", { token: admin, key, body: CLINIC });
    const again = await call("POST", "/locations", { token: admin, key, body: CLINIC });
    const other = await call("POST", "/locations", {
      token: admin,
      key,
      body: { ...CLINIC, city: "Boulder" },
    });
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await call("POST", "/locations", { token: admin, body: CLINIC })).status).toBe(400);
  });

  it.each([
    [{ ...CLINIC, timeZone: "Mars/Olympus" }, "/timeZone"],
    [{ ...CLINIC, postalCode: "8020" }, "/postalCode"],
    [{ ...CLINIC, latitude: 91 }, "/latitude"],
    [{ ...CLINIC, regionId: "atlantis" }, "/regionId"],
    [{ ...CLINIC, extra: 1 }, "/extra"],
  ])("[K1] a body with a mistake names it and makes nothing (%#)", async (body, pointer) => {
    const count = async () =>
      (await loadDirectory(db())).clinics.filter(({ name }) => name === CLINIC.name).length;
    const before = await count(); // other files make clinics too
    const answer = await call("POST", "/locations", { token: admin, key: freshKey(), body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([pointer]);
    expect(await count()).toBe(before);
  });
});

describe("who may", () => {
  it("[D11] administrators the network, staff their own clinics, nobody else; foreign and missing look the same", async () => {
    const id = await newProvider();
    const body = { sites: [{ locationId: clinic, hours: everyDay(NINE, FIVE) }] };
    const put = async (path: string, auth?: string) =>
      (await call("PUT", path, { body, ...(auth === undefined ? {} : { token: auth }) })).status;
    const own = await staffToken(clinic);
    const foreign = await staffToken("loc_000000000000");
    const patient = await patientToken(somePatient());
    expect(await put(`/providers/${id}/schedule`)).toBe(401);
    expect(await put(`/providers/${id}/schedule`, patient)).toBe(403);
    expect(await put(`/providers/${id}/schedule`, foreign)).toBe(403);
    expect(await put("/providers/prv_000000000000/schedule", foreign)).toBe(403);
    expect(await put("/providers/prv_000000000000/schedule", admin)).toBe(404);
    expect(await put(`/providers/${id}/schedule`, own)).toBe(200);
    const post = async (auth: string) =>
      (await call("POST", "/providers", { token: auth, key: freshKey(), body: providerBody() })).status;
    expect([await post(own), await post(patient)]).toEqual([403, 403]);
    const close = async (auth: string) =>
      (
        await call("PUT", `/locations/${clinic}/closures/2027-01-04`, {
          token: auth,
          body: { until: "2027-01-04" },
        })
      ).status;
    expect([await close(own), await close(foreign), await close(patient)]).toEqual([200, 403, 403]);
    expect((await call("POST", `/providers/${id}/deactivate`, { token: own, body: {} })).status).toBe(403);
  });
});

describe("a schedule", () => {
  it("[D13] [D14] is previewed without a change: what opens, what closes, who falls out", async () => {
    const id = await newProvider();
    const starts = await startsOf(id);
    const afternoon = starts.find((start) => hourOf(start) >= 13);
    const booked = await bookAt(id, afternoon);
    expect(booked.status).toBe(201);
    const answer = await schedule(id, everyDay(NINE - 60, NOON));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ applied: false, version: 1 });
    expect(answer.body.outside).toEqual({
      count: 1,
      appointments: [{ id: booked.body.id, providerId: id, start: afternoon, end: booked.body.end }],
    });
    const clocks = (times: { start: string; end: string }[]) =>
      new Set(times.map(({ start, end }) => `${start.slice(11, 16)}-${end.slice(11, 16)}`));
    expect(clocks(answer.body.opens)).toEqual(new Set(["08:00-09:00"]));
    expect(clocks(answer.body.closes)).toEqual(new Set(["12:00-17:00"]));
    expect((await startsOf(id)).filter((start) => start !== afternoon)).toEqual(
      starts.filter((start) => start !== afternoon),
    );
  });

  it("[D13] applied, it moves availability and open screens; what was booked stays", async () => {
    const id = await newProvider();
    const booked = await bookAt(
      id,
      (await startsOf(id)).find((start) => hourOf(start) >= 13),
    );
    const seen = await call("GET", `/providers/${id}/schedule`, { token: admin });
    expect(seen.headers.get("etag")).toBe('"v1"');
    const from = new Date().toISOString().slice(0, 10);
    const to = new Date(Date.now() + 6 * 86_400_000).toISOString().slice(0, 10);
    const response = await exports.default.fetch(
      new Request(`${BASE}/live/providers/${id}?visitTypeId=${visitTypeId}&from=${from}&to=${to}`, {
        headers: { upgrade: "websocket" },
      }),
    );
    const socket = response.webSocket as WebSocket;
    const frames: string[] = [];
    socket.addEventListener("message", ({ data }) => {
      frames.push(String(data));
    });
    socket.accept();
    await expect.poll(() => frames.length).toBe(1);
    const applied = await schedule(id, everyDay(NINE, NOON), { apply: true, ifMatch: '"v1"' });
    expect(applied.status).toBe(200);
    expect(applied.body).toMatchObject({ applied: true, version: 2, outside: { count: 1 } });
    expect(applied.headers.get("etag")).toBe('"v2"');
    await expect.poll(() => frames.length).toBe(2);
    expect(frames[1]).toContain('"snapshot"');
    expect(frames[1]).not.toMatch(/"start":"[0-9-]+T1[2-6]:/);
    socket.close();
    const starts = await startsOf(id);
    expect(starts.length).toBeGreaterThan(0);
    expect(Math.max(...starts.map(hourOf))).toBeLessThan(12);
    const still = await call("GET", `/appointments/${booked.body.id}`, { token: admin });
    expect(still.body.status).toBe("booked");
  });

  it("[D17] is applied only to what its author saw: 428 without a version, 412 with an old one", async () => {
    const id = await newProvider();
    expect((await schedule(id, everyDay(NINE, NOON), { apply: true })).status).toBe(428);
    const first = await schedule(id, everyDay(NINE, NOON), { apply: true, ifMatch: '"v1"' });
    const second = await schedule(id, everyDay(NINE, FIVE), { apply: true, ifMatch: '"v1"' });
    expect([first.status, second.status]).toEqual([200, 412]);
    expect((await call("GET", `/providers/${id}/schedule`, { token: admin })).body.sites[0].hours).toEqual(
      everyDay(NINE, NOON),
    );
  });

  it("[K1] with a mistake names it and changes nothing", async () => {
    const id = await newProvider();
    const bad = await schedule(id, [{ weekday: 8, opensAt: 541, closesAt: 540 }]);
    expect(bad.status).toBe(400);
    const pointers = bad.body.errors.map((e: { pointer: string }) => e.pointer);
    expect(pointers).toContain("/sites/0/hours/0/weekday");
    expect(pointers).toContain("/sites/0/hours/0/opensAt");
  });
});

describe("a closed clinic", () => {
  it("[S8] [D14] names who falls out, closes every calendar there, and opens again", async () => {
    const id = await newProvider();
    const starts = await startsOf(id);
    const start = starts[0] as string;
    const day = start.slice(0, 10);
    const booked = await bookAt(id, start);
    const path = `/locations/${clinic}/closures/${day}`;
    const desk = await staffToken(clinic);
    const preview = await call("PUT", path, { token: desk, body: { until: day, name: "Snow" } });
    expect(preview.body).toMatchObject({ applied: false, name: "Snow" });
    expect(preview.body.outside.appointments.map((a: { id: string }) => a.id)).toContain(booked.body.id);
    expect(await startsOf(id)).toContain(starts[2]);

    expect(
      (await call("PUT", `${path}?apply=true`, { token: desk, body: { until: day, name: "Snow" } })).body
        .applied,
    ).toBe(true);
    expect((await startsOf(id)).filter((s) => s.startsWith(day))).toEqual([]);
    expect((await bookAt(id, starts[2])).status).toBe(422);

    expect((await call("DELETE", path, { token: desk })).status).toBe(204);
    expect(await startsOf(id)).toContain(starts[2]);
    expect((await call("DELETE", path, { token: desk })).status).toBe(404);
  });
});

describe("a provider who leaves", () => {
  it("[D10] is neither found nor booked any more, keeps what was booked, and may come back", async () => {
    const id = await newProvider({ displayName: "Zed Leaver" });
    const starts = await startsOf(id);
    const booked = await bookAt(id, starts[0]);
    const names = async () =>
      (await call("GET", "/providers?q=leaver")).body.data.map((p: { id: string }) => p.id);
    expect(await names()).toContain(id);
    const preview = await call("POST", `/providers/${id}/deactivate`, { token: admin, body: {} });
    expect(preview.body).toMatchObject({ applied: false, outside: { count: 1 } });
    const done = await call("POST", `/providers/${id}/deactivate?apply=true`, {
      token: admin,
      ifMatch: '"v1"',
      body: {},
    });
    expect(done.body).toMatchObject({ applied: true, active: false, version: 2 });
    expect(await names()).not.toContain(id);
    expect((await bookAt(id, starts[1])).status).toBe(422);
    const cancelled = await call(
      "DELETE",
      `/appointments/${booked.body.id}?reasonCode=provider-unavailable`,
      {
        token: admin,
        ifMatch: '"v1"',
      },
    );
    expect(cancelled.body.status).toBe("cancelled");
    const back = await call("POST", `/providers/${id}/activate?apply=true`, {
      token: admin,
      ifMatch: '"v2"',
      body: {},
    });
    expect(back.status).toBe(200);
    expect(await startsOf(id)).toContain(starts[1]);
    expect(await names()).toContain(id);
  });
});

describe("an isolate that did not write", () => {
  it("[D18] knows a new provider at once and a change within seconds", async () => {
    const id = makeId("prv", crypto.getRandomValues(new Uint8Array(12))) as ProviderId;
    made.push(id);
    const by = { command: freshKey(), fingerprint: "f" };
    await call("GET", "/locations"); // the directory is here before the write
    await insertProvider(
      db(),
      {
        ...providerBody({ displayName: "Fay Far" }),
        id,
        acceptingNewPatients: true,
        gender: null,
        insurances: [],
        visitTypeIds: [visitTypeId as VisitTypeId],
      },
      by,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // an isolate asks at most once a second
    expect((await startsOf(id)).length).toBeGreaterThan(0);
    await setProviderActive(db(), id, 1, false);
    await expect
      .poll(async () => (await call("GET", `/providers/${id}`)).body.visitTypes.length, {
        timeout: 5_000,
        interval: 250,
      })
      .toBe(0);
  });

  it("[D18] asks nobody about an id that cannot be one", async () => {
    expect((await call("GET", "/providers/prv_000000000000/availability")).status).toBe(404);
    expect((await call("GET", "/providers/nobody/availability")).status).toBe(404);
  });
});

describe("a calendar", () => {
  it("[D3] has the newest configuration, and is told of an older one in vain", async () => {
    const id = await newProvider();
    await schedule(id, everyDay(NINE, NOON), { apply: true, ifMatch: '"v1"' });
    const [provider] = (await loadDirectory(db(), [id])).providers;
    await calendarOf(id).applyConfig({
      ...(provider as NonNullable<typeof provider>).calendar,
      version: 1,
      sites: [],
    });
    expect((await startsOf(id)).length).toBeGreaterThan(0);
  });
});
