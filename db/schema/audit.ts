/** Who read and changed whose data. Chained by the log; written by the consumer group `audit` only, and never changed. */
import { bigint, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

/**
 * The columns that the hash covers are those of `AuditEntry` in core/audit/entry.ts, and no value of theirs is ever rounded: times
 * are milliseconds as numbers, because a `timestamptz` could be changed by less than a millisecond unseen. No checks on purpose:
 * whoever may write here may drop them too; the chain is what finds a change.
 */
export const auditEntry = pgTable(
  "audit_entry",
  {
    partition: integer("partition").notNull(),
    /** From 1, without holes, within a partition. */
    seq: bigint("seq", { mode: "number" }).notNull(),
    id: text("id").notNull(),
    /** Milliseconds since the epoch. */
    at: bigint("at", { mode: "number" }).notNull(),
    role: text("role").notNull(),
    subject: text("subject").notNull(),
    operation: text("operation").notNull(),
    outcome: text("outcome").notNull(),
    problem: text("problem"),
    patientId: text("patient_id"),
    appointmentId: text("appointment_id"),
    locationId: text("location_id"),
    /** People whose rows an answer about more than one had. */
    people: integer("people"),
    hash: text("hash").notNull(),
  },
  (t) => [
    primaryKey({ name: "audit_entry_pk", columns: [t.partition, t.seq] }),
    index("audit_entry_at_idx").on(t.at, t.partition, t.seq),
    index("audit_entry_patient_idx").on(t.patientId, t.at),
    index("audit_entry_subject_idx").on(t.subject, t.at),
    index("audit_entry_location_idx").on(t.locationId, t.at),
  ],
);
