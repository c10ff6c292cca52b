/**
 * The embedded Postgres, migrated and seeded once and kept as a file: a fresh database then takes a second instead of
 * ten. The file's name is a hash of everything that goes into it, so it can never be out of date.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { HOUR_MS } from "../../core/time.ts";
import { writeSeed } from "../../db/seed/write-seed.ts";
import { CACHE_DIR, ROOT } from "./paths.ts";
import { type Sample, SMALL_SAMPLE, sampleNetwork } from "./sample.ts";
import { sampleRows } from "./sample-rows.ts";

/** What the migrations create and PGlite must be given at every opening. A server has it in its `contrib`. */
export const PGLITE_EXTENSIONS = { pg_trgm };

export const MIGRATIONS_DIR = join(ROOT, "db", "migrations");

/** What decides how a seeded database looks. */
const SOURCE_DIRS = ["db/migrations", "db/schema", "db/seed"];
const SOURCE_FILES = [
  "db/directory/search-words.ts",
  "db/search-text.ts",
  "core/booking/take-over.ts",
  "core/ids.ts",
  "core/schedule/clinic-time.ts",
  "db/incoming/put-incoming.ts",
  "scripts/local/sample-rows.ts",
  "scripts/local/sample.ts",
  "workers/edge/routing-ids.ts",
  "workers/sealed-text.ts",
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

/** Changes with the migrations, the seed or PGlite itself, and with what is asked for; of the keys there is a hash in it. */
export function templateKey(sample: Sample = SMALL_SAMPLE): string {
  const hash = createHash("sha256").update(`${JSON.stringify(sample)}\0`);
  for (const file of sources())
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 20);
}

/**
 * By COPY and without asking for each row whether its provider is there: a third of the time of `writeAppointments`, which a
 * server gets.
 */
async function copyAppointments(pglite: PGlite, lines: string): Promise<void> {
  if (lines === "") return;
  await pglite.transaction(async (tx) => {
    await tx.exec("SET LOCAL session_replication_role = replica");
    await tx.query("COPY incoming_appointment FROM '/dev/blob'", [], { blob: new Blob([lines]) });
  });
}

async function build(sample: Sample): Promise<Blob> {
  const appointments = sampleRows(sample); // meanwhile
  appointments.catch(() => undefined); // said below, where it is waited for
  const pglite = await PGlite.create("memory://", { extensions: PGLITE_EXTENSIONS });
  try {
    const db = drizzle({ client: pglite });
    await migrate(db, { migrationsFolder: MIGRATIONS_DIR });
    await db.transaction((tx) => writeSeed(tx, sampleNetwork(sample)));
    await copyAppointments(pglite, await appointments);
    await pglite.exec("VACUUM ANALYZE"); // the planner knows the tables from the first query on
    return await pglite.dumpDataDir("none");
  } finally {
    await pglite.close();
  }
}

const KINDS = ["small", "busy"] as const;
const kindOf = ({ busy }: Sample): (typeof KINDS)[number] => (busy ? "busy" : "small");

/** Nobody writes a file for that long: who began it was killed. */
const ASIDE_MAX_MS = HOUR_MS;

/** Older ones of a kind are of no use to anybody: their key does not come back, except with yesterday's date or code. */
function removeOthers(keep: string, kind: string): void {
  const others = KINDS.filter((one) => one !== kind);
  for (const name of readdirSync(CACHE_DIR)) {
    const isOther = others.some((other) => name.startsWith(`${other}-`));
    const path = join(CACHE_DIR, name);
    const isOld = name.endsWith(".tar") && name !== basename(keep) && !isOther;
    const isAbandoned = /\.tar\.\d+$/.test(name) && isOlderThan(path, ASIDE_MAX_MS);
    if (isOld || isAbandoned) rmSync(path, { force: true });
  }
}

/** False if it is gone by now. */
function isOlderThan(path: string, ms: number): boolean {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return mtimeMs < Date.now() - ms;
}

/** An uncompressed tar for PGlite's `loadDataDir`, from the cache or built now (some seconds and 40 MB; the busy one half a minute and 240 MB). */
export async function loadTemplate(sample: Sample = SMALL_SAMPLE): Promise<Blob> {
  const kind = kindOf(sample);
  const path = join(CACHE_DIR, `${kind}-${templateKey(sample)}.tar`);
  if (!existsSync(path)) {
    const built = await build(sample);
    mkdirSync(CACHE_DIR, { recursive: true });
    // Written aside: a killed process leaves no half file under this name. Of two that build at once the first one's stays: taken away
    // under a reader, its blob could not be read any more.
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, Buffer.from(await built.arrayBuffer()));
    try {
      linkSync(aside, path); // unlike a rename, it never replaces
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(aside);
    }
    removeOthers(path, kind);
  }
  return openAsBlob(path);
}
