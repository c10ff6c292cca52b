/** The suites of this folder run twice: on PGlite (`npm test`) and on a real server (`*.pg.node.ts`). */
import type { Db } from "../../db/client.ts";
import { makeDb } from "../../db/client.ts";
import { type Shim, startShim } from "../../scripts/local/neon-shim.ts";
import type { LocalPostgres } from "../../scripts/local/postgres.ts";

export interface DatabaseUnderTest {
  /** Through the door, as a Worker has it. */
  readonly db: Db;
  readonly endpoint: string;
  /** Behind the door. */
  readonly postgres: LocalPostgres;
  /** More than one connection, so that one can be broken. */
  readonly isServer: boolean;
  readonly close: () => Promise<void>;
}

/** The driver wants user, host and database; the door looks at none of them. */
export const ANY_DATABASE_URL = "postgres://user:password@db.test/openslot";

export async function behindDoor(postgres: LocalPostgres, isServer: boolean): Promise<DatabaseUnderTest> {
  const shim: Shim = await startShim({ port: 0, poolFor: () => postgres.pool });
  return {
    db: makeDb({ DATABASE_URL: ANY_DATABASE_URL, NEON_FETCH_ENDPOINT: shim.endpoint }),
    endpoint: shim.endpoint,
    postgres,
    isServer,
    close: async () => {
      await shim.close();
      await postgres.close();
    },
  };
}
