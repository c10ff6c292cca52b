/** Proves that what people write leaves the edge sealed, and comes back only in front of who may read it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type AppointmentId, agendaShardOf, type PatientId, type ProviderId } from "../../../core/ids.ts";
import { settingsOf } from "../../../workers/edge/middleware/request-context.ts";
import { resealCalendar } from "../../../workers/edge/reseal.ts";
import { openText, sealedUnder, sealText } from "../../../workers/sealed-text.ts";
import {
  adminToken,
  book,
  bookingOf,
  calendarOf,
  call,
  drainLog,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
} from "../../support/edge.ts";

const REASON = "CANARY-REASON Ünïcode 💊";
const NOTES = "CANARY-NOTES";
const agendaOf = (patient: PatientId) => env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`);
const ring = () => settingsOf(env).TEXT_KEYS;

/** Every row of every table of an object, as text. */
async function rowsOf(stub: DurableObjectStub): Promise<string> {
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")
      .toArray();
    return JSON.stringify(tables.map(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });
}

const storedOf = (provider: ProviderId, id: string) =>
  runInDurableObject(calendarOf(provider), (_, { storage: { sql } }) =>
    sql
      .exec<{ reason: string | null; notes: string | null; recent: string }>(
        "SELECT reason, notes, recent FROM appointment WHERE id = ?",
        id,
      )
      .one(),
  );

async function expectSealed(provider: ProviderId, patient: PatientId): Promise<void> {
  for (const rows of [await rowsOf(calendarOf(provider)), await rowsOf(agendaOf(patient))]) {
    expect(rows).toContain(patient); // there was something to find
    expect(rows).not.toContain("CANARY");
  }
}

describe("what people write", () => {
  it("[PD1] is sealed in the calendar and in the agenda, and comes back to its patient", async () => {
    const provider = await someProvider();
    const [slot, later] = await slotsOf(provider);
    if (!slot || !later) throw new Error("a seeded provider has free times");
    const patient = somePatient();
    const key = freshKey();
    const booked = await book(provider, slot, patient, key, { reason: REASON, notes: NOTES });
    expect([booked.status, booked.body.reason]).toEqual([201, REASON]);
    await expectSealed(provider.id, patient);
    const stored = await storedOf(provider.id, booked.body.id);
    expect(openText(ring(), "notes", patient, stored.notes ?? "")).toBe(NOTES);

    const token = await patientToken(patient);
    const read = await call("GET", `/appointments/${booked.body.id}`, { token });
    expect(read.body.reason).toBe(REASON);

    // [PD4] the same key and body again, sealed anew on the way: the first answer
    const again = await book(provider, slot, patient, key, { reason: REASON, notes: NOTES });
    expect([again.status, again.headers.get("idempotency-replayed"), again.body]).toEqual([
      201,
      "true",
      booked.body,
    ]);
    const other = await book(provider, slot, patient, key, { reason: `${REASON}!`, notes: NOTES });
    expect([other.status, other.body.type]).toEqual([422, "/problems/idempotency-key-reuse"]);

    const moved = await call("PATCH", `/appointments/${booked.body.id}`, {
      token,
      ifMatch: '"v1"',
      body: { start: later.start },
    });
    expect([moved.status, moved.body.reason]).toEqual([200, REASON]);
    const changed = await call("PATCH", `/appointments/${booked.body.id}`, {
      token,
      ifMatch: '"v2"',
      body: { reason: "CANARY-OTHER" },
    });
    expect([changed.status, changed.body.reason]).toEqual([200, "CANARY-OTHER"]);
    const cancelled = await call("DELETE", `/appointments/${booked.body.id}`, { token, ifMatch: '"v3"' });
    expect([cancelled.status, cancelled.body.reason]).toEqual([200, "CANARY-OTHER"]);
    await expectSealed(provider.id, patient);
    await drainLog();
    await expectSealed(provider.id, patient);
  });

  it("[PD1] is sealed in a series, in visits of several calendars and in an answer that is repeated", async () => {
    const [one, other] = [await someProvider(), await someProvider()];
    const [first] = await slotsOf(one);
    const elsewhere = (await slotsOf(other)).find(
      ({ start }) => start !== first?.start && start > (first?.end ?? ""),
    );
    if (!first || !elsewhere) throw new Error("seeded providers have free times");
    const patient = somePatient();
    const token = await patientToken(patient);
    const visits = [bookingOf(one, first), bookingOf(other, elsewhere)];
    const key = freshKey();
    const order = { token, key, body: { visits, reason: REASON, notes: NOTES } };
    const booked = await call("POST", "/series", order);
    expect(booked.status).toBe(201);
    expect(booked.body.appointments.map(({ reason }: { reason: string }) => reason)).toEqual([
      REASON,
      REASON,
    ]);
    const again = await call("POST", "/series", order);
    expect(again.body).toEqual(booked.body);
    await expectSealed(one.id, patient);
    await expectSealed(other.id, patient);
  });

  it("[PD3] that no key opens leaves the appointment as it is, without the text", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("a seeded provider has free times");
    const patient = somePatient();
    const { body } = await book(provider, slot, patient, freshKey(), { reason: REASON });
    const foreign = sealText([["z", "q".repeat(43)]], "reason", patient, REASON);
    await runInDurableObject(calendarOf(provider.id), (_, { storage }) => {
      storage.sql.exec("UPDATE appointment SET reason = ? WHERE id = ?", foreign, body.id);
    });
    const read = await call("GET", `/appointments/${body.id}`, { token: await patientToken(patient) });
    expect(read.status).toBe(200);
    expect(read.body).toEqual({ ...body, reason: undefined });
  });

  it("[PD2] from before there were keys is shown as it stands", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("a seeded provider has free times");
    const patient = somePatient();
    const { body } = await book(provider, slot, patient, freshKey());
    await runInDurableObject(calendarOf(provider.id), (_, { storage }) => {
      storage.sql.exec("UPDATE appointment SET reason = 'cough' WHERE id = ?", body.id);
    });
    const read = await call("GET", `/appointments/${body.id}`, { token: await patientToken(patient) });
    expect(read.body.reason).toBe("cough");
  });

  it("[PD7] is put under the newest key, old clear text too, while what somebody wrote meanwhile stays", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const patient = somePatient();
    const ids: AppointmentId[] = [];
    for (const slot of [slots[0], slots[4], slots[8]]) {
      if (!slot) throw new Error("a seeded provider has free times");
      ids.push((await book(provider, slot, patient, freshKey(), { reason: REASON })).body.id);
    }
    const [older, clear, foreign] = ids as [AppointmentId, AppointmentId, AppointmentId];
    const oldRing = ring().toReversed();
    const put = (id: string, reason: string) =>
      runInDurableObject(calendarOf(provider.id), (_, { storage }) => {
        storage.sql.exec("UPDATE appointment SET reason = ? WHERE id = ?", reason, id);
      });
    await put(older, sealText(oldRing, "reason", patient, "old"));
    await put(clear, "clear");
    const closed = sealText([["z", "q".repeat(43)]], "reason", patient, "lost");
    await put(foreign, closed);

    const done = await resealCalendar(env, settingsOf(env), provider.id);
    expect(done).toEqual({ provider: provider.id, resealed: 2, left: 0, unreadable: 1 });
    const token = await patientToken(patient);
    for (const [id, text] of [
      [older, "old"],
      [clear, "clear"],
    ] as const) {
      const { reason } = await storedOf(provider.id, id);
      expect(sealedUnder(reason ?? "")).toBe(ring()[0]?.[0]);
      const read = await call("GET", `/appointments/${id}`, { token });
      expect([read.body.reason, read.body.version]).toEqual([text, 1]);
    }
    expect((await storedOf(provider.id, foreign)).reason).toBe(closed);
    expect(await resealCalendar(env, settingsOf(env), provider.id)).toMatchObject({
      resealed: 0,
      unreadable: 1,
    });
    const stale = { id: older, was: { reason: "something else", notes: null }, reason: "x", notes: null };
    expect(await calendarOf(provider.id).replaceTexts([stale])).toBe(0);
  });

  it("[PD5] of a file waits sealed, and its calendar shows it", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("a seeded provider has free times");
    const { body: people } = await call("GET", "/patients?limit=1", { token: await adminToken() });
    const patient = people.data[0].id as PatientId;
    const { start, locationId } = slot;
    const line = [
      `x-${freshKey()}`,
      provider.id,
      patient,
      locationId,
      provider.visitTypeIds[0],
      start,
      slot.end,
      REASON,
    ];
    const csv = `id,providerId,patientId,locationId,visitTypeId,start,end,reason\n${line.join(",")}\n`;
    const made = await call("POST", "/imports/appointments?system=personal-text&apply=true", {
      token: await adminToken(),
      body: csv,
      headers: { "content-type": "text/csv" },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    const token = await patientToken(patient);
    const list = await call("GET", `/patients/${patient}/appointments?from=${start.slice(0, 10)}`, { token });
    const found = list.body.data.find((one: { start: string }) => one.start === start);
    const read = await call("GET", `/appointments/${found.id}`, { token });
    expect(read.body.reason).toBe(REASON);
    await expectSealed(provider.id, patient);
  });
});
