/** Which providers match a search, by name. The edge shapes the answer from its own copy of the directory. */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  allOf,
  asksWhen,
  beforeEnd,
  firstStart,
  type Near,
  ofVisitType,
  PROVIDERS_PAGE_MAX,
  type WhenFilter,
  type WhoFilter,
  whereConditions,
  whoConditions,
} from "./search-conditions.ts";

export interface ProviderFilter extends WhoFilter, WhenFilter {
  readonly locationId?: LocationId | undefined;
  readonly near?: Near | undefined;
  /** Only with a window or a part of the day; then required. */
  readonly now?: Instant | undefined;
  /** 1 to PROVIDERS_PAGE_MAX. */
  readonly limit: number;
  /** The last provider of the page before. */
  readonly after?: { readonly displayName: string; readonly id: ProviderId } | undefined;
}

/** Offers the visit type; with a window or a part of the day, has an opening then. */
export function offersThen(filter: WhenFilter & { readonly now?: Instant | undefined }): (SQL | undefined)[] {
  const { visitTypeId, now } = filter;
  const offers =
    visitTypeId &&
    sql`EXISTS (SELECT 1 FROM provider_visit_type t
      WHERE t.visit_type_id = ${visitTypeId} AND t.provider_id = p.id)`;
  if (!asksWhen(filter)) return [offers];
  invariant(now !== undefined, "a search in time is told what time it is");
  const open = allOf([
    sql`o.provider_id = p.id AND o.location_id = c.id`,
    ofVisitType(filter),
    beforeEnd(firstStart(filter, now), filter),
  ]);
  return [
    offers,
    sql`EXISTS (SELECT 1 FROM opening o
    JOIN visit_type v ON v.id = o.visit_type_id AND v.deactivated_at IS NULL WHERE ${open})`,
  ];
}

export function namesStatement(filter: ProviderFilter): SQL {
  const { locationId, near, after, limit } = filter;
  const [offers, open] = offersThen(filter);
  const sites = allOf([
    sql`s.provider_id = p.id`,
    ...whereConditions({ locationIds: locationId && [locationId], near }),
    open,
  ]);
  const conditions = allOf([
    ...whoConditions(filter),
    offers,
    sql`EXISTS (SELECT 1 FROM provider_site s JOIN clinic c ON c.id = s.location_id WHERE ${sites})`,
    after && sql`(p.display_name COLLATE "C", p.id) > (${after.displayName}, ${after.id})`,
  ]);
  return sql`SELECT p.id FROM provider p WHERE ${conditions}
    ORDER BY p.display_name COLLATE "C", p.id LIMIT ${limit}`;
}

/**
 * Ids sorted by display name (byte order, the same on every server), then id. Walks `provider_name_idx` from the cursor
 * and stops at the limit; a filter that matches hardly anybody reads the whole table, 10,000 rows at most
 * (PROVIDERS_MAX), a few milliseconds. By location it starts from `provider_site_location_idx`.
 */
export async function listProviders(db: Db, filter: ProviderFilter): Promise<ProviderId[]> {
  invariant(filter.limit >= 1 && filter.limit <= PROVIDERS_PAGE_MAX, "a page of providers has 1 to 101 rows");
  const { rows } = await db.execute<{ id: string }>(namesStatement(filter));
  return rows.map((row) => row.id as ProviderId); // shape checked where it was stored
}
