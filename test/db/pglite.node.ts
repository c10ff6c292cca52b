/** The database suites on PGlite. The two longest are files of their own, so that both cores have work. */
import { changeSuite } from "./change-suite.ts";
import { directorySuite } from "./directory-suite.ts";
import { embedded } from "./embedded.ts";
import { neonDoorSuite } from "./neon-door-suite.ts";
import { neonDoorValuesSuite } from "./neon-door-values-suite.ts";
import { networkSuite } from "./network-suite.ts";
import { openingsSuite } from "./openings-suite.ts";
import { peopleSuite } from "./people-suite.ts";
import { projectionSuite } from "./projection-suite.ts";
import { recordSuite } from "./record-suite.ts";

const under = embedded();

directorySuite(under);
changeSuite(under);
networkSuite(under);
peopleSuite(under);
projectionSuite(under);
openingsSuite(under);
recordSuite(under);
neonDoorValuesSuite(under);
neonDoorSuite(under);
