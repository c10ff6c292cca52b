import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const clinicBoardMigrations: readonly Migration[] = [
  {
    id: "001-doubts",
    statements: `
      CREATE TABLE clinic (location TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE doubt (device TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
];
