/** What is measured: one kind of request each, cheapest first. */
import { sql } from "drizzle-orm";
import type { BareSystem } from "./bare-system.ts";
import type { BenchWorld } from "./bench-world.ts";
import { dateIn } from "./free-slots.ts";
import type { RawRequest } from "./raw-http.ts";

export interface BenchCase {
  readonly name: string;
  readonly port: number;
  /** Requests of one closed-loop segment: enough CPU to be far above what the system counts in. */
  readonly count: number;
  /** Open-loop requests a second. */
  readonly rate: number;
  /** The one status that is right. */
  readonly status: number;
  /** The next requests; what may be done once only never comes twice. */
  readonly take: (count: number) => RawRequest[];
  /** Before a segment, unmeasured. */
  readonly prepare: (requests: readonly RawRequest[]) => Promise<void>;
  /** After a segment and measured: the work that the answers left behind. */
  readonly settle: () => Promise<void>;
}

export interface BenchSize {
  /** Open-loop requests a second; bookings at half of it. */
  readonly rate: number;
  readonly reads: number;
  readonly bookings: number;
}

/** Dates that an answer may begin with: 200 calendars times these are not asked for twice within a second. */
const WINDOWS = 20;
const WEEK = 7;
/** The projection is behind by milliseconds; a minute means that it is stuck. */
const SETTLE_MAX_MS = 60_000;
const SETTLE_POLL_MS = 50;
/** Losers of the refused bookings: enough that no patient's ledger grows by more than a handful. */
export const RIVALS = 200;

const nothing = async (): Promise<void> => undefined;
const same =
  (request: RawRequest) =>
  (count: number): RawRequest[] =>
    Array.from({ length: count }, () => request);

async function bookedInPostgres(system: BareSystem): Promise<number> {
  const { rows } = await system.database.db.execute(sql`SELECT count(*) AS n FROM appointment`);
  return Number(rows[0]?.n);
}

/** Until every booking is in Postgres. */
async function untilProjected(system: BareSystem, bookings: number): Promise<void> {
  const deadline = performance.now() + SETTLE_MAX_MS;
  while ((await bookedInPostgres(system)) < bookings) {
    if (performance.now() > deadline) throw new Error("the projection did not follow within a minute");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}

export function emptyCase({ workerd }: BareSystem, count: number, rate: number): BenchCase {
  const take = same({ method: "GET", path: "/" });
  const name = "empty (stub Worker)";
  return { name, port: workerd.emptyPort, count, rate, status: 200, take, prepare: nothing, settle: nothing };
}

function readCases(world: BenchWorld, size: BenchSize): BenchCase[] {
  const { port } = world.system.workerd;
  const availability = (index: number, from: number): RawRequest => {
    const { providerId, visitTypeId } = world.visits[
      index % world.visits.length
    ] as (typeof world.visits)[number];
    const query = `visitTypeId=${visitTypeId}&from=${dateIn(from)}&to=${dateIn(from + WEEK - 1)}`;
    return { method: "GET", path: `/v1/providers/${providerId}/availability?${query}` };
  };
  let asked = 0;
  const common = { port, rate: size.rate, count: size.reads, prepare: nothing, settle: nothing };
  return [
    { ...common, name: "404 of the edge (Hono)", status: 404, take: same({ method: "GET", path: "/v1/-" }) },
    { ...common, name: "availability, cached", status: 200, take: same(availability(0, 1)) },
    {
      ...common,
      name: "availability, object",
      status: 200,
      take: (count) =>
        Array.from({ length: count }, () => {
          const k = asked++;
          return availability(k, 1 + (Math.floor(k / world.visits.length) % WINDOWS));
        }),
      // Objects that were put to sleep since the last segment wake here, not while we measure.
      prepare: () => world.run(world.visits.map((_, index) => availability(index, 0))),
    },
  ];
}

function bookingCases(
  world: BenchWorld,
  size: BenchSize,
  refused: (count: number) => RawRequest[],
): BenchCase[] {
  const { system } = world;
  const verify = (requests: readonly RawRequest[]): Promise<void> => world.verifyTokens(requests);
  let booked = 0;
  const common = { port: system.workerd.port, rate: size.rate / 2, count: size.bookings, prepare: verify };
  return [
    {
      ...common,
      name: "booking, to Postgres",
      status: 201,
      take: (count) => {
        booked += count;
        return world.bookings(count);
      },
      settle: () => untilProjected(system, booked + world.visits.length),
    },
    { ...common, name: "booking, refused", status: 409, take: refused, settle: nothing },
  ];
}

export async function benchCases(world: BenchWorld, size: BenchSize): Promise<BenchCase[]> {
  const refused = await world.takenStarts(RIVALS);
  return [...readCases(world, size), ...bookingCases(world, size, refused)];
}
