/**
 * The projection of the calendars' appointments. At-least-once in, exactly-once effect: the highest version of an
 * appointment wins, so events may come twice, out of order, and from more than one calendar after a move.
 */
import { type SQL, sql } from "drizzle-orm";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";

/** 100–500 rows a statement cost the least CPU per row (docs: 0.04 ms), and a poisoned batch is split in nine steps. */
export const PROJECTION_ROWS_MAX = 500;

const moment = (at: Instant): string => new Date(at).toISOString();

/** An event from before a column existed lacks its value. */
const momentOrNull = (at: Instant | null | undefined): string | null => (at == null ? null : moment(at));

/** One array parameter per column, whatever the number of rows. A bare array would expand to a list. */
const column = (values: readonly unknown[]): SQL => sql`${sql.param([...values])}`;

/** The columns that an update replaces; the order is the order of the arrays below. */
const COLUMNS = [
  "provider_id",
  "patient_id",
  "location_id",
  "visit_type_id",
  "time_zone",
  "start_at",
  "end_at",
  "status",
  "version",
  "source",
  "created_at",
  "updated_at",
  "cancelled_at",
  "cancellation_reason",
  "checked_in_at",
  "override_reason",
] as const;
const columnList = sql.raw(COLUMNS.join(", "));
const replaceColumns = sql.raw(COLUMNS.map((name) => `${name} = excluded.${name}`).join(", "));

/** DISTINCT ON: two versions of one row in the same statement would be refused (21000). */
const upsert = (facts: readonly AppointmentFacts[]): SQL => sql`
  INSERT INTO appointment (id, ${columnList})
  SELECT DISTINCT ON (id) id, ${columnList}
  FROM unnest(
    ${column(facts.map((f) => f.id))}::text[],
    ${column(facts.map((f) => f.providerId))}::text[],
    ${column(facts.map((f) => f.patientId))}::text[],
    ${column(facts.map((f) => f.locationId))}::text[],
    ${column(facts.map((f) => f.visitTypeId))}::text[],
    ${column(facts.map((f) => f.timeZone))}::text[],
    ${column(facts.map((f) => moment(f.start)))}::timestamptz[],
    ${column(facts.map((f) => moment(f.end)))}::timestamptz[],
    ${column(facts.map((f) => f.status))}::text[],
    ${column(facts.map((f) => f.version))}::bigint[],
    ${column(facts.map((f) => f.source))}::text[],
    ${column(facts.map((f) => moment(f.createdAt)))}::timestamptz[],
    ${column(facts.map((f) => moment(f.updatedAt)))}::timestamptz[],
    ${column(facts.map((f) => momentOrNull(f.cancelledAt)))}::timestamptz[],
    ${column(facts.map((f) => f.cancellationReason))}::text[],
    ${column(facts.map((f) => momentOrNull(f.checkedInAt)))}::timestamptz[],
    ${column(facts.map((f) => f.override ?? null))}::text[]
  ) AS u (id, ${columnList})
  ORDER BY id, version DESC
  ON CONFLICT (id) DO UPDATE SET ${replaceColumns}
  WHERE appointment.version < excluded.version`;

/**
 * Writes up to PROJECTION_ROWS_MAX rows in one statement; returns how many rows were new or newer. Idempotent and free
 * of order. On an error nothing was written: send the same batch again, or split it to find the row that is refused.
 */
export async function projectAppointments(db: Db, facts: readonly AppointmentFacts[]): Promise<number> {
  invariant(facts.length <= PROJECTION_ROWS_MAX, "a projection batch has at most PROJECTION_ROWS_MAX rows");
  if (facts.length === 0) return 0;
  const result = await db.execute(upsert(facts));
  return result.rowCount;
}
