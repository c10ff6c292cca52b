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
import type { Site, VisitTypeRules } from "./config.ts";
import { type DayBits, dayOf, emptyDay, startsFitting, stepsIn } from "./day-bits.ts";
import type { OpenDays } from "./open-days.ts";
import { hasSpecialty } from "./rules-at.ts";

/** Busy steps of a UTC day, from whoever keeps them. */
export type BusyOf = (day: number) => DayBits;

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
  return startsFitting(
    [open.open(site, day), open.open(site, day + 1)],
    [busyOf(day), busyOf(day + 1)],
    visit.minutes / STEP_MINUTES,
    open.grid(site.timeZone, visit.gridMinutes, day),
  );
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
