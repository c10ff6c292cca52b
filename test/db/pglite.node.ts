/** The database suites on PGlite in this process: one backend, so nothing here says anything about concurrency. */
import { afterAll, beforeAll } from "vitest";
import { openPglite } from "../../scripts/local/postgres.ts";
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

let under: DatabaseUnderTest;
beforeAll(async () => {
  under = await behindDoor(await openPglite(null), false);
});
afterAll(() => under?.close());

directorySuite(() => under);
changeSuite(() => under);
networkSuite(() => under);
peopleSuite(() => under);
projectionSuite(() => under);
openingsSuite(() => under);
searchSuite(() => under, 3);
recordSuite(() => under);
exchangeSuite(() => under, 2_000);
neonDoorValuesSuite(() => under);
neonDoorSuite(() => under);
