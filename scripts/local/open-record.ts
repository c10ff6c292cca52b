/**
 * Postgres for a command that looks once and ends: the server of DATABASE_URL, else the embedded one of this checkout; through
 * its door while the app runs, in its directory while it does not.
 */
import { existsSync } from "node:fs";
import { type Db, makeDb } from "../../db/client.ts";
import type { Closing } from "./closing.ts";
import { LockedError } from "./lock-file.ts";
import { readPorts } from "./machine.ts";
import { startShim } from "./neon-shim.ts";
import { PG_DIR } from "./paths.ts";
import { type LocalPostgres, openPglite, openServerAsIs, readyMarkOf } from "./postgres.ts";
import { STAND_IN_DATABASE_URL } from "./settings.ts";
import { StartError } from "./start-error.ts";

const behind = (endpoint: string): Db =>
  makeDb({ DATABASE_URL: STAND_IN_DATABASE_URL, NEON_FETCH_ENDPOINT: endpoint });

async function throughOwnDoor(postgres: LocalPostgres, closing: Closing): Promise<Db> {
  closing.add("Postgres", postgres.close);
  const shim = await startShim({ port: 0, poolFor: () => postgres.pool });
  closing.add("the database's HTTP door", shim.close);
  return behind(shim.endpoint);
}

/** @throws StartError when there is no local database yet */
export async function openRecord(env: NodeJS.ProcessEnv, closing: Closing): Promise<Db> {
  if (env.DATABASE_URL !== undefined) return throughOwnDoor(openServerAsIs(env.DATABASE_URL, 1), closing);
  if (!existsSync(readyMarkOf(PG_DIR)))
    throw new StartError("There is no local database yet: npm start makes one.");
  try {
    return await throughOwnDoor(await openPglite(PG_DIR), closing);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    return behind(`http://127.0.0.1:${readPorts(env).db}/sql`); // the app runs: its door is open
  }
}
