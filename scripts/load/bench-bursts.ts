/**
 * Bookings without what follows them: a burst is answered before the first alarm of it rings, so that neither log nor
 * projection is in the figure. Two cases: from the edge to the answer, and the calendar alone.
 */
import { randomBytes } from "node:crypto";
import { COMMAND_DEADLINE_MS } from "../../core/booking/commands.ts";
import { encodeBytes } from "../../core/ids.ts";
import { DRAIN_DELAY_MS } from "../../durable-objects/provider-calendar/calendar-writer.ts";
import { ApiClient } from "./api-client.ts";
import { inventPatients } from "./bare-system.ts";
import type { BenchCase, Segment } from "./bench-cases.ts";
import { untilProjected } from "./bench-projection.ts";
import type { BenchWorld } from "./bench-world.ts";
import type { Slot } from "./free-slots.ts";
import type { RawRequest } from "./raw-http.ts";

/** Few enough to be answered in time even if a neighbour has the core for a moment. */
const CALLS_PER_BURST = 24;
const REQUESTS_PER_BURST = 8;
/** Bursts that a busy machine may spoil for each one that is wanted. */
export const SPOILED_MAX = 1;
/** After Postgres has a burst: agendas hear of it, calendars tidy up. */
const CALM_MS = 100;
/** A part of an id: own characters and check. */
const ID_REST_CHARS = 20;

/** One burst: what it costs, and how long it took. */
interface Burst {
  readonly cpuMicros: number;
  readonly millis: number;
}

/** Asks a calendar; as bare-stubs.ts reads it. */
interface Call {
  readonly calendar: string;
  readonly command: unknown;
}

async function measured(world: BenchWorld, work: () => Promise<void>): Promise<Burst> {
  const { workerd } = world.system;
  const startedAt = performance.now();
  const cpuBefore = workerd.cpuMicros();
  await work();
  const cpuMicros = workerd.cpuMicros() - cpuBefore;
  return { cpuMicros, millis: performance.now() - startedAt };
}

/** CPU per booking over `bursts` bursts that no alarm rang in; NaN if it rang in all of them, on a very busy machine. */
async function segmentOf(
  world: BenchWorld,
  bursts: number,
  size: number,
  burst: () => Promise<Burst>,
): Promise<Segment> {
  let cpuMicros = 0;
  let millis = 0;
  let counted = 0;
  for (let tries = bursts * (1 + SPOILED_MAX); tries > 0 && counted < bursts; tries--) {
    const cost = await burst();
    await untilProjected(world.system, world.booked);
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    if (cost.millis >= DRAIN_DELAY_MS) continue;
    cpuMicros += cost.cpuMicros;
    millis += cost.millis;
    counted += 1;
  }
  const bookings = counted * size;
  return { cpuMicros: cpuMicros / bookings, rate: (bookings * 1000) / millis };
}

function callOf(slot: Slot, configVersion: number): Call {
  const issuedAt = Date.now();
  const [patientId] = inventPatients(1);
  const home = slot.providerId.slice("prv_".length);
  const appointmentId = `apt_${home}${encodeBytes(randomBytes(ID_REST_CHARS))}`;
  const { visitTypeId, locationId } = slot;
  const place = { visitTypeId, locationId, start: Date.parse(slot.start), end: Date.parse(slot.end) };
  const command = {
    kind: "book",
    attempt: appointmentId,
    appointmentId,
    patientId,
    place,
    issuedAt,
    deadline: issuedAt + COMMAND_DEADLINE_MS,
    again: false,
    configVersion,
    reason: null,
    notes: null,
    source: "patient",
  };
  return { calendar: slot.providerId, command };
}

const burstCase = (name: string, count: number, size: number, port: number) => ({
  name,
  port,
  count: Math.ceil(count / size) * size,
  rate: 0,
  status: 200,
  take: () => [],
  prepare: async () => undefined,
  settle: async () => undefined,
});

/** One call to an object that is awake, its decision, its transaction (row, event, alarm) and the answer. */
export function calendarAlone(world: BenchWorld, count: number): BenchCase {
  const versions = new Map<string, number>(
    world.system.directory.providers.map(({ id, calendar }) => [id, calendar.version]),
  );
  const { emptyPort } = world.system.workerd;
  const stub = new ApiClient(emptyPort, 1);
  const ask = (what: "nothing" | "wake" | "book", calls: readonly Call[]): Promise<Burst> =>
    measured(world, async () => {
      const { status, text } = await stub.call("POST", "/", { body: { what, calls } });
      if (status !== 200 || (what === "book" && text !== JSON.stringify(calls.map(() => "done"))))
        throw new Error(`calendars answered ${status} ${text}`);
    });
  const burst = async (): Promise<Burst> => {
    const slots = world.starts(CALLS_PER_BURST);
    const calls = slots.map((slot) => callOf(slot, versions.get(slot.providerId) ?? 0));
    await ask("wake", calls);
    const request = await ask("nothing", calls);
    const { cpuMicros, millis } = await ask("book", calls);
    return { cpuMicros: cpuMicros - request.cpuMicros, millis };
  };
  const bursts = Math.ceil(count / CALLS_PER_BURST);
  return {
    ...burstCase("booking, calendar alone", count, CALLS_PER_BURST, emptyPort),
    segment: () => segmentOf(world, bursts, CALLS_PER_BURST, burst),
  };
}

/** HTTP, edge, agenda, calendar and back: all that a patient waits for. */
export function bookingAnswered(world: BenchWorld, count: number): BenchCase {
  const { port } = world.system.workerd;
  const api = new ApiClient(port, REQUESTS_PER_BURST); // its connections stay open: none is accepted within a burst
  const send = async (method: string, path: string, requests: readonly RawRequest[]): Promise<number[]> => {
    const answers = requests.map(({ headers = {}, body }) =>
      api.call(method, path, {
        headers,
        ...(method === "POST" ? { body: JSON.parse(body ?? "") as unknown } : {}),
      }),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  const burst = async (): Promise<Burst> => {
    const requests = world.bookings(REQUESTS_PER_BURST);
    await send("GET", "/v1/-", requests); // the edge knows the tokens
    return measured(world, async () => {
      const statuses = await send("POST", "/v1/appointments", requests);
      if (statuses.some((status) => status !== 201))
        throw new Error(`bookings answered ${statuses.join(", ")}`);
    });
  };
  const bursts = Math.ceil(count / REQUESTS_PER_BURST);
  return {
    ...burstCase("booking, to the answer", count, REQUESTS_PER_BURST, port),
    segment: () => segmentOf(world, bursts, REQUESTS_PER_BURST, burst),
  };
}
