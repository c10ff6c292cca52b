/**
 * Proves holds through HTTP on the real objects: what they keep from others, how they end, what screens see, and that an
 * eviction or a call that dies changes nothing of it. Expiry is moved in the row, not in the clock. Does not prove crashes
 * of the process (test/faults).
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import "../../workers/edge/index.tsx";
import type { Provider } from "../../core/directory/directory.ts";
import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../core/events/partition.ts";
import { ProviderCalendar } from "../../durable-objects/provider-calendar/provider-calendar.ts";
import { forgetAvailability } from "../../workers/edge/availability-cache.ts";
import {
  type Answer,
  BASE,
  book,
  bookingOf,
  calendarOf,
  call,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  visitOf,
} from "../support/edge.ts";
import { evict } from "../support/evict.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

interface PlaceOptions {
  readonly key?: string;
  readonly token?: string;
  /** Another browser is another device. */
  readonly agent?: string;
}

const place = (provider: Provider, slot: Slot, { key, token, agent }: PlaceOptions = {}): Promise<Answer> =>
  call("POST", "/holds", {
    key: key ?? freshKey(),
    headers: { "user-agent": agent ?? "one browser" },
    body: bookingOf(provider, slot),
    ...(token ? { token } : {}),
  });

const withToken = (token: string) => ({ headers: { "hold-token": token } });
const read = (hold: Answer) => call("GET", `/holds/${hold.body.id}`, withToken(hold.body.token));
const extend = (hold: Answer) => call("POST", `/holds/${hold.body.id}/extend`, withToken(hold.body.token));
const release = (hold: Answer) => call("DELETE", `/holds/${hold.body.id}`, withToken(hold.body.token));

/** Books what `hold` keeps, with its token. */
const convert = async (
  provider: Provider,
  slot: Slot,
  hold: Answer,
  patient = somePatient(),
  key = freshKey(),
): Promise<Answer> =>
  call("POST", "/appointments", {
    token: await patientToken(patient),
    key,
    body: bookingOf(provider, slot, { holdId: hold.body.id }),
    ...withToken(hold.body.token),
  });

const sql = <T>(provider: Provider, query: string, ...bindings: (string | number)[]): Promise<T[]> =>
  runInDurableObject(calendarOf(provider.id), (_, state) =>
    state.storage.sql.exec(query, ...bindings).toArray(),
  ) as Promise<T[]>;

/** Its time is over, and no alarm has run yet. */
const runOut = (provider: Provider, hold: Answer): Promise<unknown> =>
  sql(provider, "UPDATE hold SET expires_at = ? WHERE id = ?", Date.now() - 1, hold.body.id);

async function setUp() {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const [slot, other] = [slots[4], slots[12]];
  if (!slot || !other) throw new Error("the seed has too few slots");
  return { provider, slots, slot, other };
}

const freeStarts = async (provider: Provider): Promise<string[]> => {
  forgetAvailability(provider.id);
  return (await slotsOf(provider)).map(({ start }) => start);
};

describe("a hold", () => {
  it("[W1] [W8] keeps a start from everybody else until its holder books it", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    expect(hold).toMatchObject({
      status: 201,
      body: { status: "held", start: slot.start, end: slot.end, locationId: slot.locationId },
    });
    expect(hold.headers.get("location")).toBe(`/v1/holds/${hold.body.id}`);
    expect(hold.headers.get("cache-control")).toBe("no-store");
    expect(Math.abs(Date.parse(hold.body.expiresAt) - Date.now() - 5 * 60_000)).toBeLessThan(3_000);
    expect(await freeStarts(provider)).not.toContain(slot.start);

    const rival = await book(provider, slot, somePatient());
    expect(rival).toMatchObject({
      status: 409,
      body: { type: "/problems/slot-taken", blockedBy: "hold" },
    });
    expect(rival.body.alternatives).toHaveLength(3);
    expect(JSON.stringify(rival.body)).not.toContain(hold.body.id);
    expect(await place(provider, slot, { agent: "another" })).toMatchObject({
      status: 409,
      body: { blockedBy: "hold" },
    });

    const booked = await convert(provider, slot, hold);
    expect(booked).toMatchObject({ status: 201, body: { status: "booked", start: slot.start } });
    expect(JSON.stringify(booked.body)).not.toMatch(/hld_|oken/);
    expect(await read(hold)).toMatchObject({ status: 200, body: { status: "converted" } });
    expect(await release(hold)).toMatchObject({ status: 410, body: { type: "/problems/hold-expired" } });
    expect(await book(provider, slot, somePatient())).toMatchObject({ body: { blockedBy: "appointment" } });
  });

  it("[W8] is won by exactly one of three people who race with the same token", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    const answers = await Promise.all([1, 2, 3].map(() => convert(provider, slot, hold)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
  });

  it("[W1] is won by exactly one of twenty devices that ask at once", async () => {
    const { provider, slot } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => place(provider, slot, { agent: `browser ${n}` })),
    );
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  it("[W2] [W9] ends by the clock, before any alarm has tidied it", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    await runOut(provider, hold);
    expect(await read(hold)).toMatchObject({ status: 200, body: { status: "expired" } });
    expect((await book(provider, slot, somePatient())).status).toBe(201);
    const late = await convert(provider, slot, hold);
    expect(late).toMatchObject({ status: 410, body: { type: "/problems/hold-expired" } });
    expect(late.body.alternatives).toHaveLength(3);
    expect(await extend(hold)).toMatchObject({ status: 410 });
  });

  it("[W9] that ran out still books while its start is free, tidied or not", async () => {
    const { provider, slot, other } = await setUp();
    const [one, two] = [await place(provider, slot), await place(provider, other)];
    await runOut(provider, one);
    expect((await convert(provider, slot, one)).status).toBe(201);
    await runOut(provider, two);
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect((await convert(provider, other, two)).status).toBe(201);
  });

  it("[W3] is extended to five minutes from now, fifteen in all, and comes back when its start is free", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    const back = (column: string, minutes: number) =>
      sql(provider, `UPDATE hold SET ${column} = ${column} - ? WHERE id = ?`, minutes * 60_000, hold.body.id);
    await back("expires_at", 3);
    const extended = await extend(hold);
    expect(extended.status).toBe(200);
    expect(extended.body).not.toHaveProperty("token");
    expect(Math.abs(Date.parse(extended.body.expiresAt) - Date.now() - 5 * 60_000)).toBeLessThan(3_000);
    await back("placed_at", 12); // made twelve minutes ago: three are left
    await back("expires_at", 4);
    const last = await extend(hold);
    expect(Math.abs(Date.parse(last.body.expiresAt) - Date.now() - 3 * 60_000)).toBeLessThan(3_000);
    expect(last.body.expiresAt).toBe(last.body.extendableUntil);
    await runOut(provider, hold);
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect(await freeStarts(provider)).toContain(slot.start);
    expect(await extend(hold)).toMatchObject({ status: 200, body: { status: "held" } });
    expect(await freeStarts(provider)).not.toContain(slot.start);
    await back("placed_at", 3);
    await runOut(provider, hold);
    expect(await extend(hold)).toMatchObject({ status: 410, body: { type: "/problems/hold-expired" } });
  });

  it("[W10] is given back once or more often", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    expect((await release(hold)).status).toBe(204);
    expect((await release(hold)).status).toBe(204);
    expect(await read(hold)).toMatchObject({ body: { status: "released" } });
    expect(await extend(hold)).toMatchObject({ status: 410 });
    expect(await freeStarts(provider)).toContain(slot.start);
    expect((await book(provider, slot, somePatient())).status).toBe(201);
  });

  it("[W12] is forgotten a day after it ended, and kept until then", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    await release(hold);
    const old = (ms: number) => sql(provider, "UPDATE hold SET ended_at = ?", Date.now() - ms);
    await old(86_400_000 - 60_000);
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect((await read(hold)).status).toBe(200);
    await old(86_400_000);
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect((await read(hold)).status).toBe(404);
    expect(await sql(provider, "SELECT id FROM hold")).toEqual([]);
  });
});

describe("a hold under its key", () => {
  it("[W4] is one hold with one token, also after it was extended, given back and evicted", async () => {
    const { provider, slot, other } = await setUp();
    const key = freshKey();
    const first = await place(provider, slot, { key });
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    for (const between of [() => extend(first), () => evict(calendarOf(provider.id)), () => release(first)]) {
      await between();
      const again = await place(provider, slot, { key });
      expect(again).toMatchObject({ status: 201, body: first.body });
      expect(again.headers.get("idempotency-replayed")).toBe("true");
    }
    expect(await place(provider, other, { key })).toMatchObject({
      status: 422,
      body: { type: "/problems/idempotency-key-reuse" },
    });
    expect(await sql(provider, "SELECT id FROM hold")).toHaveLength(1);
  });

  it("[W4] [W5] is not another caller's: the same key elsewhere is another command", async () => {
    const { provider, slot } = await setUp();
    const key = freshKey();
    await place(provider, slot, { key });
    expect((await place(provider, slot, { key, agent: "another" })).status).toBe(409);
    const token = await patientToken(somePatient());
    expect((await place(provider, slot, { key, token })).status).toBe(409);
  });

  for (const when of ["before", "after"] as const) {
    it(`[W4] is one hold when the call died ${when} its commit`, async () => {
      const { provider, slot } = await setUp();
      const key = freshKey();
      await place(provider, slot, { key: freshKey(), agent: "configures the calendar" }).then(release);
      const original = ProviderCalendar.prototype.placeHold;
      vi.spyOn(ProviderCalendar.prototype, "placeHold").mockImplementationOnce(function (
        this: ProviderCalendar,
        command,
      ) {
        if (when === "after") original.call(this, command);
        throw new Error("planted: the call died");
      });
      const lost = await place(provider, slot, { key });
      expect(lost).toMatchObject({ status: 503, body: { type: "/problems/outcome-unknown" } });
      const again = await place(provider, slot, { key });
      expect(again.status).toBe(201);
      expect(again.headers.get("idempotency-replayed")).toBe(when === "after" ? "true" : null);
      expect((await convert(provider, slot, again)).status).toBe(201);
    });
  }
});

describe("the token of a hold", () => {
  it("[W5] [A1] is needed for everything: wrong, missing and unknown are one 404, also for who is signed in", async () => {
    const { provider, slot } = await setUp();
    const patient = await patientToken(somePatient());
    const hold = await place(provider, slot, { token: patient });
    const stranger = await place(provider, (await setUp()).slot);
    const wrong = stranger.body?.token ?? "x".repeat(43);
    const staff = await staffToken(slot.locationId);
    const answers: unknown[] = [];
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/extend"],
      ["DELETE", ""],
    ] as const) {
      for (const [id, token, bearer] of [
        [hold.body.id, wrong, patient],
        [hold.body.id, "short", patient],
        [hold.body.id, null, patient],
        [hold.body.id, null, staff],
        [`${hold.body.id.slice(0, -1)}${hold.body.id.endsWith("0") ? "1" : "0"}`, hold.body.token, patient],
        ["hld_nonsense", hold.body.token, patient],
      ] as const) {
        const { status, body } = await call(method, `/holds/${id}${path}`, {
          token: bearer,
          headers: token === null ? {} : { "hold-token": token },
        });
        answers.push({ status, ...body, instance: "" });
      }
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 404, type: "/problems/not-found" });
    expect(await read(hold)).toMatchObject({ status: 200, body: { status: "held" } });
  });

  it("[W5] [W8] of another hold books nothing that is held, and that hold stays", async () => {
    const { provider, slot, other } = await setUp();
    const [hold, mine] = [await place(provider, slot), await place(provider, other, { agent: "another" })];
    const crossed = { ...hold, body: { ...hold.body, token: mine.body.token } };
    expect(await convert(provider, slot, crossed)).toMatchObject({
      status: 409,
      body: { blockedBy: "hold" },
    });
    expect(await convert(provider, slot, mine)).toMatchObject({ status: 409, body: { blockedBy: "hold" } });
    expect(await read(hold)).toMatchObject({ body: { status: "held" } });
    expect(await read(mine)).toMatchObject({ body: { status: "held" } });
  });

  it("[W5] [E6] and whoever holds are in no row of the calendar and in no event", async () => {
    const { provider, slot } = await setUp();
    const hold = await call("POST", "/holds", {
      key: freshKey(),
      headers: { "user-agent": "CANARY-AGENT", "cf-connecting-ip": "203.0.113.77" },
      body: bookingOf(provider, slot),
    });
    const booked = await convert(provider, slot, hold);
    const rows = JSON.stringify([
      await sql(provider, "SELECT * FROM hold"),
      await sql(provider, "SELECT * FROM appointment"),
    ]);
    for (const secret of [hold.body.token, "CANARY", "203.0.113"]) expect(rows).not.toContain(secret);
    await runDurableObjectAlarm(calendarOf(provider.id));
    const partition = partitionName(APPOINTMENTS_TOPIC, partitionOf(provider.id, APPOINTMENT_PARTITIONS));
    const events = await runInDurableObject(env.EVENT_LOG.getByName(partition), (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT * FROM record").toArray()),
    );
    expect(events).toContain(booked.body.id);
    expect(events).not.toMatch(/hld_|oken/);
  });
});

describe("limits on holds", () => {
  it("[W6] three live ones of one device, by network and browser; of a person by who they are", async () => {
    const { provider, slots } = await setUp();
    const at = (n: number) => slots[n * 3] as Slot;
    const held = [];
    for (let n = 0; n < 3; n++) held.push(await place(provider, at(n)));
    expect(held.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await place(provider, at(3))).toMatchObject({
      status: 422,
      body: { type: "/problems/rule-violated", rule: "too-many-holds" },
    });
    expect((await place(provider, at(3), { agent: "another" })).status).toBe(201);
    await release(held[1] as Answer);
    expect((await place(provider, at(4))).status).toBe(201);

    const patient = await patientToken(somePatient());
    for (let n = 5; n < 8; n++)
      expect((await place(provider, at(n), { token: patient, agent: `browser ${n}` })).status).toBe(201);
    expect((await place(provider, at(8), { token: patient, agent: "more" })).status).toBe(422);
  });

  it("[W7] without an account a quarter of a day, however many browsers; signed-in people still hold", async () => {
    const { provider, slots } = await setUp();
    const day = slots
      .map(({ start }) => start.slice(0, 10))
      .find((date, _, all) => all.filter((d) => d === date).length > 9);
    const ofDay = slots.filter(({ start }) => start.startsWith(day ?? "none"));
    const minutes = (Date.parse(ofDay[0]?.end ?? "") - Date.parse(ofDay[0]?.start ?? "")) / 60_000;
    const apart = ofDay.filter(
      (slot, index) =>
        index === 0 || Date.parse(slot.start) >= Date.parse(ofDay[0]?.start ?? "") + index * minutes * 60_000,
    );
    let held = 0;
    let refused: Answer | undefined;
    for (const [n, slot] of apart.entries()) {
      const answer = await place(provider, slot, { agent: `browser ${n}` });
      if (answer.status === 201) held += 1;
      else if (answer.status === 422) {
        refused = answer;
        break;
      }
    }
    expect(refused?.body).toMatchObject({ rule: "too-many-holds" });
    expect(held).toBeGreaterThanOrEqual(3);
    expect(held).toBeLessThan(apart.length);
    const free = (await freeStarts(provider)).filter((start) => start.startsWith(day ?? "none"));
    const left = ofDay.find(({ start }) => start === free.at(-1)) as Slot;
    expect((await place(provider, left, { agent: "yet another" })).status).toBe(422);
    const token = await patientToken(somePatient());
    expect((await place(provider, left, { token })).status).toBe(201);
  });

  it("[K1] [W1] bad input is 400 with a pointer, an unknown provider 404, and rules are the calendar's", async () => {
    const { provider, slot } = await setUp();
    const body = bookingOf(provider, slot);
    const post = (more: object, key?: string) =>
      call("POST", "/holds", { body: { ...body, ...more }, ...(key ? { key } : {}) });
    expect((await post({})).body.errors[0].pointer).toBe("/header/Idempotency-Key");
    expect((await post({ start: "soon" }, freshKey())).body.errors[0].pointer).toBe("/start");
    expect((await post({ patientId: somePatient() }, freshKey())).body.errors[0].pointer).toBe("/patientId");
    expect((await post({ providerId: "prv_000000000000" }, freshKey())).status).toBe(404);
    const offGrid = new Date(Date.parse(slot.start) + 60_000).toISOString();
    expect(await post({ start: offGrid }, freshKey())).toMatchObject({
      status: 422,
      body: { rule: "off-grid" },
    });

    const token = await patientToken(somePatient());
    const withoutToken = { token, key: freshKey(), body: { ...body, holdId: `hld_${"0".repeat(32)}` } };
    expect((await call("POST", "/appointments", withoutToken)).body.errors[0].pointer).toBe(
      "/header/Hold-Token",
    );
    const badId = {
      token,
      key: freshKey(),
      body: { ...body, holdId: "hld_x" },
      ...withToken("x".repeat(43)),
    };
    expect((await call("POST", "/appointments", badId)).body.errors[0].pointer).toBe("/holdId");
    const invented = { ...withoutToken, key: freshKey(), ...withToken("x".repeat(43)) };
    expect((await call("POST", "/appointments", invented)).status).toBe(201); // counts as not given
  });
});

describe("a booking with a hold whose call dies", () => {
  for (const when of ["before", "after"] as const) {
    it(`[W8] [W9] [G8] ${when} the commit books once under its key, and the hold ends`, async () => {
      const { provider, slot } = await setUp();
      const [patient, key] = [somePatient(), freshKey()];
      const hold = await place(provider, slot);
      const original = ProviderCalendar.prototype.book;
      vi.spyOn(ProviderCalendar.prototype, "book").mockImplementationOnce(function (
        this: ProviderCalendar,
        command,
      ) {
        if (when === "after") original.call(this, command);
        throw new Error("planted: the call died");
      });
      expect((await convert(provider, slot, hold, patient, key)).status).toBe(503);
      expect(await read(hold)).toMatchObject({ body: { status: when === "after" ? "converted" : "held" } });
      const again = await convert(provider, slot, hold, patient, key);
      expect(again.status).toBe(201);
      expect(await read(hold)).toMatchObject({ body: { status: "converted" } });
      await runDurableObjectAlarm(calendarOf(provider.id));
      await drainLog();
      const third = await convert(provider, slot, hold, patient, key);
      expect(third).toMatchObject({ status: 201, body: { id: again.body.id } });
      expect(await sql(provider, "SELECT id FROM appointment")).toHaveLength(1);
    });
  }

  it("[W9] [B3] is done when repeated after the hold ran out and was forgotten", async () => {
    const { provider, slot } = await setUp();
    const [patient, key] = [somePatient(), freshKey()];
    const hold = await place(provider, slot);
    const first = await convert(provider, slot, hold, patient, key);
    await sql(provider, "DELETE FROM hold");
    expect(await convert(provider, slot, hold, patient, key)).toMatchObject({
      status: 201,
      body: first.body,
    });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: frames are looked into right where they arrive
type Frame = any;

async function watch(provider: Provider, slots: readonly Slot[]) {
  const [from, to] = [slots[0]?.start.slice(0, 10), slots[20]?.start.slice(0, 10)];
  const path = `/live/providers/${provider.id}?visitTypeId=${visitOf(provider)}&from=${from}&to=${to}`;
  const response = await exports.default.fetch(
    new Request(`${BASE}${path}`, { headers: { upgrade: "websocket" } }),
  );
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status}`);
  const frames: Frame[] = [];
  socket.addEventListener("message", ({ data }) => void frames.push(JSON.parse(String(data))));
  socket.accept();
  const until = (n: number) =>
    vi.waitFor(() => expect(frames).toHaveLength(n), { timeout: 5_000, interval: 5 });
  await until(1);
  return { frames, until, close: () => socket.close() };
}

const changesOf = (frame: Frame, kind: "opened" | "taken"): string[] =>
  frame.changes.flatMap((change: Record<string, string[]>) => change[kind]);

describe("screens", () => {
  it("[W11] [L2] see a start taken when it is held and free when it is given back; booking it is no change", async () => {
    const { provider, slots, slot, other } = await setUp();
    const screen = await watch(provider, slots);
    const hold = await place(provider, slot);
    await screen.until(2);
    expect(changesOf(screen.frames[1], "taken")).toContain(slot.start);
    await release(hold);
    await screen.until(3);
    expect(changesOf(screen.frames[2], "opened")).toContain(slot.start);

    const second = await place(provider, other);
    await screen.until(4);
    await convert(provider, other, second);
    await place(provider, slot);
    await screen.until(5);
    expect(changesOf(screen.frames[4], "taken")).toContain(slot.start);
    expect(changesOf(screen.frames[4], "opened")).toEqual([]);
    for (const [index, frame] of screen.frames.entries())
      if (index > 0) expect(frame.from).toBe(screen.frames[index - 1].revision);
    expect(JSON.stringify(screen.frames)).not.toMatch(/hld_|oken/);
    screen.close();
  });

  it("[W11] [W2] see a start free when its hold runs out, by the alarm alone, also after an eviction that lost it", async () => {
    const { provider, slots, slot } = await setUp();
    const hold = await place(provider, slot);
    const screen = await watch(provider, slots);
    const end = Date.now() + 700;
    await runInDurableObject(calendarOf(provider.id), async (_, state) => {
      state.storage.sql.exec("UPDATE hold SET expires_at = ?", end);
      await state.storage.deleteAlarm();
    });
    await evict(calendarOf(provider.id));
    expect(await read(hold)).toMatchObject({ body: { status: "held" } }); // wakes the object, which repairs
    await screen.until(2);
    expect(changesOf(screen.frames[1], "opened")).toContain(slot.start);
    expect(Date.now() - end).toBeGreaterThanOrEqual(0);
    expect(Date.now() - end).toBeLessThan(1_000);
    expect(await sql(provider, "SELECT state FROM hold")).toEqual([{ state: "expired" }]);
    screen.close();
  });

  it("[W11] a calendar that holds something has an alarm no later than its first end", async () => {
    const { provider, slot, other } = await setUp();
    const alarm = () => runInDurableObject(calendarOf(provider.id), (_, state) => state.storage.getAlarm());
    const first = await place(provider, slot);
    await runDurableObjectAlarm(calendarOf(provider.id)); // the outbox is empty now: what is left is the hold
    expect(await alarm()).toBeLessThanOrEqual(Date.parse(first.body.expiresAt) + 1_000);
    await evict(calendarOf(provider.id));
    await place(provider, other);
    expect(await alarm()).toBeLessThanOrEqual(Date.parse(first.body.expiresAt) + 1_000);
    await runDurableObjectAlarm(calendarOf(provider.id));
    expect(await alarm()).not.toBeNull();
  });

  it("[W11] [W1] an eviction changes nothing of what is held", async () => {
    const { provider, slot } = await setUp();
    const hold = await place(provider, slot);
    await evict(calendarOf(provider.id));
    expect(await freeStarts(provider)).not.toContain(slot.start);
    expect(await book(provider, slot, somePatient())).toMatchObject({
      status: 409,
      body: { blockedBy: "hold" },
    });
    expect((await convert(provider, slot, hold)).status).toBe(201);
  });
});
