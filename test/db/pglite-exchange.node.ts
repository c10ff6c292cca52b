/** Files in and out on PGlite, with fewer rows than on a server. */
import { embedded } from "./embedded.ts";
import { exchangeSuite } from "./exchange-suite.ts";

const ROWS = 2_000;

exchangeSuite(embedded(), ROWS);
