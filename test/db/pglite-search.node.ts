/** Searching on PGlite: a third of the filters, and no speed. */
import { embedded } from "./embedded.ts";
import { searchSuite } from "./search-suite.ts";

/** Of three sets of filters, one: the server tries all. */
const EVERY = 3;

searchSuite(embedded(), EVERY);
