/**
 * `npm run audit`: whether anybody is booked twice, by the record in Postgres. One line per pair, exit code 1 if there is
 * any; 2 if it cannot be found out. Looks at the server of DATABASE_URL, else at the embedded Postgres of this checkout:
 * through its door while the app runs, in its directory while it does not.
 */
import { existsSync } from "node:fs";
import { type Db, makeDb } from "../db/client.ts";
import { findOverlaps, OVERLAPS_MAX } from "../db/queries/overlap-audit.ts";
import { Closing } from "./local/closing.ts";
import { LockedError } from "./local/lock-file.ts";
import { readPorts } from "./local/machine.ts";
import { startShim } from "./local/neon-shim.ts";
import { PG_DIR } from "./local/paths.ts";
import { type LocalPostgres, openPglite, openServerAsIs, readyMarkOf } from "./local/postgres.ts";
import { STAND_IN_DATABASE_URL } from "./local/settings.ts";
import { StartError } from "./local/start-error.ts";

const behind = (endpoint: string): Db =>
  makeDb({ DATABASE_URL: STAND_IN_DATABASE_URL, NEON_FETCH_ENDPOINT: endpoint });

async function throughOwnDoor(postgres: LocalPostgres, closing: Closing): Promise<Db> {
  closing.add("Postgres", postgres.close);
  const shim = await startShim({ port: 0, poolFor: () => postgres.pool });
  closing.add("the database's HTTP door", shim.close);
  return behind(shim.endpoint);
}

async function openRecord(env: NodeJS.ProcessEnv, closing: Closing): Promise<Db> {
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

const closing = new Closing();
closing.listen();
try {
  const overlaps = await findOverlaps(await openRecord(process.env, closing));
  for (const { providerId, first, second } of overlaps) console.log(`${providerId}: ${first} and ${second}`);
  const more = overlaps.length === OVERLAPS_MAX ? " or more" : "";
  console.log(overlaps.length === 0 ? "Nobody is booked twice." : `${overlaps.length}${more} overlaps.`);
  await closing.end(overlaps.length === 0 ? 0 : 1);
} catch (error) {
  // No more than a code: what Postgres says can hold a row.
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: string };
  console.error(
    error instanceof StartError ? error.message : `The record cannot be read (${code ?? "nobody answers"}).`,
  );
  await closing.end(2);
}
