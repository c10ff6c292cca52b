/** Proves on the real runtime how desks keep patients' records: who sees whom, changes, search, leaving, two that are one. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import type { LocationId } from "../../../core/ids.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import app from "../../../workers/edge/index.tsx";
import {
  type Answer,
  adminToken,
  bookingOf,
  call,
  db,
  freshKey,
  patientToken,
  seededPatients,
  slotsOf,
  somePatient,
  staffToken,
  token,
} from "../../support/edge.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

let admin: string;
let desk: string;
let foreignDesk: string;
let home: LocationId;
let elsewhere: LocationId;
let provider: Provider;

const body = (more: Record<string, unknown> = {}) => ({
  displayName: "Zoë Quillfeather",
  birthDate: "1987-04-12",
  phone: "+13125550187",
  email: "Zoe.Quill@example.org",
  homeLocationId: home,
  ...more,
});
const made: string[] = [];
async function newPatient(more: Record<string, unknown> = {}): Promise<string> {
  const answer = await call("POST", "/patients", { token: admin, key: freshKey(), body: body(more) });
  expect(answer.status).toBe(201);
  made.push(answer.body.id);
  return answer.body.id;
}
const get = (id: string, auth: string) => call("GET", `/patients/${id}`, { token: auth });
const search = (asked: Record<string, unknown>, auth: string) =>
  call("POST", "/patients/search", { token: auth, body: asked });
const idsOf = (answer: Answer): string[] => answer.body.data.map((row: { id: string }) => row.id);

let nextSlot = 0;
/** A start that nobody else of this file takes. */
async function bookFor(patientId: string, auth = admin): Promise<Answer> {
  const slot = (await slotsOf(provider))[nextSlot++ * 3];
  return call("POST", "/appointments", {
    token: auth,
    key: freshKey(),
    body: bookingOf(provider, slot as NonNullable<typeof slot>, { patientId }),
  });
}
const cancel = async (booked: Answer) =>
  expect(
    (await call("DELETE", `/appointments/${booked.body.id}`, { token: admin, ifMatch: '"v1"' })).status,
  ).toBe(200);

beforeAll(async () => {
  admin = await adminToken();
  const { clinics } = await loadDirectory(db());
  [home, elsewhere] = clinics.map(({ id }) => id) as [LocationId, LocationId];
  [desk, foreignDesk] = await Promise.all([staffToken(home), staffToken(elsewhere)]);
  provider = await newProvider("Bea Records");
});
afterAll(async () => {
  const ids = sql`${sql.param(made)}::text[]`;
  await db().execute(sql`UPDATE patient SET merged_into = NULL WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM patient WHERE id = ANY(${ids})`);
  await db().execute(sql`DELETE FROM external_id WHERE id = ANY(${ids})`);
  await removeNewProviders();
  await reset();
});

describe("a new patient", () => {
  it("[PA2] is made once under one key by the desk of their clinic, and can be booked for at once", async () => {
    const key = freshKey();
    const post = (more: Record<string, unknown> = {}) =>
      call("POST", "/patients", { token: desk, key, body: body(more) });
    const [first, twin] = await Promise.all([post(), post()]);
    made.push(first.body.id);
    expect([first.status, twin.status]).toEqual([201, 201]);
    expect(twin.body.id).toBe(first.body.id);
    expect((await post()).headers.get("idempotency-replayed")).toBe("true");
    expect((await post({ birthDate: "1987-04-13" })).status).toBe(422);
    expect(first.body).toMatchObject({ version: 1, active: true, mergedFrom: [], accessNeeds: [] });
    expect(first.headers.get("etag")).toBe('"v1"');
    expect((await bookFor(first.body.id, desk)).status).toBe(201);
    const again = { token: desk, key: freshKey() };
    expect(
      (await call("POST", "/patients", { ...again, body: body({ homeLocationId: elsewhere }) })).status,
    ).toBe(403);
    expect(
      (await call("POST", "/patients", { ...again, body: body({ homeLocationId: "loc_000000000000" }) }))
        .status,
    ).toBe(403);
  });

  it("[PA1] [PA2] a repetition after the patient went to another clinic shows nothing of them", async () => {
    const key = freshKey();
    const post = () => call("POST", "/patients", { token: desk, key, body: body() });
    const first = await post();
    made.push(first.body.id);
    const put = { token: admin, ifMatch: '"v1"', body: body({ homeLocationId: elsewhere }) };
    expect((await call("PUT", `/patients/${first.body.id}`, put)).status).toBe(200);
    const again = await post();
    expect([again.status, again.body.displayName]).toEqual([404, undefined]);
  });

  it.each([
    [{ birthDate: "1899-12-31" }, "/birthDate"],
    [{ birthDate: "2001-02-29" }, "/birthDate"],
    [{ phone: "555 0100" }, "/phone"],
    [{ email: "nobody" }, "/email"],
    [{ homeLocationId: "loc_000000000000" }, "/homeLocationId"],
    [{ accessNeeds: ["Wheel Chair"] }, "/accessNeeds/0"],
    [{ preferences: { channels: ["pigeon"] } }, "/preferences/channels/0"],
    [{ diagnosis: "x" }, "/diagnosis"],
  ])("[K1] with a mistake is not made, and the answer repeats nothing of it (%#)", async (more, pointer) => {
    const answer = await call("POST", "/patients", { token: admin, key: freshKey(), body: body(more) });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([pointer]);
    const { instance: _instance, ...said } = answer.body; // the request's own id, in which any digits can stand
    expect(JSON.stringify(said)).not.toMatch(/Zoë|1987|5550187|555 0100|nobody|Quill/);
  });
});

describe("who sees a record", () => {
  it("[PA1] [A1] by role, route by route; foreign, missing and invented are the same 404", async () => {
    const id = await newPatient();
    const auths: Record<string, string | undefined> = {
      admin,
      desk,
      foreignDesk,
      itself: await patientToken(id),
      other: await patientToken(somePatient()),
      provider: await token({ sub: provider.id, role: "provider" }),
      service: await token({ sub: "svc_test", role: "service" }),
      kiosk: await token({ sub: "kiosk", role: "kiosk", clinics: [home] }),
      nobody: undefined,
    };
    const routes = (about: string): [string, string, unknown][] => [
      ["GET", `/patients/${about}`, undefined],
      ["PUT", `/patients/${about}`, body()],
      ["POST", `/patients/${about}/deactivate`, {}],
      ["POST", `/patients/${about}/activate`, {}],
      ["POST", `/patients/${about}/merge`, { into: id === about ? somePatient() : id }],
    ];
    const statuses = async (auth: string | undefined, about: string) =>
      Promise.all(
        routes(about).map(
          async ([method, path, sent]) =>
            (await call(method, path, { ...(auth ? { token: auth } : {}), body: sent })).status,
        ),
      );
    // PUT without If-Match is 428 for whoever may; a merge into somebody unknown is 404.
    expect(await statuses(auths.admin, id)).toEqual([200, 428, 200, 200, 404]);
    expect(await statuses(auths.desk, id)).toEqual([200, 428, 200, 200, 404]);
    expect(await statuses(auths.itself, id)).toEqual([200, 403, 403, 403, 403]);
    expect(await statuses(auths.other, id)).toEqual([404, 403, 403, 403, 403]);
    for (const role of ["provider", "service", "kiosk"])
      expect(await statuses(auths[role], id)).toEqual([403, 403, 403, 403, 403]);
    expect(await statuses(auths.nobody, id)).toEqual([401, 401, 401, 401, 401]);
    for (const about of [id, somePatient(), "pat_nonsense"])
      expect(await statuses(auths.foreignDesk, about)).toEqual([404, 404, 404, 404, 404]);
    const [foreign, missing] = await Promise.all([get(id, foreignDesk), get(somePatient(), foreignDesk)]);
    expect({ ...foreign.body, instance: "" }).toEqual({ ...missing.body, instance: "" });
    const roles = async (path: string, sent: unknown) =>
      Promise.all(
        ["itself", "provider", "service", "kiosk"].map(
          async (role) =>
            (await call("POST", path, { token: auths[role] as string, key: freshKey(), body: sent })).status,
        ),
      );
    expect(await roles("/patients", body())).toEqual([403, 403, 403, 403]);
    expect(await roles("/patients/search", { name: "Quillfeather" })).toEqual([403, 403, 403, 403]);
  });
});

describe("a change", () => {
  it("[PA3] is of the whole record and of the version that was seen; of two at once one is done", async () => {
    const id = await newPatient();
    const put = (more: Record<string, unknown>, ifMatch: string) =>
      call("PUT", `/patients/${id}`, { token: desk, ifMatch, body: body(more) });
    const both = await Promise.all([
      put({ preferredLanguage: "es", accessNeeds: ["wheelchair"], phone: null }, '"v1"'),
      put({ preferredLanguage: "es", accessNeeds: ["wheelchair"], phone: null }, '"v1"'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await get(id, desk)).body).toMatchObject({
      version: 2,
      preferredLanguage: "es",
      accessNeeds: ["wheelchair"],
      phone: null,
      email: "Zoe.Quill@example.org",
    });
    expect((await put({ preferences: { channels: ["sms"] } }, '"v2"')).body.version).toBe(3);
    expect((await get(id, desk)).body).toMatchObject({ preferredLanguage: null, accessNeeds: [] });
  });

  it("[PA3] [PA1] moves a patient to another clinic, whose desk sees them from then on", async () => {
    const id = await newPatient();
    const put = (to: string, auth: string, ifMatch: string) =>
      call("PUT", `/patients/${id}`, { token: auth, ifMatch, body: body({ homeLocationId: to }) });
    expect((await put("loc_000000000000", desk, '"v1"')).status).toBe(400);
    expect((await put(elsewhere, foreignDesk, '"v1"')).status).toBe(404);
    expect((await put(elsewhere, desk, '"v1"')).status).toBe(200);
    expect([(await get(id, desk)).status, (await get(id, foreignDesk)).status]).toEqual([404, 200]);
  });
});

describe("a search", () => {
  it("[PA5] [D8] finds by name, birth date, phone and e-mail together, in the caller's clinics only", async () => {
    const one = await newPatient({ displayName: "Åsa Brandt-Olofsson", birthDate: "1990-05-06" });
    const far = await newPatient({ displayName: "Asa Brandt", homeLocationId: elsewhere, phone: null });
    expect(idsOf(await search({ name: "brandt asa" }, admin)).sort()).toEqual([one, far].sort());
    expect(idsOf(await search({ name: "BRANDT" }, desk))).toEqual([one]);
    expect(idsOf(await search({ name: "BRANDT" }, foreignDesk))).toEqual([far]);
    expect(idsOf(await search({ birthDate: "1990-05-06", name: "olof" }, admin))).toEqual([one]);
    expect(idsOf(await search({ name: "brandt", phone: "+13125550187" }, admin))).toEqual([one]);
    expect(idsOf(await search({ email: "zoe.quill@EXAMPLE.org" }, desk))).toContain(one);
    expect(idsOf(await search({ name: "brandt", birthDate: "1990-05-07" }, admin))).toEqual([]);
    for (const name of ["%", "_sa", "br%dt", "\\"]) expect(idsOf(await search({ name }, desk))).toEqual([]);
    const answer = await search({ name: "olofsson" }, desk);
    expect(answer.body).toEqual({
      data: [{ id: one, displayName: "Åsa Brandt-Olofsson", birthDate: "1990-05-06", homeLocationId: home }],
      page: { next: null },
      isComplete: true,
    });
  });

  it("[PA5] that would read everybody, or asks for nothing, is refused", async () => {
    for (const asked of [{ phone: "+13125550187" }, { email: "a@example.org" }, { name: "Li" }])
      expect((await search(asked, admin)).status).toBe(400);
    expect((await search({}, admin)).status).toBe(400);
    expect((await search({ name: "Li", birthDate: "1990-05-06" }, admin)).status).toBe(200);
    expect((await search({ name: "Li" }, desk)).status).toBe(200);
  });
});

describe("who is deactivated", () => {
  it("[PA4] is found and booked for no more, keeps record and visits, which were named, and may come back", async () => {
    const id = await newPatient({ displayName: "Ulf Vanishing" });
    const booked = await bookFor(id, desk);
    const off = (more: Record<string, unknown> = {}) =>
      call("POST", `/patients/${id}/deactivate${more.ifMatch ? "?apply=true" : ""}`, {
        token: desk,
        ...more,
      });
    const preview = await off();
    expect(preview.body).toMatchObject({ applied: false, version: 1, active: false });
    expect(preview.body.standing).toEqual({
      count: 1,
      appointments: [
        { id: booked.body.id, providerId: provider.id, start: booked.body.start, end: booked.body.end },
      ],
    });
    expect(idsOf(await search({ name: "vanishing" }, desk))).toEqual([id]);
    expect((await off({ ifMatch: '"v1"' })).body).toMatchObject({ applied: true, version: 2 });
    expect(idsOf(await search({ name: "vanishing" }, desk))).toEqual([]);
    expect((await bookFor(id, desk)).status).toBe(404);
    expect((await get(id, desk)).body).toMatchObject({ active: false, version: 2 });
    const list = await call("GET", `/patients/${id}/appointments`, { token: desk });
    expect(idsOf(list)).toEqual([booked.body.id]);
    await call("POST", `/patients/${id}/activate?apply=true`, { token: desk, ifMatch: '"v2"' });
    expect((await bookFor(id, desk)).status).toBe(201);
  });
});

describe("while Postgres is away", () => {
  it("[K7] a desk goes on with patients whom it has met, however long ago; strangers are 503", async () => {
    const id = await newPatient();
    expect((await bookFor(id, desk)).status).toBe(201);
    const dark = { ...env, NEON_FETCH_ENDPOINT: "http://127.0.0.1:1/sql" } as Env;
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const listOf = async (who: string) => {
      const headers = { authorization: `Bearer ${desk}` };
      const request = new Request(`https://openslot.test/v1/patients/${who}/appointments`, { headers });
      const response = await app.fetch(request, dark, context as never);
      await response.arrayBuffer();
      return response.status;
    };
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 15_000 });
    try {
      expect(await listOf(id)).toBe(200);
      expect(await listOf(await seededPatients(1).then(([one]) => one?.id as string))).toBe(503);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("two records of one person", () => {
  const merge = (id: string, into: string, more: Record<string, unknown> = {}) =>
    call("POST", `/patients/${id}/merge${more.ifMatch ? "?apply=true" : ""}`, {
      token: desk,
      body: { into },
      ...more,
    });

  it("[PA6] do not become one while something stands under the one that goes", async () => {
    const [id, into] = [await newPatient(), await newPatient()];
    const booked = await bookFor(id);
    const preview = await merge(id, into);
    expect(preview.body).toMatchObject({ applied: false, isFree: false, standing: { count: 1 } });
    const refused = await merge(id, into, { ifMatch: '"v1"' });
    expect([refused.status, refused.body.rule]).toEqual([422, "future-appointments"]);
    await cancel(booked);
    expect((await merge(id, into)).body).toMatchObject({ isFree: true, standing: { count: 0 } });
    expect((await merge(id, into, { ifMatch: '"v7"' })).status).toBe(412);
    expect((await merge(id, into, { ifMatch: '"v1"' })).body).toMatchObject({ applied: true, id, into });
    expect((await merge(id, into, { ifMatch: '"v1"' })).body).toMatchObject({ applied: true, id, into });
  });

  it("[PA7] answer under both ids: record, list, and a booking is the surviving one's", async () => {
    const [id, into] = [await newPatient({ displayName: "Dora Double" }), await newPatient()];
    const before = await bookFor(id);
    await cancel(before);
    const kept = await bookFor(into);
    expect((await merge(id, into, { ifMatch: '"v1"' })).status).toBe(200);
    const shown = await get(id, desk);
    expect(shown.body).toMatchObject({ id: into, mergedFrom: [id], version: 2 });
    expect(shown.headers.get("content-location")).toBe(`/v1/patients/${into}`);
    expect(shown.headers.get("etag")).toBe('"v2"');
    const later = await bookFor(id, desk);
    expect([later.status, later.body.patientId]).toEqual([201, into]);
    const all = [before, kept, later].map((one) => one.body).sort((a, b) => (a.start < b.start ? -1 : 1));
    for (const who of [id, into]) {
      const first = await call("GET", `/patients/${who}/appointments?limit=2`, { token: admin });
      const next = first.body.page.next as string;
      const second = await call("GET", `/patients/${who}/appointments?limit=2&cursor=${next}`, {
        token: admin,
      });
      expect([...idsOf(first), ...idsOf(second)]).toEqual(all.map((one) => one.id));
      expect(second.body.page.next).toBeNull();
    }
    expect(idsOf(await search({ name: "Dora Double" }, desk))).toEqual([]);
    const put = await call("PUT", `/patients/${id}`, { token: desk, ifMatch: '"v2"', body: body() });
    expect([put.status, put.body.rule]).toEqual([422, "patient-merged"]);
  });

  it("[PA6] every id stays one step away, and there is no circle", async () => {
    const [a, b, third] = [await newPatient(), await newPatient(), await newPatient()];
    expect((await merge(a, b, { ifMatch: '"v1"' })).status).toBe(200);
    expect((await merge(b, a, { ifMatch: '"v2"' })).status).toBe(422);
    expect((await merge(b, b)).status).toBe(400);
    expect((await merge(b, third, { ifMatch: '"v2"' })).status).toBe(200);
    for (const id of [a, b]) expect((await get(id, desk)).body).toMatchObject({ id: third });
    expect((await get(third, desk)).body.mergedFrom).toEqual([a, b].sort());
    expect((await merge(a, await newPatient(), { ifMatch: '"v3"' })).body.rule).toBe("patient-merged");
  });
});
