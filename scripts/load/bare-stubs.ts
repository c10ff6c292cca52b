/**
 * Stand-ins for what bare workerd has no native form of. Bundled by bare-build.ts (types are stripped, nothing else),
 * so it imports nothing of ours.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

interface StubsEnv {
  readonly EVENTS: { poke(partition: string): Promise<void> };
  readonly PROVIDER_CALENDAR: {
    getByName(name: string): { book(command: unknown): Promise<{ readonly kind: string }> };
  };
}

/** Bookings for calendars, without anybody in front of them. */
interface Burst {
  /** Only reads the request: what the burst costs before a calendar is asked. */
  readonly dry: boolean;
  readonly bookings: readonly { readonly calendar: string; readonly command: unknown }[];
}

/** The queue as a direct call: a doorbell without data, as in production, only faster. */
export class Wake extends WorkerEntrypoint<StubsEnv> {
  send(message: { readonly partition: string }): void {
    this.ctx.waitUntil(this.env.EVENTS.poke(message.partition));
  }
}

/** No client was built: pages do without script and style. */
export class Assets extends WorkerEntrypoint {
  override fetch(): Response {
    return new Response("no assets here", { status: 404 });
  }
}

/** Asks all of a burst at once, as an agenda would ask: one call to an object each. Answers with the kinds of reply. */
async function bookAll(request: Request, env: StubsEnv): Promise<Response> {
  const { dry, bookings }: Burst = await request.json();
  if (dry) return Response.json([]);
  const calls = bookings.map(({ calendar, command }) =>
    env.PROVIDER_CALENDAR.getByName(calendar).book(command),
  );
  return Response.json((await Promise.all(calls)).map(({ kind }) => kind));
}

/** GET is the cheapest answer this process can give: the baseline that bench.ts divides by. */
export default {
  fetch(request: Request, env: StubsEnv): Response | Promise<Response> {
    return request.method === "GET" ? new Response("empty") : bookAll(request, env);
  },
};
