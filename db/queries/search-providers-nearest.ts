/** Which providers match a search, nearest clinic first. */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { offersThen } from "./list-providers.ts";
import {
  allOf,
  metresTo,
  type Near,
  PROVIDERS_PAGE_MAX,
  type WhenFilter,
  type WhoFilter,
  whereConditions,
  whoConditions,
} from "./search-conditions.ts";

export interface NearestFilter extends WhoFilter, WhenFilter {
  readonly near: Near;
  readonly locationId?: LocationId | undefined;
  /** Only with a window or a part of the day; then required. */
  readonly now?: Instant | undefined;
  /** 1 to PROVIDERS_PAGE_MAX. */
  readonly limit: number;
  /** The last provider of the page before. */
  readonly after?: { readonly metres: number; readonly id: ProviderId } | undefined;
}

export interface NearProvider {
  readonly id: ProviderId;
  /** To the nearest of their clinics that match; whole metres. */
  readonly metres: number;
}

export function nearestStatement(filter: NearestFilter): SQL {
  const { near, locationId, after, limit } = filter;
  const conditions = allOf([
    ...whereConditions({ locationIds: locationId && [locationId], near }),
    ...whoConditions(filter),
    ...offersThen(filter),
  ]);
  return sql`SELECT n.id, n.metres FROM (
      SELECT p.id, min(${metresTo(near)}) AS metres
      FROM clinic c JOIN provider_site s ON s.location_id = c.id JOIN provider p ON p.id = s.provider_id
      WHERE ${conditions} GROUP BY p.id
    ) n ${after ? sql`WHERE (n.metres, n.id) > (${after.metres}::float8, ${after.id})` : sql``}
    ORDER BY n.metres, n.id LIMIT ${limit}`;
}

/**
 * [SE3] Providers by the distance of their nearest clinic that matches, then id. Clinics in the box first (a table of
 * CLINICS_MAX rows), then their providers by `provider_site_location_idx` and `provider_pk`. Worst case, a radius that
 * holds everybody: all sites, 20,000 at most.
 */
export async function searchProvidersNearest(db: Db, filter: NearestFilter): Promise<NearProvider[]> {
  invariant(filter.limit >= 1 && filter.limit <= PROVIDERS_PAGE_MAX, "a page of providers has 1 to 101 rows");
  const { rows } = await db.execute<{ id: string; metres: number }>(nearestStatement(filter));
  return rows.map(({ id, metres }) => ({ id: id as ProviderId, metres }));
}
