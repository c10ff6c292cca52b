/** Everything the Workers need before they start: Postgres, its HTTP door, and the settings that point to it. */
import { existsSync, readFileSync } from "node:fs";
import type pg from "pg";
import { SAMPLE_SEED } from "../../db/seed/network.ts";
import type { Closing } from "./closing.ts";
import { LockedError } from "./lock-file.ts";
import { readPorts } from "./machine.ts";
import { startShim } from "./neon-shim.ts";
import { PG_DIR } from "./paths.ts";
import { type LocalPostgres, openPglite, openServer, readyMarkOf } from "./postgres.ts";
import type { Sample } from "./sample.ts";
import { kafkaOf, providerOf, readOrMakeIdKeys, readOrMakeTextKeys, writeSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";

/** As many as a laptop's server takes without queueing; Neon's proxy pools behind its door too. */
const POOL_SIZE_DEFAULT = 16;
/** PostgreSQL allows 100 connections unless it is told otherwise. */
const POOL_SIZE_MAX = 100;
const RATE_LIMITS = ["relaxed", "standard"];
/** What an empty database is filled with: with appointments, or as tests have it. */
const NETWORKS = ["busy", "small"];

function poolSizeOf({ DATABASE_POOL_SIZE: text }: NodeJS.ProcessEnv): number {
  const size = Number(text ?? POOL_SIZE_DEFAULT);
  if (Number.isInteger(size) && size >= 1 && size <= POOL_SIZE_MAX) return size;
  throw new StartError(`DATABASE_POOL_SIZE must be a whole number between 1 and ${POOL_SIZE_MAX}.`);
}

async function open(env: NodeJS.ProcessEnv, sample: Sample): Promise<LocalPostgres> {
  if (env.DATABASE_URL === undefined) return openPglite(PG_DIR, sample);
  const poolSize = poolSizeOf(env);
  try {
    return await openServer(env.DATABASE_URL, poolSize, sample);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new StartError(`The PostgreSQL server of DATABASE_URL cannot be used: ${message || code}.`);
  }
}

/** The date in UTC: a visit that has begun by it is in the past. */
const todayOf = (): string => new Date().toISOString().slice(0, 10);

/** A network that is there already keeps its seed: who asks for another one is told, not given the old one. */
function requireSameSeed({ DATABASE_URL: server }: NodeJS.ProcessEnv, seed: number | null): void {
  const mark = readyMarkOf(PG_DIR);
  if (seed === null || server !== undefined || !existsSync(mark)) return;
  const there = readFileSync(mark, "utf8") || String(SAMPLE_SEED);
  if (there !== String(seed))
    throw new StartError(
      `There is a network of seed ${there} already. "npm run reset" deletes it; then --seed ${seed} makes its own.`,
    );
}

/** A lock that another run holds is a sentence, not a bug. */
export function asStartError(error: unknown): unknown {
  return error instanceof LockedError ? new StartError(error.message) : error;
}

/**
 * The embedded Postgres, or the server of `DATABASE_URL`, behind `127.0.0.1:<dbPort>`; an empty one is filled with the busy
 * sample network of `seed` (null = the usual one). Throws StartError when another run has the data, the server cannot be
 * reached, or a setting or the seed cannot be.
 */
export async function startDatabase(
  env: NodeJS.ProcessEnv,
  dbPort: number,
  closing: Closing,
  seed: number | null = null,
): Promise<pg.Pool> {
  const rateLimits = env.RATE_LIMITS ?? "relaxed";
  if (!RATE_LIMITS.includes(rateLimits))
    throw new StartError(`RATE_LIMITS must be one of ${RATE_LIMITS.join(", ")}.`);
  const network = env.SAMPLE_NETWORK ?? "busy";
  if (!NETWORKS.includes(network))
    throw new StartError(`SAMPLE_NETWORK must be one of ${NETWORKS.join(", ")}.`);
  requireSameSeed(env, seed);
  const busy =
    network === "busy"
      ? { today: todayOf(), idKeys: await readOrMakeIdKeys(), textKeys: await readOrMakeTextKeys() }
      : null;
  const sample = { seed: seed ?? SAMPLE_SEED, busy };
  const postgres = await open(env, sample).catch((error) => {
    throw asStartError(error);
  });
  closing.add("Postgres", postgres.close);
  const shim = await startShim({ port: dbPort, poolFor: () => postgres.pool });
  closing.add("the database's HTTP door", shim.close);
  const siteUrl = `http://localhost:${readPorts(env).http}`; // not 127.0.0.1: passkeys want a host name
  await writeSettings({
    endpoint: shim.endpoint,
    rateLimits,
    siteUrl,
    provider: providerOf(env),
    kafka: kafkaOf(env),
  });
  return postgres.pool;
}
