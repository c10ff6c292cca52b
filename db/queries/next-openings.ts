/** When each of some providers is open next: what a list shows beside their names. */
import { type SQL, sql } from "drizzle-orm";
import type { ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { allOf, epochMs, ofVisitType, type WhenFilter, type WhereFilter } from "./search-conditions.ts";
import { metRows, type OpeningRow, type Openings, staleOf, toOpenings } from "./soonest-rows.ts";

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
    ofVisitType(filter),
  ]);
  const wanted = { when: filter, where: filter, conditions, now, rows: null };
  return sql`WITH ${metRows(wanted)}
    (SELECT DISTINCT ON (m.provider_id) 'open' AS kind, m.provider_id AS id, ${epochMs(sql`m.start`)} AS start,
      m.location_id, m.visit_type_id
    FROM met m WHERE m.start IS NOT NULL
    ORDER BY m.provider_id, m.start, m.location_id, m.visit_type_id LIMIT ${NEXT_OPENINGS_MAX})
    ${staleOf(wanted)}`;
}

/** By `provider_pk` and `opening_pk`, about seven rows a provider; worst case NEXT_OPENINGS_MAX of them with some dozen each. */
export async function nextOpenings(db: Db, filter: NextOpeningsFilter): Promise<Openings> {
  invariant(filter.providerIds.length <= NEXT_OPENINGS_MAX, "at most a page of providers is asked about");
  if (filter.providerIds.length === 0) return { openings: [], stale: [] };
  const { rows } = await db.execute<OpeningRow>(nextOpeningsStatement(filter));
  return toOpenings(rows);
}
