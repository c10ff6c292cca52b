/**
 * Proves visits that are made together at several calendars, over HTTP on the real objects: a laboratory and then a doctor,
 * a series with two providers. All or none, under one key. Crashes of the same saga: test/simulation/saga-faults.
 */
import { evictAllDurableObjects, reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import {
  type Answer,
  call,
  drainLog,
  freshKey,
  patientToken,
  seededPatients,
  somePatient,
  staffToken,
  token,
} from "../../support/edge.ts";
import {
  aWard,
  book,
  commonStarts,
  reservedIn,
  rows,
  settled,
  startsOf,
  type Ward,
} from "../../support/ward.ts";

afterAll(() => reset());

interface Visit {
  readonly providerId: string;
  readonly visitTypeId: string;
  readonly locationId: string;
  readonly start: string;
}

const visit = ({ locationId, visitTypeId }: Ward, { id }: Pick<Provider, "id">, start: string): Visit => ({
  providerId: id,
  visitTypeId,
  locationId,
  start,
});

interface Asked {
  readonly auth: string;
  readonly key?: string;
  readonly more?: object;
}

const together = (visits: readonly Visit[], { auth, key = freshKey(), more = {} }: Asked): Promise<Answer> =>
  call("POST", "/series", { token: auth, key, body: { visits, ...more } });

/** Two providers and starts, the second an hour or more after the first, at which both are free. */
async function world() {
  const ward = await aWard();
  const [lab, doctor, other] = ward.providers as [Provider, Provider, Provider];
  const starts = await commonStarts(ward, ward.providers.slice(0, 3));
  const early = starts[4] as string;
  const far = (start: string) => Date.parse(start) - Date.parse(early) >= 90 * MINUTE_MS;
  const late = starts.find(far) as string;
  const patient = somePatient();
  return { ward, lab, doctor, other, early, late, patient, auth: await patientToken(patient) };
}

const storedAt = ({ id }: Pick<Provider, "id">): Promise<{ id: string; series: string | null }[]> =>
  rows(id, "SELECT id, series FROM appointment ORDER BY id") as never;

const listed = async (patient: string, auth: string): Promise<{ id: string; status: string }[]> =>
  (await call("GET", `/patients/${patient}/appointments?limit=100`, { token: auth })).body.data;

describe("visits at several calendars under one key", () => {
  it("[Z11] a laboratory and then a doctor, each with a room, are one booking and one answer, also after everybody was evicted", async () => {
    const { ward, lab, doctor, early, late, patient, auth } = await world();
    const key = freshKey();
    const visits = [visit(ward, lab, early), visit(ward, doctor, late)];
    const made = await together(visits, { auth, key });
    expect(made.status).toBe(201);
    const [first, second] = made.body.appointments;
    expect([first, second]).toMatchObject([
      { providerId: lab.id, start: early, version: 1, status: "booked", seriesId: made.body.id },
      { providerId: doctor.id, start: late, version: 1, status: "booked", seriesId: made.body.id },
    ]);
    await settled([lab, doctor, ...ward.rooms]);
    expect([await storedAt(lab), await storedAt(doctor)]).toEqual([
      [{ id: first.id, series: made.body.id }],
      [{ id: second.id, series: made.body.id }],
    ]);
    const reserved = (await Promise.all(ward.rooms.map(reservedIn))).flat();
    expect(new Set(reserved.map(({ id }) => id))).toEqual(new Set([first.id, second.id]));
    expect(reserved).toHaveLength(2);

    await evictAllDurableObjects();
    const again = await together(visits, { auth, key });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.body).toEqual(made.body);
    expect((await together(visits.toReversed(), { auth, key })).status).toBe(422);
    await drainLog();
    expect((await listed(patient, auth)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it("[Z11] [Z4] two providers in turn are a series: each visit is cancelled alone, the rest together", async () => {
    const { ward, lab, doctor, early, late, patient, auth } = await world();
    const nextWeek = (await commonStarts(ward, [lab])).find(
      (start) => start.slice(0, 10) > late.slice(0, 10),
    );
    const visits = [visit(ward, lab, early), visit(ward, doctor, late), visit(ward, lab, nextWeek as string)];
    const made = await together(visits, { auth });
    expect(made.status).toBe(201);
    expect((await storedAt(lab)).length).toBe(2);
    const [first] = made.body.appointments;
    const gone = await call("DELETE", `/appointments/${first.id}`, { token: auth, ifMatch: '"v1"' });
    expect(gone.status).toBe(200);
    const rest = await call("DELETE", `/series/${made.body.id}`, { token: auth });
    expect(rest.body.appointments.map(({ status }: { status: string }) => status)).toEqual(
      Array.from({ length: 3 }, () => "cancelled"),
    );
    await drainLog();
    expect((await listed(patient, auth)).map(({ status }) => status)).toEqual(
      rest.body.appointments.map(() => "cancelled"),
    );
  });

  it("[Z11] [Z12] is refused whole when one visit cannot be had, says which, and leaves nothing anywhere", async () => {
    const { ward, lab, doctor, other, early, late, patient, auth } = await world();
    expect((await book(ward, doctor, late)).status).toBe(201);
    const roomsBefore = (await Promise.all(ward.rooms.map(reservedIn))).flat();
    const visits = [visit(ward, lab, early), visit(ward, doctor, late)];
    const key = freshKey();
    const answer = await together(visits, { auth, key });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: "/problems/slot-taken",
        occurrences: [
          { start: early },
          { start: late, type: "/problems/slot-taken", alternatives: expect.any(Array) },
        ],
      },
    });
    expect(answer.body.occurrences[0].type).toBeUndefined();
    expect(answer.body.occurrences[1].alternatives.length).toBeGreaterThan(0);
    await settled([lab, doctor, ...ward.rooms]);
    expect(await storedAt(lab)).toEqual([]);
    expect((await Promise.all(ward.rooms.map(reservedIn))).flat()).toEqual(roomsBefore);
    expect(await listed(patient, auth)).toEqual([]);
    expect(await rows(lab.id, "SELECT * FROM prepared")).toEqual([]);
    const replayed = await together(visits, { auth, key });
    expect(replayed.headers.get("idempotency-replayed")).toBe("true");
    expect(replayed.body).toEqual({ ...answer.body, instance: expect.any(String) });
    // The time it did not get is free for the same patient at once.
    const instead = [visit(ward, lab, early), visit(ward, other, late)];
    expect((await together(instead, { auth })).status).toBe(201);
  });

  it("[Z11] twelve at once for the same two starts: one has both, nobody has one", async () => {
    const { ward, lab, doctor, early, late } = await world();
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const visits = [visit(ward, lab, early), visit(ward, doctor, late)];
        return together(i % 2 === 0 ? visits : visits.toReversed(), {
          auth: await patientToken(somePatient()),
        });
      }),
    );
    await settled([lab, doctor, ...ward.rooms]);
    const won = answers.filter(({ status }) => status === 201).length;
    expect(won, "asked in either order, each may refuse the other").toBeLessThanOrEqual(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(won === 1 ? [201, 409] : [409]));
    expect([(await storedAt(lab)).length, (await storedAt(doctor)).length]).toEqual([won, won]);
    expect((await Promise.all(ward.rooms.map(reservedIn))).flat()).toHaveLength(2 * won);
    for (const [who, start] of [
      [lab, early],
      [doctor, late],
    ] as const)
      expect((await startsOf(who, ward)).some((slot) => slot.start === start)).toBe(won === 0);
  });

  it("[Z11] [G4] [G7] counts every visit: own appointments in the way and the cap refuse all of them", async () => {
    const { ward, lab, doctor, other, early, late, patient, auth } = await world();
    expect((await book(ward, other, late, { patient })).status).toBe(201);
    const answer = await together([visit(ward, lab, early), visit(ward, doctor, late)], { auth });
    expect(answer).toMatchObject({ status: 409, body: { type: "/problems/patient-conflict" } });
    expect(await storedAt(lab)).toEqual([]);
  });

  it("[K1] [A2] wants two to ten visits that do not overlap, all known and in reach; nothing changes otherwise", async () => {
    const { ward, lab, doctor, early, late, auth } = await world();
    const both = [visit(ward, lab, early), visit(ward, doctor, late)] as const;
    const wrong: [readonly object[], object, string][] = [
      [[both[0]], {}, "/visits"],
      [Array.from({ length: 11 }, () => both[0]), {}, "/visits"],
      [[both[0], { ...both[1], start: "tomorrow" }], {}, "/visits/1/start"],
      [[both[0], { ...both[1], start: early }], {}, "/visits/1/start"],
      [both, { count: 2 }, "/count"],
      [both, { providerId: lab.id }, "/providerId"],
    ];
    for (const [visits, more, pointer] of wrong) {
      const answer = await together(visits as Visit[], { auth, more });
      expect([answer.status, answer.body.errors?.[0].pointer], pointer).toEqual([400, pointer]);
    }
    const strange = [both[0], { ...both[1], providerId: "prv_000000000000" }];
    expect((await together(strange, { auth })).status).toBe(404);
    const elsewhere = await aWard();
    const desk = await staffToken(ward.locationId);
    const isAdult = ({ birthDate }: { birthDate: string }) => birthDate > "1970" && birthDate < "2000"; // rules about age
    const known = (await seededPatients(50)).find(isAdult);
    const foreign = [both[0], visit(elsewhere, elsewhere.providers[0] as Provider, late)];
    expect((await together(foreign, { auth: desk, more: { patientId: known?.id } })).status).toBe(404);
    const provider = await token({ sub: lab.id, role: "provider", provider: lab.id });
    expect((await together(both, { auth: provider, more: { patientId: known?.id } })).status).toBe(404);
    expect((await call("POST", "/series", { token: auth, body: { visits: both } })).status).toBe(400);
    expect([await storedAt(lab), await storedAt(doctor)]).toEqual([[], []]);
    const mine = await together(both, { auth: desk, more: { patientId: known?.id } });
    expect(mine.status).toBe(201);
  });
});
