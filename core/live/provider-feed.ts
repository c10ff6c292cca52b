/** What one socket of a provider watches, and how a change of busy time looks to it. Pure; the object only sends. */
import type { LocationId, ProviderId, VisitTypeId } from "../ids.ts";
import { dayInterval } from "../schedule/clinic-time.ts";
import type { Site } from "../schedule/config.ts";
import { type DayBits, dayOf, stepsIn, without } from "../schedule/day-bits.ts";
import {
  type BusyOf,
  earliestStart,
  type FreeStart,
  findVisit,
  freeStartBits,
  freeStarts,
  horizonEnd,
} from "../schedule/free-starts.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import { DAY_MS, type Instant, type Interval, instant, STEP_MS } from "../time.ts";
import { changesBetween, groupByDate } from "./availability-days.ts";
import { type DayChange, LIVE_PROTOCOL, type ProviderFrame } from "./protocol.ts";

/** A visit type over local dates [from, to], at one site or at all of the provider's. */
export interface AvailabilityQuery {
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId | null;
  /** `YYYY-MM-DD`, both inclusive, in the clinic's zone. */
  readonly from: string;
  readonly to: string;
}

export const feedKey = (query: AvailabilityQuery): string =>
  `${query.visitTypeId}/${query.locationId ?? ""}/${query.from}/${query.to}`;

function sitesOf(open: OpenDays, query: AvailabilityQuery): Site[] {
  return open.config.sites.filter(
    (site) => query.locationId === null || site.locationId === query.locationId,
  );
}

const windowAt = (site: Site, query: AvailabilityQuery): Interval => ({
  start: dayInterval(query.from, site.timeZone).start,
  end: dayInterval(query.to, site.timeZone).end,
});

/** Free starts that answer `query`, by time; null when the calendar does not know the visit type. */
export function startsFor(
  open: OpenDays,
  busyOf: BusyOf,
  query: AvailabilityQuery,
  now: Instant,
): FreeStart[] | null {
  if (!findVisit(open, query.visitTypeId)) return null;
  return sitesOf(open, query)
    .flatMap((site) => {
      const visit = open.rules(query.visitTypeId, site.locationId); // [S11] each site has its own
      return visit ? freeStarts(open, busyOf, visit, [site], windowAt(site, query), now) : [];
    })
    .sort((a, b) => a.start - b.start);
}

/**
 * [S3] [S4] Grows exactly when time alone changes what is free in the window of `query`: with the first start that is still
 * offered and the first one that is not offered yet, counted in steps at every site. With the revision it
 * names an answer; a window that neither bound touches keeps its name for hours. `now` is the clock of the answer.
 */
export function clockOf(open: OpenDays, query: AvailabilityQuery, now: Instant): number {
  let sum = 0;
  for (const site of sitesOf(open, query)) {
    const visit = open.rules(query.visitTypeId, site.locationId);
    if (!visit) continue;
    const { start, end } = windowAt(site, query);
    for (const bound of [earliestStart(visit, now), horizonEnd(visit, now)])
      sum += Math.ceil(Math.min(Math.max(bound, start), end) / STEP_MS);
  }
  return sum;
}

export interface AvailabilityBody {
  readonly providerId: ProviderId;
  readonly timeZone: string;
  readonly revision: number;
  readonly days: ReturnType<typeof groupByDate>;
}

/** The answer of `GET /providers/{id}/availability`; null when the visit type is unknown. */
export function availabilityBody(
  open: OpenDays,
  busyOf: BusyOf,
  query: AvailabilityQuery,
  revision: number,
  now: Instant,
): AvailabilityBody | null {
  const starts = startsFor(open, busyOf, query, now);
  if (!starts) return null;
  const zones = new Map(open.config.sites.map((site) => [site.locationId as string, site.timeZone]));
  return {
    providerId: open.config.providerId,
    timeZone: sitesOf(open, query)[0]?.timeZone ?? "UTC",
    revision,
    days: groupByDate(starts, (locationId) => zones.get(locationId) ?? "UTC"),
  };
}

/** [L1] The first frame of a socket. */
export function providerSnapshot(body: AvailabilityBody, query: AvailabilityQuery): ProviderFrame {
  return {
    type: "snapshot",
    protocol: LIVE_PROTOCOL,
    revision: body.revision,
    providerId: body.providerId,
    visitTypeId: query.visitTypeId,
    days: body.days,
  };
}

/**
 * [L2] What a change of busy time during `touched` means to one feed: starts that became free or were taken. A visit
 * may begin on the day before the change and run into it, and one on the day after may have its buffer or its way there,
 * or share the local date; so both days are compared too.
 * @param touched what was or is taken, with buffers
 */
export function feedChanges(
  open: OpenDays,
  before: BusyOf,
  after: BusyOf,
  query: AvailabilityQuery,
  touched: readonly Interval[],
  now: Instant,
): DayChange[] {
  const days = new Set<number>();
  for (const { start, end } of touched)
    for (let day = dayOf(start) - 1; day <= dayOf(end - 1) + 1; day++) days.add(day);
  return sitesOf(open, query).flatMap((site) => {
    const visit = open.rules(query.visitTypeId, site.locationId);
    if (!visit) return [];
    const window = windowAt(site, query);
    const from = Math.max(window.start, earliestStart(visit, now));
    const to = Math.min(window.end, horizonEnd(visit, now));
    const opened: Instant[] = [];
    const taken: Instant[] = [];
    for (const day of days) {
      const was = freeStartBits(open, before, visit, site, day);
      const is = freeStartBits(open, after, visit, site, day);
      opened.push(...instantsIn(day, without(is, was), from, to));
      taken.push(...instantsIn(day, without(was, is), from, to));
    }
    return changesBetween(site, opened, taken);
  });
}

function instantsIn(day: number, bits: DayBits, from: number, to: number): Instant[] {
  return stepsIn(bits)
    .map((step) => instant(day * DAY_MS + step * STEP_MS))
    .filter((start) => start >= from && start < to);
}
