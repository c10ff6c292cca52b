import type { Migration } from "../shared/migrations.ts";

/** Append-only. What each table is for, how long rows live, what is personal: README.md beside this file. */
export const patientAgendaMigrations: readonly Migration[] = [
  {
    id: "001-agenda",
    statements: `
      CREATE TABLE command (
        command TEXT PRIMARY KEY,
        patient TEXT NOT NULL,
        appointment TEXT NOT NULL,
        state TEXT NOT NULL,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        ask_at INTEGER NOT NULL,
        issued_at INTEGER NOT NULL,
        row TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX command_pending ON command (patient, appointment) WHERE state = 'pending';
      CREATE INDEX command_due ON command (ask_at) WHERE state = 'pending';
      CREATE TABLE claim (
        appointment TEXT PRIMARY KEY,
        patient TEXT NOT NULL,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        active INTEGER NOT NULL,
        version INTEGER NOT NULL,
        facts TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX claim_by_patient ON claim (patient, start_at);
    `,
  },
  {
    id: "002-saga",
    statements: `
      DROP INDEX command_pending;
      DROP INDEX command_due;
      CREATE INDEX command_open ON command (patient, appointment) WHERE state IN ('pending', 'trying', 'decided');
      CREATE INDEX command_due ON command (ask_at) WHERE state IN ('pending', 'trying', 'decided');
    `,
  },
];
