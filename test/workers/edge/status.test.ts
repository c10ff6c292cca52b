/**
 * Proves the transitions through HTTP on the real objects: who may, which version, what a repetition gets, what the
 * patient's list, the log and the screens hear. Time is moved by the clock that the objects read. Does not prove every
 * path (test/core/booking/decide-status.node.ts) or crashes (test/faults, test/simulation).
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import "../../../workers/edge/index.tsx";
import type { Provider } from "../../../core/directory/directory.ts";
import { APPOINTMENT_PARTITIONS, partitionName, partitionOf } from "../../../core/events/partition.ts";
import type { PatientId, ProviderId } from "../../../core/ids.ts";
import type { CalendarConfig } from "../../../core/schedule/config.ts";
import { instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  type Answer,
  adminToken,
  book,
  type CallOptions,
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
} from "../../support/edge.ts";

afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

const ELSEWHERE_ASKED_MAX = 20;

const at = (ms: number): void => void vi.spyOn(Date, "now").mockReturnValue(ms);

interface Visit {
  readonly provider: Provider;
  readonly slot: Slot;
  readonly patient: PatientId;
  readonly start: number;
  readonly path: string;
  readonly id: string;
  /** The tokens of everybody who may reach it, and the patient's own. */
  readonly desk: string;
  readonly own: string;
  go(action: string, options?: CallOptions): Promise<Answer>;
}

async function aVisit(): Promise<Visit> {
  const provider = await someProvider();
  const slot = (await slotsOf(provider))[2] as Slot;
  const patient = somePatient();
  const { body } = await book(provider, slot, patient, freshKey(), { reason: "CANARY-REASON" });
  const path = `/appointments/${body.id}`;
  const desk = await staffToken(slot.locationId);
  return {
    provider,
    slot,
    patient,
    start: Date.parse(slot.start),
    path,
    id: body.id,
    desk,
    own: await patientToken(patient),
    go: (action, options = {}) => call("POST", `${path}/${action}`, { token: desk, ...options }),
  };
}

/** A start of somebody else that overlaps this one. Not everybody works at every hour: several are asked. */
async function freeElsewhere({
  start,
  end,
}: Slot): Promise<{ readonly provider: Provider; readonly slot: Slot }> {
  for (let asked = 0; asked < ELSEWHERE_ASKED_MAX; asked++) {
    const provider = await someProvider();
    const slot = (await slotsOf(provider)).find(
      (free) => Date.parse(free.start) < Date.parse(end) && Date.parse(free.end) > Date.parse(start),
    );
    if (slot) return { provider, slot };
  }
  throw new Error(`${ELSEWHERE_ASKED_MAX} providers have no free start at ${start}`);
}

describe("a visit over HTTP", () => {
  it("[H1] [H12] goes its way, and the patient's list shows every step at once", async () => {
    const visit = await aVisit();
    const steps: [string, string, string, number][] = [
      ["confirm", visit.own, "confirmed", -300],
      ["check-in", visit.own, "checked-in", -30],
      ["start", visit.desk, "in-progress", 5],
      ["complete", visit.desk, "completed", 20],
    ];
    for (const [index, [action, auth, status, minutes]] of steps.entries()) {
      at(visit.start + minutes * MINUTE_MS);
      const answer = await visit.go(action, { token: auth });
      expect(answer).toMatchObject({ status: 200, body: { id: visit.id, status, version: index + 2 } });
      expect(answer.headers.get("etag")).toBe(`"v${index + 2}"`);
      const list = await call("GET", `/patients/${visit.patient}/appointments`, { token: visit.own });
      expect(list.body.data).toMatchObject([{ id: visit.id, status, version: index + 2 }]);
    }
    const { body } = await call("GET", visit.path, { token: visit.own });
    expect(Date.parse(body.checkedInAt)).toBe(visit.start - 30 * MINUTE_MS);
    expect(await visit.go("reopen")).toMatchObject({ status: 422, body: { rule: "illegal-transition" } });
  });

  it("[H12] [E6] every step is an event that names it and says nothing a person wrote", async () => {
    const visit = await aVisit();
    const steps = [
      ["confirm", -60],
      ["check-in", -10],
      ["reopen", -9],
      ["no-show", 5],
      ["reopen", 6],
      ["check-in", 7],
      ["start", 8],
      ["complete", 9],
    ] as const;
    for (const [action, minutes] of steps) {
      at(visit.start + minutes * MINUTE_MS);
      expect((await visit.go(action)).status).toBe(200);
    }
    await runDurableObjectAlarm(calendarOf(visit.provider.id));
    const name = partitionName("appointments", partitionOf(visit.provider.id, APPOINTMENT_PARTITIONS));
    const events = await runInDurableObject(env.EVENT_LOG.getByName(name), (_, state) =>
      state.storage.sql
        .exec<{ event: string }>("SELECT * FROM record")
        .toArray()
        .map((row) => JSON.stringify(row))
        .filter((text) => text.includes(visit.id)),
    );
    const types = events.map((text) => /openslot\.appointment\.([a-z-]+)\.v1/.exec(text)?.[1]);
    expect(types).toEqual([
      "booked",
      "confirmed",
      "checked-in",
      "reopened",
      "no-show",
      "reopened",
      "checked-in",
      "started",
      "completed",
    ]);
    expect(events.join()).not.toContain("CANARY");
    await drainLog(); // the projection takes each of them, checkedInAt included
  });

  it("[H5] [A2] a patient does not run the desk, a kiosk nothing, everybody else who reaches it does", async () => {
    const visit = await aVisit();
    at(visit.start + MINUTE_MS);
    for (const action of ["start", "complete", "no-show", "reopen"])
      expect((await visit.go(action, { token: visit.own })).status).toBe(403);
    const kiosk = await token({ sub: "k", role: "kiosk", clinics: [visit.slot.locationId] });
    for (const action of ["confirm", "check-in", "start", "complete", "no-show", "reopen"])
      expect((await visit.go(action, { token: kiosk })).status).toBe(403);
    expect((await call("POST", `${visit.path}/check-in`)).status).toBe(401);
    const others = [
      await token({ sub: visit.provider.id, role: "provider", provider: visit.provider.id }),
      await adminToken(),
      await token({ sub: "svc", role: "service" }),
    ];
    for (const auth of others) {
      expect(await visit.go("check-in", { token: auth })).toMatchObject({ body: { status: "checked-in" } });
      expect(await visit.go("reopen", { token: auth })).toMatchObject({ body: { status: "booked" } });
    }
  });

  it("[A1] [A3] foreign, missing and invented appointments are one 404", async () => {
    const visit = await aVisit();
    at(visit.start + MINUTE_MS);
    const stranger = await patientToken(somePatient());
    const elsewhere = await staffToken("loc_000000000000");
    const without = (answer: Answer) => ({ ...answer.body, instance: null });
    const invented = await call("POST", `/appointments/apt_${"0".repeat(32)}/check-in`, { token: stranger });
    expect(invented.status).toBe(404);
    for (const action of ["confirm", "check-in"])
      expect(without(await visit.go(action, { token: stranger, ifMatch: '"v9"' }))).toEqual(
        without(invented),
      );
    for (const action of ["confirm", "check-in", "start", "complete", "no-show", "reopen"])
      expect(without(await visit.go(action, { token: elsewhere }))).toEqual(without(invented));
    expect((await visit.go("explode")).status).toBe(404);
    expect(await call("GET", visit.path, { token: visit.own })).toMatchObject({ body: { version: 1 } });
  });

  it("[H2] [H3] [H4] repetition, version and what holds already", async () => {
    const visit = await aVisit();
    at(visit.start - 10 * MINUTE_MS);
    expect((await visit.go("confirm", { ifMatch: '"v2"' })).status).toBe(412);
    expect((await visit.go("confirm", { ifMatch: "v1" })).status).toBe(400);
    expect((await visit.go("confirm", { body: { status: "completed" } })).status).toBe(400);
    const key = freshKey();
    const first = await visit.go("confirm", { ifMatch: '"v1"', key, body: {} });
    expect(first).toMatchObject({ status: 200, body: { status: "confirmed", version: 2 } });
    await visit.go("check-in");
    const again = await visit.go("confirm", { ifMatch: '"v1"', key }); // stale by now, and wins
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await visit.go("check-in", { key })).toMatchObject({
      status: 422,
      body: { type: "/problems/idempotency-key-reuse" },
    });
    expect(await visit.go("check-in")).toMatchObject({
      status: 200,
      body: { status: "checked-in", version: 3 },
    });
  });

  it("[H6] [H7] [H8] says by name what the clock forbids", async () => {
    const visit = await aVisit();
    at(visit.start - 121 * MINUTE_MS);
    expect(await visit.go("check-in", { token: visit.own })).toMatchObject({
      status: 422,
      body: { type: "/problems/rule-violated", rule: "not-check-in-time" },
    });
    expect(await visit.go("no-show")).toMatchObject({ status: 422, body: { rule: "not-started-yet" } });
    at(visit.start);
    expect(await visit.go("confirm")).toMatchObject({ status: 422, body: { rule: "already-started" } });
  });

  it("[H10] a missed visit is not reopened while its patient is elsewhere, and is when they are not", async () => {
    const visit = await aVisit();
    at(visit.start);
    expect((await visit.go("no-show")).status).toBe(200);
    vi.restoreAllMocks();
    const { provider: other, slot } = await freeElsewhere(visit.slot);
    const { body: elsewhere } = await book(other, slot, visit.patient);
    at(visit.start + MINUTE_MS);
    expect(await visit.go("reopen")).toMatchObject({
      status: 409,
      body: { type: "/problems/patient-conflict" },
    });
    await call("DELETE", `/appointments/${elsewhere.id}`, { token: await adminToken(), ifMatch: '"v1"' });
    expect(await visit.go("reopen")).toMatchObject({ status: 200, body: { status: "booked", version: 3 } });
  });
});

describe("screens", () => {
  it("[H9] [L2] hear of the rest of a missed visit's time, and of no other step", async () => {
    const id = `prv_${"7".repeat(12)}` as ProviderId;
    const config: CalendarConfig = {
      providerId: id,
      version: 1,
      sites: [
        {
          locationId: "loc_000000000001" as never,
          timeZone: "UTC",
          hours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensAt: 0, closesAt: 1440 })),
        },
      ],
      visitTypes: [120, 10].map((minutes, index) => ({
        id: `vst_00000000000${index}` as never,
        minutes,
        gridMinutes: 10,
        noticeMinutes: 0,
        horizonDays: 90,
      })),
    };
    const calendar = calendarOf(id);
    await calendar.applyConfig(config);
    const start = instant(Date.UTC(2027, 0, 5, 10));
    const patient = somePatient();
    const appointmentId = `apt_${id.slice(4)}${"0".repeat(20)}` as never;
    at(start - 60 * MINUTE_MS);
    const booked = await calendar.book({
      kind: "book",
      attempt: appointmentId,
      appointmentId,
      patientId: patient,
      place: {
        locationId: config.sites[0]?.locationId as never,
        visitTypeId: "vst_000000000000" as never,
        start,
        end: plus(start, 120 * MINUTE_MS),
      },
      issuedAt: instant(Date.now()),
      deadline: instant(Date.now() + 10_000),
      again: false,
      configVersion: 1,
      reason: null,
      notes: null,
      source: "patient",
    });
    expect(booked.kind).toBe("done");

    const response = await calendar.fetch(
      `https://calendar/live/providers/${id}?visitTypeId=vst_000000000001&from=2027-01-05&to=2027-01-05`,
      { headers: { upgrade: "websocket" } },
    );
    const socket = response.webSocket as WebSocket;
    const frames: string[] = [];
    socket.addEventListener("message", ({ data }) => void frames.push(String(data)));
    socket.accept();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const status = (action: "confirm" | "check-in" | "no-show", command: string) =>
      calendar.status({
        command: command as never,
        fingerprint: command,
        appointmentId,
        action,
        ifMatch: null,
        reasonCode: null,
        repeatable: false,
        reach: { kind: "everything" },
      });
    expect((await status("confirm", "c1")).kind).toBe("done");
    expect((await status("check-in", "c2")).kind).toBe("done");
    at(start + 31 * MINUTE_MS);
    expect((await status("no-show", "c3")).kind).toBe("done");
    await vi.waitFor(() => expect(frames).toHaveLength(2));
    const delta = JSON.parse(frames[1] as string);
    expect(delta).toMatchObject({ type: "delta", from: JSON.parse(frames[0] as string).revision });
    expect(delta.changes[0].opened[0]).toBe("2027-01-05T10:40:00+00:00");
    expect(delta.changes[0].opened).toHaveLength(8); // 10:40 to 11:50
    expect(frames[1]).not.toMatch(/pat_|apt_/);
    socket.close();
  });
});
