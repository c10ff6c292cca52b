/** Proves what screens are told: snapshot, deltas, catching up, tickets, and that a frame never says who. */
import { evictDurableObject, reset } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterAll, describe, expect, it, vi } from "vitest";
import "../../workers/edge/index.tsx";
import { agendaShardOf } from "../../core/ids.ts";
import {
  BASE,
  book,
  calendarOf,
  call,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  staffToken,
  visitOf,
} from "../support/edge.ts";

afterAll(() => reset());

// biome-ignore lint/suspicious/noExplicitAny: frames are looked into right where they arrive
type Frame = any;

interface Screen {
  readonly frames: Frame[];
  readonly raw: string[];
  readonly closed: () => number | null;
  send(text: string): void;
  close(): void;
}

async function open(path: string, headers: Record<string, string> = {}): Promise<Screen> {
  const response = await exports.default.fetch(
    new Request(`${BASE}${path}`, { headers: { upgrade: "websocket", ...headers } }),
  );
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  const frames: Frame[] = [];
  const raw: string[] = [];
  let closed: number | null = null;
  socket.addEventListener("message", ({ data }) => {
    raw.push(String(data));
    if (data !== "pong") frames.push(JSON.parse(String(data)));
  });
  socket.addEventListener("close", ({ code }) => {
    closed = code;
  });
  socket.accept();
  return {
    frames,
    raw,
    closed: () => closed,
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 3_000, interval: 5 }).then(() => undefined);

async function watched() {
  const provider = await someProvider();
  const slots = await slotsOf(provider);
  const from = (slots[0] as Slot).start.slice(0, 10);
  const to = (slots[20] as Slot).start.slice(0, 10);
  const path = `/live/providers/${provider.id}?visitTypeId=${visitOf(provider)}&from=${from}&to=${to}`;
  const screen = await open(path);
  await until(() => expect(screen.frames).toHaveLength(1));
  return { provider, slots, path, screen };
}

const startsIn = (frame: Frame): string[] =>
  frame.days.flatMap((day: { slots: Slot[] }) => day.slots.map(({ start }) => start));

describe("a provider's screen", () => {
  it("[L1] [L2] starts with a snapshot that equals availability, then hears of taken and opened starts", async () => {
    const { provider, slots, screen } = await watched();
    const slot = slots[3] as Slot;
    expect(screen.frames[0]).toMatchObject({ type: "snapshot", protocol: 1 });
    expect(startsIn(screen.frames[0])).toContain(slot.start);

    const patient = somePatient();
    const { body: booked } = await book(provider, slot, patient, freshKey(), { reason: "CANARY-REASON" });
    await until(() => expect(screen.frames).toHaveLength(2));
    expect(screen.frames[1]).toMatchObject({ type: "delta", from: screen.frames[0].revision });
    expect(screen.frames[1].changes.flatMap((change: { taken: string[] }) => change.taken)).toContain(
      slot.start,
    );

    await call("DELETE", `/appointments/${booked.id}`, {
      token: await patientToken(patient),
      ifMatch: '"v1"',
    });
    await until(() => expect(screen.frames).toHaveLength(3));
    expect(screen.frames[2]).toMatchObject({ from: screen.frames[1].revision });
    expect(screen.frames[2].changes.flatMap((change: { opened: string[] }) => change.opened)).toContain(
      slot.start,
    );
    for (const text of screen.raw) expect(text).not.toMatch(/CANARY|pat_|apt_/);
    screen.close();
  });

  it("[L2] a move is one frame with both times, and a change outside the watched days is none", async () => {
    const { provider, slots, screen } = await watched();
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body: booked } = await book(provider, slots[0] as Slot, patient);
    await until(() => expect(screen.frames).toHaveLength(2));
    await call("PATCH", `/appointments/${booked.id}`, {
      token: auth,
      ifMatch: '"v1"',
      body: { start: (slots[8] as Slot).start },
    });
    await until(() => expect(screen.frames).toHaveLength(3));
    const changes = screen.frames[2].changes as { opened: string[]; taken: string[] }[];
    expect(changes.flatMap(({ opened }) => opened)).toContain((slots[0] as Slot).start);
    expect(changes.flatMap(({ taken }) => taken)).toContain((slots[8] as Slot).start);

    const outside = slots.at(-1) as Slot;
    await book(provider, outside, somePatient());
    await book(provider, slots[4] as Slot, somePatient());
    await until(() => expect(screen.frames).toHaveLength(4));
    expect(screen.frames[3].from).toBe(screen.frames[2].revision); // the unseen change leaves no gap
    screen.close();
  });

  it("[L3] survives hibernation of its object and catches up after a reconnect", async () => {
    const { provider, slots, path, screen } = await watched();
    await evictDurableObject(calendarOf(provider.id));
    await book(provider, slots[2] as Slot, somePatient());
    await until(() => expect(screen.frames).toHaveLength(2));
    screen.send(JSON.stringify({ type: "resume", revision: screen.frames[1].revision }));
    screen.send("ping");
    await until(() => expect(screen.raw.at(-1)).toBe("pong"));
    expect(screen.frames).toHaveLength(2);
    screen.send(JSON.stringify({ type: "resume", revision: screen.frames[0].revision }));
    await until(() => expect(screen.frames).toHaveLength(3));
    expect(screen.frames[2].type).toBe("snapshot");
    screen.close();

    await book(provider, slots[5] as Slot, somePatient());
    const again = await open(path);
    await until(() => expect(again.frames).toHaveLength(1));
    expect(startsIn(again.frames[0])).not.toContain((slots[5] as Slot).start);
    again.close();
  });

  it("[L3] a message that means nothing closes the socket, without a word about our insides", async () => {
    const { screen } = await watched();
    screen.send('{"type":"drop"}');
    await until(() => expect(screen.closed()).toBe(1008));
    expect(screen.raw.join("")).not.toMatch(/at \w+|Error/);
  });

  it("[K1] a socket without a visit type or an upgrade is refused", async () => {
    const provider = await someProvider();
    expect(
      (
        await call("GET", `/live/providers/${provider.id}?from=2026-12-01&to=2026-12-02`, {
          headers: { upgrade: "websocket" },
        })
      ).status,
    ).toBe(400);
    expect(
      (
        await call(
          "GET",
          `/live/providers/${provider.id}?visitTypeId=${visitOf(provider)}&from=2026-12-01&to=2026-12-02`,
        )
      ).status,
    ).toBe(426);
  });
});

describe("a patient's screen", () => {
  it("[L4] hears of that patient's appointments only, in the spelling of the API", async () => {
    const provider = await someProvider();
    const slots = await slotsOf(provider);
    const patient = somePatient();
    const neighbour = (() => {
      for (;;) {
        const other = somePatient();
        if (agendaShardOf(other) === agendaShardOf(patient)) return other;
      }
    })();
    const screen = await open(`/live/patients/${patient}`, {
      authorization: `Bearer ${await patientToken(patient)}`,
    });
    await until(() => expect(screen.frames).toHaveLength(1));
    expect(screen.frames[0]).toMatchObject({ type: "snapshot", appointments: [] });
    await book(provider, slots[1] as Slot, neighbour);
    const { body: booked } = await book(provider, slots[0] as Slot, patient, freshKey(), {
      reason: "CANARY-REASON",
    });
    await until(() => expect(screen.frames).toHaveLength(2));
    const { reason: _reason, ...facts } = booked;
    expect(screen.frames[1]).toMatchObject({
      type: "delta",
      from: screen.frames[0].revision,
      changes: [facts],
    });

    await evictDurableObject(env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(patient)}`));
    await call("DELETE", `/appointments/${booked.id}`, {
      token: await patientToken(patient),
      ifMatch: '"v1"',
    });
    await until(() =>
      expect(screen.frames.at(-1).changes[0]).toMatchObject({
        id: booked.id,
        status: "cancelled",
        version: 2,
      }),
    );
    expect(screen.frames.at(-1).from).toBe(screen.frames.at(-2).revision);
    expect(screen.raw.join("")).not.toContain(neighbour);
    expect(screen.raw.join("")).not.toContain("CANARY");
    screen.close();
  });

  it("[A3] opens with a one-time ticket, once, and never with a forged admission", async () => {
    const patient = somePatient();
    const auth = await patientToken(patient);
    const { body } = await call("POST", "/live/tickets", { token: auth, body: {} });
    const screen = await open(`/live/patients/${patient}?ticket=${body.ticket}`);
    await until(() => expect(screen.frames).toHaveLength(1));
    screen.close();
    for (const path of [
      `/live/patients/${patient}?ticket=${body.ticket}`,
      `/live/patients/${patient}?ticket=made-up`,
    ]) {
      const refused = await open(path, { "x-openslot-admitted": patient });
      await until(() => expect(refused.closed()).toBe(1008));
      expect(refused.frames).toEqual([]);
    }
    expect(
      (await call("GET", `/live/patients/${patient}`, { headers: { upgrade: "websocket" } })).status,
    ).toBe(401);
    const staff = await staffToken("loc_000000000000");
    expect(
      (await call("GET", `/live/patients/${patient}`, { token: staff, headers: { upgrade: "websocket" } }))
        .status,
    ).toBe(403); // staff watch their clinic, not a person
  });
});
