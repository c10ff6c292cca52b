/** Reads the audit for people: administrators, the desks of the clinics concerned, and patients about themselves. */
import { type SQL, sql } from "drizzle-orm";
import type { AuditEntry, AuditOutcome, AuditRole } from "../../core/audit/entry.ts";
import type { AppointmentId, LocationId, PatientId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";

/** The API's page limit is 100; one more tells whether there is a next page. */
export const AUDIT_PAGE_MAX = 101;

/** A place in the order: newest first, then by chain and sequence. */
export type AuditPlace = readonly [at: number, partition: number, seq: number];

export interface AuditQuery {
  /** null = everything; else what concerns these clinics, and of a named patient also what concerns theirs at home there. */
  readonly clinics: readonly LocationId[] | null;
  /** All ids of one person. */
  readonly patientIds: readonly PatientId[] | null;
  readonly subject: string | null;
  /** Half-open. */
  readonly from: Instant;
  readonly to: Instant;
  readonly outcome: AuditOutcome | null;
  readonly after: AuditPlace | null;
  /** 1 to AUDIT_PAGE_MAX. */
  readonly limit: number;
}

/** An entry, and where the next page goes on. */
export interface FoundEntry extends AuditEntry {
  readonly place: AuditPlace;
}

const listOf = (ids: readonly string[]): SQL => sql`${sql.param([...ids])}::text[]`;

function concerning({ clinics, patientIds }: AuditQuery): SQL[] {
  if (clinics === null) return [];
  const here = sql`a.location_id = ANY(${listOf(clinics)})`;
  if (patientIds === null) return [here];
  const theirs = sql`EXISTS (SELECT 1 FROM patient p
    WHERE p.id = a.patient_id AND p.home_location_id = ANY(${listOf(clinics)}))`;
  return [sql`(${here} OR ${theirs})`];
}

/**
 * [AU8] Newest first. With a patient it walks `audit_entry_patient_idx`, with a subject `audit_entry_subject_idx`, with clinics
 * `audit_entry_location_idx`, else `audit_entry_at_idx`. Worst case: the rows of the clinics between `from` and `to`.
 */
export async function findAuditEntries(db: Db, query: AuditQuery): Promise<FoundEntry[]> {
  const { patientIds, subject, from, to, outcome, after, limit } = query;
  invariant(limit >= 1 && limit <= AUDIT_PAGE_MAX, "a page of the audit has 1 to AUDIT_PAGE_MAX rows");
  const where = sql.join(
    [
      sql`a.at >= ${from} AND a.at < ${to}`,
      ...concerning(query),
      ...(patientIds ? [sql`a.patient_id = ANY(${listOf(patientIds)})`] : []),
      ...(subject === null ? [] : [sql`a.subject = ${subject}`]),
      ...(outcome === null ? [] : [sql`a.outcome = ${outcome}`]),
      ...(after ? [sql`(a.at, a.partition, a.seq) < (${after[0]}, ${after[1]}, ${after[2]})`] : []),
    ],
    sql` AND `,
  );
  const { rows } = await db.execute<Record<string, string | number | null>>(sql`
    SELECT a.partition, a.seq, a.id, a.at, a.role, a.subject, a.operation, a.outcome, a.problem, a.patient_id,
      a.appointment_id, a.location_id, a.people
    FROM audit_entry a WHERE ${where} ORDER BY a.at DESC, a.partition DESC, a.seq DESC LIMIT ${limit}`);
  return rows.map((row) => ({
    place: [Number(row.at), Number(row.partition), Number(row.seq)] as const,
    id: String(row.id),
    at: instant(Number(row.at)),
    role: row.role as AuditRole, // these columns are written from an AuditEntry, by recordAuditEntries alone
    subject: String(row.subject),
    operation: String(row.operation),
    outcome: row.outcome as AuditOutcome,
    problem: row.problem as string | null,
    patientId: row.patient_id as PatientId | null,
    appointmentId: row.appointment_id as AppointmentId | null,
    locationId: row.location_id as LocationId | null,
    count: row.people === null || row.people === undefined ? null : Number(row.people),
  }));
}
