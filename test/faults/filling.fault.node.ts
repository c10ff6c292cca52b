/**
 * A network that nobody has used yet: its calendars are made by themselves, a few at a time, and the search by soonest
 * fills while people book. Proves: it ends, at the pace that is promised, bookings do not queue behind it, and a second
 * start tells nobody again. Does not prove: how long a whole network of thousands takes on a given machine.
 */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { percentiles } from "../../scripts/load/percentiles.ts";
import { limitMs, machineNow } from "../support/bare-machine.ts";
import { makePeople } from "../support/bare-people.ts";
import { sleep, until } from "../support/bare-wait.ts";

/** Of the 2,600 there are; the others would only take longer. */
const FILLED = 160;
/** At most 16 calendars a second, and two seconds on their way to Postgres. */
const FILL_MAX_MS = 45_000;
/** An idle laptop books in 10 ms; four calendars that come at once are 80 ms in front of somebody. */
const BOOKING_P50_MAX_MS = 150;
const EVERY_MS = 100;

let system: BareSystem;
let api: ApiClient;

beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null });
  api = new ApiClient(system.workerd.port, 16);
});
afterAll(() => system?.stop());

const told = async (): Promise<number> => {
  const { rows } = await system.database.db.execute(
    sql`SELECT count(DISTINCT provider_id)::int AS n FROM opening`,
  );
  return Number(rows[0]?.n);
};

interface Page {
  readonly data: readonly { readonly nextOpenAt: string }[];
  readonly page: { readonly next: string | null };
}

async function soonest(): Promise<Page> {
  const answer = await api.call("GET", "/v1/providers?sort=soonest&limit=100");
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Page; // the contract of API.md
}

/** Books until `isOver`; milliseconds of each. */
async function bookUntil(isOver: () => boolean, slots: Slot[]): Promise<Float64Array> {
  const people = await makePeople(system, 50);
  const times: number[] = [];
  for (let n = 0; !isOver() && slots.length > 0; n++) {
    const from = performance.now();
    const answer = await api.call("POST", "/v1/appointments", {
      token: people[n % people.length]?.token as string,
      key: `filling-${n}`,
      body: bookingOf(slots.pop() as Slot),
    });
    expect([201, 409]).toContain(answer.status); // two starts of one person may lie over each other
    times.push(performance.now() - from);
    await sleep(EVERY_MS);
  }
  return Float64Array.from(times);
}

describe("a network that nobody has used", () => {
  it("[F7] [D25] fills the search by soonest by itself while people book; a second start tells nobody", async () => {
    const { db } = system.database;
    expect((await soonest()).data).toEqual([]);
    // All but a few count as told already, so that this ends soon.
    await db.execute(sql`INSERT INTO directory_change (kind, id, pushed_at)
      SELECT 'provider', id, now() FROM (SELECT id FROM provider ORDER BY id OFFSET ${FILLED}) p
      UNION ALL SELECT 'resource', id, now() FROM resource`);
    const slots = (
      await Promise.all(system.directory.providers.slice(-6).map((one) => freeSlots(api, one)))
    ).flat();
    const token = await system.adminToken();
    const started = await api.call("POST", "/v1/rebuild/calendars", { token });
    expect([started.status, JSON.parse(started.text)]).toEqual([202, { calendars: FILLED }]);

    let isOver = false;
    const bookings = bookUntil(() => isOver, slots);
    const ms = await until(async () => (await told()) >= FILLED, {
      what: "the projection of openings",
      maxMs: limitMs(FILL_MAX_MS),
      everyMs: 250,
    });
    isOver = true;
    const times = await bookings;
    const [p50, p95] = percentiles(times, [0.5, 0.95]) as [number, number];
    console.log(
      `[F7] ${FILLED} calendars in ${(ms / 1000).toFixed(1)} s; meanwhile ${times.length} bookings, ` +
        `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (${machineNow()})`,
    );
    expect(p50).toBeLessThan(limitMs(BOOKING_P50_MAX_MS));

    const { data, page } = await soonest();
    expect(data).toHaveLength(100);
    expect(page.next).not.toBeNull();
    const starts = data.map(({ nextOpenAt }) => Date.parse(nextOpenAt));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(Date.now() - 60_000);

    const again = await api.call("POST", "/v1/rebuild/calendars", { token });
    expect(JSON.parse(again.text)).toEqual({ calendars: 0 });
  });
});
