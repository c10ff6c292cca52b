/** What the issuer's tests stand on: an embedded Postgres whose door can be closed, an identity provider, and who moves them. */
import { createServer } from "node:http";
import { type Shim, startShim } from "../../scripts/local/neon-shim.ts";
import { openPglite } from "../../scripts/local/postgres.ts";

const portOf = (name: string): number => Number(process.env[`TEST_IDENTITY_${name}_PORT`]);

/** vitest globalSetup: runs once in Node, before the first test file, and returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await openPglite(null);
  const open = (): Promise<Shim> => startShim({ port: portOf("DB"), poolFor: () => postgres.pool });
  let door: Shim | null = await open();

  const control = createServer(async (request, response) => {
    if (request.url === "/postgres/close") {
      await door?.close();
      door = null;
    } else if (request.url === "/postgres/open") door ??= await open();
    else response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => control.listen(portOf("CONTROL"), "127.0.0.1", resolve));
  return async () => {
    control.closeAllConnections();
    control.close();
    await door?.close();
    await postgres.close();
  };
}
