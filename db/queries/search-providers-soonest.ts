/** Which providers match a search, soonest open start first. */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  allOf,
  epochMs,
  instantText,
  type Near,
  ofVisitType,
  PROVIDERS_PAGE_MAX,
  type WhenFilter,
  type WhoFilter,
  whoConditions,
} from "./search-conditions.ts";
import { cutOf, metRows, type Openings, rowsFor, soonestRows, staleOf } from "./soonest-rows.ts";

export interface SoonestFilter extends WhoFilter, WhenFilter {
  readonly locationId?: LocationId | undefined;
  readonly near?: Near | undefined;
  readonly now: Instant;
  /** 1 to PROVIDERS_PAGE_MAX. */
  readonly limit: number;
  /** The last provider of the page before. */
  readonly after?: { readonly start: Instant; readonly id: ProviderId } | undefined;
}

/** @param rows of `opening` that are looked at; null = all */
export function soonestStatement(filter: SoonestFilter, rows: number | null = rowsFor(filter.limit)): SQL {
  const { locationId, near, now, after, limit } = filter;
  const conditions = allOf([...whoConditions(filter), ofVisitType(filter)]);
  const where = { locationIds: locationId && [locationId], near };
  const wanted = { when: filter, where, conditions, now, rows, after };
  return sql`WITH ${metRows(wanted)}, heads AS MATERIALIZED (
      SELECT m.provider_id, min(m.start) AS start FROM met m WHERE m.start IS NOT NULL
      GROUP BY m.provider_id ${after ? sql`HAVING (min(m.start), m.provider_id) > (${instantText(after.start)}::timestamptz, ${after.id})` : sql``}
      ORDER BY min(m.start), m.provider_id LIMIT ${limit}
    )
    (SELECT DISTINCT ON (h.provider_id) 'open' AS kind, h.provider_id AS id, ${epochMs(sql`h.start`)} AS start,
      m.location_id, m.visit_type_id
    FROM heads h JOIN met m ON m.provider_id = h.provider_id AND m.start = h.start
    ORDER BY h.provider_id, m.location_id, m.visit_type_id LIMIT ${limit})
    ${cutOf(wanted, sql`heads`, limit)} ${staleOf(wanted)}`;
}

/**
 * [SE1] Providers with their next open start, by start, then id. Walks `opening_first_idx` (or the index of a part of the day, or
 * of a visit type) for some hundred rows; a narrow filter begins at its own index (`provider_specialties_idx`, the
 * clinics around) and sorts. Worst case, a later date or lists that were not trimmed: every row of `opening`, 13,000 for
 * 2,000 providers. Between two pages time only moves starts later, so nobody is missed; who was shown may come again.
 */
export async function searchProvidersSoonest(db: Db, filter: SoonestFilter): Promise<Openings> {
  invariant(filter.limit >= 1 && filter.limit <= PROVIDERS_PAGE_MAX, "a page of providers has 1 to 101 rows");
  const found = await soonestRows(db, (rows) => soonestStatement(filter, rows), filter);
  // The page was cut in this order; its rows come by provider.
  found.openings.sort((a, b) => a.start - b.start || (a.providerId < b.providerId ? -1 : 1));
  return found;
}
