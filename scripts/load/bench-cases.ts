/** What is measured: one kind of request each, cheapest first. */
import type { BareSystem } from "./bare-system.ts";
import { bookingAnswered, calendarAlone } from "./bench-bursts.ts";
import { untilProjected } from "./bench-projection.ts";
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
  /** In place of the closed loop, for what no HTTP request can ask alone; such a case has no open loop. */
  readonly segment?: () => Promise<Segment>;
}

/** What one stretch of requests cost. */
export interface Segment {
  readonly cpuMicros: number;
  /** Requests a second. */
  readonly rate: number;
}

export interface BenchSize {
  /** Open-loop requests a second; bookings at half of it. */
  readonly rate: number;
  readonly reads: number;
  readonly bookings: number;
  /** Bookings in bursts, each of which is waited out for a third of a second. */
  readonly bursts: number;
}

/** Dates that an answer may begin with: 200 calendars times these are not asked for twice within a second. */
const WINDOWS = 20;
const WEEK = 7;
/** Losers of the refused bookings: enough that no patient's ledger grows by more than a handful. */
export const RIVALS = 200;
/** Bookings before anything is measured. */
export const WARM_UP = 400;

const nothing = async (): Promise<void> => undefined;
const same =
  (request: RawRequest) =>
  (count: number): RawRequest[] =>
    Array.from({ length: count }, () => request);

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
  const common = { port: system.workerd.port, rate: size.rate / 2, count: size.bookings, prepare: verify };
  return [
    {
      ...common,
      name: "booking, to Postgres",
      status: 201,
      take: (count) => world.bookings(count),
      settle: () => untilProjected(system, world.booked),
    },
    { ...common, name: "booking, refused", status: 409, take: refused, settle: nothing },
  ];
}

export async function benchCases(world: BenchWorld, size: BenchSize): Promise<BenchCase[]> {
  const refused = await world.takenStarts(RIVALS);
  await world.run(world.bookings(WARM_UP)); // bursts are too few to have their code compiled
  return [
    ...readCases(world, size),
    calendarAlone(world, size.bookings),
    bookingAnswered(world, size.bursts),
    ...bookingCases(world, size, refused),
  ];
}
