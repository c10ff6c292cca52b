/** The database suites on a real PostgreSQL server, migrated and seeded the way `DATABASE_URL=… npm start` does it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openServer } from "../../scripts/local/postgres.ts";
import { type RealPostgres, startRealPostgres } from "../support/real-postgres.ts";
import { auditSuite } from "./audit-suite.ts";
import { changeSuite } from "./change-suite.ts";
import { behindDoor, type DatabaseUnderTest } from "./database-under-test.ts";
import { directorySuite } from "./directory-suite.ts";
import { exchangeSuite } from "./exchange-suite.ts";
import { neonDoorSuite } from "./neon-door-suite.ts";
import { neonDoorValuesSuite } from "./neon-door-values-suite.ts";
import { networkSuite } from "./network-suite.ts";
import { openingsSuite } from "./openings-suite.ts";
import { peopleSuite } from "./people-suite.ts";
import { projectionSuite } from "./projection-suite.ts";
import { recordSuite } from "./record-suite.ts";
import { searchSuite } from "./search-suite.ts";

const POOL_SIZE = 8;

let server: RealPostgres;
let under: DatabaseUnderTest;
beforeAll(async () => {
  server = await startRealPostgres();
  under = await behindDoor(await openServer(server.databaseUrl, POOL_SIZE), true);
});
afterAll(async () => {
  await under?.close();
  server?.stop();
});

it("[U4] a server that is filled is left as it is, also when two runs prepare it at once", async () => {
  const again = await Promise.all([openServer(server.databaseUrl, 1), openServer(server.databaseUrl, 1)]);
  const { rows } = await under.postgres.pool.query("SELECT count(*) AS n FROM provider");
  await Promise.all(again.map((other) => other.close()));
  expect(rows).toEqual([{ n: "2000" }]);
});

directorySuite(() => under);
changeSuite(() => under);
networkSuite(() => under);
peopleSuite(() => under);
projectionSuite(() => under);
openingsSuite(() => under);
searchSuite(() => under);
recordSuite(() => under);
exchangeSuite(() => under, 50_000);
auditSuite(() => under, 1_300, 1_000_000);
neonDoorValuesSuite(() => under);
neonDoorSuite(() => under);
