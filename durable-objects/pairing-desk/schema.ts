import type { Migration } from "../shared/migrations.ts";

/** Append-only. README.md beside this file says what a row is. */
export const pairingDeskMigrations: readonly Migration[] = [
  {
    id: "001-pairings",
    statements: `
      CREATE TABLE pairing (
        id TEXT PRIMARY KEY,
        handle TEXT NOT NULL,
        mac TEXT NOT NULL,
        secret_hash TEXT NOT NULL,
        network TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        until INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        approved TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX pairing_by_handle ON pairing (handle, until);
      CREATE INDEX pairing_by_until ON pairing (until);
      CREATE TABLE started (network TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE INDEX started_by_network ON started (network, at);
      CREATE INDEX started_by_time ON started (at);
      CREATE TABLE miss (who TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE INDEX miss_by_who ON miss (who, at);
      CREATE INDEX miss_by_time ON miss (at);
    `,
  },
];
