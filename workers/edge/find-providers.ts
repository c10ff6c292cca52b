/** Who matches a search, a page at a time: the one path that the API and the pages share. */
import type { Gender, Provider } from "../../core/directory/directory.ts";
import type { Point } from "../../core/directory/distance.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import type { DayPart } from "../../core/schedule/day-part.ts";
import { rulesAt } from "../../core/schedule/rules-at.ts";
import { type Instant, instant, MINUTE_MS } from "../../core/time.ts";
import type { Db } from "../../db/index.ts";
import type { Near, NextOpening } from "../../db/queries/search-conditions.ts";
import type { EdgeSettings } from "../config.ts";
import { decodeCursor, encodeCursor } from "./api/paging.ts";
import type { Directory } from "./directory-cache.ts";
import { askReplica } from "./postgres.ts";
import { answered, questionKey } from "./search-cache.ts";

export type SortOrder = "soonest" | "distance" | "name";

/** A point, or a five-digit ZIP code. */
export type Place = Point | string;

export interface ProviderSearch {
  readonly q?: string | undefined;
  /** Words as they were typed: none of them is corrected. */
  readonly exact?: boolean | undefined;
  readonly specialty?: string | undefined;
  readonly locationId?: LocationId | undefined;
  readonly language?: string | undefined;
  readonly gender?: Gender | undefined;
  readonly insurance?: string | undefined;
  readonly visitTypeId?: VisitTypeId | undefined;
  readonly acceptingNew?: boolean | undefined;
  readonly near?: Place | undefined;
  /** 1 to 500; RADIUS_KM_DEFAULT if not given. */
  readonly radiusKm?: number | undefined;
  readonly availableFrom?: CalendarDate | undefined;
  readonly availableTo?: CalendarDate | undefined;
  readonly timeOfDay?: DayPart | undefined;
  /** By distance needs `near`. */
  readonly sort: SortOrder;
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface FoundProvider {
  readonly provider: Provider;
  /** The next start that the search means; null = none is known. */
  readonly next: NextOpening | null;
}

export interface ProviderPage {
  readonly found: readonly FoundProvider[];
  /** null = the last page. */
  readonly next: string | null;
  /** What was searched for instead of what was typed; null = that. */
  readonly correctedQuery: string | null;
  /** Where `near` is. */
  readonly point: Point | null;
  readonly asOf: Instant;
  readonly isStale: boolean;
  /** [SE8] Whose openings are out of date: for `refreshStale`. */
  readonly outOfDate: readonly ProviderId[];
}

/** An hour's way. */
export const RADIUS_KM_DEFAULT = 50;

type Queries = typeof import("../../db/index.ts");
type Cursor = { readonly key: string | number; readonly id: ProviderId } | undefined;

/** What Postgres said; kept for a second, so without what the isolate knows itself. */
interface Answer {
  readonly rows: readonly { readonly id: ProviderId; readonly next: NextOpening | null }[];
  readonly next: string | null;
  readonly correctedQuery: string | null;
  readonly point: Point | null;
  readonly outOfDate: readonly ProviderId[];
}

/** Which search a cursor belongs to: its order and its filters. FNV-1a; a mix-up costs a 400 or an odd page, no secret. */
function markOf({ cursor: _cursor, limit: _limit, ...search }: ProviderSearch): string {
  let hash = 0x811c9dc5;
  for (const char of questionKey("providers", search))
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** Any start or distance that there is; a made-up one must not become a date that Postgres does not have. */
const CURSOR_KEY_MAX = Date.UTC(2100, 0);

const isKey = (part: unknown): boolean =>
  Number.isSafeInteger(part) && (part as number) >= 0 && (part as number) < CURSOR_KEY_MAX;

const isCursorOf =
  (mark: string, sort: SortOrder) =>
  (parts: readonly unknown[]): parts is readonly [string, string | number, string] =>
    parts.length === 3 &&
    parts[0] === mark &&
    (sort === "name" ? typeof parts[1] === "string" : isKey(parts[1])) &&
    typeof parts[2] === "string";

/** [SE6] A cursor is of one search only. undefined = the first page; null = a cursor of something else. */
function readCursor(search: ProviderSearch): Cursor | null {
  if (search.cursor === undefined) return undefined;
  const parts = decodeCursor(search.cursor, isCursorOf(markOf(search), search.sort));
  return parts && { key: parts[1], id: parts[2] as ProviderId };
}

/** A page in one order: ids with the key that a cursor after them has. */
async function pageOf(
  [db, queries]: [Db, Queries],
  known: Directory,
  asked: ProviderSearch & { readonly point: Near | undefined; readonly meant: object; readonly now: Instant },
  after: Cursor,
): Promise<{
  rows: { id: ProviderId; key: string | number }[];
  openings: NextOpening[];
  stale: ProviderId[];
}> {
  const { sort, point: near, meant, now, cursor: _cursor, ...rest } = asked;
  const filter = { ...rest, ...meant, near, now, limit: asked.limit + 1 };
  if (sort === "soonest") {
    const from = after && { start: instant(Number(after.key)), id: after.id };
    const { openings, stale } = await queries.searchProvidersSoonest(db, { ...filter, after: from });
    return { rows: openings.map(({ providerId: id, start }) => ({ id, key: start })), openings, stale };
  }
  if (sort === "distance" && near) {
    const from = after && { metres: Number(after.key), id: after.id };
    const found = await queries.searchProvidersNearest(db, { ...filter, near, after: from });
    return { rows: found.map(({ id, metres }) => ({ id, key: metres })), openings: [], stale: [] };
  }
  const from = after && { displayName: String(after.key), id: after.id };
  const ids = await queries.listProviders(db, { ...filter, after: from });
  // A name is only needed for a cursor. Of somebody whom this isolate does not know yet there is none.
  const rows = ids.map((id) => ({ id, key: known.providers.get(id)?.displayName ?? "" }));
  return { rows, openings: [], stale: [] };
}

async function ask(
  db: Db,
  queries: Queries,
  known: Directory,
  search: ProviderSearch,
  after: Cursor,
  now: Instant,
): Promise<Answer | "unknown-place"> {
  const { q, near, limit, sort } = search;
  const [words, point] = await Promise.all([
    q === undefined ? null : queries.correctWords(db, q, search.exact),
    typeof near === "string" ? queries.findPostalArea(db, near) : near,
  ]);
  if (point === null) return "unknown-place";
  const circle = point && { ...point, radiusKm: search.radiusKm ?? RADIUS_KM_DEFAULT };
  const meant = words ? { q: words.q, meanings: words.meanings } : {};
  const page = await pageOf([db, queries], known, { ...search, point: circle, meant, now }, after);
  const rows = page.rows.slice(0, limit);
  const shown =
    sort === "soonest"
      ? page
      : await queries.nextOpenings(db, {
          ...whenOf(search),
          near: circle,
          providerIds: rows.map(({ id }) => id),
          now,
        });
  const nextOf = new Map(shown.openings.map((opening) => [opening.providerId, opening]));
  const last = rows.findLast(({ key }) => key !== ""); // who stands behind them comes again, known by then
  return {
    rows: rows.map(({ id }) => ({ id, next: nextOf.get(id) ?? null })),
    next: page.rows.length > limit && last ? encodeCursor([markOf(search), last.key, last.id]) : null,
    correctedQuery: words?.isCorrected ? words.q : null,
    point: point ?? null,
    outOfDate: shown.stale,
  };
}

const whenOf = ({ visitTypeId, timeOfDay, availableFrom, availableTo, locationId }: ProviderSearch) => ({
  visitTypeId,
  timeOfDay,
  availableFrom,
  availableTo,
  locationIds: locationId && [locationId],
});

/** [SE1] Whether a start that Postgres named, a moment or five minutes ago, can still be booked by the rules of its place. */
export function isStillOpen(provider: Provider, opening: NextOpening, now: Instant): boolean {
  const rules = rulesAt(provider.calendar, opening.visitTypeId, opening.locationId);
  return (
    rules !== null &&
    opening.start > now &&
    opening.start >= now + rules.noticeMinutes * MINUTE_MS &&
    provider.locationIds.includes(opening.locationId)
  );
}

/** Asks Postgres who matches; what is shown of them is the isolate's own copy. */
export async function findProviders(
  settings: EdgeSettings,
  known: Directory,
  search: ProviderSearch,
): Promise<ProviderPage | "bad-cursor" | "unknown-place"> {
  const after = readCursor(search);
  if (after === null) return "bad-cursor";
  const { value, asOf, isStale } = await answered(questionKey("providers", search), (now) =>
    askReplica(settings, (db, queries) => ask(db, queries, known, search, after, now)),
  );
  if (value === "unknown-place") return value;
  const now = instant(Date.now());
  const found = value.rows.flatMap(({ id, next }): FoundProvider[] => {
    const provider = known.providers.get(id);
    if (!provider?.active) return [];
    const isOpen = next !== null && isStillOpen(provider, next, now);
    // Who was listed for a start that has passed is not the soonest any more.
    return search.sort === "soonest" && !isOpen ? [] : [{ provider, next: isOpen ? next : null }];
  });
  const { next, correctedQuery, point, outOfDate } = value;
  return { found, next, correctedQuery, point, asOf, isStale, outOfDate };
}

/** When one provider is open next, for their own page; null also while Postgres is away. */
export async function nextOpeningOf(
  settings: EdgeSettings,
  provider: Provider,
): Promise<{ readonly next: NextOpening | null; readonly outOfDate: readonly ProviderId[] }> {
  const asked = { providerIds: [provider.id] };
  const { value } = await answered(questionKey("next", asked), (now) =>
    askReplica(settings, (db, { nextOpenings }) => nextOpenings(db, { ...asked, now })),
  );
  const [next] = value.openings;
  const isOpen = next !== undefined && isStillOpen(provider, next, instant(Date.now()));
  return { next: isOpen ? next : null, outOfDate: value.stale };
}
