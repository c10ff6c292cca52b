/** `npm run db`: only the database and the settings, for Workers run by hand (npx wrangler dev) in another terminal. */
import { Closing } from "./local/closing.ts";
import { startDatabase } from "./local/database.ts";
import { readPorts, requireDisk, requireFreePort } from "./local/machine.ts";
import { ROOT } from "./local/paths.ts";

const closing = new Closing();
closing.listen();

try {
  const ports = readPorts(process.env);
  requireDisk(ROOT);
  await requireFreePort(ports.db, "DB_PORT");
  await startDatabase(process.env, ports.db, closing);
  console.log(
    `Postgres answers on http://127.0.0.1:${ports.db}/sql; .dev.vars point to it. Ctrl-C stops it.`,
  );
} catch (error) {
  await closing.fail(error);
}
