/**
 * `npm run db`: the database, the settings and the browser's files, for Workers run by hand (npx wrangler dev) in another
 * terminal.
 */
import { createBuilder } from "vite";
import { Closing } from "./local/closing.ts";
import { startDatabase } from "./local/database.ts";
import { readPorts, readSeed, requireDisk, requireFreePort } from "./local/machine.ts";
import { ROOT } from "./local/paths.ts";

/** wrangler serves what lies in dist/client; the Worker itself it bundles from source. */
async function buildClient(): Promise<void> {
  const builder = await createBuilder({ root: ROOT, logLevel: "warn" });
  const { client } = builder.environments;
  if (client) await builder.build(client);
}

const closing = new Closing();
closing.listen();

try {
  const ports = readPorts(process.env);
  requireDisk(ROOT);
  await requireFreePort(ports.db, "DB_PORT");
  await startDatabase(process.env, ports.db, closing, readSeed(process.argv.slice(2)));
  await buildClient();
  console.log(
    `Postgres answers on http://127.0.0.1:${ports.db}/sql; .dev.vars point to it. Ctrl-C stops it.`,
  );
} catch (error) {
  await closing.fail(error);
}
