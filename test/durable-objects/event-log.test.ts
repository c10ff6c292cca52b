/** Proves the log and the way into it: one record per event, order, groups, leases, and an outbox that never strands. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import { APPOINTMENTS_TOPIC, appointmentEvent } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import { type AttemptId, agendaShardOf, type ProviderId } from "../../core/ids.ts";
import { instant } from "../../core/time.ts";
import { EventLogPartition } from "../../durable-objects/event-log-partition/event-log-partition.ts";
import "../../workers/edge/index.tsx";
import { sql } from "drizzle-orm";
import { makeDb } from "../../db/client.ts";
import {
  book,
  calendarOf,
  call,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
} from "../support/edge.ts";
import { evict } from "../support/evict.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

const facts = (providerId: ProviderId): AppointmentFacts => ({
  id: "apt_x" as never,
  providerId,
  patientId: somePatient(),
  locationId: "loc_x" as never,
  visitTypeId: "vst_x" as never,
  timeZone: "UTC",
  start: instant(0),
  end: instant(1),
  status: "booked",
  version: 1,
  source: "patient",
  createdAt: instant(0),
  updatedAt: instant(0),
  checkedInAt: null,
  cancelledAt: null,
  cancellationReason: null,
  override: null,
});
const eventsOf = (calendar: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    appointmentEvent("openslot.appointment.booked.v1", from + i, instant(0), {
      appointment: facts(calendar as ProviderId),
      cause: "w" as AttemptId,
    }),
  );

let logs = 0;
const freshLog = () => env.EVENT_LOG.getByName(`test/${logs++}`);

describe("a log partition", () => {
  it("[E1] stores one event id once and answers its offset again", async () => {
    const log = freshLog();
    expect(await log.append(eventsOf("prv_a", 1, 3))).toEqual([0, 1, 2]);
    expect(await log.append(eventsOf("prv_a", 2, 5))).toEqual([1, 2, 3, 4]);
    const read = await log.read("postgres", "r1", 100);
    expect(read.kind === "records" && read.records.map(({ offset, event }) => [offset, event.id])).toEqual([
      [0, "prv_a:1"],
      [1, "prv_a:2"],
      [2, "prv_a:3"],
      [3, "prv_a:4"],
      [4, "prv_a:5"],
    ]);
  });

  it("[E3] [E4] lets one reader at a time move a group, and only forwards", async () => {
    const log = freshLog();
    await log.append(eventsOf("prv_a", 1, 4));
    expect((await log.read("postgres", "r1", 2)).kind).toBe("records");
    expect((await log.read("postgres", "r2", 2)).kind).toBe("leased");
    expect((await log.read("agenda", "r2", 2)).kind).toBe("records"); // another group is another reader
    expect(await log.commit("postgres", "r2", 2)).toBe(false);
    expect(await log.commit("postgres", "r1", 99)).toBe(false);
    expect(await log.commit("postgres", "r1", 2)).toBe(true);
    expect(await log.commit("postgres", "r1", 1)).toBe(false);
    await log.release("postgres", "r1");
    const next = await log.read("postgres", "r2", 10);
    expect(next.kind === "records" && next.records.map(({ offset }) => offset)).toEqual([2, 3]);
    await evict(log);
    expect((await log.lag()).map(({ group, lag }) => [group, lag])).toEqual([
      ["postgres", 2],
      ["agenda", 4],
    ]);
  });

  it("[E5] trims only what every group has read and what is old", async () => {
    const log = freshLog();
    await log.append(eventsOf("prv_a", 1, 4));
    await log.read("postgres", "r", 10);
    await log.commit("postgres", "r", 4);
    await log.read("agenda", "r", 10);
    await log.commit("agenda", "r", 2);
    await runInDurableObject(log, (_, state) => state.storage.sql.exec("UPDATE record SET appended_at = 0"));
    await runDurableObjectAlarm(log);
    const offsets = await runInDurableObject(log, (_, state) =>
      state.storage.sql
        .exec('SELECT "offset" AS o FROM record ORDER BY 1')
        .toArray()
        .map(({ o }) => o),
    );
    expect(offsets).toEqual([2, 3]);
    expect(await log.append(eventsOf("prv_a", 5, 5))).toEqual([4]);
  });

  it("[E5] says what a new group will never read, and counts nothing that is not there as unread", async () => {
    const said: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
    const [trimmed, empty] = [freshLog(), freshLog()];
    for (const log of [trimmed, empty]) {
      await log.append(eventsOf("prv_a", 1, 4));
      await runInDurableObject(log, (_, state) =>
        state.storage.sql.exec('DELETE FROM record WHERE "offset" < ?', log === trimmed ? 2 : 4),
      );
      await log.read("kafka", "r", 10);
    }
    vi.restoreAllMocks();
    expect(said).toEqual([JSON.stringify({ level: "info", event: "log.gap", next: 0, first: 2 })]);
    const next = (log: typeof empty) =>
      runInDurableObject(log, (_, state) =>
        state.storage.sql.exec("SELECT next FROM consumer_group WHERE name = 'kafka'").one(),
      );
    expect(await next(empty)).toEqual({ next: 4 });
    expect(await next(trimmed)).toEqual({ next: 0 });
  });

  it("[O3] rings again until a reader came, also after the doorbell was lost", async () => {
    const log = freshLog();
    await log.append(eventsOf("prv_a", 1, 1));
    expect(await runInDurableObject(log, (_, state) => state.storage.getAlarm())).not.toBeNull();
    await runDurableObjectAlarm(log);
    expect(await runInDurableObject(log, (_, state) => state.storage.getAlarm())).not.toBeNull();
  });
});

describe("an hour without a reader", () => {
  it("[F6] the pause between bells grows to half a minute and no further, and the first to ring wakes at once", async () => {
    const log = freshLog();
    await log.append(eventsOf("prv_a", 1, 1));
    const inside = <T>(look: (instance: EventLogPartition, state: DurableObjectState) => Promise<T>) =>
      runInDurableObject(log, look as never) as Promise<T>;
    const pauses: number[] = [];
    const rings: string[] = [];
    await inside(async (instance) => {
      const { WAKE } = (instance as unknown as { env: Env }).env;
      vi.spyOn(WAKE, "send").mockImplementation((async (message: { partition: string }) => {
        rings.push(message.partition);
      }) as never);
    });
    for (let waited = 0; waited < 3_600_000; ) {
      await runDurableObjectAlarm(log);
      const pause = await inside(
        async (_, state) => ((await state.storage.getAlarm()) as number) - Date.now(),
      );
      pauses.push(Math.round(pause / 1_000));
      waited += Math.max(pause, 1_000);
    }
    expect(pauses.slice(0, 5)).toEqual([10, 20, 30, 30, 30]);
    expect(new Set(pauses.slice(5))).toEqual(new Set([30]));
    expect(rings.length).toBe(pauses.length); // every alarm rang

    const { kind } = await log.read("postgres", "r1", 10); // somebody came, Postgres was away, and they let go
    expect(kind).toBe("records");
    await log.release("postgres", "r1");
    rings.length = 0;
    await log.append(eventsOf("prv_a", 2, 2));
    expect(rings).toHaveLength(1); // now, not in half a minute
  });
});

describe("the way of an event", () => {
  const partitionOfCalendar = (id: ProviderId) =>
    env.EVENT_LOG.getByName(partitionName(APPOINTMENTS_TOPIC, partitionOf(id, APPOINTMENT_PARTITIONS)));

  it("[O1] [O2] keeps events in the outbox while the log is away, and sends them in order when it is back", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    vi.spyOn(EventLogPartition.prototype, "append").mockImplementation(() => {
      throw new Error("planted: the log is away");
    });
    const patient = somePatient();
    const { body: booked } = await book(provider, slots[0] as Slot, patient);
    await call("DELETE", `/appointments/${booked.id}`, {
      token: await patientToken(patient),
      ifMatch: '"v1"',
    });
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect(
      await runInDurableObject(calendarOf(provider.id), (_, state) => state.storage.getAlarm()),
    ).not.toBeNull();
    vi.restoreAllMocks();
    await runDurableObjectAlarm(calendarOf(provider.id));
    const types = await runInDurableObject(partitionOfCalendar(provider.id), (_, state) =>
      state.storage.sql
        .exec<{ event: string }>(
          'SELECT event FROM record WHERE event_id LIKE ? ORDER BY "offset"',
          `${provider.id}:%`,
        )
        .toArray()
        .map(({ event }) => JSON.parse(event).type),
    );
    // What is open next is told whenever the alarm happens to run: openings.test.ts.
    expect(types.filter((type) => type !== "openslot.calendar.openings.v1")).toEqual([
      "openslot.calendar.configured.v1",
      "openslot.appointment.booked.v1",
      "openslot.appointment.cancelled.v1",
    ]);
    expect(
      await runInDurableObject(calendarOf(provider.id), (_, state) =>
        state.storage.sql.exec("SELECT * FROM outbox").toArray(),
      ),
    ).toEqual([]);
  });

  it("[D3] an older or equal configuration changes nothing, a newer one is an event", async () => {
    const provider = await someProvider();
    const calendar = calendarOf(provider.id);
    const revision = async (version: number) => {
      const reply = await calendar.availability(
        {
          visitTypeId: provider.visitTypeIds[0] as never,
          locationId: null,
          from: "2026-12-01",
          to: "2026-12-07",
        },
        version,
      );
      return reply.kind === "ok" ? reply.revision : reply.kind;
    };
    const config = { ...provider.calendar, version: 5 };
    expect(await revision(5)).toBe("needs-config");
    await calendar.applyConfig(config);
    await calendar.applyConfig({ ...config, sites: [] });
    await calendar.applyConfig({ ...config, version: 4, sites: [] });
    expect(await revision(5)).toBe(1);
    await calendar.applyConfig({ ...config, version: 6 });
    expect(await revision(6)).toBe(2);
  });

  it("[G9] an older or equal piece of news changes no claim, and a cancelled one stays", async () => {
    const news = facts("prv_a" as ProviderId);
    const agenda = env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(news.patientId)}`);
    const tell = (version: number, status: AppointmentFacts["status"]) =>
      agenda.observe([{ facts: { ...news, version, status }, cause: null }]);
    await tell(2, "cancelled");
    await tell(1, "booked");
    await tell(2, "booked");
    const list = await agenda.list(news.patientId, {
      window: { start: instant(-1), end: instant(2) },
      status: null,
      after: null,
      limit: 10,
    });
    expect(list).toMatchObject([{ version: 2, status: "cancelled" }]);
  });

  it("[O2] a crash between publishing and deleting repeats the batch, and the log swallows it", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    await book(provider, slot as Slot, somePatient());
    const original = EventLogPartition.prototype.append;
    vi.spyOn(EventLogPartition.prototype, "append").mockImplementationOnce(function (
      this: EventLogPartition,
      events,
    ) {
      original.call(this, events);
      throw new Error("planted: the answer was lost");
    });
    await runDurableObjectAlarm(calendarOf(provider.id));
    await runDurableObjectAlarm(calendarOf(provider.id));
    const ids = await runInDurableObject(partitionOfCalendar(provider.id), (_, state) =>
      state.storage.sql
        .exec<{ id: string }>("SELECT event_id AS id FROM record WHERE event_id LIKE ?", `${provider.id}:%`)
        .toArray()
        .map(({ id }) => id),
    );
    expect(ids).toEqual(ids.map((_, index) => `${provider.id}:${index + 1}`)); // each once, in order
    expect(ids.length).toBeGreaterThan(1);
  });

  it("[O3] arms an alarm in the constructor when rows wait and the alarm was used up", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    await book(provider, slot as Slot, somePatient());
    const calendar = calendarOf(provider.id);
    await runInDurableObject(calendar, async (_, state) => {
      await state.storage.deleteAlarm();
      state.storage.sql.exec("INSERT OR IGNORE INTO outbox SELECT 99, event FROM outbox LIMIT 1");
      state.storage.sql.exec(
        "INSERT OR IGNORE INTO outbox VALUES (99, ?)",
        JSON.stringify(eventsOf(provider.id, 99, 99)[0]),
      );
      await state.storage.deleteAlarm();
    });
    await evict(calendar);
    expect(await runInDurableObject(calendar, (_, state) => state.storage.getAlarm())).not.toBeNull();
  });

  it("[E6] [P3] reaches Postgres with the right version and without a word that a person wrote", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(provider, slots[0] as Slot, patient, freshKey(), {
      reason: "CANARY-REASON",
      notes: "CANARY-NOTES",
    });
    await call("PATCH", `/appointments/${booked.id}`, {
      token: auth,
      ifMatch: '"v1"',
      body: { start: (slots[6] as Slot).start },
    });
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    const { DATABASE_URL, NEON_FETCH_ENDPOINT } = env as unknown as {
      DATABASE_URL: string;
      NEON_FETCH_ENDPOINT: string;
    };
    const { rows } = await makeDb({ DATABASE_URL, NEON_FETCH_ENDPOINT }).execute(
      sql`SELECT * FROM appointment WHERE id = ${booked.id}`,
    );
    expect(rows).toHaveLength(1);
    expect(Number((rows[0] as { version: unknown }).version)).toBe(2);
    expect(JSON.stringify(rows)).not.toContain("CANARY");
    const records = await runInDurableObject(partitionOfCalendar(provider.id), (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT * FROM record").toArray()),
    );
    expect(records).not.toContain("CANARY");
  });
});
