/** A PostgreSQL server for the Workers' tests, behind the same door as the embedded one. */
import { startShim } from "../../scripts/local/neon-shim.ts";
import { openServer } from "../../scripts/local/postgres.ts";
import { startRealPostgres } from "./real-postgres.ts";

/** As many as the door takes on a laptop. */
const POOL_SIZE = 16;

/** vitest globalSetup: runs once in Node, before the first test file, and returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startRealPostgres();
  try {
    const postgres = await openServer(server.databaseUrl, POOL_SIZE);
    const shim = await startShim({ port: Number(process.env.TEST_DB_PORT), poolFor: () => postgres.pool });
    return async () => {
      await shim.close();
      await postgres.close();
      server.stop();
    };
  } catch (error) {
    server.stop();
    throw error;
  }
}
