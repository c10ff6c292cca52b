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
  listOf,
  type NextOpening,
  ofVisitType,
  type WhenFilter,
  whoConditions,
} from "./search-conditions.ts";
import { cutOf, metRows, type Openings, rowsFor, soonestRows, staleOf } from "./soonest-rows.ts";

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
export function slotsStatement(filter: SlotFilter, rows: number | null = rowsFor(filter.limit)): SQL {
  const { specialty, locationIds, now, limit } = filter;
  const when = whenOf(filter);
  const conditions = allOf([...whoConditions({ specialty }), ofVisitType(when)]);
  const wanted = { when, where: { locationIds }, conditions, now, rows };
  return sql`WITH ${metRows(wanted)}, heads AS (
      SELECT m.provider_id, m.location_id FROM met m WHERE m.start IS NOT NULL
      GROUP BY m.provider_id, m.location_id
      ORDER BY min(m.start), m.provider_id, m.location_id LIMIT ${limit}
    ), slots AS MATERIALIZED (
      SELECT DISTINCT ON (s.start, m.provider_id, m.location_id) s.start, m.provider_id, m.location_id, m.visit_type_id
      FROM heads h JOIN met m ON m.provider_id = h.provider_id AND m.location_id = h.location_id
      JOIN opening o ON o.provider_id = m.provider_id AND o.visit_type_id = m.visit_type_id
        AND o.location_id = m.location_id
      JOIN clinic c ON c.id = o.location_id
      CROSS JOIN LATERAL unnest(${listOf(when)}) AS s(start)
      WHERE m.start IS NOT NULL AND s.start >= m.start AND ${beforeEnd(sql`s.start`, when)}
      ORDER BY s.start, m.provider_id, m.location_id, m.visit_type_id LIMIT ${limit}
    )
    (SELECT 'open' AS kind, s.provider_id AS id, ${epochMs(sql`s.start`)} AS start, s.location_id, s.visit_type_id
    FROM slots s)
    ${cutOf(wanted, sql`slots`, limit)} ${staleOf(wanted)}`;
}

const whenOf = (filter: SlotFilter): WhenFilter => ({
  visitTypeId: filter.visitTypeId,
  timeOfDay: filter.timeOfDay,
  availableFrom: filter.from,
  availableTo: filter.to,
});

/**
 * [SE2] Open starts by time, then provider and clinic, each once (without a visit type: with the first that fits). Into
 * `opening` as in `search-providers-soonest.ts`, or by `opening_location_idx`; the lists of `limit` places are opened.
 */
export async function soonestSlots(db: Db, filter: SlotFilter): Promise<Openings> {
  invariant(filter.limit >= 1 && filter.limit <= SLOTS_MAX, "an answer has 1 to 100 starts");
  const { limit, from } = filter;
  const found = await soonestRows(db, (rows) => slotsStatement(filter, rows), { limit, availableFrom: from });
  const key = ({ providerId, locationId }: NextOpening) => `${providerId}${locationId}`;
  found.openings.sort((a, b) => a.start - b.start || (key(a) < key(b) ? -1 : 1));
  return found;
}
