/** Proves on the real runtime how clinics, providers, visit types, resources and staff change, and what becomes of what was booked. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocationId, ProviderId } from "../../../core/ids.ts";
import { unpushed } from "../../../db/directory/outbox.ts";
import { CLOSURES_PER_CLINIC_MAX, RESOURCES_PER_CLINIC_MAX } from "../../../db/queries/load-directory.ts";
import {
  type Answer,
  adminToken,
  call,
  db,
  drainLog,
  freshKey,
  MADE_HERE,
  patientToken,
  type Slot,
  seededPatients,
  somePatient,
  staffToken,
  token,
} from "../../support/edge.ts";

const CLINIC = {
  name: "A clinic of the network test",
  address: "1 New Street",
  city: "Denver",
  state: "CO",
  postalCode: "80204",
  phone: "+13035550100",
  timeZone: "America/Denver",
  latitude: 39.74,
  longitude: -104.99,
};
const VISIT = {
  name: "Visit of the network test",
  modality: "in-person",
  minutes: 30,
  gridMinutes: 30,
  noticeMinutes: 0,
  horizonDays: 60,
};
const HOURS = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensAt: 9 * 60, closesAt: 17 * 60 }));

let admin: string;
let visitTypeId: string;
const clinics: string[] = [];
const providers: string[] = [];
const visitTypes: string[] = [];
const staff: string[] = [];

const post = (path: string, body: unknown, auth = admin, key = freshKey()) =>
  call("POST", path, { token: auth, key, body });
async function made(list: string[], path: string, body: unknown): Promise<string> {
  const answer = await post(path, body);
  expect(answer.status).toBe(201);
  list.push(answer.body.id);
  return answer.body.id;
}
const newClinic = async (more: Record<string, unknown> = {}) =>
  (await made(clinics, "/locations", { ...CLINIC, ...more })) as LocationId;
const newVisitType = (more: Record<string, unknown> = {}) =>
  made(visitTypes, "/visit-types", { ...VISIT, ...more });
const newProvider = async (at: string[], more: Record<string, unknown> = {}) =>
  (await made(providers, "/providers", {
    displayName: "Ada Network",
    title: MADE_HERE,
    specialties: ["primary-care"],
    languages: ["en"],
    sites: at.map((locationId, index) => ({
      locationId,
      hours: HOURS.filter(({ weekday }) => weekday % at.length === index),
    })),
    visitTypeIds: [visitTypeId],
    ...more,
  })) as ProviderId;

async function slots(id: string, type = visitTypeId, days = 10): Promise<Slot[]> {
  const day = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const answer = await call(
    "GET",
    `/providers/${id}/availability?visitTypeId=${type}&from=${day(1)}&to=${day(days)}`,
  );
  return answer.status === 200 ? answer.body.days.flatMap((one: { slots: Slot[] }) => one.slots) : [];
}
const bookAt = async (id: string, slot: Slot | undefined, type = visitTypeId): Promise<Answer> => {
  const answer = await post(
    "/appointments",
    { providerId: id, visitTypeId: type, locationId: slot?.locationId, start: slot?.start },
    await patientToken(somePatient()),
  );
  expect(answer.status).toBe(201);
  return answer;
};
const statusOf = async (booked: Answer) => {
  const { body } = await call("GET", `/appointments/${booked.body.id}`, { token: admin });
  return [body.status, body.cancellationReason];
};
const settings = (path: string) => call("GET", `${path}/settings`, { token: admin });
const apply = (path: string, ifMatch: string, body: unknown = {}, auth = admin) =>
  call("POST", `${path}?apply=true`, { token: auth, ifMatch, body });

beforeAll(async () => {
  admin = await adminToken();
  visitTypeId = await newVisitType();
});
afterAll(async () => {
  const list = (ids: string[]) => sql`ANY(${sql.param(ids)}::text[])`;
  await db().execute(sql`DELETE FROM staff_invitation WHERE staff_id = ${list(staff)}`);
  await db().execute(sql`DELETE FROM staff_clinic WHERE staff_id = ${list(staff)}`);
  await db().execute(sql`DELETE FROM staff WHERE id = ${list(staff)}`);
  await db().execute(sql`DELETE FROM appointment WHERE provider_id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM appointment_history WHERE provider_id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM opening WHERE provider_id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM provider_visit_type WHERE provider_id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM provider_site WHERE provider_id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM provider WHERE id = ${list(providers)}`);
  await db().execute(sql`DELETE FROM visit_type WHERE id = ${list(visitTypes)}`);
  await db().execute(sql`DELETE FROM resource WHERE location_id = ${list(clinics)}`);
  await db().execute(sql`DELETE FROM clinic_closure WHERE location_id = ${list(clinics)}`);
  await db().execute(sql`DELETE FROM clinic WHERE id = ${list(clinics)}`);
  const all = list([...providers, ...visitTypes, ...clinics, ...staff]);
  await db().execute(sql`DELETE FROM external_id WHERE id = ${all}`);
  await db().execute(sql`DELETE FROM directory_change WHERE id = ${all}`);
  await reset();
});

describe("who may", () => {
  it("[D11] [D23] route by route: administrators, the clinic's own desk where it is about that clinic, nobody else", async () => {
    const clinic = await newClinic();
    const id = await newProvider([clinic]);
    const room = await post(`/locations/${clinic}/resources`, { kind: "room", name: "Room", hours: HOURS });
    const auths = [
      admin,
      await staffToken(clinic),
      await staffToken("loc_000000000000"),
      await patientToken(somePatient()),
      await token({ sub: id, role: "provider" }),
      await token({ sub: "svc_test", role: "service" }),
      await token({ sub: "kiosk", role: "kiosk", clinics: [clinic] }),
      undefined,
    ];
    // Empty bodies: 400 is whoever may and said nothing.
    const statuses = (method: string, path: string) =>
      Promise.all(
        auths.map(
          async (auth) =>
            (
              await call(method, path, {
                ...(auth ? { token: auth } : {}),
                key: freshKey(),
                ...(method === "GET" ? {} : { body: path.endsWith("activate") ? {} : [] }),
              })
            ).status,
        ),
      );
    const [may, adminOnly] = [
      (ok: number) => [ok, ok, 403, 403, 403, 403, 403, 401],
      (ok: number) => [ok, 403, 403, 403, 403, 403, 403, 401],
    ];
    expect(await statuses("GET", `/locations/${clinic}/settings`)).toEqual(may(200));
    expect(await statuses("PUT", `/locations/${clinic}`)).toEqual(may(400));
    expect(await statuses("GET", `/locations/${clinic}/closures`)).toEqual(may(200));
    expect(await statuses("POST", `/locations/${clinic}/deactivate`)).toEqual(adminOnly(200));
    expect(await statuses("POST", `/locations/${clinic}/activate`)).toEqual(adminOnly(200));
    expect(await statuses("GET", `/providers/${id}/settings`)).toEqual(may(200));
    expect(await statuses("PUT", `/providers/${id}`)).toEqual(may(400));
    expect(await statuses("POST", `/providers/${id}/deactivate`)).toEqual(adminOnly(200));
    expect(await statuses("GET", `/locations/${clinic}/resources`)).toEqual(may(200));
    expect(await statuses("POST", `/locations/${clinic}/resources`)).toEqual(may(400));
    const path = `/locations/${clinic}/resources/${room.body.id}`;
    expect(await statuses("GET", path)).toEqual(may(200));
    expect(await statuses("PUT", path)).toEqual(may(400));
    expect(await statuses("POST", `${path}/deactivate`)).toEqual(may(200));
    expect(await statuses("POST", "/visit-types")).toEqual(adminOnly(400));
    expect(await statuses("PUT", `/visit-types/${visitTypeId}`)).toEqual(adminOnly(400));
    expect(await statuses("POST", `/visit-types/${visitTypeId}/deactivate`)).toEqual(adminOnly(200));
    const desksRead = [200, 200, 200, 403, 403, 403, 403, 401]; // rules are everybody's
    expect(await statuses("GET", `/visit-types/${visitTypeId}/settings`)).toEqual(desksRead);
    expect(await statuses("GET", "/staff")).toEqual(adminOnly(200));
    expect(await statuses("POST", "/staff")).toEqual(adminOnly(400));
    expect(await statuses("GET", "/staff/stf_000000000000")).toEqual(adminOnly(404));
    expect(await statuses("PUT", "/staff/stf_000000000000")).toEqual(adminOnly(404));
    expect(await statuses("POST", "/staff/stf_000000000000/deactivate")).toEqual(adminOnly(404));
    expect(await statuses("POST", "/staff/stf_000000000000/invitation")).toEqual(adminOnly(404));
    const missing = [404, 403, 403, 403, 403, 403, 403, 401]; // as a foreign one
    expect(await statuses("PUT", "/locations/loc_000000000000")).toEqual(missing);
    expect(await statuses("PUT", "/providers/prv_000000000000")).toEqual(missing);
    expect(await statuses("PUT", `/locations/loc_000000000000/resources/${room.body.id}`)).toEqual(missing);
  });
});

describe("a clinic", () => {
  it("[D17] [D21] changes to the version that was seen; its time zone only while nobody is to come", async () => {
    const clinic = await newClinic();
    const id = await newProvider([clinic]);
    const put = (more: Record<string, unknown>, ifMatch?: string) =>
      call("PUT", `/locations/${clinic}`, {
        token: admin,
        ...(ifMatch ? { ifMatch } : {}),
        body: { ...CLINIC, ...more },
      });
    expect((await put({ name: "Renamed" })).status).toBe(428);
    expect((await put({ name: "Renamed", regionId: null }, '"v1"')).body).toMatchObject({
      applied: true,
      version: 2,
    });
    expect((await put({ name: "Again" }, '"v1"')).status).toBe(412);
    expect((await call("GET", `/locations/${clinic}`)).body.name).toBe("Renamed");
    expect((await settings(`/locations/${clinic}`)).body).toMatchObject({ name: "Renamed", version: 2 });
    const booked = await bookAt(id, (await slots(id))[0]);
    const refused = await put({ timeZone: "America/Chicago" }, '"v2"');
    expect([refused.status, refused.body.rule]).toEqual([422, "time-zone-in-use"]);
    expect((await put({ timeZone: "Mars/Base" }, '"v2"')).status).toBe(400);
    await call("DELETE", `/appointments/${booked.body.id}`, { token: admin, ifMatch: '"v1"' });
    expect((await put({ timeZone: "America/Chicago" }, '"v2"')).status).toBe(200);
    expect((await slots(id))[0]?.start).toMatch(/T09:00:00-06:00$|T09:00:00-05:00$/);
  });

  it("[D10] [D24] that is deactivated keeps or cancels what was booked, there and nowhere else", async () => {
    const [clinic, other] = [await newClinic(), await newClinic({ name: "The other one" })];
    const id = await newProvider([clinic, other]);
    const all = await slots(id);
    const here = all.filter(({ locationId }) => locationId === clinic);
    const [first, second] = [await bookAt(id, here[0]), await bookAt(id, here[2])];
    const away = await bookAt(
      id,
      all.find(({ locationId }) => locationId === other),
    );
    const path = `/locations/${clinic}/deactivate`;
    const preview = await call("POST", path, { token: admin });
    expect(preview.body).toMatchObject({ applied: false, version: 1, active: false, outside: { count: 2 } });
    expect(await statusOf(first)).toEqual(["booked", undefined]);
    expect((await apply(path, '"v1"')).body).toMatchObject({ applied: true, outside: { count: 2 } });
    expect(await statusOf(first)).toEqual(["booked", undefined]);
    expect((await slots(id)).some(({ locationId }) => locationId === clinic)).toBe(false);
    expect((await call("GET", "/locations?state=CO&limit=100")).body.data).not.toContainEqual(
      expect.objectContaining({ id: clinic }),
    );
    // Decided later: the same call again finds what still stands.
    const again = await apply(path, '"v2"', { appointments: "cancel" });
    expect(again.body).toMatchObject({ cancelled: 2, left: 0, outside: { count: 2 } });
    for (const booked of [first, second])
      expect(await statusOf(booked)).toEqual(["cancelled", "clinic-closed"]);
    expect(await statusOf(away)).toEqual(["booked", undefined]);
    expect((await apply(path, '"v3"', { appointments: "cancel" })).body).toMatchObject({
      cancelled: 0,
      left: 0,
    });
    expect((await apply(`/locations/${clinic}/activate`, '"v4"')).body).toMatchObject({ active: true });
    expect((await slots(id)).some(({ locationId }) => locationId === clinic)).toBe(true);
  });

  it("[D24] [S8] that closes for some dates cancels those on demand, by its own desk too", async () => {
    const clinic = await newClinic();
    const id = await newProvider([clinic]);
    const all = await slots(id);
    const day = all[0]?.start.slice(0, 10) as string;
    const snowed = await bookAt(id, all[0]);
    const later = await bookAt(
      id,
      all.find(({ start }) => !start.startsWith(day)),
    );
    const put = (body: Record<string, unknown>) =>
      staffToken(clinic).then((auth) =>
        call("PUT", `/locations/${clinic}/closures/${day}?apply=true`, { token: auth, body }),
      );
    expect((await put({ until: day, appointments: "move" })).status).toBe(400);
    const done = await put({ until: day, appointments: "cancel" });
    const listed = await call("GET", `/locations/${clinic}/closures`, { token: admin });
    expect(listed.body.data).toEqual([{ from: day, until: day, name: null }]);
    expect(done.body).toMatchObject({ applied: true, cancelled: 1, left: 0, outside: { count: 1 } });
    expect(await statusOf(snowed)).toEqual(["cancelled", "clinic-closed"]);
    expect(await statusOf(later)).toEqual(["booked", undefined]);
    expect((await put({ until: day, appointments: "cancel" })).body).toMatchObject({ cancelled: 0, left: 0 });
  });

  it("[D24] [S8] that closes leaves alone what lies outside of hours on other dates", async () => {
    const clinic = await newClinic();
    const id = await newProvider([clinic]);
    const all = await slots(id);
    const day = all[0]?.start.slice(0, 10) as string;
    const other = all.find(({ start }) => !start.startsWith(day));
    const [snowed, stays] = [await bookAt(id, all[0]), await bookAt(id, other)];
    const weekday = new Date(`${other?.start.slice(0, 10)}T00:00:00Z`).getUTCDay() || 7;
    const hours = HOURS.filter((one) => one.weekday !== weekday);
    const shorter = { token: admin, ifMatch: '"v1"', body: { sites: [{ locationId: clinic, hours }] } };
    const changed = await call("PUT", `/providers/${id}/schedule?apply=true`, shorter);
    expect(changed.body).toMatchObject({ applied: true, outside: { count: 1 } });
    const put = (query: string) =>
      call("PUT", `/locations/${clinic}/closures/${day}${query}`, {
        token: admin,
        body: { until: day, appointments: "cancel" },
      });
    expect((await put("")).body.outside.appointments).toMatchObject([{ id: snowed.body.id }]);
    expect((await put("?apply=true")).body).toMatchObject({ cancelled: 1, outside: { count: 1 } });
    expect(await statusOf(stays)).toEqual(["booked", undefined]);
  });

  it("[D21] [D24] knows who left it with visits to come; desks elsewhere see nothing of these [A1] [D14]", async () => {
    const [clinic, left] = [await newClinic(), await newClinic({ name: "The one that was left" })];
    const id = await newProvider([clinic, left]);
    const slot = (await slots(id)).find(({ locationId }) => locationId === left);
    const booked = await bookAt(id, slot);
    const body = { sites: [{ locationId: clinic, hours: HOURS }] };
    const moved = await call("PUT", `/providers/${id}/schedule?apply=true`, {
      token: admin,
      ifMatch: '"v1"',
      body,
    });
    expect(moved.body.outside).toMatchObject({ count: 1, appointments: [{ id: booked.body.id }] });
    const desk = await staffToken(clinic);
    const seen = await call("PUT", `/providers/${id}/schedule`, { token: desk, body });
    expect(seen.body.outside).toEqual({ count: 0, appointments: [] });
    const day = slot?.start.slice(0, 10);
    const closing = { token: desk, body: { until: day } };
    const closed = await call("PUT", `/locations/${clinic}/closures/${day}`, closing);
    expect(closed.body.outside).toEqual({ count: 0, appointments: [] });
    await drainLog(); // who left is known from the log
    const zone = { token: admin, ifMatch: '"v1"', body: { ...CLINIC, timeZone: "America/Chicago" } };
    expect((await call("PUT", `/locations/${left}`, zone)).body.rule).toBe("time-zone-in-use");
    const preview = await call("POST", `/locations/${left}/deactivate`, { token: admin });
    expect(preview.body.outside.appointments).toMatchObject([{ id: booked.body.id }]);
  });

  it("[A1] its desk pages through a patient's list by its own visits only", async () => {
    const [clinic, other] = [await newClinic(), await newClinic({ name: "Where the others are" })];
    const id = await newProvider([clinic, other]);
    const patient = (await seededPatients(1))[0]?.id as string; // desks see who is in the directory
    const auth = await patientToken(patient);
    const all = await slots(id);
    const book = async (slot: Slot | undefined): Promise<string> => {
      const at = { locationId: slot?.locationId, start: slot?.start };
      const answer = await post("/appointments", { providerId: id, visitTypeId, ...at }, auth);
      expect(answer.status).toBe(201);
      return answer.body.id;
    };
    const [here, there] = [clinic, other].map((at) => all.filter(({ locationId }) => locationId === at));
    const own = [await book(here?.[0]), await book(here?.at(-1))];
    for (const index of [0, 2, -1]) await book(there?.at(index));
    const page = async (desk: string, cursor?: string) => {
      const path = `/patients/${patient}/appointments?limit=1${cursor ? `&cursor=${cursor}` : ""}`;
      const { body } = await call("GET", path, { token: desk });
      return [body.data.map((one: { id: string }) => one.id), body.page.next];
    };
    const desk = await staffToken(clinic);
    const [first, next] = await page(desk);
    expect(first).toEqual([own[0]]);
    expect(JSON.parse(atob(next))).toEqual([expect.any(Number), own[0]]);
    expect(await page(desk, next)).toEqual([[own[1]], null]);
    expect(await page(await staffToken("loc_000000000000"))).toEqual([[], null]);
  });

  it.each([
    [{ name: "A\u0000B" }, "/name"],
    [{ address: "1 New\nStreet" }, "/address"],
    [{ city: "Half \ud83d" }, "/city"],
    [{ regionId: "\u0000" }, "/regionId"],
  ])("[K1] with control characters or halves of characters is not made (%#)", async (more, pointer) => {
    const answer = await post("/locations", { ...CLINIC, ...more });
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([400, pointer]);
  });

  it("[D13] [S8] where nobody works yet is closed in a preview, too", async () => {
    const [clinic, empty] = [await newClinic(), await newClinic({ name: "Empty" })];
    const id = await newProvider([clinic]);
    const day = (await slots(id))[0]?.start.slice(0, 10) as string;
    await call("PUT", `/locations/${empty}/closures/${day}?apply=true`, {
      token: admin,
      body: { until: day },
    });
    const body = { sites: [{ locationId: empty, hours: HOURS }] };
    const preview = await call("PUT", `/providers/${id}/schedule`, { token: admin, body });
    const opens = preview.body.opens.map((one: { start: string }) => one.start.slice(0, 10));
    expect(opens.length).toBeGreaterThan(0);
    expect(opens).not.toContain(day);
  });
});

describe("a provider", () => {
  const profile = <T extends Record<string, unknown>>(more: T) => ({
    displayName: "Ada Network",
    title: MADE_HERE,
    specialties: ["primary-care"],
    languages: ["en"],
    visitTypeIds: [visitTypeId],
    ...more,
  });
  const put = (id: string, body: unknown, ifMatch?: string) =>
    call("PUT", `/providers/${id}${ifMatch ? "?apply=true" : ""}`, {
      token: admin,
      body,
      ...(ifMatch ? { ifMatch } : {}),
    });

  it("[D19] is written as a whole: who they are, what they offer, other rules at a site", async () => {
    const clinic = await newClinic();
    const id = await newProvider([clinic]);
    const short = await newVisitType({
      name: "Short visit of the network test",
      minutes: 15,
      gridMinutes: 15,
    });
    const next = profile({
      displayName: "Ada Quaintance",
      gender: "female",
      insurances: ["humana"],
      acceptingNewPatients: false,
      languages: ["en", "es"],
      visitTypeIds: [visitTypeId, short].sort(), // as the directory gives them back
      overrides: [{ visitTypeId: short, locationId: clinic, gridMinutes: 60 }],
      travelMinutes: 30,
    });
    const preview = await put(id, next);
    expect(preview.body).toEqual({ applied: false, version: 1, outside: { count: 0, appointments: [] } });
    expect((await slots(id, short)).length).toBe(0);
    expect((await put(id, next, '"v1"')).body).toMatchObject({ applied: true, version: 2 });
    const stored = await settings(`/providers/${id}`);
    expect(stored.body).toEqual({
      id,
      version: 2,
      active: true,
      ...next,
      visitTypeIds: next.visitTypeIds.toSorted(),
    });
    expect(stored.headers.get("etag")).toBe('"v2"');
    expect((await slots(id, short)).every(({ start }) => start.slice(14, 16) === "00")).toBe(true);
    expect((await slots(id, short)).length).toBeGreaterThan(0);
    const found = await call("GET", "/providers?q=quaintance");
    expect(found.body.data).toMatchObject([{ id, acceptingNewPatients: false, gender: "female" }]);
    expect((await put(id, next, '"v1"')).status).toBe(412);
  });

  it("[D19] [D14] what falls out of the offer is named and stays", async () => {
    const id = await newProvider([await newClinic()]);
    const short = await newVisitType({ name: "Other visit of the network test" });
    const booked = await bookAt(id, (await slots(id))[0]);
    const preview = await put(id, profile({ visitTypeIds: [short] }));
    expect(preview.body.outside.appointments).toMatchObject([{ id: booked.body.id }]);
    expect((await put(id, profile({ visitTypeIds: [short] }), '"v1"')).body.outside.count).toBe(1);
    expect(await statusOf(booked)).toEqual(["booked", undefined]);
    expect((await put(id, profile({ visitTypeIds: [visitTypeId, short] }))).body.outside.count).toBe(0);
  });

  it.each([
    [{ visitTypeIds: ["vst_000000000000"] }, "/visitTypeIds/0"],
    [{ overrides: [{ visitTypeId: "vst_000000000000", locationId: "own" }] }, "/overrides/0/visitTypeId"],
    [{ overrides: [{ visitTypeId: "own", locationId: "loc_000000000000" }] }, "/overrides/0/locationId"],
    [{ overrides: [{ visitTypeId: "own", locationId: "own", minutes: 7 }] }, "/overrides/0/minutes"],
    [{ travelMinutes: 500 }, "/travelMinutes"],
    [{ gender: "robot" }, "/gender"],
    [{ sites: [] }, "/sites"],
  ])("[K1] a profile with a mistake names it and changes nothing (%#)", async (more, pointer) => {
    const clinic = clinics[0] as string;
    const id = providers[0] as string;
    const known = JSON.stringify(more)
      .replaceAll('"visitTypeId":"own"', `"visitTypeId":"${visitTypeId}"`)
      .replaceAll('"locationId":"own"', `"locationId":"${clinic}"`);
    const before = await settings(`/providers/${id}`);
    const answer = await put(id, profile(JSON.parse(known)), '"v1"');
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([pointer]);
    expect((await settings(`/providers/${id}`)).body).toEqual(before.body);
  });

  it("[D24] who leaves can have everything to come cancelled, with the reason; the same call finishes what is left", async () => {
    const id = await newProvider([await newClinic()]);
    const all = await slots(id);
    const booked = [await bookAt(id, all[0]), await bookAt(id, all[2]), await bookAt(id, all[4])];
    const path = `/providers/${id}/deactivate`;
    const bad = await call("POST", path, { token: admin, body: { appointments: "move" } });
    expect(bad.status).toBe(400);
    const preview = await call("POST", path, { token: admin, body: { appointments: "cancel" } });
    expect(preview.body).toMatchObject({ applied: false, outside: { count: 3 } });
    expect(await statusOf(booked[0] as Answer)).toEqual(["booked", undefined]);
    expect((await apply(path, '"v1"')).body).toMatchObject({ applied: true, outside: { count: 3 } });
    // Somebody cancelled one of them meanwhile: the rest is what stands.
    await call("DELETE", `/appointments/${booked[0]?.body.id}`, { token: admin, ifMatch: '"v1"' });
    const done = await apply(path, '"v2"', { appointments: "cancel" });
    expect(done.body).toMatchObject({ cancelled: 2, left: 0, version: 3 });
    for (const one of booked.slice(1))
      expect(await statusOf(one)).toEqual(["cancelled", "provider-unavailable"]);
    const patient = booked[1]?.body.patientId;
    const list = await call("GET", `/patients/${patient}/appointments`, {
      token: await patientToken(patient),
    });
    expect(list.body.data).toMatchObject([
      { status: "cancelled", cancellationReason: "provider-unavailable" },
    ]);
    expect((await apply(path, '"v3"', { appointments: "cancel" })).body).toMatchObject({
      cancelled: 0,
      left: 0,
    });
  });
});

describe("a calendar with more than one call may cancel", () => {
  it("[D24] is emptied call by call: 200 at most, and the next one finishes what is left", async () => {
    const short = await newVisitType({
      name: "Five minutes of the network test",
      minutes: 5,
      gridMinutes: 5,
    });
    const id = await newProvider([await newClinic()], { visitTypeIds: [short] });
    const wanted = (await slots(id, short, 5)).slice(0, 203);
    expect(wanted).toHaveLength(203);
    for (let from = 0; from < wanted.length; from += 20)
      await Promise.all(wanted.slice(from, from + 20).map((slot) => bookAt(id, slot, short)));
    const path = `/providers/${id}/deactivate`;
    const cancel = { appointments: "cancel" };
    const first = await apply(path, '"v1"', cancel);
    expect(first.body).toMatchObject({ cancelled: 200, left: 3, outside: { count: 203 } });
    expect(first.body.outside.appointments).toHaveLength(200);
    expect((await apply(path, '"v2"', cancel)).body).toMatchObject({ cancelled: 3, left: 0 });
    const preview = await call("POST", path, { token: admin, body: cancel });
    expect(preview.body).toMatchObject({ version: 3, outside: { count: 0 } });
  });
});

describe("a visit type", () => {
  it("[D16] [D20] is made once, and a change of it is on every calendar that offers it", async () => {
    const key = freshKey();
    const body = { ...VISIT, name: "Long visit of the network test", minutes: 60, gridMinutes: 60 };
    const first = await post("/visit-types", body, admin, key);
    visitTypes.push(first.body.id);
    expect(first.body).toMatchObject({ ...body, version: 1, active: true, capacity: null });
    expect((await post("/visit-types", body, admin, key)).body.id).toBe(first.body.id);
    expect((await post("/visit-types", { ...body, minutes: 55 }, admin, key)).status).toBe(422);
    const type = first.body.id;
    const clinic = await newClinic();
    const [one, two] = [
      await newProvider([clinic], { visitTypeIds: [type] }),
      await newProvider([clinic], { visitTypeIds: [type] }),
    ];
    const before = await slots(one, type);
    const booked = await bookAt(one, before[0], type);
    const put = (more: Record<string, unknown>, ifMatch: string) =>
      call("PUT", `/visit-types/${type}`, { token: admin, ifMatch, body: { ...body, ...more } });
    const changed = await put({ minutes: 30, gridMinutes: 30 }, '"v1"');
    expect(changed.body).toMatchObject({ applied: true, version: 2, calendars: 2 });
    for (const id of [one, two]) {
      expect((await slots(id, type)).length).toBeGreaterThan(before.length);
      expect((await settings(`/providers/${id}`)).body.version).toBe(2);
      expect((await unpushed(db(), 200, [id])).ids).toEqual([]);
    }
    const { body: kept } = await call("GET", `/appointments/${booked.body.id}`, { token: admin });
    expect([kept.start, kept.end]).toEqual([booked.body.start, booked.body.end]);
    expect((await put({}, '"v1"')).status).toBe(412);
    expect((await settings(`/visit-types/${type}`)).body).toMatchObject({ minutes: 30, version: 2 });
  });

  it("[D10] [D14] [D19] that is deactivated is offered by nobody, stays in the offer unseen, and comes back", async () => {
    const type = await newVisitType({ name: "Leaving visit of the network test" });
    const clinic = await newClinic();
    const id = await newProvider([clinic], { visitTypeIds: [visitTypeId, type] });
    const all = await slots(id, type);
    const booked = await bookAt(id, all[0], type);
    await bookAt(id, all[2]); // of another type: not this change's
    const path = `/visit-types/${type}/deactivate`;
    const preview = await call("POST", path, { token: admin, body: {} });
    expect(preview.body).toMatchObject({ applied: false, calendars: 1, outside: { count: 1 } });
    expect(preview.body.outside.appointments).toMatchObject([{ id: booked.body.id }]);
    expect((await apply(path, '"v1"')).body).toMatchObject({ applied: true, version: 2 });
    expect(await slots(id, type)).toEqual([]);
    const { body } = await settings(`/providers/${id}`);
    expect(body.visitTypeIds).toEqual([visitTypeId]);
    const { id: _id, version: _version, active: _active, ...profile } = body;
    const unseen = { token: admin, ifMatch: '"v2"', body: profile };
    expect((await call("PUT", `/providers/${id}?apply=true`, unseen)).status).toBe(200);
    expect((await apply(`/visit-types/${type}/activate`, '"v2"')).status).toBe(200);
    expect((await slots(id, type)).length).toBeGreaterThan(0);
  });

  it.each([
    [{ minutes: 12 }, "/minutes"],
    [{ minutes: 485 }, "/minutes"],
    [{ ageMin: 18, ageMax: 12 }, "/ageMax"],
    [{ capacity: 8, requires: ["room"] }, "/requires"],
    [{ specialty: "Heart Surgery" }, "/specialty"],
    [{ modality: "letter" }, "/modality"],
  ])("[K1] with a mistake is not made (%#)", async (more, pointer) => {
    const answer = await post("/visit-types", { ...VISIT, ...more });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([pointer]);
  });
});

describe("a resource", () => {
  it("[D22] [R2] is made, changed and taken away by its clinic's desk, and visits find it", async () => {
    const clinic = await newClinic();
    const desk = await staffToken(clinic);
    const type = await newVisitType({ name: "Room visit of the network test", requires: ["room"] });
    const id = await newProvider([clinic], { visitTypeIds: [type] });
    const all = await slots(id, type);
    const tryBook = async (slot: Slot | undefined) =>
      post(
        "/appointments",
        { providerId: id, visitTypeId: type, locationId: clinic, start: slot?.start },
        await patientToken(somePatient()),
      );
    expect((await tryBook(all[0])).body.rule).toBe("no-resource");
    const path = `/locations/${clinic}/resources`;
    const key = freshKey();
    const body = { kind: "room", name: "Room 1", hours: HOURS };
    const room = await post(path, body, desk, key);
    expect(room.status).toBe(201);
    expect(room.headers.get("location")).toBe(`/v1${path}/${room.body.id}`);
    expect((await post(path, body, desk, key)).body.id).toBe(room.body.id);
    expect((await tryBook(all[0])).status).toBe(201);
    const put = (hours: unknown, ifMatch: string) =>
      call("PUT", `${path}/${room.body.id}`, { token: desk, ifMatch, body: { name: "Room 1a", hours } });
    expect((await put([], '"v1"')).body).toMatchObject({ applied: true, version: 2 });
    expect((await put([], '"v1"')).status).toBe(412);
    expect((await tryBook(all[2])).body.rule).toBe("no-resource");
    expect((await put(HOURS, '"v2"')).status).toBe(200);
    expect((await tryBook(all[2])).status).toBe(201);
    expect((await apply(`${path}/${room.body.id}/deactivate`, '"v3"', {}, desk)).body.active).toBe(false);
    expect((await tryBook(all[4])).body.rule).toBe("no-resource");
    const listed = await call("GET", path, { token: desk });
    expect(listed.body.data).toMatchObject([
      { id: room.body.id, name: "Room 1a", active: false, version: 4 },
    ]);
    const other = await newClinic({ name: "Another clinic's" });
    expect(
      (await call("GET", `/locations/${other}/resources/${room.body.id}`, { token: admin })).status,
    ).toBe(404);
  });
});

describe("a clinic's share of the directory", () => {
  it("[D26] is its limit for rooms and closures; what is there can still be changed", async () => {
    const [clinic, closing] = [await newClinic(), await newClinic({ name: "Often closed" })];
    const desk = await staffToken(clinic, closing);
    const full = { status: 422, body: { rule: "directory-full" } };
    await db().execute(sql`INSERT INTO resource (id, kind, name, location_id, hours, config_version)
      SELECT 'prv_' || substr(md5(${clinic} || n), 1, 12), 'room', 'One of many', ${clinic}, '[]', 1
      FROM generate_series(1, ${RESOURCES_PER_CLINIC_MAX - 1}::int) AS n`);
    const room = { kind: "room", name: "Room", hours: HOURS };
    const last = await post(`/locations/${clinic}/resources`, room, desk);
    expect(last.status).toBe(201);
    expect(await post(`/locations/${clinic}/resources`, room, desk)).toMatchObject(full);
    await db().execute(sql`INSERT INTO clinic_closure (location_id, from_date, until_date)
      SELECT ${closing}, d::date, d::date
      FROM generate_series(date '2030-01-01', date '2030-01-01' + ${CLOSURES_PER_CLINIC_MAX - 1}::int, '1 day') AS d`);
    const close = (day: string, until = day) =>
      call("PUT", `/locations/${closing}/closures/${day}?apply=true`, { token: desk, body: { until } });
    expect(await close("2031-01-01")).toMatchObject(full);
    expect((await close("2030-01-01", "2030-01-05")).status).toBe(200);
    expect((await call("DELETE", `/locations/${closing}/closures/2030-01-02`, { token: desk })).status).toBe(
      204,
    );
    expect((await close("2031-01-01")).status).toBe(200);
  });
});

describe("staff", () => {
  it("[D23] are made, changed and deactivated by administrators; an address is one person's", async () => {
    const clinic = await newClinic();
    const ann = { displayName: "Ann Desk", email: "ann@example.org", role: "staff", clinics: [clinic] };
    const key = freshKey();
    const [first, again] = await Promise.all([
      post("/staff", ann, admin, key),
      post("/staff", ann, admin, key),
    ]);
    staff.push(first.body.id);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect([first.status, first.body]).toEqual([
      201,
      { id: first.body.id, version: 1, active: true, providerId: null, ...ann },
    ]);
    const twin = await post("/staff", { ...ann, email: "Ann@Example.ORG" });
    expect([twin.status, twin.body.errors]).toEqual([
      400,
      [{ pointer: "/email", message: "must be nobody else's" }],
    ]);
    const pointerOf = async (more: Record<string, unknown>) =>
      (await post("/staff", { ...ann, email: "bob@example.org", ...more })).body.errors[0].pointer;
    expect(await pointerOf({ clinics: [] })).toBe("/clinics");
    expect(await pointerOf({ clinics: ["loc_000000000000"] })).toBe("/clinics");
    expect(await pointerOf({ role: "service" })).toBe("/role");
    const path = `/staff/${first.body.id}`;
    const boss = { ...ann, role: "admin", clinics: [] };
    const put = (ifMatch: string) => call("PUT", path, { token: admin, ifMatch, body: boss });
    expect([(await put('"v1"')).status, (await put('"v1"')).status]).toEqual([200, 412]);
    expect((await post(`${path}/invitation`, undefined)).status).toBe(200);
    expect((await apply(`${path}/deactivate`, '"v2"')).body).toMatchObject({ active: false, version: 3 });
    expect((await post(`${path}/invitation`, undefined)).status).toBe(404);
    expect((await call("GET", path, { token: admin })).body).toEqual({
      id: first.body.id,
      version: 3,
      active: false,
      providerId: null,
      ...boss,
    });
    const page = await call("GET", "/staff?limit=1", { token: admin });
    expect(page.body.data).toHaveLength(1);
  });

  it("[D30] may be one provider each, who is there and active; a provider is nobody else's then", async () => {
    const clinic = await newClinic();
    const [own, other] = [await newProvider([clinic]), await newProvider([clinic])];
    const doc = { displayName: "Doc", email: `${own}@example.org`, role: "provider", providerId: own };
    const made = await post("/staff", doc);
    staff.push(made.body.id);
    expect([made.status, made.body]).toMatchObject([201, { ...doc, clinics: [], active: true }]);
    const wrong = async (more: Record<string, unknown>) =>
      (await post("/staff", { ...doc, email: `${other}@example.org`, ...more })).body.errors;
    expect(await wrong({})).toEqual([{ pointer: "/providerId", message: "must be nobody else's" }]);
    expect(await wrong({ providerId: "prv_000000000000" })).toEqual([
      { pointer: "/providerId", message: "must exist" },
    ]);
    expect(await wrong({ providerId: null })).toMatchObject([{ pointer: "/providerId" }]);
    expect(await wrong({ role: "admin" })).toMatchObject([{ pointer: "/providerId" }]);
    expect(await wrong({ clinics: [clinic] })).toMatchObject([{ pointer: "/clinics" }]);
    const { version } = (await settings(`/providers/${other}`)).body;
    expect((await apply(`/providers/${other}/deactivate`, `"v${version}"`)).status).toBe(200);
    expect(await wrong({ providerId: other })).toEqual([{ pointer: "/providerId", message: "must exist" }]);
  });

  it("[D30] who was a provider that left can still be corrected, under that provider and no other that left", async () => {
    const clinic = await newClinic();
    const [own, other] = [await newProvider([clinic]), await newProvider([clinic])];
    const doc = { displayName: "Doc", email: `${own}@example.org`, role: "provider", providerId: own };
    const made = await post("/staff", doc);
    staff.push(made.body.id);
    for (const id of [own, other]) {
      const { version } = (await settings(`/providers/${id}`)).body;
      expect((await apply(`/providers/${id}/deactivate`, `"v${version}"`)).status).toBe(200);
    }
    const put = (ifMatch: string, more: Record<string, unknown>) =>
      call("PUT", `/staff/${made.body.id}`, { token: admin, ifMatch, body: { ...doc, ...more } });
    const wed = await put('"v1"', { displayName: "Doc Wed" });
    expect([wed.status, wed.body]).toMatchObject([200, { version: 2 }]);
    expect((await call("GET", `/staff/${made.body.id}`, { token: admin })).body).toMatchObject({
      displayName: "Doc Wed",
      providerId: own,
    });
    expect((await put('"v2"', { providerId: other })).body.errors).toEqual([
      { pointer: "/providerId", message: "must exist" },
    ]);
    const desk = { role: "staff", providerId: null, clinics: [clinic] };
    expect((await put('"v2"', desk)).status).toBe(200);
    expect((await put('"v3"', { clinics: [] })).body.errors).toEqual([
      { pointer: "/providerId", message: "must exist" },
    ]);
  });
});
