/**
 * Proves on the real runtime who may act for whom: consents given by code and at a desk, what a proxy reaches by every route, and that
 * nothing of it is left after a withdrawal, an end, a merge; races; Postgres away; evictions.
 */
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import { agendaShardOf, type LocationId, type PatientId } from "../../../core/ids.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import app from "../../../workers/edge/index.tsx";
import { forgetEverythingAboutConsents } from "../../../workers/edge/represents.ts";
import {
  type Answer,
  adminToken,
  BASE,
  bookingOf,
  call,
  db,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  staffToken,
  token,
} from "../../support/edge.ts";
import { evict } from "../../support/evict.ts";
import { FakeIssuer, visit } from "../../support/fake-issuer.ts";
import { codeOf, consent, newPatient, removeNewPatients, twoClinics } from "../../support/new-patients.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

let provider: Provider;
let home: LocationId;
let elsewhere: LocationId;
let slots: Slot[];
let nextSlot = 0;
const slot = (): Slot => slots[nextSlot++ * 2] as Slot;

beforeAll(async () => {
  [home, elsewhere] = await twoClinics();
  provider = await newProvider("Pia Proxy");
  slots = await slotsOf(provider);
}, 30_000); // the first call of the file loads the Worker
afterEach(() => {
  vi.useRealTimers();
  forgetEverythingAboutConsents();
});
afterAll(async () => {
  await removeNewPatients();
  await removeNewProviders();
  await reset();
});

const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
const listOf = async (of: PatientId, as: PatientId) =>
  call("GET", `/patients/${of}/appointments`, { token: await patientToken(as) });
const remove = async (patient: PatientId, id: string, as: string) =>
  call("DELETE", `/patients/${patient}/proxies/${id}`, { token: as });
const bookFor = async (patient: PatientId, as: PatientId, key = freshKey(), at = slot()): Promise<Answer> =>
  call("POST", "/appointments", {
    token: await patientToken(as),
    key,
    body: bookingOf(provider, at, { patientId: patient }),
  });
/** Of an answer, what a stranger may compare: not the request id. */
const compared = ({ status, body }: Answer) => ({ status, body: { ...body, instance: "" } });

async function open(path: string, auth: string) {
  const response = await exports.default.fetch(
    new Request(`${BASE}${path}`, { headers: { upgrade: "websocket", authorization: `Bearer ${auth}` } }),
  );
  if (!response.webSocket) return { status: response.status, text: await response.text() };
  const socket = response.webSocket;
  let closed: number | null = null;
  const frames: string[] = [];
  socket.addEventListener("message", ({ data }) => void frames.push(String(data)));
  socket.addEventListener("close", ({ code }) => {
    closed = code;
  });
  socket.accept();
  return { status: 101, closed: () => closed, frames, close: () => socket.close() };
}

describe("a consent by code", () => {
  it("[CO1] [CO6] the proxy shows a code, the patient types it, and both see it; nobody else does", async () => {
    const [patient, proxy, stranger] = await Promise.all([
      newPatient({ displayName: "Paul Patient" }),
      newPatient({ displayName: "Carla Carer", email: "carla@example.org" }),
      newPatient(),
    ]);
    const code = await codeOf(proxy);
    expect(code).toMatch(/^[0-9a-z]{4}-[0-9a-z]{4}$/);
    const typed = ` ${code.toUpperCase().replace("-", " ")}`;
    const given = await call("POST", `/patients/${patient}/proxies`, {
      token: await patientToken(patient),
      body: { code: typed, relation: "carer" },
    });
    expect(given.status).toBe(201);
    expect(given.body).toEqual({
      id: expect.stringMatching(/^cns_/),
      patientId: proxy,
      displayName: "Carla Carer",
      relation: "carer",
      grantedBy: "patient",
      reason: null,
      grantedAt: expect.any(String),
      expiresAt: null,
    });
    const mine = await call("GET", `/patients/${patient}/proxies`, { token: await patientToken(patient) });
    expect(mine.body.data).toEqual([given.body]);
    const theirs = await call("GET", `/patients/${proxy}/represents`, { token: await patientToken(proxy) });
    expect(theirs.body.data).toEqual([{ ...given.body, patientId: patient, displayName: "Paul Patient" }]);
    expect(mine.headers.get("cache-control")).toBe("no-store");
    for (const path of [`/patients/${patient}/proxies`, `/patients/${proxy}/represents`]) {
      const foreign = await call("GET", path, { token: await patientToken(stranger) });
      expect(foreign.status).toBe(404);
      const missing = await call("GET", path.replace(/pat_\w+/, "pat_00000000000000"), {
        token: await patientToken(stranger),
      });
      expect(compared(foreign)).toEqual(compared(missing));
    }
  });

  it("[CO6] a code opens once, for ten minutes; wrong, used, late, replaced and one's own are one answer", async () => {
    const [patient, proxy, second] = await Promise.all([newPatient(), newPatient(), newPatient()]);
    const use = async (code: string, as = patient) =>
      call("POST", `/patients/${as}/proxies`, {
        token: await patientToken(as),
        body: { code, relation: "other" },
      });
    const replaced = await codeOf(proxy);
    const code = await codeOf(proxy);
    const own = await codeOf(second);
    const refused = await use("0000-0000");
    expect([refused.status, refused.body.rule]).toEqual([422, "code-refused"]);
    expect(compared(await use(replaced))).toEqual(compared(refused));
    expect(compared(await use("not a code at all"))).toEqual(compared(refused));
    const both = await Promise.all([use(code), use(code, second)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 422]);
    expect(compared(await use(own, second))).toEqual(compared(refused));
    const late = await codeOf(proxy);
    await db().execute(sql`UPDATE consent_code SET expires_at = now() WHERE proxy_patient_id = ${proxy}`);
    expect(compared(await use(late, second))).toEqual(compared(refused));
    const rows = await db().execute(sql`SELECT * FROM consent_code WHERE proxy_patient_id = ${proxy}`);
    expect(JSON.stringify(rows.rows)).not.toContain(late.replace("-", ""));
  });

  it("[CO6] five guesses an hour, also in a burst; then also the right code waits", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const auth = await patientToken(patient);
    const code = await codeOf(proxy);
    const use = (typed: string) =>
      call("POST", `/patients/${patient}/proxies`, { token: auth, body: { code: typed, relation: "other" } });
    const burst = await Promise.all(Array.from({ length: 20 }, (_, n) => use(`0000-${1000 + n}`)));
    expect(burst.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(burst.filter(({ status }) => status === 429)).toHaveLength(15);
    const right = await use(code);
    expect([right.status, right.headers.get("retry-after")]).toEqual([429, "3600"]);
    await db().execute(
      sql`UPDATE consent_try SET since = since - interval '1 hour' WHERE patient_id = ${patient}`,
    );
    expect((await use(code)).status).toBe(201);
  });

  it("[CO2] [CO3] a sixth proxy, a second consent and an end in the past are refused; five at once are five", async () => {
    const patient = await newPatient();
    const proxies = await Promise.all(Array.from({ length: 7 }, () => newPatient()));
    const first = proxies[0] as PatientId;
    const auth = await patientToken(patient);
    const give = async (proxy: PatientId, more: Record<string, unknown> = {}) => {
      const code = await codeOf(proxy);
      await db().execute(sql`DELETE FROM consent_try WHERE patient_id = ${patient}`);
      return call("POST", `/patients/${patient}/proxies`, {
        token: auth,
        body: { code, relation: "other", ...more },
      });
    };
    expect((await give(first, { until: "2020-01-01T00:00:00Z" })).body.rule).toBe("until-not-ahead");
    expect((await give(first, { until: "2099-01-01T00:00:00Z" })).body.rule).toBe("until-too-far");
    expect((await give(first, { nickname: "x" })).status).toBe(400);
    const desk = await staffToken(home);
    const answers = await Promise.all(
      proxies.map((proxyPatientId) =>
        call("POST", `/patients/${patient}/proxies`, {
          token: desk,
          body: { proxyPatientId, relation: "other", reason: "asked-at-desk" },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(2);
    const list = await call("GET", `/patients/${patient}/proxies`, { token: auth });
    expect(list.body.data).toHaveLength(5);
    expect((await give(list.body.data[0].patientId)).body.rule).toBe("already-acts");
    const outside = proxies.find((id) => !list.body.data.some((one: Answer["body"]) => one.patientId === id));
    expect((await give(outside as PatientId)).body.rule).toBe("too-many-proxies");
  });
});

describe("a consent at the desk", () => {
  it("[CO1] links two records of its own clinic, with a reason; a foreign one is the 404 of a missing one", async () => {
    const child = await newPatient({ birthDate: "2020-05-06" });
    const [parent, foreigner] = await Promise.all([newPatient(), newPatient({ homeLocationId: elsewhere })]);
    const desk = await staffToken(home);
    const post = (patient: string, body: unknown, auth = desk) =>
      call("POST", `/patients/${patient}/proxies`, { token: auth, body });
    const link = { proxyPatientId: parent, relation: "parent", reason: "minor" };
    const given = await post(child, link);
    expect(given.body).toMatchObject({
      patientId: parent,
      grantedBy: "clinic",
      reason: "minor",
      expiresAt: "2038-05-06T00:00:00.000Z",
    });
    expect((await listOf(child, parent)).status).toBe(200);
    expect((await post(parent, { ...link, proxyPatientId: child })).body.rule).toBe("not-a-minor");
    expect((await post(child, { ...link, proxyPatientId: child })).body.rule).toBe("own-record");
    expect((await post(child, { proxyPatientId: parent, relation: "parent" })).status).toBe(400);
    expect((await post(child, { code: "0000-0000", relation: "parent" })).status).toBe(400);
    const missing = await post("pat_00000000000000", link);
    expect(missing.status).toBe(404);
    for (const answer of [
      await post(foreigner, link),
      await post(child, { ...link, proxyPatientId: foreigner }),
      await post(child, link, await staffToken(elsewhere)),
    ])
      expect(compared(answer)).toEqual(compared(missing));
    for (const role of ["kiosk", "service"])
      expect((await post(child, link, await token({ sub: "x", role, clinics: [home] }))).status).toBe(403);
    const ended = await remove(child, given.body.id, desk);
    expect(ended.status).toBe(204);
    expect((await listOf(child, parent)).status).toBe(404);
    expect((await post(foreigner, { ...link, reason: "legal-guardian" }, await adminToken())).status).toBe(
      201,
    );
  });
});

/** Everything that a proxy does for a patient, as [what, status while they may]. */
async function everything(patient: PatientId, proxy: PatientId, key: string): Promise<[string, Answer][]> {
  const auth = await patientToken(proxy);
  const own = await bookFor(patient, patient);
  const path = `/appointments/${own.body.id}`;
  const change = (action: string, method = "POST", body?: unknown, more = {}) =>
    call(method, `${path}${action}`, { token: auth, ifMatch: own.headers.get("etag") ?? "", body, ...more });
  const steps: [string, () => Promise<Answer>][] = [
    ["record", () => call("GET", `/patients/${patient}`, { token: auth })],
    ["list", () => call("GET", `/patients/${patient}/appointments`, { token: auth })],
    ["book", () => bookFor(patient, proxy, key)],
    [
      "series",
      () =>
        call("POST", "/series", {
          token: auth,
          key: freshKey(),
          body: bookingOf(provider, slot(), { patientId: patient, count: 2, intervalWeeks: 1 }),
        }),
    ],
    ["read", () => change("", "GET")],
    ["file", () => change(".ics", "GET")],
    ["history", () => change("/history", "GET")],
    ["ticket", () => call("POST", "/live/tickets", { token: auth, body: { patientId: patient } })],
    ["feed link", () => call("POST", `/patients/${patient}/calendar-links`, { token: auth })],
    ["move", () => change("", "PATCH", { start: slot().start })],
    ["confirm", () => call("POST", `${path}/confirm`, { token: auth })],
    [
      "cancel",
      async () => {
        const now = await call("GET", path, { token: await patientToken(patient) });
        return call("DELETE", path, { token: auth, ifMatch: now.headers.get("etag") ?? "" });
      },
    ],
  ];
  const answers: [string, Answer][] = [];
  for (const [what, step] of steps) answers.push([what, await step()]);
  return answers;
}
const ALLOWED = [
  ["record", 200],
  ["list", 200],
  ["book", 201],
  ["series", 201],
  ["read", 200],
  ["file", 200],
  ["history", 200],
  ["ticket", 201],
  ["feed link", 200],
  ["move", 200],
  ["confirm", 200],
  ["cancel", 200],
];
const REFUSED = ALLOWED.map(([what]) => [what, 404]);
const statusesOf = (answers: [string, Answer][]) => answers.map(([what, { status }]) => [what, status]);

describe("what a proxy reaches", () => {
  it("[A5] [CO8] everything of the patient while they may, and after the withdrawal nothing, at once", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const key = freshKey();
    expect(statusesOf(await everything(patient, proxy, key))).toEqual(REFUSED);
    const id = await consent(patient, proxy);
    expect(statusesOf(await everything(patient, proxy, key))).toEqual(ALLOWED);
    expect((await remove(patient, id, await patientToken(patient))).status).toBe(204);
    const after = await everything(patient, proxy, key);
    expect(statusesOf(after)).toEqual(REFUSED);
    const missing = await listOf("pat_00000000000000" as PatientId, proxy);
    for (const [, answer] of after) expect(compared(answer)).toEqual(compared(missing));
  });

  it("[CO7] never consents, the other proxies, whom the patient acts for, or the code of somebody else", async () => {
    const [patient, proxy, other, friend, wards] = await Promise.all([
      newPatient(),
      newPatient(),
      newPatient(),
      newPatient(),
      newPatient(),
    ]);
    await consent(patient, proxy);
    const theirs = await consent(patient, other);
    await consent(wards, patient);
    const auth = await patientToken(proxy);
    const as = (method: string, path: string, body?: unknown) =>
      call(method, `/patients/${patient}${path}`, { token: auth, body });
    expect((await as("GET", "/proxies")).status).toBe(404);
    expect((await as("GET", "/represents")).status).toBe(404);
    expect((await as("POST", "/proxy-codes")).status).toBe(404);
    const pass = { code: await codeOf(friend), relation: "other" };
    expect((await as("POST", "/proxies", pass)).status).toBe(404);
    expect((await as("DELETE", `/proxies/${theirs}`)).status).toBe(404);
    expect((await listOf(wards, proxy)).status).toBe(404); // not passed on: whom the patient acts for stays theirs
    for (const action of ["deactivate", "merge"])
      expect((await as("POST", `/${action}`, {})).status).toBe(403);
    expect((await as("PUT", "", {})).status).toBe(403);
    expect((await listOf(patient, other)).status).toBe(200);
  });

  it("[CO4] a proxy gives up their own; again is the same answer; a stranger finds nothing", async () => {
    const [patient, proxy, stranger] = await Promise.all([newPatient(), newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    expect((await remove(patient, id, await patientToken(stranger))).status).toBe(404);
    expect((await remove(patient, "cns_000000000000", await patientToken(patient))).status).toBe(404);
    expect((await remove(stranger, id, await patientToken(stranger))).status).toBe(404);
    for (let again = 0; again < 2; again++)
      expect((await remove(patient, id, await patientToken(proxy))).status).toBe(204);
    const { rows } = await db().execute(
      sql`SELECT revoked_by, revoked_by_subject FROM patient_proxy WHERE id = ${id}`,
    );
    expect(rows).toEqual([{ revoked_by: "proxy", revoked_by_subject: proxy }]);
    await consent(patient, proxy); // a new one is a new row
    const { rows: history } = await db().execute(
      sql`SELECT revoked_at IS NULL AS open FROM patient_proxy WHERE patient_id = ${patient} ORDER BY since`,
    );
    expect(history).toEqual([{ open: false }, { open: true }]);
  });

  it("[CO14] every grant and every end leaves one row, that says which consent and nothing of anybody", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    await Promise.all(
      Array.from({ length: 4 }, async () => remove(patient, id, await patientToken(patient))),
    );
    const { rows } = await db().execute(
      sql`SELECT * FROM consent_change WHERE consent_id = ${id} ORDER BY seq`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(["granted", "withdrawn"]);
    expect(JSON.stringify(rows)).not.toMatch(/pat_|Ada/);
  });

  it("[CO9] ends by its own time, without anybody doing anything", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const until = new Date(Date.now() + 3_000).toISOString();
    const id = await consent(patient, proxy, { until });
    expect((await listOf(patient, proxy)).status).toBe(200);
    later(3_100); // this isolate's last look is younger than five seconds
    expect((await listOf(patient, proxy)).status).toBe(404);
    vi.useRealTimers();
    await db().execute(
      sql`UPDATE patient_proxy SET since = now() - interval '2 hours', expires_at = now() - interval '1 hour' WHERE id = ${id}`,
    );
    forgetEverythingAboutConsents();
    expect((await listOf(patient, proxy)).status).toBe(404);
    await consent(patient, proxy); // and does not stand in the way of a new one
    expect((await listOf(patient, proxy)).status).toBe(200);
  });

  it("[CO5] a merge or a deactivation ends what a record gave and was given, for good", async () => {
    const [patient, proxy, into, ward] = await Promise.all([
      newPatient(),
      newPatient(),
      newPatient(),
      newPatient(),
    ]);
    const admin = await adminToken();
    await consent(patient, proxy);
    await consent(ward, proxy);
    expect((await listOf(patient, proxy)).status).toBe(200);
    const merged = await call("POST", `/patients/${patient}/merge?apply=true`, {
      token: admin,
      ifMatch: '"v1"',
      body: { into },
    });
    expect(merged.status).toBe(200);
    for (const id of [patient, into]) expect((await listOf(id, proxy)).status).toBe(404);
    expect((await listOf(ward, proxy)).status).toBe(200);
    const active = (what: string, version: number) =>
      call("POST", `/patients/${proxy}/${what}?apply=true`, { token: admin, ifMatch: `"v${version}"` });
    expect((await active("deactivate", 1)).status).toBe(200);
    expect((await listOf(ward, proxy)).status).toBe(404);
    expect((await active("activate", 2)).status).toBe(200);
    expect((await listOf(ward, proxy)).status).toBe(404);
  });

  it("[CO8] the proxy's key and the patient's are two; a repetition of a booking is theirs alone", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    await consent(patient, proxy);
    const key = freshKey();
    const at = slot();
    const first = await bookFor(patient, proxy, key, at);
    const again = await bookFor(patient, proxy, key, at);
    expect([again.body.id, again.headers.get("idempotency-replayed")]).toEqual([first.body.id, "true"]);
    const other = await bookFor(patient, patient, key, slot());
    expect([other.status, other.body.id === first.body.id]).toEqual([201, false]);
    const own = await bookFor(proxy, proxy, key, slot());
    expect([own.status, own.body.patientId]).toEqual([201, proxy]);
  });
});

describe("races and outages", () => {
  it("[CO8] a withdrawal in the middle of bookings: each is whole or the 404, and none begins after it", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    const auth = await patientToken(patient);
    const bookings = Promise.all(Array.from({ length: 8 }, () => bookFor(patient, proxy)));
    const [answers] = await Promise.all([bookings, remove(patient, id, auth)]);
    for (const { status } of answers) expect([201, 404]).toContain(status);
    const after = await Promise.all(Array.from({ length: 4 }, () => bookFor(patient, proxy)));
    expect(after.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    const booked = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
    const list = await listOf(patient, patient);
    expect(list.body.data.map((one: Answer["body"]) => one.id).toSorted()).toEqual(booked.toSorted());
  });

  it("[CO8] whoever stands for nobody is looked up only when their answer is 404, and then once a minute", async () => {
    const patient = await newPatient();
    const foreign = await newPatient();
    const fetched = vi.spyOn(globalThis, "fetch");
    const looks = () =>
      fetched.mock.calls.filter(([, init]) => String(init?.body).includes("patient_proxy")).length;
    try {
      await listOf(patient, patient);
      await bookFor(patient, patient);
      await listOf(patient, patient);
      expect(looks()).toBe(0);
      for (let n = 0; n < 5; n++) expect((await listOf(foreign, patient)).status).toBe(404);
      expect(looks()).toBe(1);
      later(61_000);
      await listOf(foreign, patient);
      expect(looks()).toBe(2);
    } finally {
      fetched.mockRestore();
    }
  });

  it("[CO8] another isolate hears of a withdrawal within five seconds", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    expect((await listOf(patient, proxy)).status).toBe(200);
    await db().execute(
      sql`UPDATE patient_proxy SET revoked_at = now(), revoked_by = 'patient' WHERE id = ${id}`,
    ); // as somebody elsewhere does it
    later(5_001);
    expect((await listOf(patient, proxy)).status).toBe(404);
  });

  it("[CO10] Postgres away: what was last known counts for five minutes, then nobody is stood for", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    await consent(patient, proxy);
    expect((await listOf(patient, proxy)).status).toBe(200);
    const dark = { ...env, NEON_FETCH_ENDPOINT: "http://127.0.0.1:1/sql" } as Env;
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const auth = await token({ sub: proxy, role: "patient" }, { lifetime: "1h" });
    const dimly = async (of: PatientId) => {
      const headers = { authorization: `Bearer ${auth}` };
      const request = new Request(`${BASE}/patients/${of}/appointments`, { headers });
      const response = await app.fetch(request, dark, context as never);
      await response.arrayBuffer();
      return response.status;
    };
    later(60_000);
    expect(await dimly(patient)).toBe(200);
    vi.setSystemTime(Date.now() + 230_000);
    expect(await dimly(patient)).toBe(200);
    vi.setSystemTime(Date.now() + 15_000);
    expect(await dimly(patient)).toBe(404);
    expect(await dimly(proxy)).toBe(200); // their own is theirs
    vi.useRealTimers();
    forgetEverythingAboutConsents();
    expect((await listOf(patient, proxy)).status).toBe(200); // and comes back with Postgres
  });
});

describe("what outlives a request", () => {
  const shard = (id: PatientId) => env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(id)}`);
  const closing = (screen: Awaited<ReturnType<typeof open>>) =>
    vi.waitFor(() => expect(screen.closed?.()).not.toBeNull(), { timeout: 5_000, interval: 20 });

  it("[CO11] a proxy's socket and unused ticket end with the withdrawal, also after an eviction; the patient's stay", async () => {
    const [patient, proxy, other] = await Promise.all([newPatient(), newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    await consent(patient, other);
    const auth = await patientToken(proxy);
    const theirs = await open(`/live/patients/${patient}`, auth);
    const mine = await open(`/live/patients/${patient}`, await patientToken(patient));
    const others = await open(`/live/patients/${patient}`, await patientToken(other));
    await vi.waitFor(() => expect(theirs.frames).toHaveLength(1));
    await evict(shard(patient));
    const ticket = (await call("POST", "/live/tickets", { token: auth, body: { patientId: patient } })).body
      .ticket;
    await remove(patient, id, await patientToken(patient));
    await closing(theirs);
    expect(mine.closed?.()).toBeNull();
    expect(others.closed?.()).toBeNull();
    expect((await open(`/live/patients/${patient}`, auth)).status).toBe(404);
    const late = await exports.default.fetch(
      new Request(`${BASE}/live/patients/${patient}?ticket=${ticket}`, { headers: { upgrade: "websocket" } }),
    );
    const socket = late.webSocket as WebSocket;
    let closed: number | null = null;
    socket.addEventListener("close", ({ code }) => {
      closed = code;
    });
    socket.accept();
    await vi.waitFor(() => expect(closed).toBe(1008));
    mine.close?.();
    others.close?.();
  });

  it.each(["merge", "deactivate"])(
    "[CO11] a proxy's sockets end when a record goes by %s: of whom they stood for, and the proxy's own record",
    async (action) => {
      const [patient, proxy, ward, into] = await Promise.all([
        newPatient(),
        newPatient(),
        newPatient(),
        newPatient(),
      ]);
      await consent(patient, proxy); // of the record that goes
      await consent(ward, patient); // to it
      const screens = await Promise.all([
        open(`/live/patients/${patient}`, await patientToken(proxy)),
        open(`/live/patients/${ward}`, await patientToken(patient)),
      ]);
      await vi.waitFor(() => expect(screens.map(({ frames }) => frames?.length)).toEqual([1, 1]));
      const answer = await call("POST", `/patients/${patient}/${action}?apply=true`, {
        token: await adminToken(),
        ifMatch: '"v1"',
        body: action === "merge" ? { into } : {},
      });
      expect(answer.status).toBe(200);
      await Promise.all(screens.map(closing));
    },
  );

  it("[CO11] without hearing of it, a proxy's socket ends with the consent", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    await consent(patient, proxy, { until: new Date(Date.now() + 1_500).toISOString() });
    const screen = await open(`/live/patients/${patient}`, await patientToken(proxy));
    await vi.waitFor(() => expect(screen.frames).toHaveLength(1));
    await closing(screen);
    expect(screen.closed?.()).toBe(1013);
  });

  it("[SI9] a patient's own socket stands for five minutes, also over an eviction, and ends then; the page comes back by a new ticket", async () => {
    const patient = await newPatient();
    const auth = await patientToken(patient);
    const screen = await open(`/live/patients/${patient}`, auth);
    await vi.waitFor(() => expect(screen.frames).toHaveLength(1));
    await evict(shard(patient));
    const opened = Date.now();
    vi.setSystemTime(opened + 4 * MINUTE_MS);
    await runDurableObjectAlarm(shard(patient));
    expect(screen.closed?.()).toBeNull();
    vi.setSystemTime(opened + 5 * MINUTE_MS + 1_000);
    await runDurableObjectAlarm(shard(patient));
    await closing(screen);
    vi.useRealTimers();
    expect(screen.closed?.()).toBe(1013);
    const again = await open(`/live/patients/${patient}`, auth);
    await vi.waitFor(() => expect(again.frames).toHaveLength(1));
    again.close?.();
  });

  it("[SV4] the desk ends a patient's sessions: their own sockets and those in others' stead close, others' stay", async () => {
    const [patient, ward, proxy] = await Promise.all([newPatient(), newPatient(), newPatient()]);
    await consent(ward, patient);
    await consent(patient, proxy);
    const auth = await patientToken(patient);
    const [own, asProxy, theirs, wards] = await Promise.all([
      open(`/live/patients/${patient}`, auth),
      open(`/live/patients/${ward}`, auth),
      open(`/live/patients/${patient}`, await patientToken(proxy)),
      open(`/live/patients/${ward}`, await patientToken(ward)),
    ]);
    const all = [own, asProxy, theirs, wards];
    await vi.waitFor(() => expect(all.map(({ frames }) => frames?.length)).toEqual([1, 1, 1, 1]));
    const bearer = { method: "POST", headers: { authorization: `Bearer ${await adminToken()}` } };
    expect((await visit(new FakeIssuer(), `/v1/patients/${patient}/sign-out`, bearer)).status).toBe(204);
    await Promise.all([closing(own), closing(asProxy)]);
    expect([theirs.closed?.(), wards.closed?.()]).toEqual([null, null]);
    theirs.close?.();
    wards.close?.();
  });

  it("[CO12] a proxy's calendar feed is theirs: it ends with the consent, and the patient's own goes on", async () => {
    const [patient, proxy] = await Promise.all([newPatient(), newPatient()]);
    const id = await consent(patient, proxy);
    const linkOf = async (as: PatientId) => {
      const answer = await call("POST", `/patients/${patient}/calendar-links`, {
        token: await patientToken(as),
      });
      return answer.body.url.slice(BASE.length) as string;
    };
    const [own, theirs] = [await linkOf(patient), await linkOf(proxy)];
    expect(theirs).not.toBe(own);
    expect((await call("GET", theirs)).status).toBe(200);
    const [stolen] = theirs.split("&proxy=");
    expect((await call("GET", stolen as string)).status).toBe(404);
    expect((await call("GET", `${own}&proxy=${proxy}`)).status).toBe(404);
    await remove(patient, id, await patientToken(patient));
    expect((await call("GET", theirs)).status).toBe(404);
    expect((await call("GET", own)).status).toBe(200);
  });
});
