import type { Migration } from "../shared/migrations.ts";

/** Append-only. What the table is for and how long rows live: README.md beside this file. */
export const codeSinkMigrations: readonly Migration[] = [
  {
    id: "001-sent",
    statements: `
      CREATE TABLE sent (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, recipient TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('code', 'invitation')), text TEXT NOT NULL) STRICT;
    `,
  },
];
