/**
 * Stand-ins for what bare workerd has no native form of. Bundled by bare-build.ts (types are stripped, nothing else),
 * so it imports nothing of ours.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

interface StubsEnv {
  readonly EVENTS: { poke(partition: string): Promise<void> };
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

/** The cheapest answer this process can give: the baseline that bench.ts divides by. */
export default {
  fetch(): Response {
    return new Response("empty");
  },
};
