/**
 * Proves the way of a list of next open starts, from a command to its row in Postgres, on the real objects: what is told,
 * what is told once, and that no screen hears of it. The lists themselves: test/core/schedule/openings.node.ts.
 * Calendars are made up here, because Postgres outlives a test file and its rows know sequences.
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import "../../workers/edge/index.tsx";
import type { BookCommand, StatusCommand } from "../../core/booking/commands.ts";
import { APPOINTMENTS_TOPIC, type CalendarEvent, isOpeningsEvent } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import { makeId, type ProviderId } from "../../core/ids.ts";
import type { CalendarConfig, Site } from "../../core/schedule/config.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { NEVER, OPENING_LIFE_MS, Openings, openingKey } from "../../core/schedule/openings.ts";
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from "../../core/time.ts";
import { makeDb } from "../../db/client.ts";
import { opening } from "../../db/schema/index.ts";
import { EventLogPartition } from "../../durable-objects/event-log-partition/event-log-partition.ts";
import { forgetAvailability } from "../../workers/edge/availability-cache.ts";
import {
  aBooking,
  aCancel,
  aConfig,
  aHoldCommand,
  aPlace,
  aVisit,
  busyBy,
  commandId,
  everyDay,
  locationId,
  visitTypeId,
} from "../support/core-builders.ts";
import {
  BASE,
  book,
  calendarOf,
  call,
  drainLog,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  visitOf,
} from "../support/edge.ts";
import { evict } from "../support/evict.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

const now = (): Instant => instant(Date.now());

const testEnv = env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string };

const dateIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/**
 * Open from midnight to midnight, but closed today and tomorrow: no start passes while a test runs, so that what is told is
 * told for a reason of its own.
 */
function someConfig(more: Partial<CalendarConfig> = {}): CalendarConfig {
  return aConfig({
    providerId: makeId("prv", crypto.getRandomValues(new Uint8Array(12))) as ProviderId,
    sites: [aSiteOpen(0, 24 * 60)],
    visitTypes: [aVisit({ noticeMinutes: 0 }), aVisit({ id: visitTypeId(2), minutes: 40, noticeMinutes: 0 })],
    ...more,
  });
}

function aSiteOpen(opensAt: number, closesAt: number, n = 1): Site {
  const closures = [{ from: dateIn(0), until: dateIn(1) }];
  return { locationId: locationId(n), timeZone: "UTC", hours: everyDay(opensAt, closesAt), closures };
}

/** The first start of the tenth date from today: the list has one of its morning. */
const farStart = (): Instant => instant((Math.floor(Date.now() / DAY_MS) + 9) * DAY_MS);

const bookingAt = (start: Instant, n = 1): BookCommand =>
  aBooking(n, {
    place: aPlace(start),
    issuedAt: now(),
    deadline: plus(now(), 10_000),
  });

const cancelOf = (n = 1): StatusCommand => aCancel(n, { command: commandId(100 + n) });

/** Every openings event of a calendar that the log has, in order. */
async function toldBy(id: ProviderId) {
  const log = env.EVENT_LOG.getByName(
    partitionName(APPOINTMENTS_TOPIC, partitionOf(id, APPOINTMENT_PARTITIONS)),
  );
  const rows = await runInDurableObject(log, (_, state) =>
    state.storage.sql
      .exec<{ event: string }>('SELECT event FROM record WHERE event_id LIKE ? ORDER BY "offset"', `${id}:%`)
      .toArray(),
  );
  return rows.map(({ event }) => JSON.parse(event) as CalendarEvent).filter(isOpeningsEvent);
}

async function rowsOf(id: ProviderId): Promise<Map<string, Instant[]>> {
  const rows = await makeDb(testEnv).select().from(opening).where(eq(opening.providerId, id));
  return new Map(
    rows.map(({ visitTypeId: type, starts }) => [type, starts.map((start) => instant(Date.parse(start)))]),
  );
}

/** Runs the alarm if it has not run by itself. */
const settle = (id: ProviderId): Promise<unknown> => runDurableObjectAlarm(calendarOf(id));

async function configured(config = someConfig()) {
  const calendar = calendarOf(config.providerId);
  await calendar.applyConfig(config);
  await settle(config.providerId);
  await vi.waitFor(async () => expect(await toldBy(config.providerId)).not.toEqual([]), { timeout: 3_000 });
  return { config, id: config.providerId, calendar };
}

async function revisionOf(config: CalendarConfig): Promise<number> {
  const query = { visitTypeId: visitTypeId(1), locationId: null, from: "2026-12-01", to: "2026-12-02" };
  const reply = await calendarOf(config.providerId).availability(query, config.version);
  if (reply.kind !== "ok") throw new Error(reply.kind);
  return reply.revision;
}

const listedAt = (rows: Map<string, Instant[]>, start: Instant): boolean =>
  rows.get(visitTypeId(1))?.includes(start) ?? false;

/** Moves what the calendar remembers of its lists into the past, and forgets the rest. */
async function age(id: ProviderId): Promise<void> {
  const calendar = calendarOf(id);
  await runInDurableObject(calendar, (_, state) => {
    const { value } = state.storage.sql
      .exec<{ value: string }>("SELECT value FROM meta WHERE key = 'openings'")
      .one();
    const aged = JSON.parse(value).map((one: { refreshAt: number }) => ({
      ...one,
      refreshAt: one.refreshAt - DAY_MS,
    }));
    state.storage.sql.exec("UPDATE meta SET value = ? WHERE key = 'openings'", JSON.stringify(aged));
  });
  await evict(calendar);
}

describe("what a calendar tells", () => {
  it("[OP9] [OP5] a booking is in the projection within two seconds, and a cancellation gives its start back", async () => {
    const { config, id, calendar } = await configured();
    await drainLog();
    const rows = await rowsOf(id);
    const expected = new Openings(new OpenDays(config), busyBy([])).at(now());
    expect([...rows.keys()].toSorted()).toEqual([visitTypeId(1), visitTypeId(2)]);
    expect(rows.get(visitTypeId(1))).toEqual(expected[0]?.starts);

    const start = farStart();
    expect(listedAt(rows, start)).toBe(true);
    const within = async (isListed: boolean): Promise<void> => {
      const from = Date.now();
      await vi.waitFor(
        async () => {
          await drainLog(); // what the doorbell does; the calendar's alarm runs by itself
          expect(listedAt(await rowsOf(id), start)).toBe(isListed);
        },
        { timeout: 2_000, interval: 50 },
      );
      expect(Date.now() - from).toBeLessThan(2_000);
    };
    expect((await calendar.book(bookingAt(start))).kind).toBe("done");
    await within(false);
    expect((await rowsOf(id)).get(visitTypeId(1))).toContain(plus(start, 20 * MINUTE_MS)); // the next of its morning
    expect((await calendar.status(cancelOf())).kind).toBe("done");
    await within(true);
  });

  it("[OP5] a change that moves no list is not told, and nothing is told twice, also after an eviction", async () => {
    const { id, calendar } = await configured();
    const before = (await toldBy(id)).length;
    expect(before).toBe(1);
    const start = plus(farStart(), 60 * MINUTE_MS); // not the first of its morning
    expect((await calendar.book(bookingAt(start))).kind).toBe("done");
    await settle(id);
    await calendar.refreshOpenings(1);
    await evict(calendar);
    await calendar.refreshOpenings(1);
    expect((await calendar.status(cancelOf())).kind).toBe("done");
    await settle(id);
    expect((await toldBy(id)).length).toBe(before);
  });

  it("[OP5] only the lists that changed are told, with ids and times and nothing else", async () => {
    const config = someConfig({
      // The second one on other hours: a visit at the first is in nobody's way there.
      sites: [aSiteOpen(0, 12 * 60), aSiteOpen(12 * 60, 24 * 60, 2)],
    });
    const { id, calendar } = await configured(config);
    const start = farStart();
    await calendar.book({ ...bookingAt(start), reason: "CANARY-REASON", notes: "CANARY-NOTES" });
    await settle(id);
    await vi.waitFor(async () => expect((await toldBy(id)).length).toBeGreaterThan(1), { timeout: 3_000 });
    const lists = (await toldBy(id)).slice(1).flatMap(({ data }) => data.openings);
    expect(lists.map(openingKey)).toEqual([1, 2].map((n) => `${visitTypeId(n)}/${locationId(1)}`));
    for (const { starts } of lists) expect(starts).not.toContain(start);
    expect(JSON.stringify(await toldBy(id))).not.toMatch(/CANARY|pat_|apt_/);
  });

  it("[OP5] a visit type that is not offered any more gets an empty list, once, also after an eviction", async () => {
    const { config, id, calendar } = await configured();
    await evict(calendar);
    const [first] = config.visitTypes;
    await calendar.applyConfig({ ...config, version: 2, visitTypes: first ? [first] : [] });
    await settle(id);
    await vi.waitFor(async () => {
      await drainLog();
      expect((await rowsOf(id)).get(visitTypeId(2))).toEqual([]);
    });
    expect((await rowsOf(id)).get(visitTypeId(1))).not.toEqual([]);
    const gone = (await toldBy(id)).flatMap(({ data }) =>
      data.openings.filter(({ starts }) => starts.length === 0),
    );
    expect(gone).toMatchObject([{ visitTypeId: visitTypeId(2), refreshAt: NEVER }]);
    expect((await toldBy(id)).at(-1)?.data.configVersion).toBe(2);

    await calendar.applyConfig({ ...config, version: 3, visitTypes: [] }); // a calendar without visits, like a room's
    await settle(id);
    await calendar.applyConfig({ ...config, version: 4, visitTypes: [] });
    await settle(id);
    await vi.waitFor(async () => {
      await drainLog();
      expect([...(await rowsOf(id)).values()]).toEqual([[], []]);
    });
    expect((await toldBy(id)).filter(({ data }) => data.configVersion === 4)).toEqual([]);
  });

  it("[OP5] a list whose notice became shorter is told again though it is the same, once, and no other", async () => {
    const long = { noticeMinutes: 60 };
    const { config, id, calendar } = await configured(
      someConfig({ visitTypes: [aVisit(long), aVisit({ ...long, id: visitTypeId(2), minutes: 40 })] }),
    );
    await evict(calendar);
    const shorter = [aVisit({ noticeMinutes: 0 }), ...config.visitTypes.slice(1)];
    for (const version of [2, 3]) {
      await calendar.applyConfig({ ...config, version, visitTypes: shorter });
      await settle(id);
    }
    await vi.waitFor(async () => expect(await toldBy(id)).toHaveLength(2));
    const [first, second] = (await toldBy(id)).map(({ data }) => data.openings);
    expect(second).toMatchObject([{ visitTypeId: visitTypeId(1), starts: first?.[0]?.starts }]);
  });

  it("[OP5] a room, which has no visit types, tells nothing", async () => {
    const config = someConfig({ visitTypes: [] });
    await calendarOf(config.providerId).applyConfig(config);
    await settle(config.providerId);
    await calendarOf(config.providerId).refreshOpenings(1);
    await settle(config.providerId);
    expect(await toldBy(config.providerId)).toEqual([]);
  });

  it("[OP5] [O1] leaves with the change that it follows from, in the order of the calendar", async () => {
    const { id, calendar } = await configured();
    vi.spyOn(EventLogPartition.prototype, "append").mockImplementation(() => {
      throw new Error("planted: the log is away");
    });
    await calendar.book(bookingAt(farStart()));
    await settle(id);
    vi.restoreAllMocks();
    await vi.waitFor(async () => {
      await settle(id);
      const waiting = await runInDurableObject(calendar, (_, state) =>
        state.storage.sql.exec("SELECT * FROM outbox").toArray(),
      );
      expect(waiting).toEqual([]);
    });
    const [, told] = await toldBy(id);
    expect(told?.data.openings[0]?.starts).not.toContain(farStart());
    expect(Number(told?.sequence)).toBeGreaterThan(3); // configured, openings, booked, openings
  });
});

describe("what nobody hears of", () => {
  it("[OP6] telling changes no revision, before and after an eviction", async () => {
    const { config, id, calendar } = await configured();
    expect((await toldBy(id)).length).toBe(1);
    expect(await revisionOf(config)).toBe(1); // the configuration
    await calendar.book(bookingAt(farStart()));
    expect(await revisionOf(config)).toBe(2);
    await settle(id);
    await vi.waitFor(async () => expect((await toldBy(id)).length).toBe(2));
    expect(await revisionOf(config)).toBe(2);
    await evict(calendar);
    expect(await revisionOf(config)).toBe(2);
    await calendar.status(cancelOf());
    await settle(id);
    await vi.waitFor(async () => expect((await toldBy(id)).length).toBe(3));
    expect(await revisionOf(config)).toBe(3);
  });

  it("[OP6] an answer keeps its ETag when lists are told, and a socket that resumes gets no snapshot", async () => {
    const provider = await someProvider();
    const query = `visitTypeId=${visitOf(provider)}&from=${dateIn(9)}&to=${dateIn(15)}`; // far from notice and horizon
    const etag = async () => {
      forgetAvailability(provider.id);
      const { headers } = await call("GET", `/providers/${provider.id}/availability?${query}`);
      return headers.get("etag");
    };
    const [slot] = await slotsOf(provider);
    await book(provider, slot as Slot, somePatient());
    const before = await etag();
    expect(before).toMatch(/^"a/);
    const response = await exports.default.fetch(
      new Request(`${BASE}/live/providers/${provider.id}?${query}`, { headers: { upgrade: "websocket" } }),
    );
    const socket = response.webSocket as WebSocket;
    const frames: string[] = [];
    socket.addEventListener("message", ({ data }) => void frames.push(String(data)));
    socket.accept();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const { revision } = JSON.parse(frames[0] as string);

    // A list that has had its time is told while nothing else happens.
    const told = (await toldBy(provider.id)).length;
    await age(provider.id);
    await calendarOf(provider.id).refreshOpenings(1);
    await settle(provider.id);
    await vi.waitFor(async () => expect((await toldBy(provider.id)).length).toBeGreaterThan(told));
    expect(await etag()).toBe(before);
    socket.send(JSON.stringify({ type: "resume", revision }));
    socket.send("ping");
    await vi.waitFor(() => expect(frames.at(-1)).toBe("pong"));
    expect(frames).toHaveLength(2);
    socket.close();
  });
});

describe("a list that has had its time", () => {
  it("[OP7] is told again by whoever asks, once, and a calendar behind its caller asks for its configuration", async () => {
    const { id, calendar } = await configured();
    await age(id);
    expect(await calendar.refreshOpenings(2)).toEqual({ kind: "needs-config" });
    expect(await calendar.refreshOpenings(1)).toEqual({ kind: "ok" });
    await calendar.refreshOpenings(1);
    await settle(id);
    await vi.waitFor(async () => expect((await toldBy(id)).length).toBe(2));
    const again = (await toldBy(id))[1];
    expect(again?.data.openings).toHaveLength(2);
    for (const { refreshAt } of again?.data.openings ?? []) {
      expect(refreshAt).toBeGreaterThan(Date.now());
      expect(refreshAt).toBeLessThanOrEqual(Date.now() + OPENING_LIFE_MS);
    }
  });

  it("[OP7] a calendar that nobody configured asks for its configuration and tells nothing", async () => {
    const { providerId } = someConfig();
    expect(await calendarOf(providerId).refreshOpenings(1)).toEqual({ kind: "needs-config" });
    expect(await toldBy(providerId)).toEqual([]);
  });
});

describe("a hold", () => {
  it("[OP9] counts from the next time that the alarm runs, and its end brings the start back", async () => {
    const { config, id, calendar } = await configured();
    const start = farStart();
    const hold = await calendar.placeHold(aHoldCommand(1, { place: aPlace(start) }));
    expect(hold.kind).toBe("done");
    const before = (await toldBy(id)).length;
    await calendar.book(bookingAt(plus(start, 5 * 60 * MINUTE_MS), 2)); // anything that wakes the alarm
    await settle(id);
    await vi.waitFor(async () => expect((await toldBy(id)).length).toBe(before + 1));
    const listOf = async () =>
      (await toldBy(id)).at(-1)?.data.openings.find((one) => one.visitTypeId === visitTypeId(1));
    expect((await listOf())?.starts).not.toContain(start);

    await runInDurableObject(calendar, (_, state) =>
      state.storage.sql.exec("UPDATE hold SET expires_at = 1"),
    );
    await settle(id); // its own alarm
    await vi.waitFor(async () => expect((await listOf())?.starts).toContain(start));
    expect(await revisionOf(config)).toBe(4); // configured, held, booked, ended
  });
});
