import type { Migration } from "../shared/migrations.ts";

/** Append-only. What each table is for and how long rows live: README.md beside this file. */
export const codeGuardMigrations: readonly Migration[] = [
  {
    id: "001-codes",
    statements: `
      CREATE TABLE code (who TEXT PRIMARY KEY, mac TEXT NOT NULL, tries INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE sent (who TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE INDEX sent_by_who ON sent (who, at);
      CREATE INDEX sent_by_time ON sent (at);
      CREATE TABLE guess (who TEXT PRIMARY KEY, count INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
];
