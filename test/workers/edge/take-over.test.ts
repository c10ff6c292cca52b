/**
 * Proves on the real runtime that appointments from elsewhere reach their calendars: before anybody is told what is free or what
 * a patient has, once, and not at all differently for a crash, a repetition or an eviction. `reset()` stands for a network
 * whose calendars were never asked for anything. Not proved here: the pace of a whole network's push.
 */
import { evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MoveCommand } from "../../../core/booking/commands.ts";
import type { HandedIn, IncomingAppointment } from "../../../core/booking/take-over.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import type { PatientId } from "../../../core/ids.ts";
import { type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";
import * as queries from "../../../db/index.ts";
import { findOverlaps } from "../../../db/queries/overlap-audit.ts";
import { ProviderCalendar } from "../../../durable-objects/provider-calendar/provider-calendar.ts";
import { forgetAvailability } from "../../../workers/edge/availability-cache.ts";
import { forgetDirectory } from "../../../workers/edge/directory-cache.ts";
import app from "../../../workers/edge/index.tsx";
import { settingsOf } from "../../../workers/edge/middleware/request-context.ts";
import { configure } from "../../../workers/edge/provisioning.ts";
import { mintAppointmentId } from "../../../workers/edge/routing-ids.ts";
import { patientAgenda } from "../../../workers/edge/stubs.ts";
import { pushDirectory } from "../../../workers/push-directory.ts";
import { handIn } from "../../../workers/take-over.ts";
import {
  type Answer,
  book,
  calendarOf,
  call,
  db,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  seededPatients,
  slotsOf,
  staffToken,
} from "../../support/edge.ts";
import { newProvider, removeNewProviders } from "../../support/new-providers.ts";

let made = 0;
let nextPatient = 0;

/** A patient of the directory: a row refers to one. */
async function aPatient(): Promise<PatientId> {
  const all = await seededPatients(100);
  return all[nextPatient++ % all.length]?.id as PatientId;
}

/** Providers whose calendars nobody has asked for anything yet. */
async function freshProviders<const N extends number>(count: N): Promise<Provider[]> {
  const providers: Provider[] = [];
  for (let n = 0; n < count; n++) providers.push(await newProvider(`Import Number ${made++}`));
  await reset();
  forgetDirectory();
  return providers;
}

/** A follow-up visit as another system has it. */
const aRow = (provider: Provider, patient: PatientId, start: Instant): IncomingAppointment => ({
  id: mintAppointmentId(settingsOf(env).ID_KEYS, provider.id),
  providerId: provider.id,
  patientId: patient,
  locationId: provider.locationIds[0] as IncomingAppointment["locationId"],
  visitTypeId: provider.visitTypeIds[0] as IncomingAppointment["visitTypeId"],
  start,
  end: plus(start, 20 * MINUTE_MS),
  status: "booked",
  createdAt: instant(Date.UTC(2026, 0, 5)),
  updatedAt: instant(Date.UTC(2026, 0, 5)),
  checkedInAt: null,
  cancelledAt: null,
  cancellationReason: null,
  reason: "Brought along",
});

/** As an import leaves it, known to this isolate as it would be two seconds later. */
async function waits(...rows: readonly IncomingAppointment[]): Promise<void> {
  await queries.putIncoming(db(), rows);
  forgetDirectory();
  for (const { providerId } of rows) forgetAvailability(providerId);
}

const waiting = async (provider: Provider): Promise<number> =>
  (await db().execute(sql`SELECT 1 FROM incoming_appointment WHERE provider_id = ${provider.id}`)).rows
    .length;

const listOf = async (patient: PatientId): Promise<Answer> =>
  call("GET", `/patients/${patient}/appointments`, { token: await patientToken(patient) });

const push = (...providers: readonly Provider[]) =>
  pushDirectory(
    env,
    db(),
    queries,
    100,
    providers.map(({ id }) => id),
  );

const handed = (row: IncomingAppointment, provider: Provider): HandedIn => ({
  ...row,
  timeZone: provider.calendar.sites[0]?.timeZone ?? "UTC",
});

const startOf = (slot: Slot | undefined): Instant => instant(Date.parse(slot?.start ?? ""));

/** Starts that a provider like these offers: they all have the same hours. */
let starts: Instant[] = [];

beforeEach(async () => {
  if (starts.length === 0) {
    const [provider] = await freshProviders(1);
    starts = (await slotsOf(provider as Provider)).slice(30).map(startOf);
  }
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await removeNewProviders();
  await reset();
});

describe("at first touch", () => {
  it("[AD7] [AD1] a patient's list has what waits for them at every calendar, and a second look asks nobody", async () => {
    const [one, two] = (await freshProviders(2)) as [Provider, Provider];
    const [patient, other] = [await aPatient(), await aPatient()];
    const rows = [aRow(one, patient, starts[0] as Instant), aRow(two, patient, starts[9] as Instant)];
    await waits(...rows, aRow(one, other, starts[3] as Instant));
    await call("GET", "/locations"); // the isolate has the directory
    const asked = vi.spyOn(globalThis, "fetch");
    const first = await listOf(patient);
    expect(first.status).toBe(200);
    expect(first.body.data).toMatchObject(
      rows.map(({ id }) => ({ id, version: 1, source: "import", status: "booked" })),
    );
    await expect.poll(() => waiting(two)).toBe(0); // behind the answer
    await expect.poll(() => waiting(one)).toBe(1); // somebody else's
    const questions = () =>
      asked.mock.calls.filter(([, init]) => String(init?.body).includes("incoming_appointment AS i")).length;
    const before = questions();
    expect(before).toBeGreaterThan(0);
    expect((await listOf(patient)).body).toEqual(first.body);
    expect(questions()).toBe(before);
  });

  it("[AD7] a booking that lies over what waits for its patient elsewhere is a conflict", async () => {
    const [one, two] = (await freshProviders(2)) as [Provider, Provider];
    const patient = await aPatient();
    await waits(aRow(one, patient, starts[0] as Instant));
    const slot = (await slotsOf(two)).find(({ start }) => Date.parse(start) === starts[0]) as Slot;
    const answer = await book(two, slot, patient);
    expect(answer.status).toBe(409);
    expect(answer.body.type).toBe("/problems/patient-conflict");
  });

  it("[AD6] a calendar that nobody asked before does not offer what is taken, nor book it", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const row = aRow(provider, await aPatient(), starts[0] as Instant);
    await waits(row);
    const offered = (await slotsOf(provider)).map(startOf);
    expect(offered).toContain(starts[1]);
    expect(offered).not.toContain(starts[0]);
    expect(await waiting(provider)).toBe(1); // its patient's agenda was not told yet
    const slot = { start: new Date(row.start).toISOString(), end: "", locationId: row.locationId };
    expect((await book(provider, slot, await aPatient())).body).toMatchObject({
      type: "/problems/slot-taken",
      blockedBy: "appointment",
    });
  });

  it("[AD6] an id that nobody has taken over yet is found, read and changed", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const rows = [0, 3].map((n) => aRow(provider, "" as PatientId, starts[n] as Instant));
    const patient = await aPatient();
    const [read, cancelled] = rows.map((row) => ({ ...row, patientId: patient }));
    await waits(read as IncomingAppointment, cancelled as IncomingAppointment);
    const desk = await staffToken(read?.locationId as string);
    const gone = await call("DELETE", `/appointments/${cancelled?.id}`, {
      token: desk,
      key: freshKey(),
      ifMatch: '"v1"',
    });
    expect(gone.status).toBe(200);
    expect(gone.body).toMatchObject({ status: "cancelled", version: 2 });
    const found = await call("GET", `/appointments/${read?.id}`, { token: await patientToken(patient) });
    expect(found.body).toMatchObject({ id: read?.id, reason: "Brought along", source: "import" });
    const stranger = await call("GET", `/appointments/${read?.id}`, {
      token: await patientToken(await aPatient()),
    });
    expect(stranger.status).toBe(404);
  });
});

describe("afterwards", () => {
  it("[AD3] [AD5] the desk cancels one, everything is evicted, the same rows come again: nothing changes", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    const rows = [0, 3, 6].map((n) => aRow(provider, patient, starts[n] as Instant));
    await waits(...rows);
    const [first] = (await listOf(patient)).body.data;
    const desk = await staffToken(first.locationId);
    const terms = { token: desk, key: freshKey(), ifMatch: '"v1"' };
    expect((await call("DELETE", `/appointments/${first.id}`, terms)).status).toBe(200);
    const right = async () => {
      expect((await listOf(patient)).body.data).toMatchObject([
        { id: rows[0]?.id, status: "cancelled", version: 2 },
        { id: rows[1]?.id, status: "booked", version: 1 },
        { id: rows[2]?.id, status: "booked", version: 1 },
      ]);
      const offered = (await slotsOf(provider)).map(startOf);
      expect([0, 3, 6].map((n) => offered.includes(starts[n] as Instant))).toEqual([true, false, false]);
    };
    await right();
    await evictDurableObject(calendarOf(provider.id));
    await evictDurableObject(patientAgenda(env, patient));
    forgetAvailability(provider.id);
    await right();
    await waits(...rows);
    expect(await push(provider)).toMatchObject({ told: 1, failed: [], postponed: 0 });
    expect(await waiting(provider)).toBe(0);
    await right();
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    const history = await call("GET", `/appointments/${first.id}/history`, { token: desk });
    expect(history.body.data.map(({ change }: { change: string }) => change)).toEqual([
      "imported",
      "cancelled",
    ]);
  });

  it("[AD8] [AD5] rows that come later reach a calendar and its patients by the directory's push and the log", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    expect((await slotsOf(provider)).map(startOf)).toContain(starts[0]);
    const patient = await aPatient();
    const row = { ...aRow(provider, patient, starts[0] as Instant), status: "confirmed" as const };
    await waits(row);
    expect(await push(provider)).toMatchObject({ told: 1, failed: [], postponed: 0 });
    expect((await slotsOf(provider)).map(startOf)).not.toContain(starts[0]);
    expect(await push(provider)).toMatchObject({ told: 0, failed: [], postponed: 0 });
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    const window = { start: instant(0), end: instant(Date.UTC(2100, 0, 1)) };
    const query = { window, status: null, after: null, limit: 10 };
    const claims = await patientAgenda(env, patient).list(patient, query);
    expect(claims.find(({ id }) => id === row.id)).toMatchObject({ status: "confirmed", source: "import" });
    const stored = await db().execute(sql`SELECT source, version FROM appointment WHERE id = ${row.id}`);
    expect(stored.rows).toEqual([{ source: "import", version: "1" }]);
  });

  it("[AD8] a push takes some thousands of rows, and everybody for whom nothing waits; the others are left to the next one", async () => {
    const [idle, ...providers] = (await freshProviders(4)).toReversed() as [Provider, ...Provider[]];
    const patient = await aPatient();
    const many = (provider: Provider) =>
      Array.from({ length: 1_200 }, (_, n) =>
        aRow(provider, patient, plus(starts[0] as Instant, n * 20 * MINUTE_MS)),
      );
    for (const provider of providers) await waits(...many(provider));
    await db().execute(sql`INSERT INTO directory_change (kind, id) VALUES ('provider', ${idle.id})`);
    expect(await push(...providers, idle)).toMatchObject({ told: 3, failed: [], postponed: 1 });
    const left = await Promise.all(providers.map(waiting));
    expect(left.toSorted((a, b) => a - b)).toEqual([0, 0, 1_200]);
    expect(await push(...providers)).toMatchObject({ told: 1, failed: [], postponed: 0 });
    expect(await calendarOf((providers[2] as Provider).id).isConfigured()).toBe(true);
  });

  it("[AD4] what lies over a booking is kept, with a reason that the desk sees and no caller can give", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const slot = (await slotsOf(provider)).find(({ start }) => Date.parse(start) === starts[0]) as Slot;
    expect((await book(provider, slot, await aPatient())).status).toBe(201);
    const patient = await aPatient();
    const row = aRow(provider, patient, plus(starts[0] as Instant, 10 * MINUTE_MS));
    await waits(row);
    await push(provider);
    const desk = await staffToken(row.locationId);
    const shown = await call("GET", `/appointments/${row.id}`, { token: desk });
    expect(shown.body).toMatchObject({ status: "booked", override: { reasonCode: "imported" } });
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    expect((await findOverlaps(db())).filter(({ providerId }) => providerId === provider.id)).toEqual([]);
    const said = await book(provider, slot, await aPatient(), freshKey(), {
      override: { reasonCode: "imported" },
    });
    expect(said.status).toBe(400);
    expect(said.body.errors[0].pointer).toBe("/override/reasonCode");
  });

  it("[AD3] [AD6] a crash between the calendar's yes and the row's end costs nothing", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    const row = aRow(provider, patient, starts[0] as Instant);
    await waits(row);
    const calendar = calendarOf(provider.id);
    expect(await calendar.takeOver(provider.calendar, [handed(row, provider)])).toMatchObject({ taken: 1 });
    expect(await waiting(provider)).toBe(1);
    await evictDurableObject(calendar);
    expect((await slotsOf(provider)).map(startOf)).not.toContain(starts[0]);
    expect((await listOf(patient)).status).toBe(200);
    await expect.poll(() => waiting(provider)).toBe(0);
    expect(await calendar.takeOver(provider.calendar, [handed(row, provider)])).toMatchObject({ taken: 0 });
    expect((await listOf(patient)).body.data.filter(({ id }: { id: string }) => id === row.id)).toMatchObject(
      [{ version: 1 }],
    );
  });

  it("[AD1] a page of five hundred goes in at once", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    const rows = Array.from({ length: 501 }, (_, n) =>
      handed(aRow(provider, patient, plus(starts[0] as Instant, n * 20 * MINUTE_MS)), provider),
    );
    const calendar = calendarOf(provider.id);
    expect(await calendar.takeOver(provider.calendar, rows.slice(1))).toMatchObject({ taken: 500 });
    expect(await calendar.takeOver(provider.calendar, rows.slice(0, 500))).toMatchObject({ taken: 1 });
  });
});

describe("a row that its calendar cannot take", () => {
  it("[AD6] [AD8] with a mistyped year is set aside: its calendar is configured, and has all others", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    const rows = [0, 3, 6, 9, 12].map((n) => aRow(provider, patient, starts[n] as Instant));
    await waits(...rows);
    const mistyped = ["0026-03-01", "20226-03-01", "0206-03-01 BC", "infinity"];
    for (const [n, year] of mistyped.entries())
      await db().execute(sql`
        UPDATE incoming_appointment SET start_at = ${year}::timestamptz,
          end_at = ${year}::timestamptz + interval '20 minutes' WHERE id = ${rows[n + 1]?.id}`);
    expect(await push(provider)).toMatchObject({ told: 1, failed: [], postponed: 0 });
    expect(await calendarOf(provider.id).isConfigured()).toBe(true);
    expect(await waiting(provider)).toBe(mistyped.length);
    expect((await listOf(patient)).body.data.map(({ id }: { id: string }) => id)).toEqual([rows[0]?.id]);
    expect((await slotsOf(provider)).map(startOf)).not.toContain(starts[0]);
    await db().execute(sql`DELETE FROM incoming_appointment WHERE provider_id = ${provider.id}`);
  });

  const failing = (provider: Provider, isBad: (row: HandedIn) => boolean, isAway = false) => {
    const calls: number[] = [];
    const calendar = {
      takeOver: async (_: unknown, rows: readonly HandedIn[]) => {
        calls.push(rows.length);
        if (isAway || rows.some(isBad)) throw new Error("planted");
        return { taken: rows.length, here: [] };
      },
    };
    const rows = Array.from({ length: 500 }, (_, n) =>
      handed(aRow(provider, "pat_0" as PatientId, plus(starts[0] as Instant, n * MINUTE_MS)), provider),
    );
    return { calendar, calls, rows };
  };

  it("[AD8] is found by halves and left where it is; a calendar that is away is not its fault", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const bad = new Set<string>();
    const { calendar, calls, rows } = failing(provider, ({ id }) => bad.has(id));
    bad.add(rows[17]?.id as string).add(rows[490]?.id as string);
    const { ids } = await handIn(calendar as never, provider, rows);
    expect(ids).toEqual(rows.flatMap(({ id }) => (bad.has(id) ? [] : [id])));
    expect(calls.length).toBeLessThan(50);
    const away = failing(provider, () => false, true);
    await expect(handIn(away.calendar as never, provider, rows)).rejects.toThrow("planted");
    expect(away.calls.length).toBeLessThan(15);
    const broken = failing(provider, () => true);
    broken.calendar.takeOver = async (_, some) => {
      if (some.length > 0) throw new Error("planted");
      return { taken: 0, here: [] };
    };
    await expect(handIn(broken.calendar as never, provider, rows)).rejects.toThrow("planted");
  });
});

describe("a calendar without a configuration that holds rows", () => {
  it.each(["move", "resolve"] as const)("[B14] fences a %s where the late copy looks", async (first) => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const row = aRow(provider, await aPatient(), starts[0] as Instant);
    const calendar = calendarOf(provider.id);
    await calendar.takeOver(provider.calendar, [handed(row, provider)]);
    const { id: appointmentId, patientId, locationId, visitTypeId } = row;
    const command: MoveCommand = {
      kind: "move",
      attempt: `att_${freshKey()}` as MoveCommand["attempt"],
      appointmentId,
      patientId,
      place: {
        start: starts[6] as Instant,
        end: plus(starts[6] as Instant, 20 * MINUTE_MS),
        locationId,
        visitTypeId,
      },
      issuedAt: instant(Date.now()),
      deadline: plus(instant(Date.now()), MINUTE_MS),
      again: false,
      configVersion: provider.calendar.version,
      ifMatch: 1,
    };
    const again = { ...command, again: true };
    const said = first === "move" ? await calendar.move(again) : await calendar.resolve(command);
    expect(said.kind).toBe(first === "move" ? "needs-config" : "fenced");
    await calendar.applyConfig(provider.calendar);
    expect((await calendar.move(command)).kind).toBe("fenced");
    const next = { ...command, attempt: `att_${freshKey()}` as MoveCommand["attempt"] };
    expect((await calendar.move(next)).kind).toBe("done");
  });
});

describe("a live feed", () => {
  it("[AD7] asks Postgres for nobody who brings a ticket that was invented", async () => {
    const [provider] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    await waits(aRow(provider, patient, starts[0] as Instant));
    await call("GET", "/locations"); // the isolate has the directory
    const asked = vi.spyOn(globalThis, "fetch");
    const questions = () =>
      asked.mock.calls.filter(([, init]) => String(init?.body).includes("incoming_appointment AS i")).length;
    await call("GET", `/live/patients/${patient}?ticket=invented`, { headers: { upgrade: "websocket" } });
    expect(questions()).toBe(0);
    await call("POST", "/live/tickets", { token: await patientToken(patient), body: { patientId: patient } });
    expect(questions()).toBe(1);
    await expect.poll(() => waiting(provider)).toBe(0);
  });
});

describe("a calendar that fails", () => {
  const failTakeOver = () =>
    vi.spyOn(ProviderCalendar.prototype, "takeOver").mockImplementation(() => {
      throw new Error("planted: nothing can be taken over");
    });

  it("[AD6] [AD7] costs those who have its rows one try, and a configured one goes on", async () => {
    const [known] = (await freshProviders(1)) as [Provider];
    await slotsOf(known);
    const patient = await aPatient();
    await waits(aRow(known, patient, starts[0] as Instant));
    await call("GET", "/locations");
    const tried = failTakeOver();
    expect((await listOf(patient)).status).toBe(200);
    const once = tried.mock.calls.length;
    expect(once).toBeGreaterThan(0);
    expect((await listOf(patient)).status).toBe(200);
    expect(tried.mock.calls.length).toBe(once);
    const newer = { ...known.calendar, version: known.calendar.version + 1 };
    await configure(env, { id: known.id, calendar: newer });
    const after = tried.mock.calls.length;
    expect(after).toBeGreaterThan(once);
    await configure(env, { id: known.id, calendar: newer });
    expect(tried.mock.calls.length).toBe(after);
    tried.mockRestore();
    await push(known);
    expect(await waiting(known)).toBe(0);
  });
});

describe("a calendar that is slow", () => {
  it("[AD7] keeps a list waiting for a second and a half; its rows come in behind the answer", async () => {
    const [slow] = (await freshProviders(1)) as [Provider];
    const patient = await aPatient();
    await waits(aRow(slow, patient, starts[0] as Instant));
    await call("GET", "/locations");
    const original = ProviderCalendar.prototype.takeOver;
    vi.spyOn(ProviderCalendar.prototype, "takeOver").mockImplementation(async function (
      this: ProviderCalendar,
      ...given: Parameters<typeof original>
    ) {
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return original.apply(this, given);
    } as never);
    const before = Date.now();
    expect(await listOf(patient)).toMatchObject({ status: 200, body: { data: [] } });
    expect(Date.now() - before).toBeLessThan(3_000);
    await expect.poll(() => waiting(slow), { timeout: 8_000 }).toBe(0);
    expect((await listOf(patient)).body.data).toHaveLength(1);
  });
});

describe("while Postgres is away", () => {
  const dark = { ...env, NEON_FETCH_ENDPOINT: "http://127.0.0.1:1/sql" } as Env;
  const ask = async (path: string, token?: string) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const request = new Request(`https://openslot.test/v1${path}`, { headers });
    const response = await app.fetch(request, dark, context as never);
    return { status: response.status, body: (await response.json()) as { data: { id: string }[] } };
  };
  const timesOf = ({ id, visitTypeIds }: Provider) =>
    `/providers/${id}/availability?visitTypeId=${visitTypeIds[0]}`;

  it("[AD6] [AD7] a calendar that never was configured says 503; the others, and lists, go on", async () => {
    const [fresh, known] = (await freshProviders(2)) as [Provider, Provider];
    await slotsOf(known);
    const patient = await aPatient();
    await waits(aRow(fresh, patient, starts[0] as Instant), aRow(known, patient, starts[3] as Instant));
    await call("GET", "/locations"); // the isolate has the directory, and knows that somebody is awaited
    expect((await ask(timesOf(fresh))).status).toBe(503);
    expect((await ask(timesOf(known))).status).toBe(200);
    const list = await ask(`/patients/${patient}/appointments`, await patientToken(patient));
    expect(list).toMatchObject({ status: 200, body: { data: [] } });
    expect((await slotsOf(fresh)).map(startOf)).not.toContain(starts[0]);
  });
});
