/** Proves the API of blocks, group sessions and overrides on the real runtime, with their live frames and their events. */
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Provider } from "../../../core/directory/directory.ts";
import { CONSUMER_GROUPS } from "../../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../../core/events/partition.ts";
import type { VisitTypeRules } from "../../../core/schedule/config.ts";
import { consume } from "../../../durable-objects/event-log-partition/consume.ts";
import { effects } from "../../../workers/events/effects.ts";
import {
  type Answer,
  adminToken,
  BASE,
  book,
  bookingOf,
  calendarOf,
  call,
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
import { evict } from "../../support/evict.ts";

afterAll(() => reset());

const HOUR_MS = 3_600_000;
const clinicOf = (provider: Provider): string => provider.locationIds[0] as string;
const later = (start: string, ms: number): string => new Date(Date.parse(start) + ms).toISOString();
const startsOf = async (provider: Provider): Promise<string[]> =>
  (await slotsOf(provider)).map(({ start }) => start);

/** A block over the hour of this slot, by the desk of its clinic. */
async function blockHour(
  provider: Provider,
  slot: Slot,
  more: Record<string, unknown> = {},
  key = freshKey(),
  auth?: string,
): Promise<Answer> {
  return call("POST", `/providers/${provider.id}/blocks`, {
    token: auth ?? (await staffToken(slot.locationId)), // whose appointments the answer may name
    key,
    body: { start: slot.start, end: later(slot.start, HOUR_MS), reasonCode: "meeting", ...more },
  });
}

/** The provider's calendar with other rules for its first visit type, in a version that beats the directory's. */
async function withRules(provider: Provider, rules: Partial<VisitTypeRules>): Promise<void> {
  const { calendar } = provider;
  const visitTypes = calendar.visitTypes.map((visit) =>
    visit.id === visitOf(provider) ? { ...visit, ...rules } : visit,
  );
  await calendarOf(provider.id).applyConfig({ ...calendar, version: calendar.version + 1, visitTypes });
}

// biome-ignore lint/suspicious/noExplicitAny: frames are looked into right where they arrive
type Frame = any;

async function watch(provider: Provider, slot: Slot) {
  const date = slot.start.slice(0, 10);
  const path = `/live/providers/${provider.id}?visitTypeId=${visitOf(provider)}&from=${date}&to=${date}`;
  const response = await exports.default.fetch(
    new Request(`${BASE}${path}`, { headers: { upgrade: "websocket" } }),
  );
  const socket = response.webSocket as WebSocket;
  const frames: Frame[] = [];
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
  });
  socket.accept();
  await vi.waitFor(() => expect(frames).toHaveLength(1));
  return { frames, close: () => socket.close() };
}

/**
 * Every group reads this calendar's log to its end: one that takes a block for an appointment fails at it. Returns the
 * types of this calendar's events that were read.
 */
async function readersPass(provider: Provider): Promise<string[]> {
  const partition = partitionName("appointments", partitionOf(provider.id, APPOINTMENT_PARTITIONS));
  const log = env.EVENT_LOG.getByName(partition);
  await runDurableObjectAlarm(calendarOf(provider.id)); // what was still in the outbox is in the log now
  const waiting = await log.read("postgres", "probe", 200);
  await log.release("postgres", "probe");
  for (const group of CONSUMER_GROUPS)
    expect(await consume(env as never, partition, group, effects(env as never)[group])).toBe("done");
  return waiting.kind === "records"
    ? waiting.records
        .map(({ event }) => event)
        .filter((event) => "partitionkey" in event && event.partitionkey === provider.id)
        .map(({ type }) => type)
    : [];
}

const named = (frame: Frame, kind: "opened" | "taken"): string[] =>
  frame.changes.flatMap((change: Record<string, string[]>) => change[kind]);

describe("blocks", () => {
  it("[Q1] [Q4] [Q6] [L2] take free starts at once, name the appointments under them, and give time back", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[6] as Slot;
    const { body: booked } = await book(provider, slot, somePatient());
    const before = await startsOf(provider);
    const screen = await watch(provider, slot);

    const blocked = await blockHour(provider, slot);
    expect(blocked).toMatchObject({
      status: 201,
      body: { providerId: provider.id, reasonCode: "meeting", source: "staff", appointmentIds: [booked.id] },
    });
    expect(blocked.body.id).toMatch(/^blk_/);
    expect(blocked.headers.get("location")).toBe(`/v1/providers/${provider.id}/blocks/${blocked.body.id}`);
    expect(Date.parse(blocked.body.start)).toBe(Date.parse(slot.start));
    expect(blocked.body.start.slice(19)).toBe(slot.start.slice(19)); // the clinic's own offset
    const during = await startsOf(provider);
    const lost = before.filter((start) => !during.includes(start));
    expect(lost.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(screen.frames).toHaveLength(2));
    expect(named(screen.frames[1], "taken").sort()).toEqual(lost.sort());

    const [gone] = lost as [string];
    const late = await book(provider, { ...slot, start: gone }, somePatient());
    expect(late).toMatchObject({ status: 409, body: { type: "/problems/slot-taken", blockedBy: "block" } });
    const path = `/appointments/${booked.id}`;
    expect(await call("GET", path, { token: await adminToken() })).toMatchObject({
      body: { status: "booked" },
    });

    const auth = await staffToken(clinicOf(provider));
    const blockPath = `/providers/${provider.id}/blocks/${blocked.body.id}`;
    await evict(calendarOf(provider.id));
    expect((await call("DELETE", blockPath, { token: auth })).status).toBe(204);
    await vi.waitFor(() => expect(screen.frames).toHaveLength(3));
    expect(named(screen.frames[2], "opened").sort()).toEqual(lost.sort());
    expect(await startsOf(provider)).toEqual(before);
    expect((await call("DELETE", blockPath, { token: auth })).status).toBe(404);
    screen.close();
  });

  it("[Q1] are listed by the days they touch, page by page, also when they began a month before", async () => {
    const provider = await someProvider();
    const auth = await staffToken(clinicOf(provider));
    const [slot] = (await slotsOf(provider)) as [Slot];
    const long = await blockHour(provider, slot, {
      end: later(slot.start, 31 * 24 * HOUR_MS),
      reasonCode: "leave",
    });
    expect(long.status).toBe(201);
    const last = later(slot.start, 31 * 24 * HOUR_MS - 60_000).slice(0, 10);
    const second = { start: `${last}T00:00:00Z`, end: `${last}T00:30:00Z` };
    expect((await blockHour(provider, slot, second)).status).toBe(201);
    const path = `/providers/${provider.id}/blocks?from=${last}&to=${last}`;
    const whole = await call("GET", path, { token: auth });
    expect(whole.status).toBe(200);
    const ids = whole.body.data.map(({ id }: { id: string }) => id);
    expect(ids).toContain(long.body.id);
    const first = await call("GET", `${path}&limit=1`, { token: auth });
    expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 1));
    if (ids.length > 1) {
      const rest = await call("GET", `${path}&limit=1&cursor=${first.body.page.next}`, { token: auth });
      expect(rest.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1, 2));
    }
    // The last start under a month of leave is blocked, too: the query looks back far enough.
    const inside = later(slot.start, 30 * 24 * HOUR_MS).slice(0, 10);
    const shown = await call(
      "GET",
      `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}&from=${inside}&to=${inside}`,
    );
    expect(shown.body.days).toEqual([]);
  });

  it("[Q3] the same key gets the first answer, also when the block is gone, and never means another request", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[3] as Slot;
    const key = freshKey();
    const first = await blockHour(provider, slot, {}, key);
    const again = await blockHour(provider, slot, {}, key);
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await blockHour(provider, slot, { reasonCode: "leave" }, key)).toMatchObject({
      status: 422,
      body: { type: "/problems/idempotency-key-reuse" },
    });
    const auth = await staffToken(clinicOf(provider));
    const gone = { token: auth, key: freshKey() };
    const path = `/providers/${provider.id}/blocks/${first.body.id}`;
    expect((await call("DELETE", path, gone)).status).toBe(204);
    const repeated = await call("DELETE", path, gone);
    expect([repeated.status, repeated.headers.get("idempotency-replayed")]).toEqual([204, "true"]);
    expect((await blockHour(provider, slot, {}, key)).body).toEqual(first.body);
    expect(await startsOf(provider)).toContain(slot.start); // the repetition blocked nothing
  });

  it("[Q2] [A1] are for the clinic, the provider, admin and a sync: others learn nothing", async () => {
    const provider = await someProvider();
    const other = await someProvider();
    const slot = (await slotsOf(provider))[2] as Slot;
    const body = { start: slot.start, end: later(slot.start, HOUR_MS), reasonCode: "meeting" };
    const path = `/providers/${provider.id}/blocks`;
    const as = async (auth: string | undefined, more: Record<string, unknown> = {}): Promise<number> =>
      (
        await call("POST", path, {
          ...(auth ? { token: auth } : {}),
          key: freshKey(),
          body: { ...body, ...more },
        })
      ).status;
    const providerToken = (id: string) => token({ sub: id, role: "provider", provider: id });
    const service = await token({ sub: "sync", role: "service" });
    expect(await as(undefined)).toBe(401);
    expect(await as(await patientToken(somePatient()))).toBe(403);
    expect(await as(await token({ sub: "k", role: "kiosk", clinics: [clinicOf(provider)] }))).toBe(403);
    expect(await as(await staffToken("loc_000000000000"))).toBe(404);
    expect(await as(await providerToken(other.id))).toBe(404);
    expect(await as(await adminToken(), { locationId: "loc_000000000000" })).toBe(404);
    expect(await as(service)).toBe(403); // a sync sends busy time of another calendar, nothing else
    expect(await as(await adminToken(), { source: "external", externalId: "e-1" })).toBe(403);
    expect(await as(await providerToken(provider.id))).toBe(201);
    expect(await as(await adminToken(), { locationId: clinicOf(provider) })).toBe(201);
    const list = await call("GET", path, { token: await staffToken("loc_000000000000") });
    expect(list.status).toBe(404);

    const made = await blockHour(provider, slot);
    const forged = `${made.body.id.slice(0, -1)}${made.body.id.endsWith("0") ? "1" : "0"}`;
    const auth = await staffToken(clinicOf(provider));
    expect((await call("DELETE", `${path}/${forged}`, { token: auth })).status).toBe(404);
    const elsewhere = `/providers/${other.id}/blocks/${made.body.id}`;
    expect((await call("DELETE", elsewhere, { token: await adminToken() })).status).toBe(404);
    expect((await call("DELETE", `${path}/${made.body.id}`, { token: service })).status).toBe(404);
  });

  it("[K1] [Q1] refuse what is no block, with pointers, and change nothing", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[1] as Slot;
    const before = await startsOf(provider);
    const wrong: [Record<string, unknown>, string][] = [
      [{ end: slot.start }, "/end"],
      [{ end: later(slot.start, 32 * 24 * HOUR_MS) }, "/end"],
      [{ start: later(slot.start, 60_000) }, "/start"],
      [{ reasonCode: "because" }, "/reasonCode"],
      [{ externalId: "e-1" }, "/externalId"],
      [{ source: "external" }, "/externalId"],
      [{ note: "free text" }, "/note"],
    ];
    for (const [more, pointer] of wrong) {
      const answer = await blockHour(provider, slot, more);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
    const auth = await staffToken(clinicOf(provider));
    const body = { start: slot.start, end: later(slot.start, HOUR_MS), reasonCode: "meeting" };
    const keyless = await call("POST", `/providers/${provider.id}/blocks`, { token: auth, body });
    expect(keyless).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/header/Idempotency-Key" }] },
    });
    expect(await startsOf(provider)).toEqual(before);
  });

  it("[Q5] busy time of another calendar changes in place by its own id, and sent again changes nothing", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[4] as Slot;
    const sync = await token({ sub: "sync", role: "service" });
    const external = { source: "external", externalId: "ehr/42", reasonCode: "external-busy" };
    const revision = async (): Promise<number> =>
      (await call("GET", `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}`)).body
        .revision;
    const first = await blockHour(provider, slot, external, freshKey(), sync);
    expect(first).toMatchObject({ status: 201, body: { source: "external", externalId: "ehr/42" } });
    const at = await revision();
    const same = await blockHour(provider, slot, external, freshKey(), sync);
    expect(same).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(await revision()).toBe(at);
    const moved = {
      ...external,
      start: later(slot.start, 24 * HOUR_MS),
      end: later(slot.start, 25 * HOUR_MS),
    };
    const after = await blockHour(provider, slot, moved, freshKey(), sync);
    expect(after).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(await revision()).toBe(at + 1);
    expect(await startsOf(provider)).toContain(slot.start);
    const path = `/providers/${provider.id}/blocks/${first.body.id}`;
    expect((await call("DELETE", path, { token: sync })).status).toBe(204);
  });

  it("[Q7] are events that carry ids, times and a code, and that readers of appointments pass over", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[5] as Slot;
    const blocked = await blockHour(provider, slot);
    const { body: booked } = await book(provider, (await slotsOf(provider)).at(-1) as Slot, somePatient());
    expect(await readersPass(provider)).toContain("openslot.calendar.blocked.v1");
    const path = `/providers/${provider.id}/blocks/${blocked.body.id}`;
    expect((await call("DELETE", path, { token: await adminToken() })).status).toBe(204);
    const types = await readersPass(provider);
    // The time that came back changes what is open next: openings.test.ts.
    expect(types.filter((type) => type !== "openslot.calendar.openings.v1")).toEqual([
      "openslot.calendar.unblocked.v1",
    ]);
    const shown = await call("GET", `/appointments/${booked.id}`, { token: await adminToken() });
    expect(shown.body.status).toBe("booked");
  });
});

describe("a group visit", () => {
  it("[B18] [L2] five seats and twenty rivals at once: exactly five, and screens hear of the last seat only", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[4] as Slot;
    await withRules(provider, { capacity: 5 });
    const screen = await watch(provider, slot);
    const first = await book(provider, slot, somePatient());
    expect(first.status).toBe(201);
    expect(await startsOf(provider)).toContain(slot.start);
    // The start itself stays; starts that would run into the group are gone for everybody.
    const takenFirst = screen.frames.slice(1).flatMap((frame) => named(frame, "taken"));
    expect(takenFirst).not.toContain(slot.start);

    const answers = await Promise.all(Array.from({ length: 19 }, () => book(provider, slot, somePatient())));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    const lost = answers.filter(({ status }) => status === 409);
    expect(lost).toHaveLength(15);
    for (const { body } of lost) expect(body).toMatchObject({ blockedBy: "capacity" });
    expect(await startsOf(provider)).not.toContain(slot.start);
    await vi.waitFor(() => expect(named(screen.frames.at(-1), "taken")).toEqual([slot.start]));

    await call("DELETE", `/appointments/${first.body.id}`, { token: await adminToken(), ifMatch: '"v1"' });
    await vi.waitFor(() => expect(named(screen.frames.at(-1), "opened")).toEqual([slot.start]));
    expect((await book(provider, slot, somePatient())).status).toBe(201);
    screen.close();
  });

  it("[B18] [G4] has one seat for each patient", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[2] as Slot;
    await withRules(provider, { capacity: 3 });
    const patient = somePatient();
    expect((await book(provider, slot, patient)).status).toBe(201);
    expect(await book(provider, slot, patient)).toMatchObject({
      status: 409,
      body: { type: "/problems/patient-conflict" },
    });
  });
});

describe("buffers and limits", () => {
  it("[S10] a booking keeps its buffers free, and keeps what it took when the rules change", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const slot = slots[8] as Slot;
    const length = Date.parse(slot.end) - Date.parse(slot.start);
    await withRules(provider, { bufferBeforeMinutes: 10, bufferAfterMinutes: 15 });
    const booked = await book(provider, slot, somePatient());
    expect(booked.body).toMatchObject({ start: slot.start, end: slot.end });
    const near = (start: string): boolean =>
      Date.parse(start) < Date.parse(slot.end) + 25 * 60_000 &&
      Date.parse(start) + length > Date.parse(slot.start) - 25 * 60_000;
    expect((await startsOf(provider)).filter(near)).toEqual([]);

    const plain = { ...provider.calendar, version: provider.calendar.version + 2 };
    await calendarOf(provider.id).applyConfig(plain);
    const now = (await startsOf(provider)).filter(near);
    for (const start of now)
      expect(
        Date.parse(start) >= Date.parse(slot.end) + 15 * 60_000 ||
          Date.parse(start) + length <= Date.parse(slot.start) - 10 * 60_000,
      ).toBe(true);
    await evict(calendarOf(provider.id));
    expect((await startsOf(provider)).filter(near)).toEqual(now);
  });

  it("[B22] a day that is full offers none and refuses by name", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const date = (slots.at(-1) as Slot).start.slice(0, 10);
    const today = slots.filter(({ start }) => start.startsWith(date));
    await withRules(provider, { perDayMax: 1 });
    expect((await book(provider, today[0] as Slot, somePatient())).status).toBe(201);
    expect((await startsOf(provider)).filter((start) => start.startsWith(date))).toEqual([]);
    expect(await book(provider, today.at(-1) as Slot, somePatient())).toMatchObject({
      status: 422,
      body: { rule: "day-limit-reached" },
    });
  });
});

describe("an override", () => {
  it("[B25] places a visit over another one for the clinic, says why to the clinic, and is nobody else's to give", async () => {
    const provider = await someProvider();
    const slot = (await slotsOf(provider))[3] as Slot;
    const winner = somePatient();
    expect((await book(provider, slot, winner)).status).toBe(201);
    const [patient] = await seededPatients(1);
    const override = { reasonCode: "patient-waiting" };
    const body = bookingOf(provider, slot, { patientId: patient?.id, override });
    const send = (auth: string, more: Record<string, unknown> = {}) =>
      call("POST", "/appointments", { token: auth, key: freshKey(), body: { ...body, ...more } });

    expect((await book(provider, slot, somePatient(), freshKey(), { override })).status).toBe(403);
    expect((await send(await token({ sub: "sync", role: "service" }))).status).toBe(403);
    const desk = await staffToken(slot.locationId);
    expect((await send(desk, { override: undefined })).status).toBe(409);
    expect((await send(desk, { override: { reasonCode: "because" } })).status).toBe(400);
    const placed = await send(desk);
    expect(placed).toMatchObject({ status: 201, body: { override, start: slot.start } });

    const path = `/appointments/${placed.body.id}`;
    const own = await call("GET", path, { token: await patientToken(patient?.id as string) });
    expect(own.status).toBe(200);
    expect(own.body.override).toBeUndefined();
    const seen = await call("GET", path, {
      token: await token({ sub: provider.id, role: "provider", provider: provider.id }),
    });
    expect(seen.body.override).toEqual(override);
    // The patient's own day is nobody's to override.
    expect(await send(desk)).toMatchObject({ status: 409, body: { type: "/problems/patient-conflict" } });

    const free = (await slotsOf(provider)).at(-1) as Slot;
    const moved = await call("PATCH", path, { token: desk, ifMatch: '"v1"', body: { start: free.start } });
    expect(moved.status).toBe(200);
    expect(moved.body.override).toBeUndefined(); // it stands by the rules now
    const back = await call("PATCH", path, {
      token: desk,
      ifMatch: '"v2"',
      body: { start: slot.start, override },
    });
    expect(back).toMatchObject({ status: 200, body: { override } });
  });

  it("[B25] lets a provider book on their own calendar and on no other", async () => {
    const [provider, other] = [await someProvider(), await someProvider()];
    const slot = (await slotsOf(provider))[1] as Slot;
    const patients = await seededPatients(2);
    const body = bookingOf(provider, slot, { patientId: patients[1]?.id });
    const as = async (id: string) =>
      (
        await call("POST", "/appointments", {
          token: await token({ sub: id, role: "provider", provider: id }),
          key: freshKey(),
          body,
        })
      ).status;
    expect(await as(other.id)).toBe(404);
    expect(await as(provider.id)).toBe(201);
  });
});
