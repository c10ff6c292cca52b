/** Proves series through HTTP on the real objects: all or none, under one key, for one patient, visit by visit afterwards. */
import { evictAllDurableObjects, reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import type { PatientId } from "../../../core/ids.ts";
import {
  book,
  call,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
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
