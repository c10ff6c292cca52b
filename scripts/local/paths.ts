/** Where everything lies that a local run makes. All of it can be deleted; nothing else is written to. */
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
/** Tests take another folder, so that they never touch what somebody booked by hand. */
export const LOCAL_DIR = process.env.OPENSLOT_DIR ?? join(ROOT, ".openslot");

/** The embedded Postgres' data, its lock, and the mark that its first filling was finished. */
export const PG_DIR = join(LOCAL_DIR, "pg");
/** What the Workers' objects store. `OPENSLOT_STATE` is read by vite.config.ts. */
export const STATE_DIR = join(LOCAL_DIR, "state");
/** Seeded templates; worth keeping over a reset. */
export const CACHE_DIR = join(LOCAL_DIR, "cache");
/** Bundled dependencies of the dev server: of its own, so that a build or test at the same time does not change them. */
export const VITE_CACHE_DIR = join(LOCAL_DIR, "vite");
