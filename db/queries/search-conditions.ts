/** The WHERE pieces that all searches share. Aliases: `p` provider, `c` clinic, `o` opening, `v` visit type. */
import { type SQL, sql } from "drizzle-orm";
import type { Gender } from "../../core/directory/directory.ts";
import { boxAround, EARTH_RADIUS_KM, type Point } from "../../core/directory/distance.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import type { DayPart } from "../../core/schedule/day-part.ts";
import type { Instant } from "../../core/time.ts";
import { foldText } from "../search-text.ts";

/** The API's page limit is 100; one more tells whether there is a next page. */
export const PROVIDERS_PAGE_MAX = 101;
/** Each word costs one comparison per provider; a name with a specialty has fewer. Further words are not looked at. */
export const SEARCH_WORDS_MAX = 6;
/** Calendars that one answer may find behind: each costs a call behind the answer. */
export const STALE_MAX = 10;

export interface Near extends Point {
  /** 1 to 500. */
  readonly radiusKm: number;
}

/** What a typed word stands for besides its letters (`correct-words.ts`). */
export interface WordMeaning {
  readonly specialties: readonly string[];
  readonly insurances: readonly string[];
}

export interface WhoFilter {
  /** Words that must all occur in name or specialty, in any order, without regard to case and accents. */
  readonly q?: string | undefined;
  /** By folded word; a word that is not in it is only its letters. */
  readonly meanings?: ReadonlyMap<string, WordMeaning> | undefined;
  readonly specialty?: string | undefined;
  /** BCP 47 tag. */
  readonly language?: string | undefined;
  readonly gender?: Gender | undefined;
  readonly insurance?: string | undefined;
  readonly acceptingNew?: boolean | undefined;
}

export interface WhereFilter {
  readonly locationIds?: readonly LocationId[] | undefined;
  readonly near?: Near | undefined;
}

export interface WhenFilter {
  readonly visitTypeId?: VisitTypeId | undefined;
  /** By the clinic's wall clock. */
  readonly timeOfDay?: DayPart | undefined;
  /** Dates of the clinic, both included. */
  readonly availableFrom?: CalendarDate | undefined;
  readonly availableTo?: CalendarDate | undefined;
}

/** A start that is open, as its calendar last told. */
export interface OpenStart {
  readonly start: Instant;
  readonly locationId: LocationId;
  readonly visitTypeId: VisitTypeId;
}

export interface NextOpening extends OpenStart {
  readonly providerId: ProviderId;
}

export const instantText = (at: Instant): string => new Date(at).toISOString();
export const allOf = (conditions: readonly (SQL | undefined)[]): SQL =>
  sql.join(
    conditions.filter((condition) => condition !== undefined),
    sql` AND `,
  );
/** Milliseconds since the epoch, as a number that JSON keeps exactly. */
export const epochMs = (moment: SQL): SQL => sql`(extract(epoch FROM ${moment}) * 1000)::float8`;

/** The folded words of a search, at most SEARCH_WORDS_MAX. */
export const wordsOf = (q: string): string[] =>
  foldText(q).split(/\s+/).filter(Boolean).slice(0, SEARCH_WORDS_MAX);

/** `%` and `_` typed by a person are letters, not wildcards. */
export const likeWord = (word: string): string => `%${word.replace(/[\\%_]/g, "\\$&")}%`;

function wordCondition(word: string, meaning: WordMeaning | undefined): SQL {
  const letters = sql`p.search_text LIKE ${likeWord(word)}`;
  const { specialties = [], insurances = [] } = meaning ?? {};
  if (specialties.length + insurances.length === 0) return letters;
  return sql`(${letters} OR p.specialties && ${sql.param([...specialties])}::text[]
    OR p.insurances && ${sql.param([...insurances])}::text[])`;
}

/** `@>` and not `= ANY`: only the former can use the GIN indexes of the three lists. */
const has = (column: "specialties" | "languages" | "insurances", value: string | undefined) =>
  value === undefined ? undefined : sql`p.${sql.identifier(column)} @> ARRAY[${value}]::text[]`;

export const whoConditions = (filter: WhoFilter): SQL[] =>
  [
    sql`p.deactivated_at IS NULL`,
    ...wordsOf(filter.q ?? "").map((word) => wordCondition(word, filter.meanings?.get(word))),
    has("specialties", filter.specialty),
    has("languages", filter.language),
    has("insurances", filter.insurance),
    filter.gender === undefined ? undefined : sql`p.gender = ${filter.gender}`,
    filter.acceptingNew === undefined ? undefined : sql`p.accepting_new_patients = ${filter.acceptingNew}`,
  ].filter((condition) => condition !== undefined);

/** Whole metres from `near` to the clinic `c`: rounded, so that a cursor compares the same number again. */
export const metresTo = ({
  latitude,
  longitude,
}: Point): SQL => sql`round(${2_000 * EARTH_RADIUS_KM}::float8 *
  asin(least(1, sqrt(power(sin(radians(c.latitude - ${latitude}::float8) / 2), 2) +
    cos(radians(${latitude}::float8)) * cos(radians(c.latitude)) *
    power(sin(radians(c.longitude - ${longitude}::float8) / 2), 2)))))`;

function nearConditions(near: Near): (SQL | undefined)[] {
  const { south, north, west, east } = boxAround(near, near.radiusKm);
  return [
    sql`c.latitude BETWEEN ${south}::float8 AND ${north}::float8`,
    west === null ? undefined : sql`c.longitude BETWEEN ${west}::float8 AND ${east}::float8`,
    sql`${metresTo(near)} <= ${near.radiusKm * 1_000}::float8`,
  ];
}

/** Of the clinic `c` that the other tables are joined to. */
export const whereConditions = ({ locationIds, near }: WhereFilter): SQL[] =>
  [
    sql`c.deactivated_at IS NULL`,
    locationIds === undefined ? undefined : sql`c.id = ANY(${sql.param([...locationIds])}::text[])`,
    ...(near ? nearConditions(near) : []),
  ].filter((condition) => condition !== undefined);

/**
 * `opening` with everything that says what a row of it is worth; the provider `p` is joined already. Distances and where a date
 * begins are computed for each of some hundred clinics, not for each row.
 */
export function joinOpenings({ availableFrom }: WhenFilter, where: WhereFilter): SQL {
  const conditions = allOf(whereConditions(where));
  const from = availableFrom
    ? sql`, ${availableFrom}::date::timestamp AT TIME ZONE c.time_zone AS from_at`
    : sql``;
  const clinics =
    availableFrom || where.near
      ? sql`JOIN (SELECT c.*${from} FROM clinic c WHERE ${conditions} OFFSET 0) c ON c.id = o.location_id`
      : sql`JOIN clinic c ON c.id = o.location_id AND ${conditions}`;
  return sql`JOIN opening o ON o.provider_id = p.id ${clinics}
    JOIN visit_type v ON v.id = o.visit_type_id AND v.deactivated_at IS NULL`;
}

const beginOf = ({ availableFrom }: WhenFilter): SQL =>
  sql`${availableFrom ?? null}::date::timestamp AT TIME ZONE c.time_zone`;

/** The list of `o` that the filter reads: of the whole day, or of a part of it. */
export const listOf = ({ timeOfDay }: WhenFilter): SQL => sql`o.${sql.identifier(timeOfDay ?? "starts")}`;

/** [S3] [S11] Of the visit type, unless the provider has another one at this site. */
export const NOTICE = sql`make_interval(mins => CASE WHEN p.overrides IS NULL THEN v.notice_minutes ELSE
  coalesce((jsonb_path_query_first(p.overrides, '$[*] ? (@.visitTypeId == $type && @.locationId == $place).noticeMinutes',
    jsonb_build_object('type', o.visit_type_id, 'place', o.location_id)) #>> '{}')::int, v.notice_minutes) END)`;

/**
 * [SE1] The first start of `o` that the filter means, after `now` and its notice; null = none. The list ascends, so
 * `width_bucket` finds the place by halving. `fromAt`: where the first date begins at `c`.
 */
export function firstStart(when: WhenFilter, now: Instant, fromAt: SQL = beginOf(when)): SQL {
  const moment = sql`${instantText(now)}::timestamptz`;
  // A millisecond earlier, because what is looked for comes after it.
  const after = sql`greatest(${moment}, ${moment} + ${NOTICE} - interval '1 ms'${
    when.availableFrom ? sql`, ${fromAt} - interval '1 ms'` : sql``
  })`;
  const list = listOf(when);
  return sql`${list}[width_bucket(${after}, ${list}) + 1]`;
}

/** What `start` must be before. The column is null where there is no start. */
export const beforeEnd = (start: SQL, { availableTo }: WhenFilter): SQL =>
  availableTo === undefined
    ? sql`${start} IS NOT NULL`
    : sql`${start} < (${availableTo}::date + 1)::timestamp AT TIME ZONE c.time_zone`;

export const ofVisitType = ({ visitTypeId }: WhenFilter): SQL | undefined =>
  visitTypeId && sql`o.visit_type_id = ${visitTypeId}`;

export const asksWhen = ({ timeOfDay, availableFrom, availableTo }: WhenFilter): boolean =>
  timeOfDay !== undefined || availableFrom !== undefined || availableTo !== undefined;
