import type { Migration } from "../shared/migrations.ts";

/** Append-only. What each table is for, how long rows live, what is personal: README.md beside this file. */
export const providerCalendarMigrations: readonly Migration[] = [
  {
    id: "001-calendar",
    statements: `
      CREATE TABLE appointment (
        id TEXT PRIMARY KEY,
        patient TEXT NOT NULL,
        location TEXT NOT NULL,
        visit_type TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        status TEXT NOT NULL,
        version INTEGER NOT NULL,
        source TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        cancelled_at INTEGER,
        cancellation_reason TEXT,
        reason TEXT,
        notes TEXT,
        recent TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX appointment_busy ON appointment (start_at, end_at) WHERE status NOT IN ('cancelled', 'no-show');
      CREATE TABLE fence (attempt TEXT PRIMARY KEY, prune_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT;
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: "002-saga",
    statements: `
      ALTER TABLE appointment ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';
      CREATE TABLE prepared (
        attempt TEXT PRIMARY KEY,
        appointment TEXT NOT NULL,
        takes_from INTEGER,
        takes_to INTEGER,
        start_at INTEGER,
        visit_type TEXT,
        location TEXT,
        ask_at INTEGER NOT NULL,
        row TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX prepared_lock ON prepared (appointment);
      CREATE INDEX prepared_due ON prepared (ask_at);
      CREATE TABLE forwarding (
        appointment TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        facts TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE reservation (
        appointment TEXT PRIMARY KEY,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        visit_type TEXT NOT NULL,
        location TEXT NOT NULL,
        row TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX reservation_busy ON reservation (start_at, end_at);
      CREATE TABLE release_due (
        appointment TEXT NOT NULL,
        calendar TEXT NOT NULL,
        version INTEGER NOT NULL,
        ask_at INTEGER NOT NULL,
        PRIMARY KEY (appointment, calendar)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX release_due_at ON release_due (ask_at);
    `,
  },
  { id: "002-series", statements: "ALTER TABLE appointment ADD COLUMN series TEXT;" },
  { id: "002-status", statements: "ALTER TABLE appointment ADD COLUMN checked_in_at INTEGER;" },
  {
    id: "002-holds",
    statements: `
      CREATE TABLE hold (
        id TEXT PRIMARY KEY,
        command TEXT NOT NULL UNIQUE,
        fingerprint TEXT NOT NULL,
        token_hash TEXT NOT NULL,
        holder TEXT NOT NULL,
        anonymous INTEGER NOT NULL,
        location TEXT NOT NULL,
        visit_type TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        takes_from INTEGER NOT NULL,
        takes_to INTEGER NOT NULL,
        placed_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        ended_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX hold_busy ON hold (takes_from, takes_to) WHERE state = 'held';
      CREATE INDEX hold_due ON hold (expires_at) WHERE state = 'held';
      CREATE INDEX hold_ended ON hold (ended_at) WHERE state <> 'held';
      CREATE INDEX hold_holder ON hold (holder);
    `,
  },
  {
    // What an appointment takes with its buffers, and why rules were lifted for it; blocks and who asked for them.
    id: "002-occupancy",
    statements: `
      ALTER TABLE appointment ADD COLUMN takes_from INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE appointment ADD COLUMN takes_to INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE appointment ADD COLUMN override TEXT;
      UPDATE appointment SET takes_from = start_at, takes_to = end_at;
      DROP INDEX appointment_busy;
      CREATE INDEX appointment_busy ON appointment (takes_from, takes_to) WHERE status NOT IN ('cancelled', 'no-show');
      CREATE TABLE block (
        id TEXT PRIMARY KEY,
        start_at INTEGER NOT NULL,
        end_at INTEGER NOT NULL,
        reason_code TEXT NOT NULL,
        location TEXT,
        source TEXT NOT NULL,
        external_id TEXT,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX block_time ON block (start_at, end_at);
      CREATE UNIQUE INDEX block_external ON block (external_id) WHERE external_id IS NOT NULL;
      CREATE TABLE block_command (
        command TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        answer TEXT,
        at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX block_command_at ON block_command (at);
    `,
  },
  {
    // One attempt may ask this calendar for several visits.
    id: "003-several-visits",
    statements: `
      ALTER TABLE prepared RENAME TO prepared_before;
      CREATE TABLE prepared (
        attempt TEXT NOT NULL,
        appointment TEXT NOT NULL,
        takes_from INTEGER,
        takes_to INTEGER,
        start_at INTEGER,
        visit_type TEXT,
        location TEXT,
        ask_at INTEGER NOT NULL,
        row TEXT NOT NULL,
        PRIMARY KEY (attempt, appointment)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO prepared SELECT * FROM prepared_before;
      DROP TABLE prepared_before;
      CREATE UNIQUE INDEX prepared_lock ON prepared (appointment);
      CREATE INDEX prepared_due ON prepared (ask_at);
    `,
  },
  {
    // How much a holder was allowed, from which network a hold without an account came, and how often a time was held.
    id: "004-hold-limits",
    statements: `
      ALTER TABLE hold ADD COLUMN live_max INTEGER NOT NULL DEFAULT 3;
      ALTER TABLE hold ADD COLUMN network TEXT;
      CREATE INDEX hold_network ON hold (network) WHERE network IS NOT NULL;
      CREATE INDEX hold_time ON hold (takes_from, takes_to);
      `,
  },
  {
    // Signed links: how often a date of birth was tried at each, and whether it was used.
    id: "005-signed-links",
    statements: `
      CREATE TABLE link (
        id TEXT PRIMARY KEY,
        tries INTEGER NOT NULL,
        used_at INTEGER,
        until_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX link_until ON link (until_at);
    `,
  },
];
