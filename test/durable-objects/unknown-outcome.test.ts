/**
 * Proves that a call to a calendar that dies ends resolved and not guessed: before the commit, after it, with the
 * client asking again in time, too late or never. Faults are planted in the calendar's own methods; does not prove
 * process crashes (test/faults).
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { ProviderCalendar } from "../../durable-objects/provider-calendar/provider-calendar.ts";
import "../../workers/edge/index.tsx";
import type { AppointmentId, PatientId } from "../../core/ids.ts";
import { agendaShardOf } from "../../core/ids.ts";
import { DAY_MS, plus } from "../../core/time.ts";
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
  visitOf,
} from "../support/edge.ts";
import { evict } from "../support/evict.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

const agendaOf = (patient: PatientId) => env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`);

/** The next call of `method` dies: before it did anything, or after it committed. */
function dieOnce(method: "book" | "move" | "status", when: "before" | "after"): void {
  const original = ProviderCalendar.prototype[method] as (command: never) => unknown;
  vi.spyOn(ProviderCalendar.prototype, method).mockImplementationOnce(function (
    this: ProviderCalendar,
    command: never,
  ) {
    if (when === "after") original.call(this, command);
    throw new Error("planted: the call died");
  } as never);
}

/** Lets the agenda's alarm see a time after every deadline. */
async function alarmAfterDeadline(patient: PatientId): Promise<void> {
  await runInDurableObject(agendaOf(patient), (_, state) => {
    state.storage.sql.exec(`UPDATE command SET ask_at = 0,
      row = json_set(row, '$.askAt', 0, '$.deadline', 0) WHERE state = 'pending'`);
  });
  await runDurableObjectAlarm(agendaOf(patient));
}

const states = (patient: PatientId): Promise<string[]> =>
  runInDurableObject(agendaOf(patient), (_, state) =>
    state.storage.sql
      .exec<{ state: string }>("SELECT state FROM command WHERE patient = ?", patient)
      .toArray()
      .map((row) => row.state),
  );

async function setUp() {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const slot = slots[4];
  const other = slots[12];
  if (!slot || !other) throw new Error("the seed has too few slots");
  return { provider, slot, other, patient: somePatient(), key: freshKey() };
}

describe("a call to the calendar that dies", () => {
  for (const when of ["before", "after"] as const) {
    it(`[G8] says outcome-unknown when it dies ${when} the commit, and the same key then books exactly once`, async () => {
      const { provider, slot, patient, key } = await setUp();
      dieOnce("book", when);
      const lost = await book(provider, slot, patient, key);
      expect(lost).toMatchObject({ status: 503, body: { type: "/problems/outcome-unknown" } });
      expect(lost.headers.get("retry-after")).toBe("1");
      const again = await book(provider, slot, patient, key);
      expect(again.status).toBe(201);
      const list = await call("GET", `/patients/${patient}/appointments`, {
        token: await patientToken(patient),
      });
      expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([again.body.id]);
    });

    it(`[G8] [B14] is settled by the alarm alone when it died ${when} the commit and nobody asks again`, async () => {
      const { provider, slot, patient, key } = await setUp();
      dieOnce("book", when);
      await book(provider, slot, patient, key);
      await alarmAfterDeadline(patient);
      expect(await states(patient)).toEqual([when === "after" ? "done" : "void"]);
      const free = (await slotsOf(provider)).map(({ start }) => start);
      expect(free.includes(slot.start)).toBe(when === "before");
      // The key goes on: a void attempt is followed by a new one, a done one by its answer.
      const again = await book(provider, slot, patient, key);
      expect(again.status).toBe(201);
      expect(again.headers.get("idempotency-replayed")).toBe(when === "after" ? "true" : null);
    });
  }

  it("[G8] settles by the log alone what was committed, before anybody asks", async () => {
    const { provider, slot, patient, key } = await setUp();
    dieOnce("book", "after");
    await book(provider, slot, patient, key);
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    expect(await states(patient)).toEqual(["done"]);
  });

  it("[B14] fences what it never got: a late copy of a void attempt cannot book", async () => {
    const { provider, slot, patient, key } = await setUp();
    let late: unknown;
    vi.spyOn(ProviderCalendar.prototype, "book").mockImplementationOnce((command) => {
      late = command; // the call is still under way when everybody has given up on it
      throw new Error("planted: the call died");
    });
    await book(provider, slot, patient, key);
    await alarmAfterDeadline(patient);
    expect(await calendarOf(provider.id).book(late as never)).toEqual({ kind: "fenced" });
    expect((await slotsOf(provider)).map(({ start }) => start)).toContain(slot.start);
  });

  it("[B16] fences a refused re-send, so that its first copy cannot book when the start is free again", async () => {
    const { provider, slot, patient, key } = await setUp();
    let first: unknown;
    vi.spyOn(ProviderCalendar.prototype, "book").mockImplementationOnce((command) => {
      first = command;
      throw new Error("planted: the call died");
    });
    await book(provider, slot, patient, key);
    const rival = somePatient();
    const won = await book(provider, slot, rival);
    expect(won.status).toBe(201);
    expect((await book(provider, slot, patient, key)).status).toBe(409);
    await call("DELETE", `/appointments/${won.body.id}`, {
      token: await patientToken(rival),
      ifMatch: '"v1"',
    });
    expect(await calendarOf(provider.id).book(first as never)).toEqual({ kind: "fenced" });
    expect((await slotsOf(provider)).map(({ start }) => start)).toContain(slot.start);
  });

  for (const when of ["before", "after"] as const) {
    it(`[M2] [G8] a move that died ${when} its commit happens once under its key`, async () => {
      const { provider, slot, other, patient } = await setUp();
      const auth = await patientToken(patient);
      const { body: booked } = await book(provider, slot, patient);
      const key = freshKey();
      const move = () =>
        call("PATCH", `/appointments/${booked.id}`, {
          token: auth,
          key,
          ifMatch: '"v1"',
          body: { start: other.start },
        });
      dieOnce("move", when);
      expect((await move()).status).toBe(503);
      expect(await move()).toMatchObject({ status: 200, body: { version: 2, start: other.start } });
      expect(await call("GET", `/appointments/${booked.id}`, { token: auth })).toMatchObject({
        body: { version: 2 },
      });
    });

    it(`[G8] a move that died ${when} its commit and is resolved by the alarm is done or void, never taken for somebody else's change`, async () => {
      const { provider, slot, other, patient } = await setUp();
      const auth = await patientToken(patient);
      const { body: booked } = await book(provider, slot, patient);
      const key = freshKey();
      const move = () =>
        call("PATCH", `/appointments/${booked.id}`, {
          token: auth,
          key,
          ifMatch: '"v1"',
          body: { start: other.start },
        });
      dieOnce("move", when);
      await move();
      await alarmAfterDeadline(patient);
      const found = await call("GET", `/appointments/${booked.id}`, { token: auth });
      expect(found.body.start).toBe(when === "after" ? other.start : slot.start);
      expect((await states(patient)).sort()).toEqual(when === "after" ? ["done", "done"] : ["done", "void"]);
      expect(await move()).toMatchObject({ status: 200, body: { version: 2, start: other.start } });
    });

    it(`[G8] [Z7] [Z9] a series whose move died ${when} its commit moved whole or not at all, and the same key moves it once`, async () => {
      const { provider, slot, other, patient, key } = await setUp();
      const auth = await patientToken(patient);
      const { start, locationId } = slot;
      const ofSeries = {
        providerId: provider.id,
        visitTypeId: visitOf(provider),
        locationId,
        start,
        count: 2,
      };
      const made = await call("POST", "/series", { token: auth, key: freshKey(), body: ofSeries });
      const path = `/series/${made.body.id}`;
      const move = () => call("PATCH", path, { token: auth, key, body: { start: other.start } });
      const listed = async () =>
        (await call("GET", `/patients/${patient}/appointments`, { token: auth })).body.data.map(
          ({ version }: { version: number }) => version,
        );
      dieOnce("move", when);
      expect((await move()).body.type).toBe("/problems/outcome-unknown");
      expect(await listed()).toEqual(when === "after" ? [2, 2] : [1, 1]); // asked of the calendar, visit by visit
      await alarmAfterDeadline(patient);
      expect((await states(patient)).sort()).toEqual(when === "after" ? ["done", "done"] : ["done", "void"]);
      const done = await move();
      expect(done).toMatchObject({ status: 200, body: { appointments: [{ start: other.start }, {}] } });
      expect(await move()).toMatchObject({ status: 200, body: done.body });
      expect(await listed()).toEqual([2, 2]);
    });

    it(`[C2] a cancel that died ${when} its commit is done once, and its repetition says so`, async () => {
      const { provider, slot, patient } = await setUp();
      const auth = await patientToken(patient);
      const { body: booked } = await book(provider, slot, patient);
      const key = freshKey();
      const cancel = () =>
        call("DELETE", `/appointments/${booked.id}`, { token: auth, key, ifMatch: '"v1"' });
      dieOnce("status", when);
      expect(await cancel()).toMatchObject({ status: 503, body: { type: "/problems/outcome-unknown" } });
      expect(await cancel()).toMatchObject({ status: 200, body: { status: "cancelled", version: 2 } });
      const list = await call("GET", `/patients/${patient}/appointments`, { token: auth });
      expect(list.body.data).toMatchObject([{ status: "cancelled", version: 2 }]);
    });
  }

  it("[G3] tells a repetition that the first request is still under way", async () => {
    const { provider, slot, patient, key } = await setUp();
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const original = ProviderCalendar.prototype.book;
    vi.spyOn(ProviderCalendar.prototype, "book").mockImplementationOnce(async function (
      this: ProviderCalendar,
      command: never,
    ) {
      await gate;
      return original.call(this, command);
    } as never);
    const first = book(provider, slot, patient, key);
    await vi.waitFor(async () => expect(await states(patient)).toEqual(["pending"]));
    const second = await book(provider, slot, patient, key);
    expect(second).toMatchObject({ status: 409, body: { type: "/problems/idempotency-in-flight" } });
    letGo();
    expect((await first).status).toBe(201);
  });

  it("[G4] counts a pending command as taken time: two keys, two calendars, one minute book once", async () => {
    const { provider, slot, patient } = await setUp();
    const there = await someProvider();
    const same = (await slotsOf(there)).find(
      (candidate) => Date.parse(candidate.start) === Date.parse(slot.start),
    );
    const target = same ?? slot;
    const host = same ? there : provider;
    const answers = await Promise.all([book(provider, slot, patient), book(host, target, patient)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("[G8] keeps a pending row over an eviction and still answers 201 under the same key", async () => {
    const { provider, slot, patient, key } = await setUp();
    const first = await book(provider, slot, patient, key);
    await evict(agendaOf(patient));
    await evict(calendarOf(provider.id));
    const again = await book(provider, slot, patient, key);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  it("[G7] counts a visit once, also while its move is known to the calendar only", async () => {
    const { provider, slot, other, patient } = await setUp();
    const auth = await patientToken(patient);
    const { body: booked } = await book(provider, slot, patient);
    const facts = await calendarOf(provider.id).read(booked.id, { kind: "everything" });
    if (!facts || "movedTo" in facts) throw new Error("it was booked here");
    const later = (days: number) => ({
      start: plus(facts.start, days * DAY_MS),
      end: plus(facts.end, days * DAY_MS),
    });
    const others = Array.from({ length: 18 }, (_, n) => ({
      facts: { ...facts, ...later(40 + n), id: `${booked.id}${n}` as AppointmentId },
      cause: null,
    }));
    await agendaOf(patient).observe(others);
    const move = { token: auth, ifMatch: '"v1"', body: { start: other.start } };
    expect((await call("PATCH", `/appointments/${booked.id}`, move)).status).toBe(200);
    await evict(agendaOf(patient));
    const slots = await slotsOf(provider);
    expect((await book(provider, slots[30] as Slot, patient)).status).toBe(201); // the twentieth
    expect(await book(provider, slots[40] as Slot, patient)).toMatchObject({
      status: 422,
      body: { rule: "too-many-open-bookings" },
    });
  });
});
