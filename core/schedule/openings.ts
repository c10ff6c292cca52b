/**
 * The next open starts of a calendar, for whoever asks "who is soonest": of every date and part of a day the first one, and
 * a few more of the first dates. A list for finding; what is free is said by `freeStarts`, and decided by booking.
 */
import type { LocationId, VisitTypeId } from "../ids.ts";
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, STEP_MS } from "../time.ts";
import { type CalendarDate, dateAt, dayInterval, minuteOfDayAt } from "./clinic-time.ts";
import type { CalendarConfig, Site, VisitTypeRules } from "./config.ts";
import { type DayBits, dayOf, hasStep, stepsIn } from "./day-bits.ts";
import { DAY_PARTS, dayPartOf } from "./day-part.ts";
import { type BusyOf, earliestStart, freeStartBits, horizonEnd } from "./free-starts.ts";
import type { OpenDays } from "./open-days.ts";
import { hasSpecialty, rulesAt } from "./rules-at.ts";
import { capacityOf } from "./taken.ts";

/** Local dates from today on. Whoever wants a later time asks the calendar itself. */
export const OPENING_DAYS = 14;
/** The first dates with anything open have several starts of each part, so that a few bookings do not empty the list. */
const FULL_DATES = 2;
const STARTS_PER_PART = 4;
/** [OP2] One of each part of each date, three more of each part of the first two: 60 starts. */
export const OPENING_STARTS_MAX = DAY_PARTS.length * (OPENING_DAYS + FULL_DATES * (STARTS_PER_PART - 1));
/** [OP4] No list is good for longer: a new date comes into the window, and what nobody told is noticed. */
export const OPENING_LIFE_MS = 6 * HOUR_MS;
/** Of what is not offered any more: there is nothing to ask again for. */
export const NEVER: Instant = instant(Date.UTC(9999, 0, 1));

export interface Opening {
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId;
  /** Ascending, OPENING_STARTS_MAX at most; none = nothing is open. */
  readonly starts: readonly Instant[];
  /** Last moment at which the list still has the first free start. */
  readonly refreshAt: Instant;
}

export const openingKey = ({ visitTypeId, locationId }: Opening): string => `${visitTypeId}/${locationId}`;

/** Free starts of one local date and part that follow one another, ignoring notice and horizon. */
interface Run {
  /** Of the local date: days since the epoch. */
  readonly date: number;
  /** Index in DAY_PARTS. */
  readonly part: number;
  readonly starts: readonly Instant[];
}

/** Runs of one UTC day, and the busy bits that they were made from. */
interface KnownDay {
  readonly busy: readonly DayBits[];
  readonly runs: readonly Run[];
}

/** Nobody changes it. */
const CLOSED: KnownDay = { busy: [], runs: [] };

/** One visit type at one site. */
interface Group {
  readonly site: Site;
  readonly visit: VisitTypeRules;
  /** How many UTC days before and after one decide about it. */
  readonly before: number;
  readonly after: number;
  readonly days: Map<number, KnownDay>;
}

/** The dates that a list is about. */
interface Window {
  readonly today: number;
  readonly end: Instant;
}

const dateNumber = (date: CalendarDate): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOfNumber = (number: number): CalendarDate => new Date(number * DAY_MS).toISOString().slice(0, 10);

/**
 * Openings of one configuration. Keeps what a day gave for as long as nobody changes that day, and knows a change by
 * the busy bits being other ones: whoever keeps them makes new ones after a change. Losing it costs the computation.
 */
export class Openings {
  readonly #open: OpenDays;
  readonly #busyOf: BusyOf;
  readonly #groups: readonly Group[];

  constructor(open: OpenDays, busyOf: BusyOf) {
    this.#open = open;
    this.#busyOf = busyOf;
    this.#groups = open.config.sites.flatMap((site) =>
      open.config.visitTypes.flatMap(({ id }): Group[] => {
        const visit = open.rules(id, site.locationId);
        if (!visit || !hasSpecialty(open.config, visit)) return [];
        return [{ site, visit, ...reachOf(visit, open.config.travelMinutes ?? 0), days: new Map() }];
      }),
    );
  }

  /** [OP1] [OP2] [OP3] One list for each visit type that is offered, at each site. */
  at(now: Instant): Opening[] {
    const windows = new Map<string, Window>();
    return this.#groups.map((group) => {
      const { site, visit, days } = group;
      const window = windows.get(site.timeZone) ?? windowFrom(now, site.timeZone);
      windows.set(site.timeZone, window);
      const [first, last] = [dayOf(earliestStart(visit, now)), dayOf(window.end - 1)];
      for (const day of days.keys()) if (day < first || day > last) days.delete(day);
      const runs: Run[] = [];
      for (let day = first; day <= last; day++) runs.push(...this.#runsOf(group, day));
      return { visitTypeId: visit.id, locationId: site.locationId, ...listOf(runs, visit, window, now) };
    });
  }

  #runsOf({ site, visit, before, after, days }: Group, day: number): readonly Run[] {
    const known = days.get(day);
    if (known && isSame(known.busy, this.#busyOf, day - before)) return known.runs;
    if (!this.#open.open(site, day).some((word) => word !== 0)) {
      days.set(day, CLOSED);
      return CLOSED.runs;
    }
    // Most visits never run into the next UTC day, because the site is closed when it begins: one day less to compute.
    const isAlone = before === 0 && !hasStep(this.#open.open(site, day + 1), 0);
    const length = before + 1 + (isAlone ? 0 : after);
    const busy = Array.from({ length }, (_, index) => this.#busyOf(day - before + index));
    const runs = runsIn(
      stepsIn(freeStartBits(this.#open, this.#busyOf, visit, site, day)),
      day,
      site.timeZone,
    );
    days.set(day, { busy, runs });
    return runs;
  }
}

function isSame(known: readonly DayBits[], busyOf: BusyOf, firstDay: number): boolean {
  for (let index = 0; index < known.length; index++)
    if (known[index] !== busyOf(firstDay + index)) return false;
  return true;
}

/**
 * Buffers and ways reach into the neighbours of a day and no further (config.ts). A limit per local date counts visits
 * of the whole date, which may begin 25 hours before.
 */
function reachOf(visit: VisitTypeRules, travelMinutes: number): { before: number; after: number } {
  if (visit.perDayMax !== undefined) return { before: 2, after: 2 };
  const around = (visit.bufferBeforeMinutes ?? 0) + (visit.bufferAfterMinutes ?? 0) + travelMinutes;
  return { before: around > 0 || capacityOf(visit) > 1 ? 1 : 0, after: 1 };
}

function windowFrom(now: Instant, timeZone: string): Window {
  const today = dateNumber(dateAt(now, timeZone));
  return { today, end: dayInterval(dateOfNumber(today + OPENING_DAYS - 1), timeZone).end };
}

function runsIn(steps: readonly number[], day: number, timeZone: string): Run[] {
  const runs: { date: number; part: number; starts: Instant[] }[] = [];
  let spelled = "";
  let last: (typeof runs)[number] | undefined;
  for (const step of steps) {
    const start = instant(day * DAY_MS + step * STEP_MS);
    const part = DAY_PARTS.indexOf(dayPartOf(minuteOfDayAt(start, timeZone)));
    const date = dateAt(start, timeZone);
    if (last && date === spelled && last.part === part) {
      last.starts.push(start);
      continue;
    }
    spelled = date;
    last = { date: dateNumber(date), part, starts: [start] };
    runs.push(last);
  }
  return runs;
}

/** @param runs by time */
function listOf(
  runs: readonly Run[],
  visit: VisitTypeRules,
  { today }: Window,
  now: Instant,
): Pick<Opening, "starts" | "refreshAt"> {
  const from = earliestStart(visit, now);
  const to = horizonEnd(visit, now);
  /** How many of each date and part are listed, and the last of them. */
  const counts = new Uint8Array(OPENING_DAYS * DAY_PARTS.length);
  const lasts = new Float64Array(counts.length);
  const fullDates: number[] = [];
  const starts: Instant[] = [];
  let refreshAt: number = now + OPENING_LIFE_MS;
  for (const { date, part, starts: candidates } of runs) {
    if (date < today || date >= today + OPENING_DAYS) continue;
    const slot = (date - today) * DAY_PARTS.length + part;
    for (const start of candidates) {
      if (start < from) continue;
      const count = counts[slot] as number;
      if (start >= to) {
        // [OP4] The first of its part, not offered yet: the list lacks it from the moment at which it is.
        if (count === 0)
          return { starts, refreshAt: instant(Math.min(refreshAt, start - visit.horizonDays * DAY_MS)) };
        break;
      }
      if (fullDates.length < FULL_DATES && !fullDates.includes(date)) fullDates.push(date);
      if (count === (fullDates.includes(date) ? STARTS_PER_PART : 1)) {
        // [OP4] More of this part is free: when its last listed start has passed, another one is the first.
        refreshAt = Math.min(refreshAt, (lasts[slot] as number) - visit.noticeMinutes * MINUTE_MS);
        break;
      }
      counts[slot] = count + 1;
      lasts[slot] = start;
      starts.push(start);
    }
  }
  return { starts, refreshAt: instant(refreshAt) };
}

/**
 * [OP5] What must be told after `told`: lists that are other ones by now, those that are to be asked again, and an empty
 * one for whatever is not offered any more.
 */
export function untold(
  told: ReadonlyMap<string, Opening>,
  found: readonly Opening[],
  now: Instant,
): Opening[] {
  const news = found.filter((opening) => {
    const before = told.get(openingKey(opening));
    return !before || before.refreshAt < now || !hasSameStarts(before, opening);
  });
  const offered = new Set(found.map(openingKey));
  for (const [key, before] of told)
    if (!offered.has(key)) news.push({ ...before, starts: [], refreshAt: NEVER });
  return news;
}

/**
 * [OP5] What was told, to be told again where the notice has become shorter: the list may be the same, but who keeps it has taken
 * off what the longer one forbade ([SE12]).
 */
export function toldAgain(
  told: ReadonlyMap<string, Opening>,
  before: CalendarConfig,
  after: CalendarConfig,
): Map<string, Opening> {
  const noticeOf = (config: CalendarConfig, { visitTypeId, locationId }: Opening) =>
    rulesAt(config, visitTypeId, locationId)?.noticeMinutes ?? 0;
  return new Map(
    [...told].map(([key, opening]) => {
      const isShorter = noticeOf(after, opening) < noticeOf(before, opening);
      return [key, isShorter ? { ...opening, refreshAt: instant(0) } : opening];
    }),
  );
}

/** What has been told once `news` is: without what is not offered any more. */
export function afterTelling(
  told: ReadonlyMap<string, Opening>,
  news: readonly Opening[],
): Map<string, Opening> {
  const next = new Map(told);
  for (const opening of news) {
    if (opening.refreshAt === NEVER) next.delete(openingKey(opening));
    else next.set(openingKey(opening), opening);
  }
  return next;
}

const hasSameStarts = (a: Opening, b: Opening): boolean =>
  a.starts.length === b.starts.length && a.starts.every((start, index) => start === b.starts[index]);

/** From when on something must be told though nothing changed; NEVER when nothing is offered. */
export const staleAfter = (told: ReadonlyMap<string, Opening>): Instant =>
  instant(Math.min(NEVER, ...[...told.values()].map(({ refreshAt }) => refreshAt)));
