/** Who comes to a clinic within some hours, with what a person at its desk needs to know. */
import { sql } from "drizzle-orm";
import type { DayVisit } from "../../core/exchange/day-list.ts";
import type { LocationId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { DAY_MS, type Instant, type Interval, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";

/** A week of a clinic with fifty providers and twenty visits a day each. */
export const DAY_VISITS_MAX = 7_000;
export const DAY_LIST_DAYS_MAX = 8;

const iso = (at: Instant): string => new Date(at).toISOString();

/** As `appointment`, of those that wait for their calendars: they are kept, and whoever prints a list must see them. */
const WAITING = sql`SELECT i.id, i.provider_id, i.patient_id, i.location_id, i.visit_type_id, i.start_at, i.end_at, i.status
  FROM incoming_appointment i WHERE NOT EXISTS (SELECT 1 FROM appointment x WHERE x.id = i.id)`;

/**
 * As the projection has it, seconds behind the calendars (see isTakingOver), and what waits for its calendar. Walks `appointment_location_idx` from the first start to the last; a
 * visit whose patient is not in the directory has an id for a name.
 * @throws InvariantError beyond DAY_VISITS_MAX: a list that leaves somebody out in silence is worse than none
 */
export async function visitsAt(db: Db, location: LocationId, { start, end }: Interval): Promise<DayVisit[]> {
  invariant(end - start <= DAY_LIST_DAYS_MAX * DAY_MS, "a list has at most DAY_LIST_DAYS_MAX days");
  const { rows } = await db.execute<Omit<DayVisit, "start" | "end"> & { start: string; end: string }>(sql`
    SELECT a.provider_id AS "providerId", coalesce(r.display_name, a.provider_id) AS "providerName",
      coalesce(p.display_name, a.patient_id) AS "patientName", p.birth_date AS "birthDate", p.phone,
      coalesce(v.name, a.visit_type_id) AS visit, a.status,
      (extract(epoch FROM a.start_at) * 1000)::bigint AS start, (extract(epoch FROM a.end_at) * 1000)::bigint AS "end"
    FROM (
      SELECT id, provider_id, patient_id, location_id, visit_type_id, start_at, end_at, status FROM appointment
      UNION ALL ${WAITING}
    ) AS a
    LEFT JOIN patient p ON p.id = a.patient_id
    LEFT JOIN provider r ON r.id = a.provider_id
    LEFT JOIN visit_type v ON v.id = a.visit_type_id
    WHERE a.location_id = ${location} AND a.start_at >= ${iso(start)}::timestamptz AND a.start_at < ${iso(end)}::timestamptz
    ORDER BY a.start_at, a.id LIMIT ${DAY_VISITS_MAX + 1}`);
  invariant(rows.length <= DAY_VISITS_MAX, "a clinic has at most DAY_VISITS_MAX visits in a list");
  return rows.map((row) => ({ ...row, start: instant(Number(row.start)), end: instant(Number(row.end)) }));
}

/**
 * Whether calendars are taking over appointments from elsewhere, of any clinic: one that has left the waiting room is in no list
 * until the log has told the record, which is minutes behind a large import.
 */
export async function isTakingOver(db: Db): Promise<boolean> {
  const { rows } = await db.execute<{ some: boolean }>(
    sql`SELECT EXISTS (SELECT 1 FROM incoming_appointment) AS some`,
  );
  return rows[0]?.some === true;
}

/** Lists of openings of one clinic: some visit types of each of its providers. */
const OPENINGS_MAX = 1_000;

export interface OpenTimes {
  readonly providerName: string;
  readonly visit: string;
  /** Ascending, after `now`. */
  readonly starts: readonly Instant[];
}

/** What each calendar last told, by provider and visit; by `opening_location_idx`. At most OPENINGS_MAX lists. */
export async function openTimesAt(db: Db, location: LocationId, now: Instant): Promise<OpenTimes[]> {
  const { rows } = await db.execute<{ providerName: string; visit: string; starts: (number | string)[] }>(sql`
    SELECT r.display_name AS "providerName", v.name AS visit,
      (SELECT json_agg((extract(epoch FROM s) * 1000)::bigint ORDER BY s) FROM unnest(o.starts) AS s
        WHERE s > ${iso(now)}::timestamptz) AS starts
    FROM opening o JOIN provider r ON r.id = o.provider_id JOIN visit_type v ON v.id = o.visit_type_id
    WHERE o.location_id = ${location} AND r.deactivated_at IS NULL AND o.starts[cardinality(o.starts)] > ${iso(now)}::timestamptz
    ORDER BY r.display_name COLLATE "C", r.id, v.name LIMIT ${OPENINGS_MAX}`);
  return rows.map(({ providerName, visit, starts }) => ({
    providerName,
    visit,
    starts: starts.map((at) => instant(Number(at))),
  }));
}
