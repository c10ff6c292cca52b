import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const auditWitnessMigrations: readonly Migration[] = [
  {
    id: "001-checkpoints",
    statements: `
      CREATE TABLE checkpoint (
        partition INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        hash TEXT NOT NULL,
        at INTEGER NOT NULL,
        signature TEXT NOT NULL,
        PRIMARY KEY (partition, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE signer (kid TEXT PRIMARY KEY, public_jwk TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
];
