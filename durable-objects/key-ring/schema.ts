import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const keyRingMigrations: readonly Migration[] = [
  {
    id: "001-keys",
    statements: `
      CREATE TABLE signing_key (
        kid TEXT PRIMARY KEY,
        public_jwk TEXT NOT NULL,
        sealed_private TEXT NOT NULL,
        signs_from INTEGER NOT NULL,
        signs_until INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
