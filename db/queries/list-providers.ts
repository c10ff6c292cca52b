/** Which providers match a search, by name. The edge shapes the answer from its own copy of the directory. */
import { and, asc, eq, exists, isNull, type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";
import { provider, providerSite, providerVisitType } from "../schema/index.ts";
import { foldText } from "../search-text.ts";

/** The API's page limit is 100; one more tells whether there is a next page. */
export const PROVIDERS_PAGE_MAX = 101;
/** Each word costs one comparison per provider; a name with a specialty has fewer. Further words are not looked at. */
export const SEARCH_WORDS_MAX = 6;

export interface ProviderFilter {
  /** Words that must all occur in name or specialty, in any order, without regard to case and accents. */
  readonly q?: string | undefined;
  readonly specialty?: string | undefined;
  readonly locationId?: LocationId | undefined;
  /** BCP 47 tag. */
  readonly language?: string | undefined;
  readonly visitTypeId?: VisitTypeId | undefined;
  readonly acceptingNew?: boolean | undefined;
  /** 1 to PROVIDERS_PAGE_MAX. */
  readonly limit: number;
  /** The last provider of the page before. */
  readonly after?: { readonly displayName: string; readonly id: ProviderId } | undefined;
}

/** `%` and `_` typed by a person are letters, not wildcards. */
const likeWord = (word: string): string => `%${word.replace(/[\\%_]/g, "\\$&")}%`;

function conditions(db: Db, filter: ProviderFilter): (SQL | undefined)[] {
  const { specialty, locationId, language, visitTypeId, acceptingNew, after } = filter;
  const words = foldText(filter.q ?? "")
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, SEARCH_WORDS_MAX);
  const one = { one: sql`1` };
  return [
    isNull(provider.deactivatedAt), // [D10]
    ...words.map((word) => sql`${provider.searchText} LIKE ${likeWord(word)}`),
    specialty === undefined ? undefined : sql`${specialty} = ANY(${provider.specialties})`,
    language === undefined ? undefined : sql`${language} = ANY(${provider.languages})`,
    acceptingNew === undefined ? undefined : eq(provider.acceptingNewPatients, acceptingNew),
    locationId &&
      exists(
        db
          .select(one)
          .from(providerSite)
          .where(and(eq(providerSite.locationId, locationId), eq(providerSite.providerId, provider.id))),
      ),
    visitTypeId &&
      exists(
        db
          .select(one)
          .from(providerVisitType)
          .where(
            and(
              eq(providerVisitType.visitTypeId, visitTypeId),
              eq(providerVisitType.providerId, provider.id),
            ),
          ),
      ),
    after && sql`(${provider.displayName} COLLATE "C", ${provider.id}) > (${after.displayName}, ${after.id})`,
  ];
}

/**
 * Ids sorted by display name (byte order, the same on every server), then id. Walks `provider_name_idx` from the cursor
 * and stops at the limit; a filter that matches hardly anybody reads the whole table, 10,000 rows at most
 * (PROVIDERS_MAX), a few milliseconds. By location it starts from `provider_site_location_idx`.
 */
export async function listProviders(db: Db, filter: ProviderFilter): Promise<ProviderId[]> {
  invariant(filter.limit >= 1 && filter.limit <= PROVIDERS_PAGE_MAX, "a page of providers has 1 to 101 rows");
  const rows = await db
    .select({ id: provider.id })
    .from(provider)
    .where(and(...conditions(db, filter)))
    .orderBy(sql`${provider.displayName} COLLATE "C"`, asc(provider.id))
    .limit(filter.limit);
  return rows.map((row) => row.id as ProviderId); // shape checked where it was stored
}
