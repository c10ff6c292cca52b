/** [PD9] How a patient's record is deleted: what says who they are goes in one transaction, what is in objects is followed up. */
import { sql } from "drizzle-orm";
import type { AppointmentId, PatientId, ProviderId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { endConsentsOf } from "../consent/consents.ts";
import { changePeople } from "./change.ts";
import { texts } from "./writes.ts";

/** What stands where a name was. */
export const DELETED_NAME = "Deleted person";

export interface DeletionOrder {
  readonly id: PatientId;
  /** Further rows of the same person. */
  readonly mergedFrom: readonly PatientId[];
  /** That its author saw. */
  readonly version: number;
  readonly by: "patient" | "clinic";
}

/**
 * Name, contact, wishes and needs go, and of the birth date all but the year: what was done and billed keeps the age. Proxies of both
 * directions end. Rows of the waiting room lose their text. @throws `OS412` when the record is not as its author saw it.
 */
export function deletePatient(db: Db, { id, mergedFrom, version, by }: DeletionOrder): Promise<void> {
  const ids = texts([id, ...mergedFrom]);
  return changePeople(db, {
    conditions: [
      sql`EXISTS (SELECT 1 FROM patient WHERE id = ${id} AND version = ${version} AND merged_into IS NULL FOR UPDATE)`,
      sql`NOT EXISTS (SELECT 1 FROM patient WHERE merged_into = ${id} AND id <> ALL(${ids}))`,
    ],
    statements: [
      sql`UPDATE patient SET display_name = ${DELETED_NAME}, search_text = '', email = NULL, phone = NULL,
          birth_date = make_date(extract(year FROM birth_date)::int, 1, 1), preferred_language = NULL,
          interpreter_language = NULL, access_needs = '{}', preferences = NULL,
          deactivated_at = coalesce(deactivated_at, now()), version = version + 1
        WHERE id = ANY(${ids})`,
      endConsentsOf([id, ...mergedFrom]),
      sql`DELETE FROM consent_code WHERE proxy_patient_id = ANY(${ids})`,
      sql`DELETE FROM consent_try WHERE patient_id = ANY(${ids})`,
      sql`UPDATE incoming_appointment SET reason = NULL WHERE patient_id = ANY(${ids}) AND reason IS NOT NULL`,
      sql`UPDATE external_id SET fingerprint = NULL WHERE kind = 'patient' AND id = ANY(${ids})`,
      sql`INSERT INTO patient_deletion (patient_id, requested_by) VALUES (${id}, ${by}) ON CONFLICT DO NOTHING`,
    ],
  });
}

export interface OpenDeletion {
  readonly id: PatientId;
  readonly mergedFrom: readonly PatientId[];
  readonly after: string;
}

/** Those that are not finished, longest waiting first. Walks `patient_deletion_open_idx`. @param id only this one */
export async function openDeletions(
  db: Db,
  limit: number,
  id: PatientId | null = null,
): Promise<OpenDeletion[]> {
  const { rows } = await db.execute<{ id: PatientId; merged_from: PatientId[]; after: string }>(sql`
    SELECT patient_id AS id, after_provider AS after,
      coalesce((SELECT json_agg(p.id ORDER BY p.id) FROM patient p WHERE p.merged_into = d.patient_id), '[]') AS merged_from
    FROM patient_deletion d WHERE done_at IS NULL AND (${id}::text IS NULL OR patient_id = ${id}::text)
    ORDER BY requested_at, patient_id LIMIT ${limit}`);
  return rows.map((row) => ({ id: row.id, mergedFrom: row.merged_from, after: row.after }));
}

/** What these people have at the next `limit` calendars after `after`, by calendar. Walks `appointment_patient_idx`. */
export async function appointmentsByCalendar(
  db: Db,
  ids: readonly PatientId[],
  after: string,
  limit: number,
): Promise<(readonly [ProviderId, readonly AppointmentId[]])[]> {
  const { rows } = await db.execute<{ provider_id: ProviderId; ids: AppointmentId[] }>(sql`
    SELECT provider_id, json_agg(id ORDER BY id) AS ids FROM appointment
    WHERE patient_id = ANY(${texts(ids)}) AND provider_id > ${after}
    GROUP BY provider_id ORDER BY provider_id LIMIT ${limit}`);
  return rows.map((row) => [row.provider_id, row.ids] as const);
}

export async function deletionReached(db: Db, id: PatientId, after: ProviderId): Promise<void> {
  await db.execute(
    sql`UPDATE patient_deletion SET after_provider = ${after} WHERE patient_id = ${id} AND after_provider < ${after}`,
  );
}

export async function deletionDone(db: Db, id: PatientId): Promise<void> {
  await db.execute(
    sql`UPDATE patient_deletion SET done_at = coalesce(done_at, now()) WHERE patient_id = ${id}`,
  );
}
