/**
 * Proves the API's booking through HTTP on the real objects: book, repeat, race, move, cancel, list. Does not prove
 * crashes of the process (test/faults) or real Postgres (*.pg.node.ts).
 */
import { reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import {
  adminToken,
  book,
  bookingOf,
  call,
  drainLog,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
  visitOf,
} from "../../support/edge.ts";

afterAll(() => reset());

describe("booking over HTTP", () => {
  it("[B1] [B9] gives a start to one patient and tells the next one what else is free", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const slot = slots[5] as (typeof slots)[number];
    const first = await book(provider, slot, somePatient());
    expect(first.status).toBe(201);
    expect(first.headers.get("etag")).toBe('"v1"');
    expect(first.headers.get("location")).toBe(`/v1/appointments/${first.body.id}`);
    expect(first.body).toMatchObject({
      status: "booked",
      version: 1,
      start: slot.start,
      end: slot.end,
      locationId: slot.locationId,
    });

    const second = await book(provider, slot, somePatient());
    expect(second.status).toBe(409);
    expect(second.headers.get("content-type")).toBe("application/problem+json");
    expect(second.body).toMatchObject({
      type: "/problems/slot-taken",
      status: 409,
      blockedBy: "appointment",
    });
    expect(second.body.alternatives).toHaveLength(3);
    expect(JSON.stringify(second.body)).not.toContain(first.body.id);
    expect(JSON.stringify(second.body)).not.toContain(first.body.patientId);

    const left = await slotsOf(provider);
    expect(left.map(({ start }) => start)).not.toContain(slot.start);
    for (const alternative of second.body.alternatives)
      expect(left.map(({ start }) => start)).toContain(alternative.start);
  });

  it("[B1] lets exactly one of 50 rivals win, and nobody sees an error of ours", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[8] as { start: string; end: string; locationId: string };
    const answers = await Promise.all(Array.from({ length: 50 }, () => book(provider, slot, somePatient())));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
  });

  it("[G1] [G2] answers a repeated key with the first answer, and refuses it for another request", async () => {
    const provider = await someProvider();
    const [slot, other] = await slotsOf(provider);
    if (!slot || !other) throw new Error("the seed has no free slots");
    const patient = somePatient();
    const key = freshKey();
    const first = await book(provider, slot, patient, key, { reason: "cough" });
    const again = await book(provider, slot, patient, key, { reason: "cough" });
    expect(again.status).toBe(201);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
    await drainLog();
    expect((await book(provider, slot, patient, key, { reason: "cough" })).body).toEqual(first.body);

    const reused = await book(provider, other, patient, key);
    expect(reused.status).toBe(422);
    expect(reused.body.type).toBe("/problems/idempotency-key-reuse");
    expect((await book(provider, slot, somePatient(), key)).status).toBe(409); // another patient's key is another key
  });

  it("[G1] repeats a refusal, and the key of a refusal cannot book later", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[0] as { start: string; end: string; locationId: string };
    const winner = somePatient();
    const won = await book(provider, slot, winner);
    const loser = somePatient();
    const key = freshKey();
    const refused = await book(provider, slot, loser, key);
    expect(refused.status).toBe(409);
    await call("DELETE", `/appointments/${won.body.id}`, {
      token: await patientToken(winner),
      ifMatch: '"v1"',
    });
    const again = await book(provider, slot, loser, key);
    expect(again.status).toBe(409);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect({ ...again.body, instance: "" }).toEqual({ ...refused.body, instance: "" });
    expect((await book(provider, slot, loser)).status).toBe(201);
  });

  it("[G4] keeps one patient out of two places at the same time", async () => {
    const [here, there] = [await someProvider(), await someProvider()];
    const slots = await slotsOf(here);
    const others = await slotsOf(there);
    const instantOf = (slot: { start: string }): number => Date.parse(slot.start);
    const both = slots.find((slot) => others.some((other) => instantOf(other) === instantOf(slot)));
    const same = others.find((other) => both && instantOf(other) === instantOf(both));
    if (!both || !same) throw new Error("the two providers share no start");
    const patient = somePatient();
    expect((await book(here, both, patient)).status).toBe(201);
    const conflict = await book(there, same, patient);
    expect(conflict.status).toBe(409);
    expect(conflict.body.type).toBe("/problems/patient-conflict");
  });

  it("[G4] believes the calendar before it says conflict: a cancellation on its way does not count", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const patient = somePatient();
    const booked = await book(provider, slot, patient);
    await drainLog();
    // Staff cancels at the calendar itself, and the news does not reach the agenda.
    const { calendarOf } = await import("../../support/edge.ts");
    const reply = await calendarOf(provider.id).status({
      command: "cmd-lost-news" as never,
      fingerprint: "f",
      appointmentId: booked.body.id,
      action: "cancel",
      ifMatch: 1,
      reasonCode: "other",
      repeatable: true,
      reach: { kind: "everything" },
    });
    expect(reply.kind).toBe("done");
    expect((await book(provider, slot, patient)).status).toBe(201);
  });

  it("[M1] [M3] [M6] moves within the calendar under If-Match, keeping the id", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const [from, to] = [slots[2], slots[9]] as { start: string; end: string; locationId: string }[];
    if (!from || !to) throw new Error("the seed has too few slots");
    const patient = somePatient();
    const auth = await patientToken(patient);
    const booked = await book(provider, from, patient, freshKey(), { reason: "knee" });
    const path = `/appointments/${booked.body.id}`;
    const body = { start: to.start };
    expect((await call("PATCH", path, { token: auth, body })).status).toBe(428);
    expect((await call("PATCH", path, { token: auth, body, ifMatch: '"v7"' })).status).toBe(412);
    const key = freshKey();
    const moved = await call("PATCH", path, { token: auth, body, ifMatch: '"v1"', key });
    expect(moved.status).toBe(200);
    expect(moved.headers.get("etag")).toBe('"v2"');
    expect(moved.body).toMatchObject({
      id: booked.body.id,
      version: 2,
      start: to.start,
      end: to.end,
      reason: "knee",
    });
    const starts = (await slotsOf(provider)).map(({ start }) => start);
    expect(starts).toContain(from.start);
    expect(starts).not.toContain(to.start);

    const replay = await call("PATCH", path, { token: auth, body, ifMatch: '"v1"', key });
    expect(replay.status).toBe(200);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    expect(replay.body).toEqual(moved.body);
    await drainLog();
    expect((await call("PATCH", path, { token: auth, body, ifMatch: '"v1"', key })).body).toEqual(moved.body);
    const reason = await call("PATCH", path, { token: auth, body: { reason: null }, ifMatch: '"v2"' });
    expect(reason.body).toMatchObject({ version: 3, start: to.start });
    expect(reason.body.reason).toBeUndefined();
  });

  it("[M2] [M4] refuses to move off the grid, or what is cancelled", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(provider, slot, patient);
    const path = `/appointments/${booked.id}`;
    const offGrid = new Date(Date.parse(slot.start) + 60_000).toISOString();
    expect(
      await call("PATCH", path, { token: auth, ifMatch: '"v1"', body: { start: offGrid } }),
    ).toMatchObject({ status: 422, body: { rule: "off-grid" } });
    await call("DELETE", path, { token: auth, ifMatch: '"v1"' });
    expect(await call("PATCH", path, { token: auth, ifMatch: '"v2"', body: { reason: "x" } })).toMatchObject({
      status: 422,
      body: { rule: "not-movable" },
    });
  });

  it("[C1] [C2] [C3] cancels once, frees the start at once, and repeats its answer", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(provider, slot, patient);
    const path = `/appointments/${booked.id}`;
    const key = freshKey();
    expect((await call("DELETE", path, { token: auth })).status).toBe(428);
    expect((await call("DELETE", path, { token: auth, ifMatch: '"v2"' })).status).toBe(412);
    const cancelled = await call("DELETE", `${path}?reasonCode=patient-request`, {
      token: auth,
      ifMatch: '"v1"',
      key,
    });
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: "cancelled", version: 2, cancellationReason: "patient-request" },
    });
    expect((await slotsOf(provider)).map(({ start }) => start)).toContain(slot.start);
    const again = await call("DELETE", `${path}?reasonCode=patient-request`, {
      token: auth,
      ifMatch: '"v1"',
      key,
    });
    expect(again.body).toEqual(cancelled.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(
      (await call("DELETE", `${path}?reasonCode=other`, { token: auth, ifMatch: '"v1"', key })).status,
    ).toBe(422);
    expect(await call("DELETE", path, { token: auth, ifMatch: '"v2"' })).toMatchObject({
      status: 422,
      body: { rule: "not-cancellable" },
    });
  });

  it("[G5] shows a patient their own writes at once, in order, page by page", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const patient = somePatient();
    const auth = await patientToken(patient);
    const booked = [];
    for (const slot of [slots[0], slots[10], slots[5]])
      if (slot) booked.push((await book(provider, slot, patient)).body);
    const list = await call("GET", `/patients/${patient}/appointments`, { token: auth });
    expect(list.body.data.map(({ start }: { start: string }) => start)).toEqual(
      [slots[0], slots[5], slots[10]].map((slot) => slot?.start),
    );
    const first = await call("GET", `/patients/${patient}/appointments?limit=2`, { token: auth });
    expect(first.body.data).toHaveLength(2);
    expect(first.headers.get("link")).toContain('rel="next"');
    const rest = await call(
      "GET",
      `/patients/${patient}/appointments?limit=2&cursor=${first.body.page.next}`,
      { token: auth },
    );
    expect(rest.body).toMatchObject({ data: [{ start: slots[10]?.start }], page: { next: null } });
    await call("DELETE", `/appointments/${booked[0].id}`, { token: auth, ifMatch: '"v1"' });
    const cancelled = await call("GET", `/patients/${patient}/appointments?status=cancelled`, {
      token: auth,
    });
    expect(cancelled.body.data.map(({ id }: { id: string }) => id)).toEqual([booked[0].id]);
  });

  it("[G7] refuses the 21st open appointment of one patient", async () => {
    const provider = await someProvider();
    const patient = somePatient();
    const taken: string[] = [];
    for (let n = 0; n < 20; n++) {
      const slot = (await slotsOf(provider))[n % 3 === 0 ? 0 : 1];
      if (slot) taken.push(String((await book(provider, slot, patient)).status));
    }
    expect(new Set(taken)).toEqual(new Set(["201"]));
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    expect(await book(provider, slot, patient)).toMatchObject({
      status: 422,
      body: { rule: "too-many-open-bookings" },
    });
  });

  it("[A2] lets staff book for patients of the directory at their own clinics only", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    if (!slot) throw new Error("the seed has no free slots");
    const { seededPatients } = await import("../../support/edge.ts");
    const [patient] = await seededPatients(1);
    const here = await staffToken(slot.locationId);
    const elsewhere = await staffToken("loc_000000000000");
    const body = bookingOf(provider, slot, { patientId: patient?.id });
    expect((await call("POST", "/appointments", { token: elsewhere, key: freshKey(), body })).status).toBe(
      404,
    );
    expect(
      (
        await call("POST", "/appointments", {
          token: here,
          key: freshKey(),
          body: bookingOf(provider, slot, { patientId: somePatient() }),
        })
      ).status,
    ).toBe(404);
    expect(
      await call("POST", "/appointments", { token: here, key: freshKey(), body: bookingOf(provider, slot) }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/patientId" }] },
    });
    const booked = await call("POST", "/appointments", { token: here, key: freshKey(), body });
    expect(booked).toMatchObject({ status: 201, body: { source: "staff", patientId: patient?.id } });
    const path = `/appointments/${booked.body.id}`;
    expect((await call("GET", path, { token: elsewhere })).status).toBe(404);
    expect((await call("GET", path, { token: here })).status).toBe(200);
    expect((await call("GET", path, { token: await adminToken() })).status).toBe(200);
    expect(
      (
        await call("GET", path, {
          token: await token({ sub: provider.id, role: "provider", provider: provider.id }),
        })
      ).status,
    ).toBe(200);
    expect(
      (
        await call("GET", path, {
          token: await token({ sub: "k", role: "kiosk", clinics: [slot.locationId] }),
        })
      ).status,
    ).toBe(403);
    const kiosk = await token({ sub: "k", role: "kiosk", clinics: [slot.locationId] });
    expect((await call("POST", "/appointments", { token: kiosk, key: freshKey(), body })).status).toBe(403);
  });

  it("[S5] answers availability with an ETag that a booking changes", async () => {
    const provider = await someProvider();
    const path = `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}`;
    const before = await call("GET", path);
    const etag = before.headers.get("etag") as string;
    expect((await call("GET", path, { headers: { "if-none-match": etag } })).status).toBe(304);
    const slot = before.body.days[0]?.slots[0] ?? before.body.days[1]?.slots[0];
    expect((await book(provider, slot, somePatient())).status).toBe(201);
    const after = await call("GET", path, { headers: { "if-none-match": etag } });
    expect(after.status).toBe(200);
    expect(after.body.revision).toBe(before.body.revision + 1);
    expect(JSON.stringify(after.body)).not.toContain(slot.start);
  });
});
