/** When each of some providers is open next: what a list shows beside their names. */
import { type SQL, sql } from "drizzle-orm";
import type { ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  allOf,
  beforeEnd,
  epochMs,
  firstStart,
  JOIN_OPENINGS,
  ofVisitType,
  type WhenFilter,
  type WhereFilter,
  whereConditions,
} from "./search-conditions.ts";
import { type Openings, staleOf, toOpenings } from "./search-providers-soonest.ts";

/** A page of providers. */
export const NEXT_OPENINGS_MAX = 100;

export interface NextOpeningsFilter extends WhenFilter, WhereFilter {
  readonly providerIds: readonly ProviderId[];
  readonly now: Instant;
}

export function nextOpeningsStatement(filter: NextOpeningsFilter): SQL {
  const { providerIds, now } = filter;
  const conditions = allOf([
    sql`p.deactivated_at IS NULL AND p.id = ANY(${sql.param([...providerIds])}::text[])`,
    ...whereConditions(filter),
    ofVisitType(filter),
  ]);
  return sql`WITH met AS MATERIALIZED (
      SELECT o.provider_id, o.location_id, o.visit_type_id, o.refresh_at,
        CASE WHEN ${beforeEnd(sql`f.start`, filter)} THEN f.start END AS start
      FROM provider p ${JOIN_OPENINGS}
      CROSS JOIN LATERAL (SELECT ${firstStart(filter, now)} AS start OFFSET 0) f
      WHERE ${conditions}
    )
    (SELECT DISTINCT ON (m.provider_id) m.provider_id AS id, ${epochMs(sql`m.start`)} AS start,
      m.location_id, m.visit_type_id
    FROM met m WHERE m.start IS NOT NULL
    ORDER BY m.provider_id, m.start, m.location_id, m.visit_type_id LIMIT ${NEXT_OPENINGS_MAX})
    UNION ALL (${staleOf(now)})`;
}

/** By `provider_pk` and `opening_pk`, about seven rows a provider; worst case NEXT_OPENINGS_MAX of them with some dozen each. */
export async function nextOpenings(db: Db, filter: NextOpeningsFilter): Promise<Openings> {
  invariant(filter.providerIds.length <= NEXT_OPENINGS_MAX, "at most a page of providers is asked about");
  if (filter.providerIds.length === 0) return { openings: [], stale: [] };
  const { rows } = await db.execute<Parameters<typeof toOpenings>[0][number]>(nextOpeningsStatement(filter));
  return toOpenings(rows);
}
