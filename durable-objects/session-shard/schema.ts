import type { Migration } from "../shared/migrations.ts";

/** Append-only. What each table is for and how long rows live: README.md beside this file. */
export const sessionShardMigrations: readonly Migration[] = [
  {
    id: "001-values",
    statements: `
      CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX kv_by_end ON kv (until);
      CREATE TABLE sign_in (seq INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL) STRICT;
    `,
  },
];
