/**
 * Proves visits that need a room over HTTP on the real objects: provider and room together or not at all, whoever races
 * whom, and back again. Looks into the rows of every calendar. Does not prove crashes (simulation, test/faults).
 */
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider, Resource } from "../../../core/directory/directory.ts";
import type { ProviderId, VisitTypeId } from "../../../core/ids.ts";
import {
  type Answer,
  adminToken,
  calendarOf,
  call,
  freshKey,
  patientToken,
  type Slot,
  somePatient,
  staffToken,
} from "../../support/edge.ts";
import { evict } from "../../support/evict.ts";
import {
  aWard,
  type BookOptions,
  book,
  commonStarts,
  reservedIn,
  rows,
  settled,
  startsOf,
  type Ward,
} from "../../support/ward.ts";

afterAll(() => reset());

/** The appointment as the clinic sees it. */
const seen = async (id: string): Promise<Answer> =>
  call("GET", `/appointments/${id}`, { token: await adminToken() });

/** Gives the rooms other hours, as an administrator will. */
async function setHours(
  rooms: readonly Resource[],
  hours: [] | readonly { weekday: number }[],
): Promise<void> {
  for (const { id, calendar } of rooms) {
    const sites = calendar.sites.map((site) => ({ ...site, hours: hours as typeof site.hours }));
    await calendarOf(id).applyConfig({ ...calendar, version: calendar.version + 1, sites });
  }
}

describe("any of several providers under one key", () => {
  const bookAny = async (
    ward: Ward,
    providers: readonly Provider[],
    start: string,
    options: BookOptions = {},
  ) =>
    book(ward, { id: undefined as never }, start, {
      ...options,
      more: { providerIds: providers.map(({ id }) => id), ...options.more },
    });
  const stored = (providers: readonly Provider[]) =>
    Promise.all(providers.map(({ id }) => rows<{ id: string }>(id, "SELECT id FROM appointment")));

  it("[R9] takes the first who has the start, in the order given, as one appointment at home in their calendar", async () => {
    const ward = await aWard();
    const three = ward.providers.slice(0, 3) as [Provider, Provider, Provider];
    const [first, second] = three;
    const [start] = (await commonStarts(ward, three)) as [string];
    const patient = somePatient();
    const key = freshKey();
    expect((await book(ward, first, start)).status).toBe(201);
    const booked = await bookAny(ward, three, start, { patient, key });
    expect(booked).toMatchObject({ status: 201, body: { providerId: second.id, start, version: 1 } });
    const again = await bookAny(ward, three, start, { patient, key });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(booked.body);
    expect((await bookAny(ward, three.toReversed(), start, { patient, key })).status).toBe(422);
    await settled([...three, ...ward.rooms]);
    expect((await stored(three)).map((list) => list.length)).toEqual([1, 1, 0]);
    expect((await Promise.all(ward.rooms.map(reservedIn))).flat()).toHaveLength(2);
    const auth = await patientToken(patient);
    const path = `/appointments/${booked.body.id}`;
    expect((await call("GET", path, { token: auth })).body).toEqual(booked.body);
    const list = await call("GET", `/patients/${patient}/appointments`, { token: auth });
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([booked.body.id]);
    expect((await call("DELETE", path, { token: auth, ifMatch: '"v1"' })).status).toBe(200);
    expect(await rows(second.id, "SELECT * FROM forwarding")).toEqual([]);
  });

  it("[R9] says slot-taken when nobody has it, and 20 at once fill three calendars without a double", async () => {
    const ward = await aWard();
    const three = ward.providers.slice(0, 3);
    const other = three[0]?.visitTypeIds.find((id) =>
      three.every((p) => p.visitTypeIds.includes(id) && id !== ward.visitTypeId),
    ) as VisitTypeId; // needs no room
    const plain = { ...ward, visitTypeId: other };
    const [start] = (await commonStarts(plain, three)) as [string];
    const answers = await Promise.all(Array.from({ length: 20 }, () => bookAny(plain, three, start)));
    const won = answers.filter(({ status }) => status === 201);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    await settled(three);
    expect((await stored(three)).map((list) => list.length)).toEqual([1, 1, 1]);
    expect(new Set(won.map(({ body }) => body.providerId)).size).toBe(3);
    const lost = answers.find(({ status }) => status === 409);
    expect(lost?.body).toMatchObject({ type: "/problems/slot-taken", alternatives: expect.any(Array) });
  });

  it("[R9] [K1] wants two to five different providers, all known, and no hold", async () => {
    const ward = await aWard();
    const [a, b] = ward.providers as [Provider, Provider];
    const [start] = (await commonStarts(ward, [a])) as [string];
    const wrong: [readonly { id: string }[], Record<string, unknown>, string][] = [
      [[a], {}, "/providerIds"],
      [[a, a], {}, "/providerIds"],
      [[a, b, a, b, a, b], {}, "/providerIds"],
      [[a, b], { providerId: a.id }, "/providerId"],
      [[a, b], { holdId: `hld_${"0".repeat(32)}` }, "/holdId"],
    ];
    for (const [providers, more, pointer] of wrong) {
      const answer = await bookAny(ward, providers as Provider[], start, { more });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
    }
    const unknown = { ...b, id: "prv_000000000000" as ProviderId };
    expect((await bookAny(ward, [a, unknown], start)).status).toBe(404);
    expect((await bookAny(ward, [a, ward.rooms[0] as unknown as Provider], start)).status).toBe(404);
  });
});

describe("a visit that needs a room", () => {
  it("[R2] [R8] takes the provider and one room of the clinic together; the clinic sees which, the patient does not", async () => {
    const ward = await aWard();
    const [provider] = ward.providers as [Provider];
    const [start] = await commonStarts(ward, [provider]);
    const patient = somePatient();
    const key = freshKey();
    const booked = await book(ward, provider, start, { patient, key });
    expect(booked).toMatchObject({ status: 201, body: { status: "booked", version: 1, start } });
    expect(booked.body.resourceIds).toBeUndefined();
    expect(await book(ward, provider, start, { patient, key })).toMatchObject({
      status: 201,
      body: booked.body,
    });

    const { resourceIds } = (await seen(booked.body.id)).body;
    expect(ward.rooms.map(({ id }) => id)).toContain(resourceIds[0]);
    const staff = await call("GET", `/appointments/${booked.body.id}`, {
      token: await staffToken(ward.locationId),
    });
    expect(staff.body.resourceIds).toEqual(resourceIds);
    await settled([provider, ...ward.rooms]);
    const kept = (await Promise.all(ward.rooms.map(reservedIn))).flat();
    expect(kept).toEqual([{ id: booked.body.id, start: Date.parse(start as string), version: 1 }]);
    expect((await startsOf(provider, ward)).map((slot) => slot.start)).not.toContain(start);
  });

  it("[R4] two providers race for the last room: one gets it, the other is told, and nothing stays prepared", async () => {
    const ward = await aWard();
    const [first, second, third] = ward.providers as [Provider, Provider, Provider];
    const [start] = await commonStarts(ward, [first, second, third]);
    expect((await book(ward, first, start)).status).toBe(201);
    const answers = await Promise.all([book(ward, second, start), book(ward, third, start)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const lost = answers.find(({ status }) => status === 409);
    expect(lost?.body).toMatchObject({ type: "/problems/slot-taken" });
    await settled([first, second, third, ...ward.rooms]);
    expect((await Promise.all(ward.rooms.map(reservedIn))).map((kept) => kept.length)).toEqual([1, 1]);
    const loser = answers[0]?.status === 409 ? second : third;
    expect((await startsOf(loser, ward)).map((slot) => slot.start)).toContain(start); // free, with nobody's room
    expect(await rows(loser.id, "SELECT * FROM appointment")).toEqual([]);
  });

  it("[R6] [J9] cancelling frees the room through the alarm, also after an eviction, for somebody else", async () => {
    const ward = await aWard();
    const [first, second, third] = ward.providers as [Provider, Provider, Provider];
    const [start] = await commonStarts(ward, [first, second, third]);
    const patient = somePatient();
    const booked = await book(ward, first, start, { patient });
    expect((await book(ward, second, start)).status).toBe(201);
    expect((await book(ward, third, start)).status).toBe(409);
    const path = `/appointments/${booked.body.id}`;
    const cancelled = await call("DELETE", path, { token: await patientToken(patient), ifMatch: '"v1"' });
    expect(cancelled.status).toBe(200);
    await evict(calendarOf(first.id));
    await runDurableObjectAlarm(calendarOf(first.id));
    await expect
      .poll(async () => (await Promise.all(ward.rooms.map(reservedIn))).flat().length, { timeout: 5_000 })
      .toBe(1);
    expect(await rows(first.id, "SELECT * FROM release_due")).toEqual([]);
    expect((await book(ward, third, start)).status).toBe(201);
  });

  it("[R5] [M1] [M6] moves with its room to another start, and to another provider", async () => {
    const ward = await aWard();
    const [first, second] = ward.providers as [Provider, Provider];
    const [from, , , to, later] = await commonStarts(ward, [first, second]);
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(ward, first, from, { patient });
    const [room] = (await seen(booked.id)).body.resourceIds;
    const path = `/appointments/${booked.id}`;
    const key = freshKey();
    const move = { token: auth, ifMatch: '"v1"', key, body: { start: to } };
    const moved = await call("PATCH", path, move);
    expect(moved).toMatchObject({ status: 200, body: { id: booked.id, version: 2, start: to } });
    expect((await call("PATCH", path, move)).body).toEqual(moved.body);
    expect((await seen(booked.id)).body.resourceIds).toEqual([room]); // [R3] it keeps what it has, if it can
    expect(await reservedIn({ id: room })).toEqual([
      { id: booked.id, start: Date.parse(to as string), version: 2 },
    ]);
    expect(await call("PATCH", path, { ...move, key: freshKey() })).toMatchObject({ status: 412 });

    const elsewhere = await call("PATCH", path, {
      token: auth,
      ifMatch: '"v2"',
      body: { providerId: second.id, start: later },
    });
    expect(elsewhere).toMatchObject({
      status: 200,
      body: { version: 3, providerId: second.id, start: later },
    });
    await settled([first, second, ...ward.rooms]);
    const kept = (await Promise.all(ward.rooms.map(reservedIn))).flat();
    expect(kept).toEqual([{ id: booked.id, start: Date.parse(later as string), version: 3 }]);
    expect(await rows(first.id, "SELECT * FROM appointment")).toEqual([]);
    const reason = await call("PATCH", path, { token: auth, ifMatch: '"v3"', body: { reason: "knee" } });
    expect(reason).toMatchObject({ status: 200, body: { version: 4, reason: "knee" } });
    expect((await seen(booked.id)).body.resourceIds).toEqual(kept.length > 0 ? [room] : []);
  });

  it("[R5] takes a room, or gives it back, when the visit becomes another kind", async () => {
    const ward = await aWard();
    const [provider] = ward.providers as [Provider];
    const [start] = await commonStarts(ward, [provider]);
    const other = provider.visitTypeIds.find((id) => id !== ward.visitTypeId) as VisitTypeId;
    const query = new URLSearchParams({ visitTypeId: other, locationId: ward.locationId });
    const { body } = await call("GET", `/providers/${provider.id}/availability?${query}`);
    const plain = body.days.flatMap((day: { slots: Slot[] }) => day.slots).at(-1) as Slot;
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(ward, provider, plain.start, {
      patient,
      more: { visitTypeId: other },
    });
    const path = `/appointments/${booked.id}`;
    const becomes = (visitTypeId: string, to: string | undefined, version: number) =>
      call("PATCH", path, { token: auth, ifMatch: `"v${version}"`, body: { visitTypeId, start: to } });
    expect((await seen(booked.id)).body.resourceIds).toBeUndefined();
    expect(await becomes(ward.visitTypeId, start, 1)).toMatchObject({
      status: 200,
      body: { version: 2, start },
    });
    expect((await Promise.all(ward.rooms.map(reservedIn))).flat()).toHaveLength(1);
    expect(await becomes(other, plain.start, 2)).toMatchObject({ status: 200, body: { version: 3 } });
    await settled([provider, ...ward.rooms]);
    expect((await Promise.all(ward.rooms.map(reservedIn))).flat()).toEqual([]);
    expect((await seen(booked.id)).body.resourceIds).toBeUndefined();
  });

  it("[R4] [J5] finds nothing that serves when every room is closed, and leaves the provider's time free", async () => {
    const ward = await aWard();
    const [provider] = ward.providers as [Provider];
    const [start] = await commonStarts(ward, [provider]);
    await setHours(ward.rooms, []);
    expect(await book(ward, provider, start)).toMatchObject({ status: 422, body: { rule: "no-resource" } });
    await settled([provider, ...ward.rooms]);
    expect((await startsOf(provider, ward)).map((slot) => slot.start)).toContain(start);
  });

  it("[R7] books what was held, and only with its token", async () => {
    const ward = await aWard();
    const [provider] = ward.providers as [Provider];
    const [start] = await commonStarts(ward, [provider]);
    const { locationId, visitTypeId } = ward;
    const body = { providerId: provider.id, visitTypeId, locationId, start };
    const hold = await call("POST", "/holds", { key: freshKey(), body });
    expect(hold.status).toBe(201);
    expect(await book(ward, provider, start)).toMatchObject({ status: 409, body: { blockedBy: "hold" } });
    const mine = { more: { holdId: hold.body.id }, headers: { "hold-token": hold.body.token as string } };
    expect((await book(ward, provider, start, mine)).status).toBe(201);
    const held = await rows<{ state: string }>(provider.id, "SELECT state FROM hold");
    expect(held).toEqual([{ state: "converted" }]);
    await settled([provider, ...ward.rooms]);
  });

  it("[R1] a room is no provider: nobody finds it, sees its times, holds or books it", async () => {
    const ward = await aWard();
    const [room] = ward.rooms as [Resource];
    const [provider] = ward.providers as [Provider];
    const [start] = await commonStarts(ward, [provider]);
    expect((await call("GET", `/providers/${room.id}`)).status).toBe(404);
    expect((await call("GET", `/providers/${room.id}/availability`)).status).toBe(404);
    expect((await book(ward, room, start)).status).toBe(404);
    const { locationId, visitTypeId } = ward;
    const body = { providerId: room.id, visitTypeId, locationId, start };
    expect((await call("POST", "/holds", { key: freshKey(), body })).status).toBe(404);
    const found = await call("GET", `/providers?locationId=${locationId}&limit=100`);
    expect(found.body.data.map(({ id }: { id: string }) => id)).not.toContain(room.id);
  });

  it("[R2] [R5] a calendar that is asked alone refuses", async () => {
    const ward = await aWard();
    const [provider] = ward.providers as [Provider];
    const [start, to] = (await commonStarts(ward, [provider])) as [string, string];
    const patient = somePatient();
    const { body: booked } = await book(ward, provider, start, { patient });
    const place = (at: string) => ({
      locationId: ward.locationId,
      visitTypeId: ward.visitTypeId,
      start: Date.parse(at) as never,
      end: (Date.parse(at) + 3_600_000) as never,
    });
    const alone = {
      patientId: patient,
      place: place(to),
      issuedAt: Date.now() as never,
      deadline: (Date.now() + 10_000) as never,
      again: false,
      configVersion: 1,
    };
    const calendar = calendarOf(provider.id);
    const move = {
      ...alone,
      kind: "move",
      attempt: "a.1" as never,
      appointmentId: booked.id,
      ifMatch: 1,
    } as const;
    expect(await calendar.move(move)).toMatchObject({ refusal: { reason: "stale-version" } });
    const id = `apt_${"0".repeat(32)}`;
    const plain = { ...alone, kind: "book", attempt: id as never, appointmentId: id as never } as const;
    expect(await calendar.book({ ...plain, reason: null, notes: null, source: "staff" })).toMatchObject({
      refusal: { reason: "rule", rule: "no-resource" },
    });
    const lifted = { ...plain, reason: null, notes: null, source: "staff", override: "other" } as const;
    expect(await calendar.book(lifted)).toMatchObject({ refusal: { rule: "no-resource" } });
  });

  it("[R2] [R4] 200 attempts at once on few rooms: whole bookings or nothing, and nobody waits for ever", async () => {
    const ward = await aWard();
    const providers = ward.providers.slice(0, 3);
    const starts: string[] = []; // far enough apart to stand side by side, with the buffer
    for (const start of await commonStarts(ward, providers))
      if (Date.parse(start) - Date.parse(starts.at(-1) ?? "2000-01-01") >= 90 * 60_000) starts.push(start);
    starts.splice(5);
    let seed = 7;
    const pick = <T>(list: readonly T[]): T => {
      seed = (seed * 48_271) % 2_147_483_647;
      return list[seed % list.length] as T;
    };
    const attempts = Array.from({ length: 200 }, () => [pick(providers), pick(starts)] as const);
    const answers = await Promise.all(attempts.map(([provider, start]) => book(ward, provider, start)));
    const won = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => ![201, 409, 503].includes(status));
    expect(others.map(({ body }) => body)).toEqual([]);
    await settled([...providers, ...ward.rooms]);
    const appointments = await Promise.all(won.map(({ body }) => seen(body.id)));
    const wanted = appointments.map(
      ({ body }) => `${body.id} ${Date.parse(body.start)} ${body.resourceIds[0]}`,
    );
    const kept = await Promise.all(
      ward.rooms.map(async (room) =>
        (await reservedIn(room)).map(({ id, start }) => `${id} ${start} ${room.id}`),
      ),
    );
    expect(kept.flat().toSorted()).toEqual(wanted.toSorted());
    const stored = await Promise.all(
      providers.map(({ id }) => rows<{ id: string }>(id, "SELECT id FROM appointment")),
    );
    expect(
      stored
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(won.map(({ body }) => body.id).toSorted());
    for (const room of kept) expect(new Set(room.map((line) => line.split(" ")[1])).size).toBe(room.length);
    // Whoever gets a room decides, so none stays empty while somebody wants it; only the calendars' first configuration
    // can turn away people whose rival then begins anew.
    expect(won.length).toBeGreaterThanOrEqual(starts.length);
    expect(won.length).toBeLessThanOrEqual(starts.length * ward.rooms.length);
  }, 60_000);
});
