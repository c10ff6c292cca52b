import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const partnerRegistryMigrations: readonly Migration[] = [
  {
    id: "001-partners",
    statements: `
      CREATE TABLE partner (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        jwks TEXT NOT NULL,
        actions TEXT NOT NULL,
        clinics TEXT,
        made_at INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        keys_at INTEGER NOT NULL,
        ended_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE jti (
        partner TEXT NOT NULL,
        jti TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (partner, jti)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX jti_by_until ON jti (until);
    `,
  },
];
