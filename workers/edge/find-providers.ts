/** Who matches a search, a page at a time: the one path that the API and the pages share. */
import type { Provider } from "../../core/directory/directory.ts";
import type { Point } from "../../core/directory/distance.ts";
import type { LocationId, ProviderId } from "../../core/ids.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { WhenFilter, WhoFilter } from "../../db/queries/search-conditions.ts";
import type { EdgeSettings } from "../config.ts";
import { decodeCursor, encodeCursor } from "./api/paging.ts";
import type { Directory } from "./directory-cache.ts";
import { askPostgres } from "./postgres.ts";
import { isOld, remembered } from "./search-cache.ts";

export interface ProviderSearch extends Omit<WhoFilter, "meanings">, WhenFilter {
  readonly locationId?: LocationId | undefined;
  /** A point, or a five-digit ZIP code. */
  readonly near?: Point | string | undefined;
  readonly radiusKm?: number | undefined;
  /** By name if it is not said. `distance` needs `near`. */
  readonly sort?: "soonest" | "distance" | "name" | undefined;
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface FoundProvider {
  readonly provider: Provider;
  /** The next open start that the search means, as the projection has it; null = none known. */
  readonly nextOpenAt: { readonly start: Instant; readonly locationId: LocationId } | null;
}

export interface ProviderPage {
  readonly providers: readonly FoundProvider[];
  /** null = the last page. */
  readonly next: string | null;
  /** What was searched for instead of what was typed; null = what was typed. */
  readonly correctedQuery: string | null;
  /** Where `near` is; null = the search has no place. */
  readonly point: Point | null;
  /** Calendars to be asked for their openings again. */
  readonly stale: readonly ProviderId[];
  /** [SE10] Postgres is away, and this is what it said a while ago. */
  readonly isOld: boolean;
}

/** Why a search cannot be made: a cursor that is not of this list, a ZIP code that nobody knows. */
export type SearchMistake = "cursor" | "near";

/** Without one, what most people drive for a doctor. */
const RADIUS_KM_DEFAULT = 50;

/** Where a page ended: the key of its order, then the id. */
type After = readonly [key: string | number, id: string];
const isAfter = (parts: readonly unknown[]): parts is After =>
  parts.length === 2 && ["string", "number"].includes(typeof parts[0]) && typeof parts[1] === "string";

interface Rows {
  readonly rows: readonly { readonly id: ProviderId; readonly key: string | number }[];
  readonly nextOpen: ReadonlyMap<ProviderId, { readonly start: Instant; readonly locationId: LocationId }>;
  readonly correctedQuery: string | null;
  readonly point: Point | null;
  readonly stale: readonly ProviderId[];
}

/** One question to Postgres, in up to four statements; the ids and keys of a page and one more. null = unknown ZIP code. */
function ask(
  settings: EdgeSettings,
  { limit: shown, near: place, radiusKm, locationId, q, sort = "name", cursor: _, ...rest }: ProviderSearch,
  after: After | null,
  known: Directory,
): Promise<Rows | null> {
  return askPostgres(settings, async (db, queries) => {
    const point = typeof place === "string" ? await queries.findPostalArea(db, place) : (place ?? null);
    if (place !== undefined && point === null) return null;
    const words = q === undefined ? null : await queries.correctWords(db, q);
    const now = instant(Date.now());
    const limit = shown + 1;
    const near = point ? { ...point, radiusKm: radiusKm ?? RADIUS_KM_DEFAULT } : undefined;
    const meant = words ? { q: words.q, meanings: words.meanings } : {};
    const common = { ...rest, ...meant, locationId, near, now, limit };
    const about = { correctedQuery: words?.isCorrected ? words.q : null, point };
    if (sort === "soonest") {
      const from = after ? { start: instant(Number(after[0])), id: after[1] as ProviderId } : undefined;
      const { openings, stale } = await queries.searchProvidersSoonest(db, { ...common, after: from });
      const rows = openings.map(({ providerId: id, start }) => ({ id, key: start }));
      return { ...about, rows, nextOpen: new Map(openings.map((one) => [one.providerId, one])), stale };
    }
    const rows =
      sort === "distance" && near
        ? (
            await queries.searchProvidersNearest(db, {
              ...common,
              near,
              after: after ? { metres: Number(after[0]), id: after[1] as ProviderId } : undefined,
            })
          ).map(({ id, metres }) => ({ id, key: metres }))
        : (
            await queries.listProviders(db, {
              ...common,
              after: after ? { displayName: String(after[0]), id: after[1] as ProviderId } : undefined,
            })
          ).map((id) => ({ id, key: known.providers.get(id)?.displayName ?? "" }));
    const { openings, stale } = await queries.nextOpenings(db, {
      ...rest,
      providerIds: rows.slice(0, shown).map(({ id }) => id),
      ...(locationId && { locationIds: [locationId] }),
      near,
      now,
    });
    return { ...about, rows, nextOpen: new Map(openings.map((one) => [one.providerId, one])), stale };
  });
}

/**
 * Asks Postgres who matches; what is shown of them is the isolate's own copy. A start that has passed since is not shown.
 * @throws PostgresUnavailable
 */
export async function findProviders(
  settings: EdgeSettings,
  known: Directory,
  search: ProviderSearch,
): Promise<ProviderPage | SearchMistake> {
  const after = search.cursor === undefined ? null : decodeCursor(search.cursor, isAfter);
  if (search.cursor !== undefined && !after) return "cursor";
  const found = await remembered(`providers ${JSON.stringify(search)}`, () =>
    ask(settings, search, after, known),
  );
  if (!found.value) return "near";
  const { rows, nextOpen, correctedQuery, point, stale } = found.value;
  const page = rows.slice(0, search.limit);
  const last = page.at(-1);
  const now = Date.now();
  const providers = page.flatMap(({ id }): FoundProvider[] => {
    const provider = known.providers.get(id);
    const next = nextOpen.get(id);
    return provider ? [{ provider, nextOpenAt: next && next.start > now ? next : null }] : [];
  });
  return {
    providers: search.sort === "soonest" ? providers.filter(({ nextOpenAt }) => nextOpenAt) : providers,
    next: rows.length > search.limit && last ? encodeCursor([last.key, last.id]) : null,
    correctedQuery,
    point,
    stale,
    isOld: isOld(found),
  };
}
