/** Which starts are free: open time minus busy time, on the grid, inside notice and horizon. */
import type { LocationId, VisitTypeId } from "../ids.ts";
import {
  DAY_MS,
  type Instant,
  type Interval,
  instant,
  MINUTE_MS,
  plus,
  STEP_MINUTES,
  STEP_MS,
} from "../time.ts";
import { dateAt, dayInterval, nextDate } from "./clinic-time.ts";
import type { Site, VisitTypeRules } from "./config.ts";
import {
  both,
  type DayBits,
  dayOf,
  emptyDay,
  hasStep,
  markInterval,
  startsClear,
  startsFitting,
  stepsIn,
  utcDay,
  without,
} from "./day-bits.ts";
import type { OpenDays } from "./open-days.ts";
import { hasSpecialty } from "./rules-at.ts";
import { blockerAmong, capacityOf, type Occupant, seenFrom, visitsStarting } from "./taken.ts";

/** Taken steps of a UTC day, from whoever keeps them. */
export interface BusyOf {
  (day: number): DayBits;
  /** Who takes them. Asked only where that matters: group visits, ways between sites, limits per day. */
  readonly occupants: (day: number) => readonly Occupant[];
}

export interface FreeStart {
  readonly start: Instant;
  readonly end: Instant;
  readonly locationId: LocationId;
}

/** [S3] First start that is still offered: not before now plus notice. */
export const earliestStart = (visit: VisitTypeRules, now: Instant): Instant =>
  plus(now, visit.noticeMinutes * MINUTE_MS);
/** [S4] Starts at or after this are not offered yet. */
export const horizonEnd = (visit: VisitTypeRules, now: Instant): Instant =>
  plus(now, visit.horizonDays * DAY_MS);

/** Free start steps of one visit type at one site on one UTC day; ignores notice and horizon. `visit`: the rules there. */
export function freeStartBits(
  open: OpenDays,
  busyOf: BusyOf,
  visit: VisitTypeRules,
  site: Site,
  day: number,
): DayBits {
  if (!hasSpecialty(open.config, visit)) return emptyDay(); // [B21] what booking refuses to everybody is not shown
  const travelMinutes = open.config.travelMinutes ?? 0;
  const busy =
    travelMinutes === 0 ? busyOf : (other: number) => busySeenFrom(site, busyOf, travelMinutes, other);
  const before = (visit.bufferBeforeMinutes ?? 0) / STEP_MINUTES;
  const around = before + (visit.bufferAfterMinutes ?? 0) / STEP_MINUTES;
  const inOpenTime = (taken: readonly [DayBits, DayBits]): DayBits =>
    startsFitting(
      [open.open(site, day), open.open(site, day + 1)],
      taken,
      visit.minutes / STEP_MINUTES,
      open.grid(site.timeZone, visit.gridMinutes, day),
    );
  let starts =
    around === 0
      ? inOpenTime([busy(day), busy(day + 1)])
      : both(
          inOpenTime([NOBODY, NOBODY]), // [S10] buffers need no open time, only time that is nobody's
          startsClear(
            [busy(day - 1), busy(day), busy(day + 1)],
            before,
            around + visit.minutes / STEP_MINUTES,
          ),
        );
  if (capacityOf(visit) > 1) {
    const joinable = sessionsWithSeats(open, busyOf, visit, site, day);
    const possible = both(inOpenTime([NOBODY, NOBODY]), joinable);
    starts = starts.map((word, index) => word | (possible[index] as number));
  }
  return visit.perDayMax === undefined
    ? starts
    : without(starts, fullDates(busyOf, visit, visit.perDayMax, site, day));
}

const NOBODY: DayBits = emptyDay();

/** Everybody around some UTC days, each once: who takes time across midnight stands in two days. */
function occupantsAround(busyOf: BusyOf, fromDay: number, toDay: number): Occupant[] {
  const byId = new Map<string, Occupant>();
  for (let day = fromDay; day <= toDay; day++)
    for (const occupant of busyOf.occupants(day)) byId.set(occupant.id, occupant);
  return [...byId.values()];
}

/** [B23] Busy steps as a visit at `site` sees them. */
function busySeenFrom(site: Site, busyOf: BusyOf, travelMinutes: number, day: number): DayBits {
  const bits = emptyDay();
  for (const occupant of occupantsAround(busyOf, day - 1, day + 1))
    markInterval(bits, day, seenFrom(site.locationId, occupant, travelMinutes));
  return bits;
}

/** [B18] Starts of groups with a seat left. Everybody else sees a group as busy time, so only these are added. */
function sessionsWithSeats(
  open: OpenDays,
  busyOf: BusyOf,
  visit: VisitTypeRules,
  site: Site,
  day: number,
): DayBits {
  const bits = emptyDay();
  const others = occupantsAround(busyOf, day - 1, day + 1);
  for (const { visitTypeId, locationId, visitStart: start } of others) {
    if (visitTypeId !== visit.id || locationId !== site.locationId || start === null) continue;
    const step = (start - day * DAY_MS) / STEP_MS;
    if (dayOf(start) !== day || hasStep(bits, step)) continue;
    if (blockerAmong(others, visit, { locationId, start }, open.config.travelMinutes ?? 0) === null)
      markInterval(bits, day, { start, end: plus(start, STEP_MS) });
  }
  return bits;
}

/** [B22] Steps of this UTC day that lie on a local date whose visits of this type are all taken. */
function fullDates(
  busyOf: BusyOf,
  visit: VisitTypeRules,
  perDayMax: number,
  site: Site,
  day: number,
): DayBits {
  const bits = emptyDay();
  const last = dateAt(plus(utcDay(day).end, -1), site.timeZone);
  for (let date = dateAt(utcDay(day).start, site.timeZone); date <= last; date = nextDate(date)) {
    const interval = dayInterval(date, site.timeZone);
    const others = occupantsAround(busyOf, dayOf(interval.start), dayOf(interval.end - 1));
    if (visitsStarting(others, visit.id, interval) >= perDayMax) markInterval(bits, day, interval);
  }
  return bits;
}

/** Free starts in [from, to) at the given sites, which share the rules `visit`, by time. Bounded by the window, which callers bound to 31 days. */
export function freeStarts(
  open: OpenDays,
  busyOf: BusyOf,
  visit: VisitTypeRules,
  sites: readonly Site[],
  window: Interval,
  now: Instant,
): FreeStart[] {
  const from = Math.max(window.start, earliestStart(visit, now));
  const to = Math.min(window.end, horizonEnd(visit, now));
  const found: FreeStart[] = [];
  for (let day = dayOf(from); day * DAY_MS < to; day++) {
    for (const site of sites) {
      for (const step of stepsIn(freeStartBits(open, busyOf, visit, site, day))) {
        const start = instant(day * DAY_MS + step * STEP_MS);
        if (start >= from && start < to) {
          found.push({ start, end: plus(start, visit.minutes * MINUTE_MS), locationId: site.locationId });
        }
      }
    }
  }
  return sites.length > 1 ? found.sort((a, b) => a.start - b.start) : found;
}

/** How far around a lost start we look for others, on either side. */
const ALTERNATIVE_DAYS = 14;
export const ALTERNATIVES_MAX = 3;

/**
 * [B9] The free starts nearest to `wanted`, at most three, nearest first (the earlier one on a tie). Looks one day
 * further out at a time and stops when nothing nearer can be left.
 */
export function nearestFreeStarts(
  open: OpenDays,
  busyOf: BusyOf,
  visit: VisitTypeRules,
  sites: readonly Site[],
  wanted: Instant,
  now: Instant,
): FreeStart[] {
  let found: FreeStart[] = [];
  for (let days = 1; days <= ALTERNATIVE_DAYS; days++) {
    const window = { start: plus(wanted, -days * DAY_MS), end: plus(wanted, days * DAY_MS) };
    found = freeStarts(open, busyOf, visit, sites, window, now);
    if (found.length >= ALTERNATIVES_MAX) break;
  }
  return found
    .sort((a, b) => Math.abs(a.start - wanted) - Math.abs(b.start - wanted) || a.start - b.start)
    .slice(0, ALTERNATIVES_MAX);
}

/** The provider's own rules of a visit type, for whoever asks whether it is offered; a decision asks `open.rules`. */
export const findVisit = (open: OpenDays, id: VisitTypeId): VisitTypeRules | null =>
  open.config.visitTypes.find((visit) => visit.id === id) ?? null;
export const findSite = (open: OpenDays, id: LocationId): Site | null =>
  open.config.sites.find((site) => site.locationId === id) ?? null;
