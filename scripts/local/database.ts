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
const POOL_SIZE_DEFAULT = 16;
/** PostgreSQL allows 100 connections unless it is told otherwise. */
const POOL_SIZE_MAX = 100;
const RATE_LIMITS = ["relaxed", "standard"];

function poolSizeOf({ DATABASE_POOL_SIZE: text }: NodeJS.ProcessEnv): number {
  const size = Number(text ?? POOL_SIZE_DEFAULT);
  if (Number.isInteger(size) && size >= 1 && size <= POOL_SIZE_MAX) return size;
  throw new StartError(`DATABASE_POOL_SIZE must be a whole number between 1 and ${POOL_SIZE_MAX}.`);
}

async function open(env: NodeJS.ProcessEnv): Promise<LocalPostgres> {
  if (env.DATABASE_URL === undefined) return openPglite(PG_DIR);
  const poolSize = poolSizeOf(env);
  try {
    return await openServer(env.DATABASE_URL, poolSize);
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
