/** Whether a wanted time is free of everybody who takes time on the calendar. */
import { invariant } from "../invariant.ts";
import { dateAt, dayInterval } from "../schedule/clinic-time.ts";
import type { VisitTypeRules } from "../schedule/config.ts";
import { findSite } from "../schedule/free-starts.ts";
import { blockerAmong, takenBy, visitsStarting } from "../schedule/taken.ts";
import { type Instant, type Interval, MINUTE_MS, overlaps, plus } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { Place } from "./commands.ts";
import { type Blocker, type BookingRefusal, broken } from "./refusal.ts";

export type { Occupant } from "../schedule/taken.ts";

type Rows = Pick<CalendarView, "occupantsIn" | "open">;

/** The rules that hold for a place. A place that nobody offers was refused before anybody asks who is there. */
function rulesFor(view: Rows, place: Place): VisitTypeRules {
  const visit = view.open.rules(place.visitTypeId, place.locationId);
  invariant(visit !== null, "rules are tested before rivals");
  return visit;
}

/** [R2] Whether a visit at this place needs more than the provider: then only a saga may take the time. */
export const needsResources = (view: Rows, place: Place): boolean =>
  (rulesFor(view, place).requires?.length ?? 0) > 0;

/** [S10] What a visit at this place takes by today's rules; stored with it, so that later rules do not move it. */
export const takenAt = (view: Rows, place: Place): Interval => takenBy(rulesFor(view, place), place.start);

/**
 * [B1] [B18] [B23] The class of what keeps a visit from `place`, or null when nothing does.
 * @param except the row that the caller gives up with the same command: its own appointment, or the hold it converts
 */
export function blockerOf(view: Rows, place: Place, except: string | null, now: Instant): Blocker | null {
  const visit = rulesFor(view, place);
  const travelMinutes = view.open.config.travelMinutes ?? 0;
  const taken = takenBy(visit, place.start);
  const others = view.occupantsIn(
    {
      start: plus(taken.start, -travelMinutes * MINUTE_MS),
      end: plus(taken.end, travelMinutes * MINUTE_MS),
    },
    now,
  );
  return blockerAmong(
    others.filter(({ id }) => id !== except),
    visit,
    place,
    travelMinutes,
  );
}

/** [J5] The class of what takes a minute of a resource: it has no visit types, so no buffers and no groups of its own. */
export function resourceBlocker(
  view: Rows,
  interval: Interval,
  except: string | null,
  now: Instant,
): Blocker | null {
  const others = view.occupantsIn(interval, now).filter(({ id }) => id !== except);
  return others.find((other) => overlaps(other, interval))?.kind ?? null;
}

/** [B22] A visit type may have a number of visits on one local date of the site, wherever they take place. */
export function brokenDayLimit(
  view: Rows,
  place: Place,
  except: string | null,
  now: Instant,
): BookingRefusal | null {
  const { id, perDayMax } = rulesFor(view, place);
  const zone = findSite(view.open, place.locationId)?.timeZone;
  if (perDayMax === undefined || zone === undefined) return null;
  const date = dayInterval(dateAt(place.start, zone), zone);
  const others = view.occupantsIn(date, now).filter((other) => other.id !== except);
  return visitsStarting(others, id, date) < perDayMax ? null : broken("day-limit-reached");
}
