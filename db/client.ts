/**
 * The one seam to Postgres: Neon's SQL over HTTP, in production and (through `scripts/local/neon-shim.ts`) on a laptop.
 * Single statements and `db.batch` only: nothing here needs an interactive transaction, and the driver has none.
 */
import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle } from "drizzle-orm/neon-http";

/**
 * Longest wait for one call: a cold Neon endpoint wakes in under a second, and a caller that waits longer than this
 * has an outbox or a copy to fall back on.
 */
export const DB_CALL_TIMEOUT_MS = 10_000;

export interface DbSettings {
  /** `postgres://user:password@host/database`. Never logged. */
  readonly DATABASE_URL: string;
  /** Where the SQL is posted, if not at the host's own Neon address. Global in the driver: one per isolate. */
  readonly NEON_FETCH_ENDPOINT?: string | undefined;
}

export type Db = ReturnType<typeof makeDb>;

const fetchWithLimit = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(DB_CALL_TIMEOUT_MS) });

/**
 * Cheap; opens nothing. Failing single queries throw `DrizzleQueryError` (the Neon error is its `cause`), failing
 * batches throw the bare `NeonDbError`. Its `detail` can hold a whole row: never log or return it.
 */
export function makeDb(settings: DbSettings) {
  if (settings.NEON_FETCH_ENDPOINT) neonConfig.fetchEndpoint = settings.NEON_FETCH_ENDPOINT;
  neonConfig.fetchFunction = fetchWithLimit;
  return drizzle(neon(settings.DATABASE_URL));
}
