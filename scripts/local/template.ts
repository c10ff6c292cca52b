/**
 * The embedded Postgres, migrated and seeded once and kept as a file: a fresh database then takes a second instead of
 * ten. The file's name is a hash of everything that goes into it, so it can never be out of date.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { makeNetwork, SAMPLE_SEED, SAMPLE_SIZE } from "../../db/seed/network.ts";
import { Random } from "../../db/seed/random.ts";
import { writeSeed } from "../../db/seed/write-seed.ts";
import { CACHE_DIR, ROOT } from "./paths.ts";

/** What the migrations create and PGlite must be given at every opening. A server has it in its `contrib`. */
export const PGLITE_EXTENSIONS = { pg_trgm };

export const MIGRATIONS_DIR = join(ROOT, "db", "migrations");

/** What decides how a seeded database looks. */
const SOURCE_DIRS = ["db/migrations", "db/schema", "db/seed"];
const SOURCE_FILES = [
  "db/directory/search-words.ts",
  "db/search-text.ts",
  "core/ids.ts",
  "node_modules/@electric-sql/pglite/package.json",
];

function sources(): string[] {
  const inDirs = SOURCE_DIRS.flatMap((dir) =>
    readdirSync(join(ROOT, dir), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return [...inDirs, ...SOURCE_FILES.map((file) => join(ROOT, file))].toSorted();
}

/** Changes with the migrations, the seed or PGlite itself. */
export function templateKey(): string {
  const hash = createHash("sha256");
  for (const file of sources())
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 20);
}

export const sampleNetwork = () => makeNetwork(new Random(SAMPLE_SEED), SAMPLE_SIZE);

async function build(): Promise<Blob> {
  const pglite = await PGlite.create("memory://", { extensions: PGLITE_EXTENSIONS });
  try {
    const db = drizzle({ client: pglite });
    await migrate(db, { migrationsFolder: MIGRATIONS_DIR });
    await db.transaction((tx) => writeSeed(tx, sampleNetwork()));
    await pglite.exec("VACUUM ANALYZE"); // the planner knows the tables from the first query on
    return await pglite.dumpDataDir("none");
  } finally {
    await pglite.close();
  }
}

/** Older templates are of no use to anybody: their key never comes back except by going back in history. */
function removeOthers(keep: string): void {
  for (const name of readdirSync(CACHE_DIR)) {
    if (name.endsWith(".tar") && name !== basename(keep)) rmSync(join(CACHE_DIR, name), { force: true });
  }
}

/** An uncompressed tar for PGlite's `loadDataDir`, from the cache or built now (a few seconds; 40 MB). */
export async function loadTemplate(): Promise<Blob> {
  const path = join(CACHE_DIR, `${templateKey()}.tar`);
  if (!existsSync(path)) {
    const built = await build();
    mkdirSync(CACHE_DIR, { recursive: true });
    // Written aside and renamed: two processes may build at once, and a killed one leaves no half file under this name.
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, Buffer.from(await built.arrayBuffer()));
    renameSync(aside, path);
    removeOthers(path);
  }
  return openAsBlob(path);
}
