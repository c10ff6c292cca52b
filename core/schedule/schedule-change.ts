/** What another schedule would change: the times that open, the times that close, and who falls out of them. */
import type { AppointmentFacts } from "../booking/appointment.ts";
import type { LocationId } from "../ids.ts";
import type { Instant, Interval } from "../time.ts";
import { dateAt, nextDate } from "./clinic-time.ts";
import type { CalendarConfig, Site } from "./config.ts";
import { without } from "./date-hours.ts";
import { findSite } from "./free-starts.ts";
import { OpenDays, openIntervalsOn } from "./open-days.ts";

/** Four weeks show every weekday four times; what an effective date changes later is on nobody's screen yet. */
export const COMPARED_DAYS = 28;

export interface ChangedTime extends Interval {
  readonly locationId: LocationId;
}

export interface ScheduleChange {
  /** By site, then time, COMPARED_DAYS dates of each site from today on. */
  readonly opens: readonly ChangedTime[];
  readonly closes: readonly ChangedTime[];
}

/** [D13] Open time of `after` that `before` does not have, and the other way round. Busy time plays no part. */
export function scheduleChange(
  before: readonly Site[],
  after: readonly Site[],
  now: Instant,
): ScheduleChange {
  const ids = [...new Set([...before, ...after].map(({ locationId }) => locationId))];
  const only = (has: readonly Site[], lacks: readonly Site[]): ChangedTime[] =>
    ids.flatMap((locationId) => {
      const site = has.find((one) => one.locationId === locationId);
      const other = lacks.find((one) => one.locationId === locationId);
      if (!site) return [];
      return datesFrom(dateAt(now, site.timeZone)).flatMap((date) => {
        const open = openIntervalsOn(site, date);
        const rest = other ? without(open, openIntervalsOn(other, date)) : open;
        return rest.map((interval) => ({ ...interval, locationId }));
      });
    });
  return { opens: only(after, before), closes: only(before, after) };
}

function datesFrom(first: string): string[] {
  const dates = [first];
  while (dates.length < COMPARED_DAYS) dates.push(nextDate(dates[dates.length - 1] as string));
  return dates;
}

/** [D14] Whether a standing appointment would no longer lie in what the calendar offers: its site, its visit type, its hours. */
export function fallsOutside(open: OpenDays, facts: AppointmentFacts): boolean {
  const site = findSite(open, facts.locationId);
  if (!site || !open.config.visitTypes.some(({ id }) => id === facts.visitTypeId)) return true;
  return !open.contains(site, facts);
}

/** The standing appointments of `facts` that fall outside of `config`, in their order. */
export function fallingOutside(
  config: CalendarConfig,
  facts: readonly AppointmentFacts[],
): readonly AppointmentFacts[] {
  const open = new OpenDays(config);
  return facts.filter((one) => fallsOutside(open, one));
}
