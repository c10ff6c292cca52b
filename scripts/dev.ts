/**
 * `npm start`: Postgres, the Workers and a seeded network, in one process. `PORT`, `DB_PORT`, `DATABASE_URL` and
 * `RATE_LIMITS` choose otherwise (docs/configuration.md). Ends with 0 on Ctrl-C, with 1 and a sentence otherwise.
 */
import { banner } from "./local/banner.ts";
import { Closing } from "./local/closing.ts";
import { asStartError, startDatabase } from "./local/database.ts";
import { startDevServer } from "./local/dev-server.ts";
import { takeLock } from "./local/lock-file.ts";
import { readPorts, readSeed, requireDisk, requireFreePort } from "./local/machine.ts";
import { ROOT, STATE_DIR } from "./local/paths.ts";
import { lockOf } from "./local/postgres.ts";

const closing = new Closing();
closing.listen();

try {
  const startedAt = performance.now();
  const ports = readPorts(process.env);
  requireDisk(ROOT);
  await requireFreePort(ports.http, "PORT");
  await requireFreePort(ports.db, "DB_PORT");
  closing.add("the lock of the Workers' state", takeLock(lockOf(STATE_DIR)).release);
  const pool = await startDatabase(process.env, ports.db, closing, readSeed(process.argv.slice(2)));
  await startDevServer(ports.http, closing);
  console.log(await banner(pool, ports.http, startedAt));
} catch (error) {
  await closing.fail(asStartError(error));
}
