import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const deviceShardMigrations: readonly Migration[] = [
  {
    id: "001-devices",
    statements: `
      CREATE TABLE device (
        id TEXT PRIMARY KEY,
        location TEXT NOT NULL,
        name TEXT NOT NULL,
        current TEXT NOT NULL,
        previous TEXT,
        salt TEXT,
        made_at INTEGER NOT NULL,
        approved_at INTEGER NOT NULL,
        approved_by TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        ended TEXT,
        ended_at INTEGER,
        ended_by TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX device_by_location ON device (location, ended_at);
      CREATE INDEX device_by_end ON device (ended_at) WHERE ended_at IS NOT NULL;
      CREATE INDEX device_by_contact ON device (seen_at) WHERE ended_at IS NULL;
    `,
  },
];
