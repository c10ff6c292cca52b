/**
 * Rows of `opening` in the order of their next starts: what every search by time begins with. A wide search looks at the
 * soonest some hundred rows only, and says when that was not enough.
 */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  beforeEnd,
  firstStart,
  instantText,
  joinOpenings,
  listOf,
  type NextOpening,
  STALE_MAX,
  type WhenFilter,
  type WhereFilter,
} from "./search-conditions.ts";

export interface Openings {
  readonly openings: NextOpening[];
  /** [SE8] Whose lists were met and are no longer complete, at most STALE_MAX: their calendars should tell again. */
  readonly stale: ProviderId[];
  /** The lists begin with starts that have passed: `trimOpenings` is due. */
  readonly isUntrimmed?: boolean;
}

/** `open`: a row of the answer. `stale`: a provider whose list is out of date. `cut`: the rows looked at were too few. */
export interface OpeningRow extends Record<string, unknown> {
  readonly kind: "open" | "stale" | "cut";
  readonly id: string;
  readonly start: number | null;
  readonly location_id: string | null;
  readonly visit_type_id: string | null;
}

/** Of a provider there are about six rows (visit types and sites); some more for those who have many. */
export const rowsFor = (limit: number): number => 60 + 7 * limit;

export interface RowsWanted {
  readonly when: WhenFilter;
  readonly where: WhereFilter;
  /** About `p` and `o`. */
  readonly conditions: SQL;
  readonly now: Instant;
  /** So many rows are looked at; null = all that match. */
  readonly rows: number | null;
  /** Where the page before ended: what comes before it is looked at on top of `rows`. */
  readonly after?: { readonly start: Instant; readonly id: ProviderId } | undefined;
}

/**
 * `cand`, the rows with the lowest first starts (those without any last), and `met`, what each of them is worth: `start` is null where the filter means
 * none of its starts. A first start is never after what the row is worth, so whoever is sooner than the last row of
 * `cand` is right, whatever lies behind it.
 */
export function metRows({ when, where, conditions, now, rows, after }: RowsWanted): SQL {
  const list = listOf(when);
  const passed = after
    ? sql` + (SELECT count(*) FROM opening o
        WHERE (${list}[1], o.provider_id) <= (${instantText(after.start)}::timestamptz, ${after.id}))`
    : sql``;
  return sql`cand AS MATERIALIZED (
      SELECT o.provider_id, o.location_id, o.visit_type_id, c.time_zone, ${list}[1] AS bound,
        ${firstStart(when, now, sql`c.from_at`)} AS start
      FROM provider p ${joinOpenings(when, where)}
      WHERE ${conditions}
      ${rows === null ? sql`` : sql`ORDER BY ${list}[1], o.provider_id LIMIT ${rows}${passed}`}
    ), met AS MATERIALIZED (
      SELECT c.provider_id, c.location_id, c.visit_type_id, c.bound,
        CASE WHEN ${beforeEnd(sql`c.start`, when)} THEN c.start END AS start
      FROM cand c
    )`;
}

/** A row if `cand` was cut and the last of `limit` answers (`start`, `provider_id` of `found`) is not before its end. */
export const cutOf = ({ rows }: RowsWanted, found: SQL, limit: number): SQL =>
  rows === null
    ? sql``
    : sql`UNION ALL (SELECT 'cut', '', NULL, NULL, NULL
    WHERE (SELECT count(*) FROM cand) >= ${rows}
      AND coalesce((SELECT ROW(f.start, f.provider_id) FROM ${found} f
          ORDER BY f.start, f.provider_id OFFSET ${limit - 1} LIMIT 1)
        >= (SELECT ROW(c.bound, c.provider_id) FROM cand c ORDER BY c.bound DESC, c.provider_id DESC LIMIT 1), true))`;

/** Rows more than STALE_MAX, because a provider has several. */
const STALE_ROWS_MAX = 10 * STALE_MAX;

/** Providers whose list ran out by `now`, longest out of date first, whether they have a start left or not. */
export const staleOf = ({ when, where, conditions, now }: RowsWanted): SQL => sql`
  UNION ALL (SELECT 'stale', s.provider_id, NULL, NULL, NULL FROM (
    SELECT o.provider_id, o.refresh_at FROM provider p ${joinOpenings(when, where)}
    WHERE o.refresh_at <= ${instantText(now)}::timestamptz AND ${conditions}
    ORDER BY o.refresh_at LIMIT ${STALE_ROWS_MAX}
  ) s GROUP BY s.provider_id ORDER BY min(s.refresh_at), s.provider_id LIMIT ${STALE_MAX})`;

/** Reads what the statements of this folder answer. */
export function toOpenings(rows: readonly OpeningRow[]): Openings {
  return {
    openings: rows.flatMap((row) =>
      row.start === null
        ? []
        : [
            {
              providerId: row.id as ProviderId,
              start: instant(row.start),
              locationId: row.location_id as LocationId,
              visitTypeId: row.visit_type_id as VisitTypeId,
            },
          ],
    ),
    stale: rows.flatMap((row) => (row.kind === "stale" ? [row.id as ProviderId] : [])),
  };
}

/**
 * The whole of `opening` is some 10 MB that searches keep warm. With the default, which is for a disk that turns, a search for a
 * specialty reads all of it rather than the 600 rows it wants: twice as long.
 */
export const IN_MEMORY = sql`SELECT set_config('random_page_cost', '1.1', true)`;

/**
 * Asks for the soonest rows first, and for all of them where those do not decide it: lists that have not been trimmed for
 * long, filters that few match.
 */
export async function soonestRows(
  db: Db,
  statementOf: (rows: number | null) => SQL,
  { limit, availableFrom }: { readonly limit: number; readonly availableFrom?: unknown },
): Promise<Openings> {
  // One batch is one transaction, which is as long as the setting lasts.
  const ask = async (rows: number | null) =>
    (await db.batch([db.execute(IN_MEMORY), db.execute<OpeningRow>(statementOf(rows))]))[1].rows;
  if (availableFrom !== undefined) return toOpenings(await ask(null)); // the first start says nothing of a later date
  const found = await ask(rowsFor(limit));
  return found.some(({ kind }) => kind === "cut")
    ? { ...toOpenings(await ask(null)), isUntrimmed: true }
    : toOpenings(found);
}
