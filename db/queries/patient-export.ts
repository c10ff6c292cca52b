/** What Postgres has of a person, for their own export: who may act for whom, and their appointments with what became of them. */
import { sql } from "drizzle-orm";
import type { AppointmentId, PatientId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { texts } from "../directory/writes.ts";
import { HISTORY_MAX } from "./appointment-history.ts";

/** Nobody has as many; it bounds an answer. */
const PROXIES_MAX = 200;

export interface ProxyRow {
  readonly patientId: PatientId;
  readonly proxyPatientId: PatientId;
  readonly relation: string;
  readonly since: number;
  readonly revokedAt: number | null;
}

/** In both directions, also those that ended. */
export async function proxiesOf(db: Db, ids: readonly PatientId[]): Promise<ProxyRow[]> {
  const { rows } = await db.execute<{
    patient_id: PatientId;
    proxy_patient_id: PatientId;
    relation: string;
    since: string;
    revoked_at: string | null;
  }>(sql`
    SELECT patient_id, proxy_patient_id, relation, extract(epoch FROM since) * 1000 AS since,
      extract(epoch FROM revoked_at) * 1000 AS revoked_at
    FROM patient_proxy WHERE patient_id = ANY(${texts(ids)}) OR proxy_patient_id = ANY(${texts(ids)})
    ORDER BY patient_proxy.since, patient_id, proxy_patient_id LIMIT ${PROXIES_MAX}`);
  return rows.map((row) => ({
    patientId: row.patient_id,
    proxyPatientId: row.proxy_patient_id,
    relation: row.relation,
    since: Number(row.since),
    revokedAt: row.revoked_at === null ? null : Number(row.revoked_at),
  }));
}

export interface ExportedId {
  readonly id: AppointmentId;
  /** Milliseconds. */
  readonly start: number;
}

/** A page by start, then id. Walks `appointment_patient_idx`. */
export async function appointmentIdsOf(
  db: Db,
  ids: readonly PatientId[],
  after: ExportedId | null,
  limit: number,
): Promise<ExportedId[]> {
  const from = after ? new Date(after.start).toISOString() : "-infinity";
  const { rows } = await db.execute<{ id: AppointmentId; start: string }>(sql`
    SELECT id, extract(epoch FROM start_at) * 1000 AS start FROM appointment
    WHERE patient_id = ANY(${texts(ids)}) AND (start_at, id) > (${from}::timestamptz, ${after?.id ?? ""})
    ORDER BY start_at, id LIMIT ${limit}`);
  return rows.map((row) => ({ id: row.id, start: Number(row.start) }));
}

/** Which of these the record has. By primary key. */
export async function projectedAmong(
  db: Db,
  ids: readonly AppointmentId[],
): Promise<ReadonlySet<AppointmentId>> {
  const { rows } = await db.execute<{ id: AppointmentId }>(
    sql`SELECT id FROM appointment WHERE id = ANY(${texts(ids)})`,
  );
  return new Set(rows.map(({ id }) => id));
}

export interface ExportedVersion {
  readonly version: number;
  readonly change: string;
  readonly status: string;
  readonly start: number;
  readonly end: number;
  readonly providerId: string;
  readonly locationId: string;
  readonly at: number;
}

/** The first HISTORY_MAX versions of each, oldest first. Walks `appointment_history_pk`. */
export async function historiesOf(
  db: Db,
  ids: readonly AppointmentId[],
): Promise<ReadonlyMap<AppointmentId, ExportedVersion[]>> {
  const { rows } = await db.execute<{ id: AppointmentId; versions: ExportedVersion[] }>(sql`
    SELECT a.id, (SELECT coalesce(json_agg(json_build_object('version', h.version, 'change', h.change, 'status', h.status,
        'start', round(extract(epoch FROM h.start_at) * 1000), 'end', round(extract(epoch FROM h.end_at) * 1000),
        'providerId', h.provider_id, 'locationId', h.location_id,
        'at', round(extract(epoch FROM h.at) * 1000)) ORDER BY h.version), '[]')
      FROM (SELECT * FROM appointment_history WHERE appointment_id = a.id ORDER BY version LIMIT ${HISTORY_MAX}) h) AS versions
    FROM unnest(${texts(ids)}) AS a (id)`);
  return new Map(rows.map(({ id, versions }) => [id, versions]));
}
