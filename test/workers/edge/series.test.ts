/** Proves series through HTTP on the real objects: all or none, under one key, for one patient, visit by visit afterwards. */
import { evictAllDurableObjects, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import type { PatientId } from "../../../core/ids.ts";
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
  staffToken,
  token,
  visitOf,
} from "../../support/edge.ts";

afterAll(() => reset());

const bodyOf = (provider: Provider, slot: Slot, more: object = {}): object => ({
  providerId: provider.id,
  visitTypeId: visitOf(provider),
  locationId: slot.locationId,
  start: slot.start,
  count: 3,
  ...more,
});

/** A slot of a weekday, so that the next weeks have one too. */
async function world(): Promise<{ provider: Provider; slot: Slot; patient: PatientId; auth: string }> {
  const provider = await someProvider();
  const slot = (await slotsOf(provider))[12];
  if (!slot) throw new Error("the seed has no free slots");
  const patient = somePatient();
  return { provider, slot, patient, auth: await patientToken(patient) };
}

const listed = async (patient: string, auth: string) =>
  (await call("GET", `/patients/${patient}/appointments?limit=100`, { token: auth })).body.data as {
    id: string;
    status: string;
    seriesId: string;
  }[];

describe("a series over HTTP", () => {
  it("[Z1] [Z4] books all visits at the same wall-clock time, repeats its first answer, and is in the patient's list at once", async () => {
    const { provider, slot, patient, auth } = await world();
    const key = freshKey();
    const made = await call("POST", "/series", { token: auth, key, body: bodyOf(provider, slot) });
    expect(made.status).toBe(201);
    const visits = made.body.appointments as { id: string; start: string; seriesId: string }[];
    expect(visits).toHaveLength(3);
    expect(new Set(visits.map(({ start }) => start.slice(11, 19))).size).toBe(1);
    expect(new Set(visits.map(({ seriesId }) => seriesId))).toEqual(new Set([made.body.id]));
    expect((await listed(patient, auth)).map(({ id }) => id)).toEqual(visits.map(({ id }) => id));

    await evictAllDurableObjects();
    const again = await call("POST", "/series", { token: auth, key, body: bodyOf(provider, slot) });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.body).toEqual(made.body);
    await drainLog();
    expect((await listed(patient, auth)).length).toBe(3);
    const other = await call("POST", "/series", {
      token: auth,
      key,
      body: bodyOf(provider, slot, { count: 4 }),
    });
    expect(other.status).toBe(422);
  });

  it("[Z1] [Z3] books nothing when one visit is taken, and tells of each visit what became of it", async () => {
    const { provider, slot, patient, auth } = await world();
    const first = await call("POST", "/series", {
      token: auth,
      key: freshKey(),
      body: bodyOf(provider, slot, { count: 2 }),
    });
    expect(first.status).toBe(201);
    const rival = somePatient();
    const rivalToken = await patientToken(rival);
    const secondWeek = first.body.appointments[1].start as string;
    await call("DELETE", `/appointments/${first.body.appointments[0].id}`, { token: auth, ifMatch: '"v1"' });

    const lost = await call("POST", "/series", {
      token: rivalToken,
      key: freshKey(),
      body: bodyOf(provider, slot),
    });
    expect(lost.status).toBe(409);
    expect(lost.body.occurrences).toHaveLength(3);
    expect(lost.body.occurrences[0]).toEqual({ start: slot.start });
    expect(lost.body.occurrences[1]).toMatchObject({
      start: secondWeek,
      type: "/problems/slot-taken",
      blockedBy: "appointment",
    });
    expect(lost.body.occurrences[1].alternatives).toHaveLength(3);
    expect(JSON.stringify(lost.body)).not.toContain(patient);
    expect(await listed(rival, rivalToken)).toEqual([]);
    expect((await book(provider, slot, somePatient())).status).toBe(201); // the first week stayed free
  });

  it("[G4] [Z1] meets the patient's other appointments at every one of its visits", async () => {
    const { provider, slot, patient, auth } = await world();
    const elsewhere = await someProvider();
    const mine = await call("POST", "/series", {
      token: auth,
      key: freshKey(),
      body: bodyOf(provider, slot, { count: 2 }),
    });
    const second = mine.body.appointments[1] as { start: string };
    const there = (await slotsOf(elsewhere)).find(
      ({ start }) => Date.parse(start) === Date.parse(second.start),
    );
    if (!there) return; // other zones: nothing to meet
    expect((await book(elsewhere, there, patient)).body.type).toBe("/problems/patient-conflict");
  });

  it("[Z6] gives the rest back from a date on and leaves what was before", async () => {
    const { provider, slot, patient, auth } = await world();
    const made = await call("POST", "/series", {
      token: auth,
      key: freshKey(),
      body: bodyOf(provider, slot),
    });
    const from = (made.body.appointments[1].start as string).slice(0, 10);
    const path = `/series/${made.body.id}?from=${from}`;
    const done = await call("DELETE", path, { token: auth });
    expect(done.status).toBe(200);
    expect(done.body.appointments.map(({ status }: { status: string }) => status)).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect((await listed(patient, auth)).map(({ status }) => status)).toEqual([
      "booked",
      "cancelled",
      "cancelled",
    ]);
    expect((await call("DELETE", path, { token: auth })).body).toEqual(done.body);
    const stranger = await call("DELETE", path, { token: await patientToken(somePatient()) });
    expect(stranger.status).toBe(404);
    expect((await call("DELETE", "/series/ser_nonsense", { token: auth })).status).toBe(404);
  });

  it("[Z2] [Z5] refuses what is no series, with a pointer", async () => {
    const { provider, slot, auth } = await world();
    const ask = (more: object) =>
      call("POST", "/series", { token: auth, key: freshKey(), body: bodyOf(provider, slot, more) });
    for (const [more, pointer] of [
      [{ count: 1 }, "/count"],
      [{ count: 21 }, "/count"],
      [{ count: undefined }, "/count"],
      [{ rrule: "FREQ=WEEKLY;COUNT=3" }, "/count"],
      [{ count: undefined, rrule: "FREQ=MONTHLY;COUNT=3" }, "/rrule"],
      [{ count: undefined, rrule: "FREQ=WEEKLY;COUNT=40" }, "/rrule"],
    ] as const) {
      const answer = await ask(more);
      expect([more, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([more, 400, pointer]);
    }
  });
});

describe("moving a series over HTTP", () => {
  interface Visit {
    readonly id: string;
    readonly start: string;
    readonly version: number;
    readonly status: string;
  }

  /** A step of the visit type's grid: the new times overlap the old ones. */
  const STEP = 15;

  /** At an hour after which all the times are free that these tests move to. */
  async function booked(count = 3) {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const free = new Set(slots.map(({ start }) => start));
    const slot = slots.find(({ start }) => [STEP, 60, 120].every((by) => free.has(later(start, by))));
    if (!slot) throw new Error("the seed has no free afternoon");
    const patient = somePatient();
    const auth = await patientToken(patient);
    const here = { provider, slot, patient, auth };
    const made = await call("POST", "/series", {
      token: auth,
      key: freshKey(),
      body: bodyOf(provider, slot, { count }),
    });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return { ...here, id: made.body.id as string, visits: made.body.appointments as Visit[] };
  }

  /** The same wall-clock time, so many minutes later; spelled with the offset that the text has. */
  const later = (start: string, minutes: number): string => {
    const local = new Date(Date.parse(`${start.slice(0, 19)}Z`) + minutes * 60_000).toISOString();
    return `${local.slice(0, 19)}${start.slice(19)}`;
  };
  const wallOf = ({ start }: Visit): string => start.slice(0, 19);
  const move = (id: string, auth: string, body: object, key?: string) =>
    call("PATCH", `/series/${id}`, { token: auth, body, ...(key ? { key } : {}) });
  const stateOf = async (patient: string, auth: string): Promise<[string, string, number][]> =>
    ((await listed(patient, auth)) as unknown as Visit[]).map((v) => [v.id, wallOf(v), v.version]);

  it("[Z7] [Z10] moves all visits by a step, over their own old times, and the list has it at once", async () => {
    const { provider, patient, auth, id, visits } = await booked();
    const done = await move(id, auth, { start: later(visits[0]?.start ?? "", STEP) }, freshKey());
    expect([done.status, done.body]).toMatchObject([200, { id }]);
    const moved = done.body.appointments as Visit[];
    expect(moved.map((v) => [v.id, wallOf(v), v.version])).toEqual(
      visits.map((v) => [v.id, later(wallOf(v), STEP), 2]),
    );
    expect(await stateOf(patient, auth)).toEqual(moved.map((v) => [v.id, wallOf(v), 2]));
    for (const { id: each, start } of moved) {
      const read = await call("GET", `/appointments/${each}`, { token: auth });
      expect(read.body).toMatchObject({ start, version: 2, seriesId: id });
    }
    await evictAllDurableObjects(); // what was answered is not in memory any more
    expect(await stateOf(patient, auth)).toEqual(moved.map((v) => [v.id, wallOf(v), 2]));
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    expect(await stateOf(patient, auth)).toEqual(moved.map((v) => [v.id, wallOf(v), 2]));
  });

  it("[Z7] [G1] gives the first answer to the same key, also when nothing is left to move, and refuses another body", async () => {
    const { auth, id, visits } = await booked();
    const key = freshKey();
    const body = { start: later(visits[0]?.start ?? "", STEP) };
    const done = await move(id, auth, body, key);
    const again = await move(id, auth, body, key);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
    expect(again.body).toEqual(done.body);
    await evictAllDurableObjects();
    await call("DELETE", `/series/${id}`, { token: auth });
    expect((await move(id, auth, body, key)).body).toEqual(done.body);
    expect((await move(id, auth, { start: visits[0]?.start }, key)).body.type).toBe(
      "/problems/idempotency-key-reuse",
    );
    const nothing = await move(id, auth, body, freshKey());
    expect([nothing.status, nothing.body.rule]).toEqual([422, "not-movable"]);
  });

  it("[Z8] moves the following from a date on, and leaves what was before, cancelled or changed status", async () => {
    const { patient, auth, id, visits } = await booked(4);
    const [first, second, third, fourth] = visits as [Visit, Visit, Visit, Visit];
    await call("DELETE", `/appointments/${third.id}`, { token: auth, ifMatch: '"v1"' });
    await call("POST", `/appointments/${fourth.id}/confirm`, { token: auth });
    const done = await move(id, auth, { start: later(second.start, STEP), from: second.start.slice(0, 10) });
    expect(done.body.appointments.map((v: Visit) => [v.id, v.status, v.version])).toEqual([
      [second.id, "booked", 2],
      [fourth.id, "confirmed", 3],
    ]);
    expect(await stateOf(patient, auth)).toEqual([
      [first.id, wallOf(first), 1],
      [second.id, later(wallOf(second), STEP), 2],
      [third.id, wallOf(third), 2],
      [fourth.id, later(wallOf(fourth), STEP), 3],
    ]);
    const beyond = await move(id, auth, { start: second.start, from: "2099-01-01" });
    expect([beyond.status, beyond.body.rule]).toEqual([422, "not-movable"]);
  });

  it("[Z7] [Z3] moves nothing when one of the new times is taken, and tells of each visit what became of it", async () => {
    const { provider, slot, patient, auth, id, visits } = await booked();
    const rival = somePatient();
    const start = later(visits[1]?.start ?? "", 60);
    const theirs = await book(provider, { ...slot, start }, rival);
    expect(theirs.status).toBe(201);
    const before = await stateOf(patient, auth);
    const key = freshKey();
    const lost = await move(id, auth, { start: later(visits[0]?.start ?? "", 60) }, key);
    expect([lost.status, lost.body.type]).toEqual([409, "/problems/slot-taken"]);
    expect(lost.body.occurrences).toMatchObject([
      { start: later(visits[0]?.start ?? "", 60) },
      { start: theirs.body.start, type: "/problems/slot-taken", blockedBy: "appointment" },
      {},
    ]);
    expect(lost.body.occurrences[1].alternatives).toHaveLength(3);
    expect(lost.body.occurrences[2]).not.toHaveProperty("type");
    expect(JSON.stringify(lost.body)).not.toContain(rival);
    await drainLog();
    expect(await stateOf(patient, auth)).toEqual(before);
    const again = await move(id, auth, { start: later(visits[0]?.start ?? "", 60) }, key);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([409, "true"]);
  });

  it("[Z7] [G4] meets the patient's other appointments at every new time, and keeps out of two places itself", async () => {
    const { provider, slot, patient, auth, id, visits } = await booked();
    const mine = await book(provider, { ...slot, start: later(visits[2]?.start ?? "", 120) }, patient);
    expect(mine.status).toBe(201);
    const before = await stateOf(patient, auth);
    const met = await move(id, auth, { start: later(visits[0]?.start ?? "", 120) });
    expect([met.status, met.body.type]).toEqual([409, "/problems/patient-conflict"]);
    expect(await stateOf(patient, auth)).toEqual(before);
    // The second visit alone to the day of the first: moved to one hour, they would be one.
    const sameDay = await call("PATCH", `/appointments/${visits[1]?.id}`, {
      token: auth,
      ifMatch: '"v1"',
      body: { start: later(visits[0]?.start ?? "", 60) },
    });
    expect(sameDay.status).toBe(200);
    const twice = await move(id, auth, { start: later(visits[0]?.start ?? "", STEP) });
    expect(twice.body.type).toBe("/problems/patient-conflict");
  });

  it("[Z8] [M3] refuses the whole when a visit has changed and the list does not know it yet", async () => {
    const { provider, patient, auth, id, visits } = await booked();
    const second = visits[1] as Visit;
    // Straight at the calendar, as the desk's change would be whose edge died before it told the agenda.
    const told = await calendarOf(provider.id).status({
      command: "desk" as never,
      fingerprint: "desk",
      appointmentId: second.id as never,
      action: "confirm",
      ifMatch: null,
      reasonCode: null,
      repeatable: false,
      reach: { kind: "everything" },
    });
    expect(told.kind).toBe("done");
    const stale = await move(id, auth, { start: later(visits[0]?.start ?? "", STEP) });
    expect([stale.status, stale.body.type]).toEqual([412, "/problems/stale-version"]);
    expect(stale.body.occurrences[1].type).toBe("/problems/stale-version");
    await runDurableObjectAlarm(calendarOf(provider.id));
    await drainLog();
    expect((await stateOf(patient, auth)).map(([, , version]) => version)).toEqual([1, 2, 1]);
    expect((await move(id, auth, { start: later(visits[0]?.start ?? "", STEP) })).status).toBe(200);
  });

  it("[A1] [Z7] is one 404 for strangers and invented ids, 403 for kiosks, 400 with a pointer, and changes nothing", async () => {
    const { slot, patient, auth, id, visits } = await booked(2);
    const body = { start: later(visits[0]?.start ?? "", STEP) };
    const stranger = await move(id, await patientToken(somePatient()), body);
    const invented = await move("ser_nonsense", auth, body);
    const notASeries = await move(visits[0]?.id ?? "", auth, body);
    const desk = await move(id, await staffToken("loc_00000000000a"), body);
    for (const answer of [stranger, invented, notASeries, desk])
      expect([answer.status, answer.body.type]).toEqual([404, "/problems/not-found"]);
    const kiosk = await token({ sub: "k", role: "kiosk", clinics: [slot.locationId] });
    expect((await move(id, kiosk, body)).status).toBe(403);
    for (const [wrong, pointer] of [
      [{}, "/start"],
      [{ ...body, from: "2026-02-30" }, "/from"],
      [{ ...body, providerId: "x" }, "/providerId"],
    ] as const) {
      const answer = await move(id, auth, wrong);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
    }
    expect((await stateOf(patient, auth)).map(([, , version]) => version)).toEqual([1, 1]);
    const own = await move(id, await staffToken(slot.locationId), body);
    expect([own.status, own.body.appointments.length]).toEqual([200, 2]);
  });
});
