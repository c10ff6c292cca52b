/** The audit's suite on PGlite. */
import { auditSuite } from "./audit-suite.ts";
import { embedded } from "./embedded.ts";

auditSuite(embedded(), 65, 20_000);
