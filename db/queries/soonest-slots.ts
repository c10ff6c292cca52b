/** The soonest open starts over all providers: for who does not mind with whom. */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import type { DayPart } from "../../core/schedule/day-part.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import {
  allOf,
  beforeEnd,
  epochMs,
  firstStart,
  inDayPart,
  JOIN_OPENINGS,
  ofVisitType,
  whereConditions,
  whoConditions,
} from "./search-conditions.ts";
import { type Openings, staleOf, toOpenings } from "./search-providers-soonest.ts";

export const SLOTS_MAX = 100;

export interface SlotFilter {
  readonly specialty?: string | undefined;
  readonly visitTypeId?: VisitTypeId | undefined;
  readonly locationIds?: readonly LocationId[] | undefined;
  /** Dates of the clinic, both included. */
  readonly from?: CalendarDate | undefined;
  readonly to?: CalendarDate | undefined;
  readonly timeOfDay?: DayPart | undefined;
  readonly now: Instant;
  /** 1 to SLOTS_MAX. */
  readonly limit: number;
}

/**
 * The soonest starts of all lie at the places with the soonest first starts: those are found first (`heads`), and only
 * their lists are opened.
 */
export function slotsStatement(filter: SlotFilter): SQL {
  const { specialty, locationIds, timeOfDay, now, limit } = filter;
  const when = { ...filter, availableFrom: filter.from, availableTo: filter.to };
  const conditions = allOf([
    ...whoConditions({ specialty }),
    ...whereConditions({ locationIds }),
    ofVisitType(when),
  ]);
  const wanted = allOf([
    beforeEnd(sql`s.start`, when),
    timeOfDay ? inDayPart(sql`s.start`, timeOfDay) : undefined,
  ]);
  return sql`WITH met AS MATERIALIZED (
      SELECT o.provider_id, o.location_id, o.visit_type_id, o.refresh_at,
        CASE WHEN ${beforeEnd(sql`f.start`, when)} THEN f.start END AS start
      FROM provider p ${JOIN_OPENINGS}
      CROSS JOIN LATERAL (SELECT ${firstStart(when, now)} AS start OFFSET 0) f
      WHERE ${conditions}
    ), heads AS (
      SELECT m.provider_id, m.location_id FROM met m WHERE m.start IS NOT NULL
      GROUP BY m.provider_id, m.location_id
      ORDER BY min(m.start), m.provider_id, m.location_id LIMIT ${limit}
    )
    (SELECT DISTINCT ON (s.start, m.provider_id, m.location_id) m.provider_id AS id,
      ${epochMs(sql`s.start`)} AS start, m.location_id, m.visit_type_id
    FROM heads h JOIN met m ON m.provider_id = h.provider_id AND m.location_id = h.location_id
    JOIN opening o ON o.provider_id = m.provider_id AND o.visit_type_id = m.visit_type_id
      AND o.location_id = m.location_id
    JOIN clinic c ON c.id = o.location_id
    CROSS JOIN LATERAL unnest(o.starts) AS s(start)
    WHERE m.start IS NOT NULL AND s.start >= m.start AND ${wanted}
    ORDER BY s.start, m.provider_id, m.location_id, m.visit_type_id LIMIT ${limit})
    UNION ALL (${staleOf(now)})`;
}

/**
 * [SE2] Open starts by time, then provider and clinic, each once (without a visit type: with the first that fits). Into
 * `opening` by `opening_visit_type_idx`, `opening_location_idx`, or from `provider_specialties_idx` by `opening_pk`. Worst
 * case as in `search-providers-soonest.ts`, plus the lists of `limit` places.
 */
export async function soonestSlots(db: Db, filter: SlotFilter): Promise<Openings> {
  invariant(filter.limit >= 1 && filter.limit <= SLOTS_MAX, "an answer has 1 to 100 starts");
  const { rows } = await db.execute<Parameters<typeof toOpenings>[0][number]>(slotsStatement(filter));
  const { openings, stale } = toOpenings(rows);
  const key = ({ providerId, locationId }: (typeof openings)[number]) => `${providerId}${locationId}`;
  openings.sort((a, b) => a.start - b.start || (key(a) < key(b) ? -1 : 1));
  return { openings, stale };
}
