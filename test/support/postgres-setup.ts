/** One embedded Postgres for all tests that need the directory, behind the same door as on a laptop. */
import { startShim } from "../../scripts/local/neon-shim.ts";
import { openPglite } from "../../scripts/local/postgres.ts";

/** vitest globalSetup: runs once in Node, before the first test file, and returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await openPglite(null);
  const shim = await startShim({ port: Number(process.env.TEST_DB_PORT), poolFor: () => postgres.pool });
  return async () => {
    await shim.close();
    await postgres.close();
  };
}
