/**
 * Postgres goes away while people book, in each way a database can be away. Proves: an edge that knows its directory
 * goes on, also when its copy grows old; everything arrives once Postgres is back, and nothing twice. Does not prove: an
 * edge that starts while Postgres is away (it has no directory and says 503).
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOverlaps } from "../../db/queries/overlap-audit.ts";
import { type Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import type { Absence } from "../../scripts/load/database.ts";
import { bookingOf, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { percentiles } from "../../scripts/load/percentiles.ts";
import { readCalendars } from "../support/bare-objects.ts";
import { makePeople } from "../support/bare-people.ts";
import { asLines, lagOf, projectedAppointments, untilLagIsZero } from "../support/bare-projection.ts";
import { sleep } from "../support/bare-wait.ts";
import type { Person } from "../support/bare-writer.ts";

const CALENDARS = 10;
const EVERY_MS = 50;
/** The edge trusts its directory for a minute: the last absence begins before it is over and ends after it. */
const DIRECTORY_FRESH_MS = 60_000;
/** Doorbells ring in vain at 5, 10, 20, then every 30 s; a loaded machine gets more. */
const DRAIN_MAX_MS = 90_000;

let system: BareSystem;
let api: ApiClient;
let slots: Slot[];
let people: Person[];
let startedAt: number;
let booked = 0;

/** One booking every 50 ms for `ms`; every answer with how long it took. */
async function bookFor(ms: number): Promise<{ readonly answer: Answer; readonly ms: number }[]> {
  const until = performance.now() + ms;
  const pending: Promise<{ readonly answer: Answer; readonly ms: number }>[] = [];
  while (performance.now() < until) {
    const slot = slots.pop() as Slot;
    const person = people[booked % people.length] as Person;
    booked += 1;
    const sentAt = performance.now();
    pending.push(
      api
        .call("POST", "/v1/appointments", { token: person.token, key: `k-${booked}`, body: bookingOf(slot) })
        .then((answer) => ({ answer, ms: performance.now() - sentAt })),
    );
    await sleep(EVERY_MS);
  }
  return Promise.all(pending);
}

function report(what: string, answers: readonly { readonly ms: number }[]): void {
  const [p50, max] = percentiles(Float64Array.from(answers.map(({ ms }) => ms)), [0.5, 1]).map(Math.round);
  console.log(`[F4] ${what}: ${answers.length} bookings, p50 ${p50} ms, max ${max} ms`);
}

const statusesOf = (answers: readonly { readonly answer: Answer }[]): number[] => [
  ...new Set(answers.map(({ answer }) => answer.status)),
];

async function absence(how: Absence, ms: number): Promise<void> {
  await system.database.goAway(how);
  const answers = await bookFor(ms);
  report(`Postgres ${how} for ${Math.round(ms / 1000)} s`, answers);
  expect(statusesOf(answers)).toEqual([201]);
  expect((await lagOf(api))?.postgres).toBeGreaterThan(0); // it was really away
}

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  startedAt = performance.now();
  api = new ApiClient(system.workerd.port, 64);
  const providers = system.directory.providers.slice(0, CALENDARS);
  const bySlots = await Promise.all(providers.map((provider) => freeSlots(api, provider)));
  slots = bySlots.flat();
  people = await makePeople(system, 1_500); // more than bookings: nobody is ever in two places
});

afterAll(async () => {
  api?.close();
  await system?.stop();
});

describe("[F4] Postgres away", () => {
  it("[F4] while it is there, a booking is in Postgres in no time", async () => {
    report("Postgres there", await bookFor(3_000));
    expect(await untilLagIsZero(api, { maxMs: 10_000 })).toBeLessThan(10_000);
  });

  it("[F4] refused connections: bookings go on, and everything arrives afterwards", async () => {
    await absence("refusing", 6_000);
    await system.database.comeBack();
    console.log(`[F4] lag 0 after ${Math.round(await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS }))} ms`);
  });

  it("[F4] 503 and then silence, while the edge's directory grows old: bookings go on, and everything arrives", async () => {
    await absence("failing", 6_000);
    await system.database.comeBack();
    const away = Math.max(DIRECTORY_FRESH_MS - (performance.now() - startedAt), 0) + 8_000;
    await absence("silent", away);
    await system.database.comeBack();
    console.log(`[F4] lag 0 after ${Math.round(await untilLagIsZero(api, { maxMs: DRAIN_MAX_MS }))} ms`);
  });

  it("[F4] Postgres then equals the calendars, row by row", async () => {
    const projected = await projectedAppointments(system.database);
    expect(await findOverlaps(system.database.db)).toEqual([]);
    await system.workerd.kill();
    const stored = readCalendars(system.storageDir).flatMap(({ appointments }) => appointments);
    expect(stored).toHaveLength(booked);
    expect(asLines(projected)).toEqual(asLines(stored));
  });
});
