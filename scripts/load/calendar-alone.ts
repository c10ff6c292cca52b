/**
 * A booking as its calendar sees it: one call to the object, its decision, its transaction (row, event, alarm) and the
 * answer. Left out: HTTP, edge and agenda before it; alarm, log and projection after it.
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

/** Few enough that all of a burst are answered before the first alarm of it rings, even if a neighbour has the core. */
const BURST = 12;
/** Bursts that a busy machine may spoil for each one that is wanted. */
const SPOILED_MAX = 1;
/** After Postgres has a burst: agendas hear of it, calendars tidy up. */
const CALM_MS = 100;

interface Call {
  readonly calendar: string;
  readonly command: unknown;
}

function bookingCall(slot: Slot, configVersion: number): Call {
  const issuedAt = Date.now();
  const [patientId] = inventPatients(1);
  const home = slot.providerId.slice("prv_".length);
  const appointmentId = `apt_${home}${encodeBytes(randomBytes(20))}`;
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

class CalendarAlone {
  readonly #world: BenchWorld;
  readonly #versions: ReadonlyMap<string, number>;
  readonly #stub: ApiClient;

  constructor(world: BenchWorld) {
    this.#world = world;
    this.#stub = new ApiClient(world.system.workerd.emptyPort, 1);
    this.#versions = new Map(
      world.system.directory.providers.map(({ id, calendar }) => [id, calendar.version]),
    );
  }

  /** CPU per booking over `bursts` bursts that no alarm rang in, less what the same requests cost without a calendar. */
  async segment(bursts: number): Promise<Segment> {
    let cpuMicros = 0;
    let seconds = 0;
    let counted = 0;
    for (let tries = bursts * (1 + SPOILED_MAX); tries > 0 && counted < bursts; tries--) {
      const calls = this.#world
        .starts(BURST)
        .map((slot) => bookingCall(slot, this.#versions.get(slot.providerId) ?? 0));
      await this.#ask(calls, true); // warms the connection's code
      const dry = await this.#ask(calls, true);
      const burst = await this.#ask(calls, false);
      await untilProjected(this.#world.system, this.#world.booked);
      await new Promise((resolve) => setTimeout(resolve, CALM_MS));
      if (burst.millis >= DRAIN_DELAY_MS) continue;
      cpuMicros += burst.cpuMicros - dry.cpuMicros;
      seconds += burst.millis / 1000;
      counted += 1;
    }
    if (counted === 0) throw new Error("the machine is too busy: alarms rang within every burst of bookings");
    return { cpuMicros: cpuMicros / (counted * BURST), rate: (counted * BURST) / seconds };
  }

  async #ask(bookings: readonly Call[], dry: boolean): Promise<{ cpuMicros: number; millis: number }> {
    const { workerd } = this.#world.system;
    const startedAt = performance.now();
    const cpuBefore = workerd.cpuMicros();
    const { status, text } = await this.#stub.call("POST", "/", { body: { dry, bookings } });
    const cpuMicros = workerd.cpuMicros() - cpuBefore;
    const millis = performance.now() - startedAt;
    if (status !== 200 || text !== JSON.stringify(dry ? [] : bookings.map(() => "done")))
      throw new Error(`booking at the calendars answered ${status} ${text}`);
    return { cpuMicros, millis };
  }
}

/** @param count bookings of a segment, rounded up to whole bursts */
export function calendarAlone(world: BenchWorld, count: number): BenchCase {
  const alone = new CalendarAlone(world);
  const bursts = Math.ceil(count / BURST);
  return {
    name: "booking, calendar alone",
    port: world.system.workerd.emptyPort,
    count: bursts * BURST,
    rate: 0,
    status: 200,
    take: () => [],
    prepare: async () => undefined,
    settle: async () => undefined,
    segment: () => alone.segment(bursts),
  };
}
