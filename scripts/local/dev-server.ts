/** Vite with the three Workers, started from code so that one process owns everything. */
import { join } from "node:path";
import { createServer } from "vite";
import type { Closing } from "./closing.ts";
import { endOrphans, runMark } from "./orphans.ts";
import { ROOT, STATE_DIR, VITE_CACHE_DIR } from "./paths.ts";
import { StartError } from "./start-error.ts";

/** The first start of a fresh checkout bundles every dependency; on a slow machine that takes most of a minute. */
const READY_MAX_MS = 120_000;
const POLL_MS = 100;
/** One answer; the first one compiles the Workers. */
const ANSWER_MAX_MS = 60_000;

async function statusOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    await response.arrayBuffer();
    return String(response.status);
  } catch (error) {
    return (error as Error).name;
  }
}

/** Until `url` answers 200. Throws StartError with the last answer. */
async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_MAX_MS;
  let last = "";
  while (performance.now() < deadline) {
    last = await statusOf(url);
    if (last === "200") return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new StartError(`${url} did not become healthy in ${READY_MAX_MS / 1000} s (last answer: ${last}).`);
}

/** Quiet, and offline: no question to Cloudflare for the `cf` of a request, no word about each `.dev.vars` read. */
const DEFAULT_ENVIRONMENT = {
  OPENSLOT_STATE: STATE_DIR,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_LOG: "warn",
  WRANGLER_SEND_METRICS: "false",
};

/** Returns when bookings work. The Workers' state lies in `.openslot/state` unless `OPENSLOT_STATE` is set. */
export async function startDevServer(port: number, closing: Closing): Promise<void> {
  Object.assign(process.env, { ...DEFAULT_ENVIRONMENT, ...process.env, ...runMark(), PORT: String(port) });
  await endOrphans(process.env.OPENSLOT_STATE ?? STATE_DIR);
  const server = await createServer({
    root: ROOT,
    configFile: join(ROOT, "vite.config.ts"),
    cacheDir: VITE_CACHE_DIR,
    logLevel: "warn",
    clearScreen: false,
  });
  closing.add("the dev server", () => server.close());
  await server.listen();
  await untilReady(`http://localhost:${port}/v1/health`);
}
