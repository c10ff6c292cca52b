/**
 * Proves over HTTP what explaining a start tells to whom, and the rules about people and windows that the edge fills in:
 * age, new patients, late cancellations and moves. Each rule alone: test/core/booking.
 */
import { env, reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import type { VisitTypeOverride } from "../../../core/schedule/config.ts";
import { makeDb } from "../../../db/client.ts";
import { isKnownToProvider } from "../../../db/queries/is-known-to-provider.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import { forgetDirectory } from "../../../workers/edge/directory-cache.ts";
import {
  book,
  call,
  drainLog,
  freshKey,
  patientToken,
  type Slot,
  seededPatients,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  token,
  visitOf,
} from "../../support/edge.ts";

afterAll(() => reset());

const db = () => makeDb(env as unknown as { DATABASE_URL: string; NEON_FETCH_ENDPOINT: string });

interface Asked {
  readonly provider: Provider;
  readonly slot: Slot;
  readonly token?: string;
  readonly visitTypeId?: string;
}

const explain = ({ provider, slot, token: bearer, visitTypeId }: Asked) => {
  const query = new URLSearchParams({
    start: slot.start,
    visitTypeId: visitTypeId ?? visitOf(provider),
    locationId: slot.locationId,
  });
  const path = `/providers/${provider.id}/availability/explain?${query}`;
  return call("GET", path, bearer ? { token: bearer } : {});
};

async function providerAndSlots(): Promise<[Provider, Slot[]]> {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  if (slots.length < 10) throw new Error("the seed has no free slots");
  return [provider, slots];
}

let ownProviders: readonly Provider[] = [];

/** From the end of the list: the database is shared with other files, and this one changes what it says of them. */
async function aProviderToChange(): Promise<[Provider, Slot[]]> {
  if (ownProviders.length === 0) ownProviders = (await loadDirectory(db())).providers.slice(-10);
  for (;;) {
    const provider = ownProviders.at(-1) as Provider;
    ownProviders = ownProviders.slice(0, -1);
    const slots = await slotsOf(provider);
    if (slots.length >= 10) return [provider, slots];
  }
}

/** Gives one provider rules of their own at every site, as an administrator will. */
async function override(provider: Provider, rules: Partial<VisitTypeOverride>): Promise<void> {
  const overrides = provider.locationIds.map((locationId) => ({
    visitTypeId: visitOf(provider),
    locationId,
    ...rules,
  }));
  await db().execute(sql`UPDATE provider SET overrides = ${JSON.stringify(overrides)}::jsonb,
    config_version = config_version + 1 WHERE id = ${provider.id}`);
  forgetDirectory();
}

describe("GET /providers/{id}/availability/explain", () => {
  it("[X1] [X2] tells everybody the class of what is in the way, the clinic and the provider from when until when", async () => {
    const [provider, slots] = await providerAndSlots();
    const slot = slots[5] as Slot;
    expect(await explain({ provider, slot })).toMatchObject({
      status: 200,
      body: { bookable: true, reasons: [] },
    });
    const owner = somePatient();
    const { body: booked } = await book(provider, slot, owner);

    const reason = { rule: "slot-taken:appointment", detail: expect.stringMatching(/\.$/) };
    const seen = { ...reason, blockers: [{ kind: "appointment", from: slot.start, until: slot.end }] };
    const outsiders = [undefined, await patientToken(owner), await staffToken("loc_000000000000")];
    for (const bearer of outsiders) {
      const answer = await explain({ provider, slot, ...(bearer ? { token: bearer } : {}) });
      expect(answer.body).toEqual({ bookable: false, reasons: [reason] });
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    const insiders = [
      await staffToken(slot.locationId),
      await token({ sub: provider.id, role: "provider", provider: provider.id }),
    ];
    for (const bearer of insiders) {
      const answer = await explain({ provider, slot, token: bearer });
      expect(answer.body).toEqual({ bookable: false, reasons: [seen] });
      for (const secret of [owner, booked.id]) expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
  });

  it("[X1] lists every rule that is broken, and changes nothing", async () => {
    const [provider, slots] = await providerAndSlots();
    // Of a later day: an early hour of today is also too soon, whatever time it is when this runs.
    const slot = slots.at(-1) as Slot;
    const night = { ...slot, start: `${slot.start.slice(0, 11)}03:03:00${slot.start.slice(19)}` };
    const far = { ...slot, start: "2090-01-01T03:03:00Z" };
    expect(
      (await explain({ provider, slot: night })).body.reasons.map(({ rule }: { rule: string }) => rule),
    ).toEqual(["off-grid", "outside-open-hours"]);
    expect((await explain({ provider, slot: far })).body.reasons[0]).toEqual({
      rule: "beyond-horizon",
      detail: expect.stringContaining("90 days ahead"),
    });
    const other = { visitTypeId: "vst_000000000000", slot: { ...slot, locationId: "loc_000000000000" } };
    expect((await explain({ provider, ...other })).body).toMatchObject({
      bookable: false,
      reasons: [{ rule: "unknown-visit-type" }, { rule: "location-not-served" }],
    });
    expect(await slotsOf(provider)).toEqual(slots);
  });

  it("[K1] [A4] is 404 for an unknown provider and 400 with a pointer for bad input", async () => {
    const [provider, slots] = await providerAndSlots();
    const slot = slots[0] as Slot;
    for (const id of ["prv_000000000000", "nonsense"])
      expect(await explain({ provider: { ...provider, id: id as Provider["id"] }, slot })).toMatchObject({
        status: 404,
        body: { type: "/problems/not-found" },
      });
    const base = `/providers/${provider.id}/availability/explain`;
    const good = { start: slot.start, visitTypeId: visitOf(provider), locationId: slot.locationId };
    const wrong: [Record<string, string>, string][] = [
      [{ start: "2026-12-01T09:00:00" }, "/query/start"],
      [{ start: "soon" }, "/query/start"],
      [{ visitTypeId: "vst_1" }, "/query/visitTypeId"],
      [{ locationId: "" }, "/query/locationId"],
      [{ patientId: "pat_00000000000000" }, "/query/patientId"],
    ];
    for (const [more, pointer] of wrong)
      expect(await call("GET", `${base}?${new URLSearchParams({ ...good, ...more })}`)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer }] },
      });
    expect((await call("GET", base)).body.errors).toHaveLength(3);
  });
});

describe("rules about who comes", () => {
  it("[B20] [X1] a child does not book what is for adults, and is told so; a stranger is not asked", async () => {
    const patients = await seededPatients(100);
    const child = patients.find(({ birthDate }) => birthDate > "2010");
    const adult = patients.find(({ birthDate }) => birthDate < "2000");
    if (!child || !adult) throw new Error("the seed has both");
    let provider = await someProvider();
    const adults = ({ calendar }: Provider) => calendar.visitTypes.find(({ ageMin }) => ageMin === 18)?.id;
    while (!adults(provider)) provider = await someProvider();
    const visitTypeId = adults(provider) as string;
    const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const week = await call(
      "GET",
      `/providers/${provider.id}/availability?visitTypeId=${visitTypeId}&from=${from}`,
    );
    const slot = week.body.days[0].slots[0] as Slot;

    const asked = { provider, slot, visitTypeId };
    const told = await explain({ ...asked, token: await patientToken(child.id) });
    expect(told.body).toMatchObject({ bookable: false, reasons: [{ rule: "age-limit" }] });
    expect(JSON.stringify(told.body)).not.toContain(child.birthDate);
    for (const who of [adult.id, somePatient()])
      expect((await explain({ ...asked, token: await patientToken(who) })).body.bookable).toBe(true);
    expect((await explain(asked)).body.bookable).toBe(true);

    const refused = await book(provider, slot, child.id, freshKey(), { visitTypeId });
    expect(refused).toMatchObject({ status: 422, body: { rule: "age-limit" } });
    expect(JSON.stringify(refused.body)).not.toContain(child.birthDate);
    expect((await book(provider, slot, adult.id, freshKey(), { visitTypeId })).status).toBe(201);
  });

  it("[B19] a patient whom the provider knows does not book a visit for new ones; moving it is not a second one", async () => {
    const [provider, slots] = await aProviderToChange();
    await override(provider, { newPatientsOnly: true });
    const patient = somePatient();
    /** The calendar's alarm needs a moment to bring its news to the log. */
    const projected = (wanted: boolean) =>
      expect
        .poll(async () => {
          await drainLog();
          return isKnownToProvider(db(), patient, provider.id, null);
        })
        .toBe(wanted);
    const first = await book(provider, slots[2] as Slot, patient);
    expect(first.status).toBe(201);
    await projected(true);
    expect(await book(provider, slots[5] as Slot, patient)).toMatchObject({
      status: 422,
      body: { rule: "new-patients-only" },
    });
    const auth = await patientToken(patient);
    const moved = await call("PATCH", `/appointments/${first.body.id}`, {
      token: auth,
      ifMatch: '"v1"',
      body: { start: slots[7]?.start },
    });
    expect(moved.status).toBe(200);
    await call("DELETE", `/appointments/${first.body.id}`, { token: auth, ifMatch: '"v2"' });
    await projected(false);
    expect((await book(provider, slots[5] as Slot, patient)).status).toBe(201);
  });
});

describe("windows before the start", () => {
  it("[C6] [M9] a patient is too late to move or cancel where the clinic is not", async () => {
    const [provider, slots] = await aProviderToChange();
    const days = { cancelWindowMinutes: 43_200, moveWindowMinutes: 43_200 };
    await override(provider, days);
    const slot = slots[2] as Slot;
    const patient = somePatient();
    const { body } = await book(provider, slot, patient);
    const [auth, desk] = [await patientToken(patient), await staffToken(slot.locationId)];
    const path = `/appointments/${body.id}`;
    const move = { ifMatch: '"v1"', body: { start: slots[6]?.start } };
    expect(await call("PATCH", path, { ...move, token: auth })).toMatchObject({
      status: 422,
      body: { rule: "move-window" },
    });
    expect(await call("DELETE", path, { token: auth, ifMatch: '"v1"' })).toMatchObject({
      status: 422,
      body: { rule: "cancellation-window" },
    });
    const reason = { ifMatch: '"v1"', body: { reason: "fever" } };
    expect((await call("PATCH", path, { ...reason, token: auth })).status).toBe(200);
    expect((await call("PATCH", path, { ...move, ifMatch: '"v2"', token: desk })).status).toBe(200);
    expect((await call("DELETE", path, { token: desk, ifMatch: '"v3"' })).status).toBe(200);
  });
});

describe("the name of an answer", () => {
  it("[S11] [S3] [S4] changes with the rules, and rests while nothing changes", async () => {
    const [provider] = await aProviderToChange();
    const from = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    const path = `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}&from=${from}`;
    const before = await call("GET", path);
    const etag = before.headers.get("etag") as string;
    expect(etag).toMatch(new RegExp(`^"a\\d+\\.\\d+\\.${from}"$`));
    expect((await call("GET", path, { headers: { "if-none-match": etag } })).status).toBe(304);
    await override(provider, { noticeMinutes: 30 * 1_440 });
    await new Promise((done) => setTimeout(done, 1_100)); // other answers of an isolate live for a second
    const after = await call("GET", path, { headers: { "if-none-match": etag } });
    expect(after).toMatchObject({ status: 200, body: { days: [] } });
  });
});
