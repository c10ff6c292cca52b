/**
 * A rebuild of Postgres on the real objects: rows that were lost, changed and invented, calendars that were never asked
 * for anything, a booking in the middle of it, and who may do it. Rows of Postgres alone: test/db/record-suite.ts.
 */
import { listDurableObjectIds, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import { APPOINTMENTS_TOPIC } from "../../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../../core/events/partition.ts";
import { makeDb } from "../../../db/client.ts";
import { ProviderCalendar } from "../../../durable-objects/provider-calendar/provider-calendar.ts";
import {
  adminToken,
  book,
  calendarOf,
  call,
  drainLog,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
} from "../../support/edge.ts";

const settings = env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string };
const db = () => makeDb(settings);
const serviceToken = () => token({ sub: "svc_test", role: "service" });

/** Other files run beside this one with the first providers of the same Postgres: ours come after them all, by id. */
const PROVIDERS_OF_OTHERS = 1_200;
let ours = "";

const forget = async (...tables: readonly ("appointment" | "appointment_history")[]): Promise<void> => {
  for (const table of tables)
    await db().execute(sql`DELETE FROM ${sql.identifier(table)} WHERE provider_id COLLATE "C" > ${ours}`);
};

beforeAll(async () => {
  for (let n = 1; n < PROVIDERS_OF_OTHERS; n++) await someProvider();
  ours = (await someProvider()).id;
});
beforeEach(async () => {
  await drainLog(); // what the test before left in the log
  await forget("appointment", "appointment_history");
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

interface Line {
  readonly provider?: string;
  readonly rows?: number;
  readonly righted?: number;
  readonly withdrawn?: number;
  readonly hash?: string;
  readonly stored?: { readonly rows: number; readonly hash: string } | null;
  readonly unknown?: boolean;
  readonly done?: boolean;
  readonly next?: string | null;
}

async function rebuild(page: { after?: string; limit?: number } = {}): Promise<Line[]> {
  const body = { after: ours, ...page };
  const answer = await call("POST", "/rebuild/postgres", { token: await serviceToken(), body });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
const lineOf = (lines: readonly Line[], { id }: Provider) => lines.find(({ provider }) => provider === id);

interface World {
  readonly provider: Provider;
  readonly other: Provider;
  readonly ids: readonly string[];
  readonly slots: readonly Slot[];
}

/** Four appointments of one provider: as booked, cancelled, moved to another provider, and another one of that one. */
async function aWorld(): Promise<World> {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const booked: string[] = [];
  const tokens: string[] = [];
  for (const slot of [slots[0], slots[8], slots[16]] as Slot[]) {
    const patient = somePatient();
    tokens.push(await patientToken(patient));
    booked.push((await book(provider, slot, patient)).body.id);
  }
  await call("DELETE", `/appointments/${booked[1]}`, { token: tokens[1] as string, ifMatch: '"v1"' });
  const other = await colleague(provider);
  const [place] = await slotsFor(other, provider.visitTypeIds[0] as string);
  const moved = await call("PATCH", `/appointments/${booked[2]}`, {
    token: tokens[2] as string,
    ifMatch: '"v1"',
    body: { providerId: other.id, locationId: place?.locationId, start: place?.start },
  });
  expect(moved.status).toBe(200);
  for (const { id } of [provider, other]) await runDurableObjectAlarm(calendarOf(id));
  return { provider, other, ids: booked, slots };
}

async function slotsFor({ id }: Provider, visitTypeId: string): Promise<Slot[]> {
  const [from, to] = [1, 14].map((days) =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
  );
  const path = `/providers/${id}/availability?visitTypeId=${visitTypeId}&from=${from}&to=${to}`;
  return (await call("GET", path)).body.days.flatMap((day: { slots: Slot[] }) => day.slots);
}

/** Another provider with the same first kind of visit. */
async function colleague(provider: Provider): Promise<Provider> {
  for (;;) {
    const other = await someProvider();
    if (other.visitTypeIds.includes(provider.visitTypeIds[0] as never)) return other;
  }
}

/** Of these providers only: a rebuild also brings back what other tests of this file booked. */
const rows = async (...providers: readonly Provider[]) =>
  (
    await db().execute(sql`SELECT id, provider_id, status, version FROM appointment
      WHERE provider_id = ANY(${sql.param(providers.map(({ id }) => id))}::text[]) ORDER BY id`)
  ).rows;
const history = async () =>
  (await db().execute(sql`SELECT * FROM appointment_history ORDER BY appointment_id, version`)).rows;

describe("POST /v1/rebuild/postgres", () => {
  it("[P9] [P11] brings back what Postgres lost, right, and the hashes of both sides are equal", async () => {
    const { provider, other } = await aWorld();
    await drainLog();
    const before = await rows(provider, other);
    expect(before).toHaveLength(3);
    await forget("appointment");
    const lines = await rebuild();
    expect(await rows(provider, other)).toEqual(before);
    for (const [who, count] of [
      [provider, 2],
      [other, 1],
    ] as const) {
      const line = lineOf(lines, who);
      expect(line).toMatchObject({ rows: count, righted: count, withdrawn: 0 });
      expect(line?.stored).toEqual({ provider: who.id, rows: count, hash: line?.hash });
    }
    expect(lines.at(-1)).toEqual({ done: true, next: null });
    expect(lineOf(await rebuild(), provider)).toMatchObject({ righted: 0, withdrawn: 0 });
  });

  it("[P9] rights a row that was changed, takes one away that was invented, and undoes a version that never was", async () => {
    const { provider, other, ids } = await aWorld();
    await drainLog();
    const before = await rows(provider, other);
    await db().execute(sql`UPDATE appointment SET status = 'completed' WHERE id = ${ids[0]}`);
    await db().execute(sql`UPDATE appointment SET version = 99, status = 'booked' WHERE id = ${ids[1]}`);
    await db().execute(
      sql`UPDATE appointment SET version = 1, provider_id = ${provider.id} WHERE id = ${ids[2]}`,
    ); // before its move
    await db().execute(sql`
      INSERT INTO appointment SELECT 'apt_invented', provider_id, patient_id, location_id, visit_type_id, time_zone, start_at,
        end_at, status, version, source, created_at, updated_at FROM appointment WHERE id = ${ids[0]}`);
    const lines = await rebuild();
    expect(lineOf(lines, provider)).toMatchObject({ withdrawn: 2 });
    await rebuild(); // the first one may have looked at the provider before the one that has the moved appointment
    expect(await rows(provider, other)).toEqual(before);
  });

  it("[P9] leaves alone what is booked, and told, between its question and its comparison", async () => {
    const { provider, slots } = await aWorld();
    await drainLog();
    const original = ProviderCalendar.prototype.exportAppointments;
    const patient = somePatient();
    vi.spyOn(ProviderCalendar.prototype, "exportAppointments").mockImplementationOnce(async function (
      this: ProviderCalendar,
      ...asked: Parameters<typeof original>
    ) {
      const page = original.apply(this, asked);
      await book(provider, slots[24] as Slot, patient);
      await (this as unknown as { onAlarm(): Promise<void> }).onAlarm();
      await drainLog();
      return page;
    } as never);
    const before = (await rows(provider)).length;
    const lines = await rebuild({ after: justBefore(provider.id), limit: 1 });
    expect(lineOf(lines, provider)).toMatchObject({ withdrawn: 0 });
    expect(await rows(provider)).toHaveLength(before + 1);
  });

  it("[P10] wakes no calendar that was never asked for anything, and leaves rows of nobody's calendar alone", async () => {
    const { provider, ids } = await aWorld();
    const idle = await someProvider();
    await drainLog();
    await db().execute(sql`
      INSERT INTO appointment SELECT 'apt_x', 'prv_zzzzzzzzzzzz', patient_id, location_id, visit_type_id, time_zone, start_at,
        end_at, status, version, source, created_at, updated_at FROM appointment WHERE id = ${ids[0]}`);
    const before = (await listDurableObjectIds(env.PROVIDER_CALENDAR)).length;
    const lines = await rebuild();
    expect((await listDurableObjectIds(env.PROVIDER_CALENDAR)).length).toBe(before);
    expect(lineOf(lines, idle)).toBeUndefined();
    expect(lineOf(lines, provider)).toBeDefined();
    expect(lines).toContainEqual({ provider: "prv_zzzzzzzzzzzz", unknown: true });
  });

  it("[P10] finds a calendar whose records were trimmed and whose rows were lost", async () => {
    const { provider } = await aWorld();
    await drainLog();
    const log = env.EVENT_LOG.getByName(
      partitionName(APPOINTMENTS_TOPIC, partitionOf(provider.id, APPOINTMENT_PARTITIONS)),
    );
    await runInDurableObject(log, (_, state) => state.storage.sql.exec("DELETE FROM record"));
    await forget("appointment");
    expect(lineOf(await rebuild(), provider)).toMatchObject({ rows: 2, righted: 2 });
  });

  it("[P9] goes page by page through all calendars, each once", async () => {
    await aWorld();
    const whole = (await rebuild()).flatMap(({ provider }) => provider ?? []);
    const paged: string[] = [];
    for (let after: string | null | undefined = ours; typeof after === "string"; ) {
      const page: Line[] = await rebuild({ after, limit: 2 });
      paged.push(...page.flatMap(({ provider }) => provider ?? []));
      after = page.at(-1)?.next;
    }
    expect(paged.toSorted()).toEqual(whole.toSorted());
    expect(new Set(paged).size).toBe(paged.length);
  });

  it("[P6] tells the history again from the log, and adds nothing that is there", async () => {
    const { ids } = await aWorld();
    await drainLog();
    const told = async () => (await history()).filter((row) => ids.includes(String(row.appointment_id)));
    const before = await told(); // the log also has what other tests of this file did
    expect(before).toHaveLength(5);
    const auth = await serviceToken();
    const replay = async () => {
      for (let partition = 0; partition < APPOINTMENT_PARTITIONS; partition++) {
        const answer = await call("POST", "/rebuild/history", { token: auth, body: { partition } });
        expect(answer.body).toMatchObject({ next: null });
      }
    };
    await replay();
    expect(await told()).toEqual(before);
    await forget("appointment_history", "appointment");
    await replay();
    expect(await told()).toEqual(before);
  });

  it("[P9] [A2] is for a service and an admin only, and a bad request changes nothing", async () => {
    const staff = await staffToken("loc_aaaaaaaaaaaa");
    for (const path of ["/rebuild/postgres", "/rebuild/history"]) {
      expect((await call("POST", path, { body: {} })).status).toBe(401);
      expect((await call("POST", path, { token: staff, body: {} })).status).toBe(403);
      const bad = await call("POST", path, { token: await adminToken(), body: { limit: 0, partition: 6 } });
      expect(bad.status).toBe(400);
    }
    expect((await call("GET", "/rebuild/hash", { token: staff })).status).toBe(403);
    expect((await call("GET", "/rebuild/hash", { token: await adminToken() })).body).toEqual({
      rows: expect.any(Number),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

/** A text right before an id, so that a page begins with it. */
const justBefore = (id: string): string =>
  `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;
