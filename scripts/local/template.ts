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
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import type { IncomingAppointment } from "../../core/booking/take-over.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import { incomingRow } from "../../db/incoming/put-incoming.ts";
import { makeAppointments } from "../../db/seed/appointments.ts";
import { BUSY_SIZE, makeNetwork, type Network, SAMPLE_SEED, SAMPLE_SIZE } from "../../db/seed/network.ts";
import { Random } from "../../db/seed/random.ts";
import { writeAppointments, writeSeed } from "../../db/seed/write-seed.ts";
import { parseKeyRing } from "../../workers/config.ts";
import { mintAppointmentId } from "../../workers/edge/routing-ids.ts";
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
  "workers/edge/routing-ids.ts",
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

/** What a database is filled with. */
export interface Sample {
  readonly seed: number;
  /** Null = the small network without appointments, which tests share. */
  readonly busy: {
    /** The first date (UTC) whose visits are still to come. */
    readonly today: CalendarDate;
    /** ID_KEYS of the Workers that will be asked for the appointments. */
    readonly idKeys: string;
  } | null;
}

export const SMALL_SAMPLE: Sample = { seed: SAMPLE_SEED, busy: null };

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

export const sampleNetwork = ({ seed, busy }: Sample = SMALL_SAMPLE): Network =>
  makeNetwork(new Random(seed), busy ? BUSY_SIZE : SAMPLE_SIZE);

/** Of a generator of their own, so that they shift nothing of the network. */
export function sampleAppointments({ seed, busy }: Sample, network: Network): IncomingAppointment[] {
  if (!busy) return [];
  const keys = parseKeyRing(busy.idKeys);
  if (!keys) throw new Error("the sample's appointments need ID_KEYS");
  return makeAppointments(new Random(seed), network, busy.today, (calendar, bytes) =>
    mintAppointmentId(keys, calendar, bytes),
  );
}

/** Into an empty database. The caller wraps it in a transaction. */
export async function writeSample<H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  sample: Sample,
): Promise<void> {
  const network = sampleNetwork(sample);
  await writeSeed(db, network);
  await writeAppointments(db, sampleAppointments(sample, network));
}

/**
 * By COPY and without asking for each row whether its provider is there: a third of the time of `writeAppointments`, which a
 * server gets.
 */
async function copyAppointments(pglite: PGlite, rows: readonly IncomingAppointment[]): Promise<void> {
  if (rows.length === 0) return;
  // Our values have no tab, backslash or line end in them.
  const text = rows.map((row) =>
    Object.values(incomingRow(row))
      .map((value) => value ?? "\\N")
      .join("\t"),
  );
  await pglite.transaction(async (tx) => {
    await tx.exec("SET LOCAL session_replication_role = replica");
    await tx.query("COPY incoming_appointment FROM '/dev/blob'", [], {
      blob: new Blob([`${text.join("\n")}\n`]),
    });
  });
}

async function build(sample: Sample): Promise<Blob> {
  const pglite = await PGlite.create("memory://", { extensions: PGLITE_EXTENSIONS });
  try {
    const db = drizzle({ client: pglite });
    await migrate(db, { migrationsFolder: MIGRATIONS_DIR });
    const network = sampleNetwork(sample);
    await db.transaction((tx) => writeSeed(tx, network));
    await copyAppointments(pglite, sampleAppointments(sample, network));
    await pglite.exec("VACUUM ANALYZE"); // the planner knows the tables from the first query on
    return await pglite.dumpDataDir("none");
  } finally {
    await pglite.close();
  }
}

const KINDS = ["small", "busy"] as const;
const kindOf = ({ busy }: Sample): (typeof KINDS)[number] => (busy ? "busy" : "small");

/** Older ones of a kind are of no use to anybody: their key does not come back, except with yesterday's date or code. */
function removeOthers(keep: string, kind: string): void {
  const others = KINDS.filter((one) => one !== kind);
  for (const name of readdirSync(CACHE_DIR)) {
    const isOther = others.some((other) => name.startsWith(`${other}-`));
    if (name.endsWith(".tar") && name !== basename(keep) && !isOther)
      rmSync(join(CACHE_DIR, name), { force: true });
  }
}

/** An uncompressed tar for PGlite's `loadDataDir`, from the cache or built now (some seconds and 40 MB; the busy one half a minute and 240 MB). */
export async function loadTemplate(sample: Sample = SMALL_SAMPLE): Promise<Blob> {
  const kind = kindOf(sample);
  const path = join(CACHE_DIR, `${kind}-${templateKey(sample)}.tar`);
  if (!existsSync(path)) {
    const built = await build(sample);
    mkdirSync(CACHE_DIR, { recursive: true });
    // Written aside and renamed: two processes may build at once, and a killed one leaves no half file under this name.
    const aside = `${path}.${process.pid}`;
    writeFileSync(aside, Buffer.from(await built.arrayBuffer()));
    renameSync(aside, path);
    removeOthers(path, kind);
  }
  return openAsBlob(path);
}
