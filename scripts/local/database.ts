/** Everything the Workers need before they start: Postgres, its HTTP door, and the settings that point to it. */
import type pg from "pg";
import type { Closing } from "./closing.ts";
import { LockedError } from "./lock-file.ts";
import { startShim } from "./neon-shim.ts";
import { PG_DIR } from "./paths.ts";
import { type LocalPostgres, openPglite, openServer } from "./postgres.ts";
import { writeSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";

/** As many as a laptop's server takes without queueing; Neon's proxy pools behind its door too. */
const SERVER_POOL_SIZE = 16;
const RATE_LIMITS = ["relaxed", "standard"];

async function open(env: NodeJS.ProcessEnv): Promise<LocalPostgres> {
  if (env.DATABASE_URL === undefined) return openPglite(PG_DIR);
  try {
    return await openServer(env.DATABASE_URL, SERVER_POOL_SIZE);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new StartError(`The PostgreSQL server of DATABASE_URL cannot be used: ${message || code}.`);
  }
}

/** A lock that another run holds is a sentence, not a bug. */
export function asStartError(error: unknown): unknown {
  return error instanceof LockedError ? new StartError(error.message) : error;
}

/**
 * The embedded Postgres, or the server of `DATABASE_URL`, behind `127.0.0.1:<dbPort>`. Throws StartError when another
 * run has the data, the server cannot be reached, or a setting cannot be.
 */
export async function startDatabase(
  env: NodeJS.ProcessEnv,
  dbPort: number,
  closing: Closing,
): Promise<pg.Pool> {
  const rateLimits = env.RATE_LIMITS ?? "relaxed";
  if (!RATE_LIMITS.includes(rateLimits))
    throw new StartError(`RATE_LIMITS must be one of ${RATE_LIMITS.join(", ")}.`);
  const postgres = await open(env).catch((error) => {
    throw asStartError(error);
  });
  closing.add("Postgres", postgres.close);
  const shim = await startShim({ port: dbPort, poolFor: () => postgres.pool });
  closing.add("the database's HTTP door", shim.close);
  await writeSettings({ endpoint: shim.endpoint, rateLimits });
  return postgres.pool;
}
