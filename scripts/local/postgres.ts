/** The database of a local run: PGlite in this process, or any PostgreSQL 15+ server. Both as one `pg` Pool. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import { sql } from "drizzle-orm";
import { drizzle as drizzleServer } from "drizzle-orm/node-postgres";
import { migrate as migrateServer } from "drizzle-orm/node-postgres/migrator";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import pg from "pg";
import { type LockFile, takeLock } from "./lock-file.ts";
import { RAW } from "./neon-shim.ts";
import { type Sample, SMALL_SAMPLE, writeSample } from "./sample.ts";
import { loadTemplate, MIGRATIONS_DIR, PGLITE_EXTENSIONS } from "./template.ts";

export interface LocalPostgres {
  /** Values come as Postgres's own text (`RAW`): for the shim, not for reading by hand. */
  readonly pool: pg.Pool;
  /** Idempotent. */
  readonly close: () => Promise<void>;
}

/** A statement of ours that runs longer than this on a laptop is stuck; the Workers gave up long before. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** Any number; two of our processes that migrate one server at once take turns by it. */
const MIGRATION_LOCK = 823_771;

/** Beside the directory, not in it: PGlite owns everything inside. */
export const lockOf = (dir: string): string => `${dir}.lock`;
/** Exists when the first filling was finished; without it the directory is half of one and is filled anew. */
export const readyMarkOf = (dir: string): string => `${dir}.ready`;

/** The message only: the rest of an error may hold a connection string or a row. */
const report = (error: Error): void => console.error(`postgres: ${error.message}`);

function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= close();
    return closed;
  };
}

/** Half a minute without a word looks like a program that hangs. */
const sayFilling = ({ busy }: Sample): void =>
  console.log(
    busy
      ? "Making a network of 200 clinics with their appointments. The first time, this takes half a minute ..."
      : "Making a network of 200 clinics ...",
  );

async function openDirectory(dir: string, sample: Sample): Promise<PGlite> {
  // Without its PG_VERSION (deleted by hand) PGlite would make an empty database there and say nothing.
  if (existsSync(readyMarkOf(dir)) && existsSync(join(dir, "PG_VERSION"))) {
    try {
      const pglite = await PGlite.create(dir, { extensions: PGLITE_EXTENSIONS });
      await migratePglite(drizzlePglite({ client: pglite }), { migrationsFolder: MIGRATIONS_DIR });
      return pglite;
    } catch (cause) {
      throw new Error(
        `The database in ${dir} cannot be opened. "npm run reset" deletes it and starts with a new one.`,
        { cause },
      );
    }
  }
  sayFilling(sample);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true });
  const pglite = await PGlite.create(dir, {
    extensions: PGLITE_EXTENSIONS,
    loadDataDir: await loadTemplate(sample),
  });
  writeFileSync(readyMarkOf(dir), String(sample.seed));
  return pglite;
}

/** One backend: everything in the Pool takes turns on it. */
function pgliteHandle(pglite: PGlite, lock: LockFile | undefined): LocalPostgres {
  // Never idles out: the adapter has one connection and no second one to replace it with.
  const pool = new pg.Pool({ ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0, types: RAW });
  pool.on("error", report);
  return {
    pool,
    close: once(async () => {
      await pool.end();
      await pglite.close();
      lock?.release();
    }),
  };
}

/**
 * PGlite in `dir`, or in memory with `null`. Seeded from the template on first use, migrated on every later one.
 * Throws LockedError with a sentence if another living process has the directory.
 */
export async function openPglite(dir: string | null, sample: Sample = SMALL_SAMPLE): Promise<LocalPostgres> {
  if (dir === null)
    return pgliteHandle(
      await PGlite.create("memory://", {
        extensions: PGLITE_EXTENSIONS,
        loadDataDir: await loadTemplate(sample),
      }),
      undefined,
    );
  const lock = takeLock(lockOf(dir));
  try {
    return pgliteHandle(await openDirectory(dir, sample), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Brings the tables up to date and fills an empty directory with the sample network. */
async function prepareServer(databaseUrl: string, sample: Sample): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl }); // ordinary parsers: the migrator reads numbers
  client.on("error", report);
  await client.connect();
  try {
    const db = drizzleServer({ client });
    await db.execute(sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`); // until this connection ends
    await migrateServer(db, { migrationsFolder: MIGRATIONS_DIR });
    const { rows } = await client.query("SELECT 1 FROM clinic LIMIT 1");
    if (rows.length > 0) return;
    sayFilling(sample);
    await db.transaction((tx) => writeSample(tx, sample));
  } finally {
    await client.end();
  }
}

/** A server reached by TCP, such as `postgres://user:password@127.0.0.1:5432/openslot`, PostgreSQL 15 or newer. */
export async function openServer(
  databaseUrl: string,
  poolSize: number,
  sample: Sample = SMALL_SAMPLE,
): Promise<LocalPostgres> {
  await prepareServer(databaseUrl, sample);
  return openServerAsIs(databaseUrl, poolSize);
}

/** The same server for somebody who only looks: nothing is migrated or filled, and nothing is asked of it yet. */
export function openServerAsIs(databaseUrl: string, poolSize: number): LocalPostgres {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    types: RAW,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  pool.on("error", report);
  return { pool, close: once(() => pool.end()) };
}
