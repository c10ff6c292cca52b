/** Writes entries of the audit as the log chained them. At-least-once in, exactly-once effect: a place in a chain is one row. */
import { type SQL, sql } from "drizzle-orm";
import type { ChainedEntry } from "../../core/audit/entry.ts";
import { AUDIT_BATCH_MAX } from "../../core/audit/event.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";

const column = (values: readonly unknown[]): SQL => sql`${sql.param([...values])}`;

/**
 * [AU7] Adds up to AUDIT_BATCH_MAX entries; those that are there stay. Returns the places at which another hash was stored before:
 * somebody else has written there, or the log began a chain anew. Nothing is overwritten.
 */
export async function recordAuditEntries(
  db: Db,
  entries: readonly ChainedEntry[],
): Promise<{ readonly partition: number; readonly seq: number }[]> {
  invariant(entries.length <= AUDIT_BATCH_MAX, "a statement takes at most AUDIT_BATCH_MAX audit entries");
  if (entries.length === 0) return [];
  const { rows } = await db.execute<{ partition: string | number; seq: string | number }>(sql`
    WITH batch AS MATERIALIZED (
      SELECT * FROM unnest(
        ${column(entries.map((e) => e.partition))}::int[],
        ${column(entries.map((e) => e.seq))}::bigint[],
        ${column(entries.map((e) => e.id))}::text[],
        ${column(entries.map((e) => e.at))}::bigint[],
        ${column(entries.map((e) => e.role))}::text[],
        ${column(entries.map((e) => e.subject))}::text[],
        ${column(entries.map((e) => e.operation))}::text[],
        ${column(entries.map((e) => e.outcome))}::text[],
        ${column(entries.map((e) => e.problem))}::text[],
        ${column(entries.map((e) => e.patientId))}::text[],
        ${column(entries.map((e) => e.appointmentId))}::text[],
        ${column(entries.map((e) => e.locationId))}::text[],
        ${column(entries.map((e) => e.count))}::int[],
        ${column(entries.map((e) => e.hash))}::text[]
      ) AS u (partition, seq, id, at, role, subject, operation, outcome, problem, patient_id, appointment_id,
              location_id, people, hash)
    ), added AS (
      INSERT INTO audit_entry (partition, seq, id, at, role, subject, operation, outcome, problem, patient_id,
                               appointment_id, location_id, people, hash)
      SELECT partition, seq, id, at, role, subject, operation, outcome, problem, patient_id,
             appointment_id, location_id, people, hash FROM batch
      ON CONFLICT (partition, seq) DO NOTHING
    )
    SELECT a.partition, a.seq FROM audit_entry a JOIN batch b USING (partition, seq)
    WHERE a.hash IS DISTINCT FROM b.hash ORDER BY a.partition, a.seq`);
  return rows.map(({ partition, seq }) => ({ partition: Number(partition), seq: Number(seq) }));
}
