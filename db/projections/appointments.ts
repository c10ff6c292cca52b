/**
 * The projection of the calendars' appointments: how each stands, and what became of it version by version. At-least-once
 * in, exactly-once effect: the highest version of an appointment wins and a version is one row of its history, so events
 * may come twice, out of order, and from more than one calendar after a move.
 */
import { type SQL, sql } from "drizzle-orm";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { AppointmentChange } from "../../core/events/event.ts";
import type { AppointmentId, ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";

/** 100–500 rows a statement cost the least CPU per row (docs: 0.04 ms), and a poisoned batch is split in nine steps. */
export const PROJECTION_ROWS_MAX = 500;

/** One version of an appointment, and what made it. */
export interface AppointmentNews {
  readonly facts: AppointmentFacts;
  readonly change: AppointmentChange;
  /** `<calendar>:<sequence>`. */
  readonly eventId: string;
}

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

const columnNames = sql.raw(COLUMNS.map((name) => `appointment.${name}`).join(", "));
const excludedNames = sql.raw(COLUMNS.map((name) => `excluded.${name}`).join(", "));

/** Rows for an `unnest`: the id, then COLUMNS. */
const factColumns = (facts: readonly AppointmentFacts[]): SQL => sql`
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
    ${column(facts.map((f) => f.override ?? null))}::text[]`;

/**
 * Both tables in one statement. DISTINCT ON: two versions of one row in the same statement would be refused (21000).
 * [P6] A version is one row of the history and is never changed: whoever tells it again tells the same.
 */
const projectNews = (news: readonly AppointmentNews[]): SQL => sql`
  WITH news AS MATERIALIZED (
    SELECT * FROM unnest(
      ${factColumns(news.map(({ facts }) => facts))},
      ${column(news.map(({ change }) => change))}::text[],
      ${column(news.map(({ eventId }) => eventId))}::text[]
    ) AS u (id, ${columnList}, change, event_id)
  ), history AS (
    INSERT INTO appointment_history
      (appointment_id, version, change, status, provider_id, location_id, start_at, end_at, at, event_id)
    SELECT DISTINCT ON (id, version)
      id, version, change, status, provider_id, location_id, start_at, end_at, updated_at, event_id
    FROM news ORDER BY id, version, event_id
    ON CONFLICT (appointment_id, version) DO NOTHING
  )
  INSERT INTO appointment (id, ${columnList})
  SELECT DISTINCT ON (id) id, ${columnList} FROM news ORDER BY id, version DESC
  ON CONFLICT (id) DO UPDATE SET ${replaceColumns}
  WHERE appointment.version < excluded.version`;

/**
 * Writes up to PROJECTION_ROWS_MAX pieces of news in one statement; returns how many appointments were new or newer.
 * Idempotent and free of order. On an error nothing was written: send the same batch again, or split it to find the row
 * that is refused.
 */
export async function projectAppointments(db: Db, news: readonly AppointmentNews[]): Promise<number> {
  invariant(news.length <= PROJECTION_ROWS_MAX, "a projection batch has at most PROJECTION_ROWS_MAX rows");
  if (news.length === 0) return 0;
  const result = await db.execute(projectNews(news));
  return result.rowCount;
}

/**
 * [P9] What a calendar says about its own appointments now, for a rebuild: up to PROJECTION_ROWS_MAX, each id once. Of a
 * version that is stored already, the calendar's word replaces what differs; a later version is news that came meanwhile
 * and stays. Adds nothing to the history, because nothing happened. Returns how many rows were missing or wrong.
 */
export async function restateAppointments(db: Db, facts: readonly AppointmentFacts[]): Promise<number> {
  invariant(facts.length <= PROJECTION_ROWS_MAX, "a projection batch has at most PROJECTION_ROWS_MAX rows");
  if (facts.length === 0) return 0;
  const result = await db.execute(sql`
    INSERT INTO appointment (id, ${columnList})
    SELECT * FROM unnest(${factColumns(facts)}) AS u (id, ${columnList})
    ON CONFLICT (id) DO UPDATE SET ${replaceColumns}
    WHERE appointment.version <= excluded.version AND (${columnNames}) IS DISTINCT FROM (${excludedNames})`);
  return result.rowCount;
}

/** A row of the projection that its calendar does not bear out. */
export interface DoubtfulRow {
  readonly id: AppointmentId;
  readonly version: number;
}

/**
 * [P9] Stored rows of `provider` with ids in (after, through] that `told` has not, or has in an earlier version; at most
 * PROJECTION_ROWS_MAX, by id. `through` null = to the end. They may be news that came after `told` was read: ask before
 * taking one away. Walks the provider's rows (`appointment_provider_idx`).
 */
export async function doubtfulRows(
  db: Db,
  provider: ProviderId,
  range: { readonly after: string; readonly through: string | null },
  told: readonly AppointmentFacts[],
): Promise<DoubtfulRow[]> {
  const { rows } = await db.execute<{ id: string; version: string }>(sql`
    SELECT a.id, a.version FROM appointment AS a
    LEFT JOIN unnest(
      ${column(told.map(({ id }) => id))}::text[], ${column(told.map(({ version }) => version))}::bigint[]
    ) AS t (id, version) ON t.id = a.id
    WHERE a.provider_id = ${provider} AND a.id COLLATE "C" > ${range.after}
      AND (${range.through}::text IS NULL OR a.id COLLATE "C" <= ${range.through})
      AND (t.id IS NULL OR a.version > t.version)
    ORDER BY a.id COLLATE "C" LIMIT ${PROJECTION_ROWS_MAX}`);
  return rows.map(({ id, version }) => ({ id: id as AppointmentId, version: Number(version) }));
}

/** [P10] Calendars that Postgres has appointments of, after `after` by id. */
export async function storedProviders(db: Db, after: string, max: number): Promise<ProviderId[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT DISTINCT provider_id COLLATE "C" AS id FROM appointment
    WHERE provider_id COLLATE "C" > ${after} ORDER BY 1 LIMIT ${max}`);
  return rows.map(({ id }) => id as ProviderId);
}

/**
 * [P9] Takes rows away that no calendar has, up to PROJECTION_ROWS_MAX, unless one has changed since it was looked at;
 * what their calendar has in an earlier version is put in their place in the same transaction. Returns how many went.
 */
export async function withdrawRows(
  db: Db,
  provider: ProviderId,
  rows: readonly DoubtfulRow[],
  instead: readonly AppointmentFacts[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const [gone] = await db.batch([
    db.execute(sql`
      DELETE FROM appointment USING unnest(
        ${column(rows.map(({ id }) => id))}::text[], ${column(rows.map(({ version }) => version))}::bigint[]
      ) AS w (id, version)
      WHERE appointment.id = w.id AND appointment.version = w.version AND appointment.provider_id = ${provider}`),
    db.execute(sql`
      INSERT INTO appointment (id, ${columnList})
      SELECT * FROM unnest(${factColumns(instead)}) AS u (id, ${columnList}) ON CONFLICT (id) DO NOTHING`),
  ]);
  return gone.rowCount;
}
