/** `npm run reset`: deletes the local database and the Workers' state; keys and templates stay. The next start is fresh. */
import { rmSync } from "node:fs";
import { LockedError, takeLock } from "./local/lock-file.ts";
import { PG_DIR, STATE_DIR } from "./local/paths.ts";
import { lockOf, readyMarkOf } from "./local/postgres.ts";

try {
  // Both locks are held while deleting, so that nothing starts in a directory that is going away.
  const locks = [takeLock(lockOf(STATE_DIR))];
  try {
    locks.push(takeLock(lockOf(PG_DIR)));
    rmSync(readyMarkOf(PG_DIR), { force: true });
    for (const dir of [PG_DIR, STATE_DIR]) rmSync(dir, { recursive: true, force: true });
    console.log("The local database and state are deleted; npm start makes new ones.");
  } finally {
    for (const lock of locks) lock.release();
  }
} catch (error) {
  if (!(error instanceof LockedError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
