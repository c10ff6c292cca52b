/**
 * The projection of the calendars' next open starts. At-least-once in, exactly-once effect: what a calendar told last
 * about a visit type at a site wins, by the sequence of its event. No row is deleted: an empty one keeps its sequence, so
 * that an older event cannot bring its list back.
 */
import { type SQL, sql } from "drizzle-orm";
import type { OpeningsEvent } from "../../core/events/event.ts";
import { type Opening, openingKey } from "../../core/schedule/openings.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { NOTICE } from "../queries/search-conditions.ts";

/** Bounds one statement: 500 rows of at most 60 starts are 0.8 MB. */
export const OPENING_ROWS_MAX = 500;

interface Told {
  readonly providerId: string;
  readonly sequence: number;
  readonly opening: Opening;
}

const moment = (at: Instant): string => new Date(at).toISOString();
/** As text, because `unnest` takes no lists of different lengths. No time has a character that would need quotes. */
const list = (starts: readonly Instant[]): string => `{${starts.map(moment).join(",")}}`;
/** One array parameter per column, whatever the number of rows. */
const column = (values: readonly unknown[]): SQL => sql`${sql.param([...values])}`;

/** @param rows no key twice: a statement must not change a row two times (21000) */
const upsert = (rows: readonly Told[]): SQL => sql`
  INSERT INTO opening (provider_id, visit_type_id, location_id, sequence, starts, refresh_at)
  SELECT provider_id, visit_type_id, location_id, sequence, starts::timestamptz[], refresh_at
  FROM unnest(
    ${column(rows.map((row) => row.providerId))}::text[],
    ${column(rows.map(({ opening }) => opening.visitTypeId))}::text[],
    ${column(rows.map(({ opening }) => opening.locationId))}::text[],
    ${column(rows.map((row) => row.sequence))}::bigint[],
    ${column(rows.map(({ opening }) => list(opening.starts)))}::text[],
    ${column(rows.map(({ opening }) => moment(opening.refreshAt)))}::timestamptz[]
  ) AS u (provider_id, visit_type_id, location_id, sequence, starts, refresh_at)
  ON CONFLICT (provider_id, visit_type_id, location_id)
  DO UPDATE SET sequence = excluded.sequence, starts = excluded.starts, refresh_at = excluded.refresh_at
  WHERE opening.sequence < excluded.sequence`;

/** Of each provider, visit type and site what was told last. */
function newest(events: readonly OpeningsEvent[]): Told[] {
  const rows = new Map<string, Told>();
  for (const { partitionkey: providerId, sequence: text, data } of events) {
    const sequence = Number(text);
    for (const opening of data.openings) {
      const key = `${providerId}/${openingKey(opening)}`;
      if ((rows.get(key)?.sequence ?? 0) < sequence) rows.set(key, { providerId, sequence, opening });
    }
  }
  return [...rows.values()];
}

/**
 * Writes what one read of the log told, OPENING_ROWS_MAX rows in a statement; returns how many rows were new or newer.
 * Idempotent and free of order. After an error some statements may have been written: send the same events again.
 */
export async function projectOpenings(db: Db, events: readonly OpeningsEvent[]): Promise<number> {
  const rows = newest(events);
  let written = 0;
  for (let from = 0; from < rows.length; from += OPENING_ROWS_MAX)
    written += (await db.execute(upsert(rows.slice(from, from + OPENING_ROWS_MAX)))).rowCount;
  return written;
}

/** Bounds one statement; a network of 2,000 providers has as many lists whose first start passes at nine in the morning. */
const TRIM_ROWS_MAX = 3_000;

/**
 * [SE12] Takes starts off that nobody can book any more, so that the first of a list says how soon it is: searches walk them in
 * that order. Whoever reads compares with the clock all the same, so nothing changes but the speed. Idempotent; at once
 * with others it skips what they hold. By `opening_first_idx`. Returns how many lists became shorter.
 */
export async function trimOpenings(db: Db, now: Instant): Promise<number> {
  const at = sql`${moment(now)}::timestamptz`;
  const passed = sql`greatest(${at}, ${at} + ${NOTICE} - interval '1 ms')`;
  const { rowCount } = await db.execute(sql`
    UPDATE opening o SET starts = o.starts[t.passed + 1:] FROM (
      SELECT o.provider_id, o.visit_type_id, o.location_id, width_bucket(${passed}, o.starts) AS passed
      FROM opening o JOIN visit_type v ON v.id = o.visit_type_id JOIN provider p ON p.id = o.provider_id
      WHERE o.starts[1] <= ${at} + make_interval(mins => (SELECT max(notice_minutes) FROM visit_type))
        AND o.starts[1] <= ${passed}
      ORDER BY o.starts[1] LIMIT ${TRIM_ROWS_MAX} FOR UPDATE OF o SKIP LOCKED
    ) t
    WHERE o.provider_id = t.provider_id AND o.visit_type_id = t.visit_type_id AND o.location_id = t.location_id`);
  return rowCount;
}
