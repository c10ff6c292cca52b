/**
 * Postgres is away while ten thousand people book, and long enough for its doorbell to have gone quiet. Proves: all of them
 * succeed, reads go on, everything is in Postgres a minute after it is back and equals the calendars by hash, nobody is
 * booked twice; then a lost table, rebuilt by the command that an operator has. The hour is virtual: after it the pause between doorbells is what
 * it is after half a minute of quiet (test/durable-objects/event-log.test.ts), and this test waits for that one.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DOORBELL_AGAIN_MS, DOORBELL_PAUSE_MAX_MS } from "../../core/events/log.ts";
import { allStoredHashes, hashOfAll } from "../../db/projections/appointment-hash.ts";
import { findOverlaps } from "../../db/queries/overlap-audit.ts";
import { ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { percentiles } from "../../scripts/load/percentiles.ts";
import { makePeople } from "../support/bare-people.ts";
import { lagOf, untilLagIsZero } from "../support/bare-projection.ts";
import { hashOfFacts, readFacts } from "../support/bare-record.ts";
import { sleep } from "../support/bare-wait.ts";
import type { Person } from "../support/bare-writer.ts";

const BOOKINGS = 10_000;
const CALENDARS = 60;
/** Requests under way at once: what two cores answer without queueing for long. */
const WRITERS = 16;
const READ_EVERY_MS = 250;
/** Doorbells in vain come after 5, 10 and 20 s; then the longest pause has begun. */
const UNTIL_QUIET_MS = 7 * DOORBELL_AGAIN_MS + 1_000;
/** From the return of Postgres to the end of the log. */
const DRAIN_MAX_MS = 60_000;

let system: BareSystem;
let api: ApiClient;
let slots: Slot[];
let people: Person[];

/** Books one start for one person each; how long each took, and what was not a 201. */
async function bookAll(): Promise<{ readonly times: Float64Array; readonly failures: string[] }> {
  const times = new Float64Array(BOOKINGS);
  const failures: string[] = [];
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let i = next++; i < BOOKINGS; i = next++) {
      const sentAt = performance.now();
      const { token } = people[i] as Person;
      const answer = await api.call("POST", "/v1/appointments", {
        token,
        key: `k-${i}`,
        body: bookingOf(slots[i] as Slot),
      });
      times[i] = performance.now() - sentAt;
      if (answer.status !== 201) failures.push(`${answer.status} ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return { times, failures };
}

/** What people look at meanwhile: free times, their own list, the clinics. Statuses that came. */
async function readUntil(
  stopped: () => boolean,
): Promise<{ readonly reads: number; readonly statuses: Set<number> }> {
  const statuses = new Set<number>();
  let reads = 0;
  while (!stopped()) {
    const { providerId, visitTypeId } = slots[reads % slots.length] as Slot;
    const { id, token } = people[reads % people.length] as Person;
    const [from, to] = [1, 7].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const answers = await Promise.all([
      api.call(
        "GET",
        `/v1/providers/${providerId}/availability?visitTypeId=${visitTypeId}&from=${from}&to=${to}`,
      ),
      api.call("GET", `/v1/patients/${id}/appointments`, { token }),
      api.call("GET", "/v1/locations"),
    ]);
    for (const { status } of answers) statuses.add(status);
    reads += answers.length;
    await sleep(READ_EVERY_MS);
  }
  return { reads, statuses };
}

const storedHash = async (): Promise<string> => hashOfAll(await allStoredHashes(system.database.db));

async function count(table: "appointment" | "appointment_history"): Promise<number> {
  const { rows } = await system.database.db.execute(sql`SELECT count(*) AS n FROM ${sql.identifier(table)}`);
  return Number(rows[0]?.n);
}

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  api = new ApiClient(system.workerd.port, WRITERS + 4);
  const providers = system.directory.providers.slice(0, CALENDARS);
  const bySlots = await Promise.all(providers.map((provider) => freeSlots(api, provider)));
  // Neighbours in the list are of different calendars.
  const longest = Math.max(...bySlots.map(({ length }) => length));
  slots = Array.from({ length: longest }, (_, i) => bySlots.flatMap((list) => list[i] ?? [])).flat();
  if (slots.length < BOOKINGS) throw new Error(`only ${slots.length} starts: more calendars are needed`);
  people = await makePeople(system, BOOKINGS);
});

afterAll(async () => {
  api?.close();
  await system?.stop();
});

describe("[F6] an hour without Postgres", () => {
  it("[F6] ten thousand bookings succeed and reads go on while it is away; a minute after its return all is there", async () => {
    await system.database.goAway("refusing");
    let booking = true;
    const reading = readUntil(() => !booking);
    const startedAt = performance.now();
    const { times, failures } = await bookAll();
    const seconds = (performance.now() - startedAt) / 1_000;
    booking = false;
    const { reads, statuses } = await reading;
    const [p50, p99, max] = percentiles(times, [0.5, 0.99, 1]).map(Math.round);
    console.log(
      `[F6] ${BOOKINGS} bookings in ${Math.round(seconds)} s, p50 ${p50} p99 ${p99} max ${max} ms; ${reads} reads`,
    );
    expect(failures).toEqual([]);
    expect([...statuses]).toEqual([200]);

    await sleep(UNTIL_QUIET_MS);
    expect((await lagOf(api))?.postgres).toBeGreaterThanOrEqual(BOOKINGS); // it was really away
    await system.database.comeBack();
    const drained = await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS });
    console.log(
      `[F6] drained ${Math.round(drained)} ms after the return; a bell comes at least every ${DOORBELL_PAUSE_MAX_MS} ms`,
    );
    expect(await count("appointment")).toBe(BOOKINGS);
    expect(await count("appointment_history")).toBe(BOOKINGS);
  });

  it("[F6] [P8] the audit finds nothing", async () => {
    expect(await findOverlaps(system.database.db)).toEqual([]);
  });

  it("[F6] [P9] a lost record is rebuilt by the command, and equals the calendars on the disk by hash", async () => {
    const before = await storedHash();
    await system.database.db.execute(sql`TRUNCATE appointment, appointment_history`);
    const startedAt = performance.now();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        join(import.meta.dirname, "../../scripts/rebuild.ts"),
        ...["postgres", "--url", `http://127.0.0.1:${system.workerd.port}`],
      ],
      { env: { ...process.env, OPENSLOT_TOKEN: await system.adminToken() } },
    );
    console.log(`[F6] rebuilt in ${Math.round(performance.now() - startedAt)} ms`);
    expect(stdout).toContain("Both sides are equal.");
    expect(await count("appointment_history")).toBe(BOOKINGS);
    const after = await storedHash();
    expect(after).toBe(before);
    await system.workerd.kill();
    const facts = readFacts(system.storageDir);
    expect(facts).toHaveLength(BOOKINGS);
    expect(hashOfFacts(facts)).toBe(after);
  });
});
