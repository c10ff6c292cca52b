/** Everything, page by page by key: what an export writes. Each statement walks one primary key from where the last ended. */
import { type SQL, sql } from "drizzle-orm";
import type { ExportKind } from "../../core/exchange/kinds.ts";
import type { ExportRow } from "../../core/exchange/write-rows.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";

/** About 0.3 MB of JSON. */
export const EXPORT_PAGE_MAX = 1_000;

export interface ExportPage {
  /** null = of all clinics. */
  readonly locationIds: readonly string[] | null;
  /** Its ids are written in the place of ours where there are some; null = ours. */
  readonly system: string | null;
  /** The key of the last row of the page before; "" = from the beginning. */
  readonly after: string;
  /** 1 to EXPORT_PAGE_MAX. */
  readonly limit: number;
}

export interface ExportedRow {
  readonly key: string;
  readonly row: ExportRow;
}

/** Rows of `t`, whose id the export names; `at` = which of them belong to some clinics. */
interface Source {
  readonly from: SQL;
  readonly key: SQL;
  /** As `external_id.kind` has it; null = it has no other names. */
  readonly kind: string | null;
  readonly columns: SQL;
  readonly at: (clinics: SQL) => SQL;
}

const moment = (column: string): SQL => sql.raw(`(extract(epoch FROM t.${column}) * 1000)::bigint`);
const everywhere = (): SQL => sql`true`;

const SOURCES: Readonly<Record<ExportKind, Source>> = {
  providers: {
    from: sql`provider t`,
    key: sql`t.id`,
    kind: "provider",
    columns: sql`'displayName', t.display_name, 'title', t.title, 'specialties', t.specialties, 'languages', t.languages,
      'acceptingNewPatients', t.accepting_new_patients, 'gender', t.gender, 'insurances', t.insurances,
      'visitTypeIds', (SELECT coalesce(json_agg(v.visit_type_id ORDER BY v.visit_type_id COLLATE "C"), '[]')
        FROM provider_visit_type v WHERE v.provider_id = t.id),
      'active', t.deactivated_at IS NULL`,
    at: (clinics) => sql`t.id IN (SELECT provider_id FROM provider_site WHERE location_id = ANY(${clinics}))`,
  },
  schedules: {
    from: sql`provider_site t`,
    key: sql`t.provider_id || '/' || t.location_id`,
    kind: "schedule",
    columns: sql`'providerId', t.provider_id, 'locationId', t.location_id, 'hours', t.hours,
      'breaks', coalesce(t.breaks, '[]'), 'exceptions', coalesce(t.exceptions, '[]')`,
    at: (clinics) => sql`t.location_id = ANY(${clinics})`,
  },
  patients: {
    from: sql`patient t`,
    key: sql`t.id`,
    kind: "patient",
    columns: sql`'displayName', t.display_name, 'birthDate', t.birth_date, 'email', t.email, 'phone', t.phone,
      'homeLocationId', t.home_location_id, 'preferredLanguage', t.preferred_language,
      'interpreterLanguage', t.interpreter_language, 'accessNeeds', t.access_needs, 'active', t.deactivated_at IS NULL`,
    at: (clinics) => sql`t.home_location_id = ANY(${clinics})`,
  },
  appointments: {
    from: sql`appointment t`,
    key: sql`t.id`,
    kind: "appointment",
    columns: sql`'providerId', t.provider_id, 'patientId', t.patient_id, 'locationId', t.location_id,
      'visitTypeId', t.visit_type_id, 'start', ${moment("start_at")}, 'end', ${moment("end_at")}, 'status', t.status,
      'createdAt', ${moment("created_at")}, 'timeZone', t.time_zone, 'version', t.version, 'source', t.source,
      'updatedAt', ${moment("updated_at")}, 'checkedInAt', ${moment("checked_in_at")},
      'cancelledAt', ${moment("cancelled_at")}, 'cancellationReason', t.cancellation_reason`,
    at: (clinics) => sql`t.location_id = ANY(${clinics})`,
  },
  locations: {
    from: sql`clinic t`,
    key: sql`t.id`,
    kind: "clinic",
    columns: sql`'name', t.name, 'address', t.address, 'city', t.city, 'state', t.state, 'postalCode', t.postal_code,
      'phone', t.phone, 'timeZone', t.time_zone, 'latitude', t.latitude, 'longitude', t.longitude,
      'regionId', t.region_id, 'active', t.deactivated_at IS NULL`,
    at: (clinics) => sql`t.id = ANY(${clinics})`,
  },
  "visit-types": {
    from: sql`visit_type t`,
    key: sql`t.id`,
    kind: "visit-type",
    columns: sql`'name', t.name, 'minutes', t.minutes, 'gridMinutes', t.grid_minutes, 'noticeMinutes', t.notice_minutes,
      'horizonDays', t.horizon_days, 'modality', t.modality, 'bufferBeforeMinutes', t.buffer_before_minutes,
      'bufferAfterMinutes', t.buffer_after_minutes, 'capacity', t.capacity, 'newPatientsOnly', t.new_patients_only,
      'ageMin', t.age_min, 'ageMax', t.age_max, 'specialty', t.specialty, 'cancelWindowMinutes', t.cancel_window_minutes,
      'moveWindowMinutes', t.move_window_minutes, 'perDayMax', t.per_day_max, 'requires', t.requires,
      'active', t.deactivated_at IS NULL`,
    at: everywhere,
  },
  resources: {
    from: sql`resource t`,
    key: sql`t.id`,
    kind: "resource",
    columns: sql`'kind', t.kind, 'name', t.name, 'locationId', t.location_id, 'hours', t.hours,
      'exceptions', coalesce(t.exceptions, '[]'), 'active', t.deactivated_at IS NULL`,
    at: (clinics) => sql`t.location_id = ANY(${clinics})`,
  },
  audit: {
    from: sql`audit_entry t`,
    key: sql`t.partition || '/' || t.seq`,
    kind: null,
    columns: sql`'requestId', t.id, 'at', to_char(to_timestamp(t.at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'role', t.role, 'subject', t.subject, 'operation', t.operation, 'outcome', t.outcome, 'problem', t.problem,
      'patientId', t.patient_id, 'appointmentId', t.appointment_id, 'locationId', t.location_id, 'count', t.people,
      'hash', t.hash`,
    at: (clinics) => sql`t.location_id = ANY(${clinics})`,
  },
  staff: {
    from: sql`staff t`,
    key: sql`t.id`,
    kind: "staff",
    columns: sql`'displayName', t.display_name, 'email', t.email, 'role', t.role, 'providerId', t.provider_id,
      'locationIds', (SELECT coalesce(json_agg(c.location_id ORDER BY c.location_id), '[]')
        FROM staff_clinic c WHERE c.staff_id = t.id),
      'active', t.deactivated_at IS NULL`,
    at: (clinics) => sql`t.id IN (SELECT staff_id FROM staff_clinic WHERE location_id = ANY(${clinics}))`,
  },
};

/** Appointments that wait for their calendars, as rows of `appointment`: they are kept too. */
const WAITING = sql`SELECT i.id, i.provider_id, i.patient_id, i.location_id, i.visit_type_id, c.time_zone, i.start_at, i.end_at,
    i.status, 1 AS version, 'import' AS source, i.created_at, i.updated_at, i.cancelled_at, i.cancellation_reason, i.checked_in_at
  FROM incoming_appointment i JOIN clinic c ON c.id = i.location_id`;
const RECORDED = sql`SELECT t.id, t.provider_id, t.patient_id, t.location_id, t.visit_type_id, t.time_zone, t.start_at, t.end_at,
    t.status, t.version, t.source, t.created_at, t.updated_at, t.cancelled_at, t.cancellation_reason, t.checked_in_at
  FROM appointment t`;

/** Where the page begins; the key of a schedule, and of an entry of the audit, is that of two columns. */
function beyond(kind: ExportKind, after: string): SQL {
  if (after === "") return sql`true`;
  const [first, second] = after.split("/");
  if (kind === "schedules") return sql`(t.provider_id, t.location_id) > (${first}, ${second})`;
  if (kind === "audit") return sql`(t.partition, t.seq) > (${first}::int, ${second}::bigint)`;
  return sql`t.id > ${after}`;
}

/** [PD9] Of a deleted record there is nothing to take out, and nothing that could come back in. */
const STANDING = sql`t.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM patient_deletion d WHERE d.patient_id = t.id)`;

/**
 * [IE7] A row that stands for another one (two records of one person) is left out. Times are milliseconds. With clinics, worst
 * case all rows of the table are looked at once over all pages.
 */
export async function exportRows(
  db: Db,
  exported: ExportKind,
  { locationIds, system, after, limit }: ExportPage,
): Promise<ExportedRow[]> {
  invariant(limit >= 1 && limit <= EXPORT_PAGE_MAX, "a page of an export has 1 to EXPORT_PAGE_MAX rows");
  const { from, key, kind, columns, at } = SOURCES[exported];
  const otherName =
    system === null
      ? sql`NULL::text`
      : sql`(SELECT min(e.value) FROM external_id e WHERE e.id = ${key} AND e.kind = ${kind} AND e.system = ${system})`;
  const where = sql.join(
    [
      beyond(exported, after),
      ...(locationIds === null ? [] : [at(sql`${sql.param([...locationIds])}::text[]`)]),
      ...(exported === "patients" ? [STANDING] : []),
    ],
    sql` AND `,
  );
  const { rows } = await db.execute<{ key: string; row: ExportRow }>(sql`
    SELECT ${key} AS key, json_build_object('id', coalesce(${otherName}, ${key}), ${columns}) AS row
    FROM ${pageOf(exported, from, where, limit)} AS t ORDER BY ${orderOf(exported)}`);
  return rows;
}

function orderOf(exported: ExportKind): SQL {
  if (exported === "schedules") return sql`t.provider_id, t.location_id`;
  return exported === "audit" ? sql`t.partition, t.seq` : sql`t.id`;
}

/** The rows of a page before anything is made of them: with the JSON in the same SELECT, Postgres makes it of all rows and sorts it. */
function pageOf(exported: ExportKind, from: SQL, where: SQL, limit: number): SQL {
  const order = orderOf(exported);
  if (exported !== "appointments")
    return sql`(SELECT t.* FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ${limit})`;
  return sql`(
    SELECT * FROM (
      (${RECORDED} WHERE ${where} ORDER BY t.id LIMIT ${limit})
      UNION ALL
      (SELECT w.* FROM (SELECT t.id FROM incoming_appointment t
          WHERE ${where} AND NOT EXISTS (SELECT 1 FROM appointment x WHERE x.id = t.id)
          ORDER BY t.id LIMIT ${limit}) AS p
        JOIN LATERAL (${WAITING} WHERE i.id = p.id) AS w ON true)
    ) AS t ORDER BY t.id LIMIT ${limit})`;
}
