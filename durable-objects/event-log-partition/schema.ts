import type { Migration } from "../shared/migrations.ts";

/** Append-only; see README.md beside this file. Offsets start at 0 like Kafka's and come from `meta.end`. */
export const eventLogMigrations: readonly Migration[] = [
  {
    id: "001-log",
    statements: `
      CREATE TABLE record (
        "offset" INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL UNIQUE,
        event TEXT NOT NULL,
        appended_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE consumer_group (
        name TEXT PRIMARY KEY,
        next INTEGER NOT NULL,
        owner TEXT,
        lease_until INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    // [P10] Which calendars there are: records are trimmed after a week, and nobody else knows.
    id: "002-calendars",
    statements: `
      CREATE TABLE calendar (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      INSERT OR IGNORE INTO calendar SELECT DISTINCT json_extract(event, '$.partitionkey') FROM record;
    `,
  },
  {
    // [AU3] Of a partition of the audit: where its chain ends, and up to where the witness has signed it.
    id: "003-chain",
    statements: `
      CREATE TABLE chain (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL,
        sealed_seq INTEGER NOT NULL,
        sealed_at INTEGER NOT NULL,
        unsigned_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
];
