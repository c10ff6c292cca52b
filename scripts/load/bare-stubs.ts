/**
 * Stand-ins for what bare workerd has no native form of. Bundled by bare-build.ts (types are stripped, nothing else),
 * so it imports nothing of ours.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

interface StubsEnv {
  readonly EVENTS: { poke(partition: string): Promise<void> };
  readonly PROVIDER_CALENDAR: {
    getByName(name: string): {
      book(command: unknown): Promise<{ readonly kind: string }>;
      read(appointment: string, reach: { readonly kind: "everything" }): Promise<unknown>;
    };
  };
}

/** Calls to calendars, without anybody in front of them. */
interface Burst {
  /** `nothing` reads the request, which is what a burst costs before a calendar is asked; `wake` changes nothing. */
  readonly what: "nothing" | "wake" | "book";
  readonly calls: readonly {
    readonly calendar: string;
    readonly command: { readonly appointmentId: string };
  }[];
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

/** Asks all of a burst at once, one call to an object each, as agendas would. Answers with the kinds of reply. */
async function burst(request: Request, env: StubsEnv): Promise<Response> {
  const { what, calls }: Burst = await request.json();
  if (what === "nothing") return Response.json([]);
  const replies = calls.map(async ({ calendar, command }) => {
    const door = env.PROVIDER_CALENDAR.getByName(calendar);
    if (what === "book") return (await door.book(command)).kind;
    await door.read(command.appointmentId, { kind: "everything" });
    return "awake";
  });
  return Response.json(await Promise.all(replies));
}

/** GET is the cheapest answer this process can give: the baseline that bench.ts divides by. */
export default {
  fetch(request: Request, env: StubsEnv): Response | Promise<Response> {
    return request.method === "GET" ? new Response("empty") : burst(request, env);
  },
};
