/** Which providers match a search, soonest open start first. */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  allOf,
  beforeEnd,
  epochMs,
  firstStart,
  instantText,
  JOIN_OPENINGS,
  type Near,
  type NextOpening,
  ofVisitType,
  PROVIDERS_PAGE_MAX,
  STALE_MAX,
  type WhenFilter,
  type WhoFilter,
  whereConditions,
  whoConditions,
} from "./search-conditions.ts";

export interface SoonestFilter extends WhoFilter, WhenFilter {
  readonly locationId?: LocationId | undefined;
  readonly near?: Near | undefined;
  readonly now: Instant;
  /** 1 to PROVIDERS_PAGE_MAX. */
  readonly limit: number;
  /** The last provider of the page before. */
  readonly after?: { readonly start: Instant; readonly id: ProviderId } | undefined;
}

export interface Openings {
  readonly openings: NextOpening[];
  /** [SE8] Whose lists were met and are no longer complete, at most STALE_MAX: their calendars should tell again. */
  readonly stale: ProviderId[];
}

/** A row of the page, or (`start` null) a provider whose list is out of date. */
interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly start: number | null;
  readonly location_id: string | null;
  readonly visit_type_id: string | null;
}

/** Reads what the statements of this folder with `stale` rows answer. */
export function toOpenings(rows: readonly Row[]): Openings {
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
    stale: rows.flatMap((row) => (row.start === null ? [row.id as ProviderId] : [])),
  };
}

/** Providers of `met` whose list ran out by `now`, longest out of date first. */
export const staleOf = (now: Instant): SQL => sql`
  SELECT m.provider_id AS id, NULL::float8 AS start, NULL::text AS location_id, NULL::text AS visit_type_id
  FROM met m WHERE m.refresh_at <= ${instantText(now)}::timestamptz
  GROUP BY m.provider_id ORDER BY min(m.refresh_at), m.provider_id LIMIT ${STALE_MAX}`;

export function soonestStatement(filter: SoonestFilter): SQL {
  const { locationId, near, now, after, limit } = filter;
  const conditions = allOf([
    ...whoConditions(filter),
    ...whereConditions({ locationIds: locationId && [locationId], near }),
    ofVisitType(filter),
  ]);
  return sql`WITH met AS MATERIALIZED (
      SELECT o.provider_id, o.location_id, o.visit_type_id, o.refresh_at,
        CASE WHEN ${beforeEnd(sql`f.start`, filter)} THEN f.start END AS start
      FROM provider p ${JOIN_OPENINGS}
      CROSS JOIN LATERAL (SELECT ${firstStart(filter, now)} AS start OFFSET 0) f
      WHERE ${conditions}
    ), heads AS (
      SELECT m.provider_id, min(m.start) AS start FROM met m WHERE m.start IS NOT NULL
      GROUP BY m.provider_id ${after ? sql`HAVING (min(m.start), m.provider_id) > (${instantText(after.start)}::timestamptz, ${after.id})` : sql``}
      ORDER BY min(m.start), m.provider_id LIMIT ${limit}
    )
    (SELECT DISTINCT ON (h.provider_id) h.provider_id AS id, ${epochMs(sql`h.start`)} AS start,
      m.location_id, m.visit_type_id
    FROM heads h JOIN met m ON m.provider_id = h.provider_id AND m.start = h.start
    ORDER BY h.provider_id, m.location_id, m.visit_type_id LIMIT ${limit})
    UNION ALL (${staleOf(now)})`;
}

/**
 * [SE1] Providers with their next open start, by start, then id. From `provider_specialties_idx` (or the GIN index of
 * another list) or the clinics around, into `opening` by `opening_pk` or `opening_location_idx`. Worst case, no filter at
 * all: every row of `opening`, 13,000 for 2,000 providers, read once. Between two pages time only moves starts later, so
 * nobody is missed; who was shown may come again with their new start.
 */
export async function searchProvidersSoonest(db: Db, filter: SoonestFilter): Promise<Openings> {
  invariant(filter.limit >= 1 && filter.limit <= PROVIDERS_PAGE_MAX, "a page of providers has 1 to 101 rows");
  const { rows } = await db.execute<Row>(soonestStatement(filter));
  const { openings, stale } = toOpenings(rows);
  // The page was cut in this order; its rows come by provider.
  openings.sort((a, b) => a.start - b.start || (a.providerId < b.providerId ? -1 : 1));
  return { openings, stale };
}
