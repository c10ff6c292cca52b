/** The projection of next open starts as the calendars of an empty network would tell it, from the engine itself. */
import type { Provider } from "../../core/directory/directory.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { dateAt, minuteOfDayAt } from "../../core/schedule/clinic-time.ts";
import type { Site } from "../../core/schedule/config.ts";
import { emptyDay } from "../../core/schedule/day-bits.ts";
import { dayPartOf } from "../../core/schedule/day-part.ts";
import { type BusyOf, freeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { DAY_MS, HOUR_MS, type Instant, plus } from "../../core/time.ts";

export interface OpeningRow {
  readonly providerId: ProviderId;
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId;
  readonly starts: readonly Instant[];
  readonly refreshAt: Instant;
}

const WINDOW_DAYS = 14;
/** On the first two dates; later only the first of each part of the day. */
const FIRST_DATES = 2;
const STARTS_A_PART_MAX = 6;
const REFRESH_HOURS = 12;

const NOBODY: BusyOf = Object.assign(() => emptyDay(), { occupants: () => [] });

function told(starts: readonly Instant[], { timeZone }: Site): Instant[] {
  const dates = [...new Set(starts.map((start) => dateAt(start, timeZone)))].slice(0, FIRST_DATES);
  const counts = new Map<string, number>();
  return starts.filter((start) => {
    const date = dateAt(start, timeZone);
    const key = `${date}/${dayPartOf(minuteOfDayAt(start, timeZone))}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= (dates.includes(date) ? STARTS_A_PART_MAX : 1);
  });
}

export function openingsOf(providers: readonly Provider[], now: Instant): OpeningRow[] {
  const window = { start: now, end: plus(now, WINDOW_DAYS * DAY_MS) };
  return providers.flatMap(({ id, calendar }) => {
    const open = new OpenDays(calendar);
    return calendar.sites.flatMap((site) =>
      calendar.visitTypes.map((visit) => {
        const rules = open.rules(visit.id, site.locationId) ?? visit;
        const free = freeStarts(open, NOBODY, rules, [site], window, now).map(({ start }) => start);
        return {
          providerId: id,
          visitTypeId: visit.id,
          locationId: site.locationId,
          starts: told(free, site),
          refreshAt: plus(now, REFRESH_HOURS * HOUR_MS),
        };
      }),
    );
  });
}

const ROWS_PER_INSERT = 1_000;

/** One JSON parameter a statement, for `INSERT INTO opening`. `sequence` is beyond any real one. */
export function* openingChunks(rows: readonly OpeningRow[]): Generator<string> {
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    const chunk = rows.slice(from, from + ROWS_PER_INSERT);
    yield JSON.stringify(
      chunk.map((row) => ({
        provider_id: row.providerId,
        visit_type_id: row.visitTypeId,
        location_id: row.locationId,
        sequence: 1_000_000_000,
        starts: row.starts.map((start) => new Date(start).toISOString()),
        refresh_at: new Date(row.refreshAt).toISOString(),
      })),
    );
  }
}

export const INSERT_OPENINGS =
  "INSERT INTO opening SELECT * FROM jsonb_populate_recordset(NULL::opening, $1::jsonb)";
