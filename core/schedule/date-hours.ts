/**
 * What a site has open on one local date. One order, stated once: the clinic's closures win over everything [S8], then
 * the exceptions of the date [S7], then breaks cut [S9] what the week opens [S1]. Spans that touch or overlap are one.
 */
import { type Instant, type Interval, instant } from "../time.ts";
import { type CalendarDate, wallTime, weekdayOf } from "./clinic-time.ts";
import type { DateException, DayHours, Site, WeeklyHours } from "./config.ts";

/** Which of the rules decided about the date; `explain` says it in words. */
export type HoursSource = "closure" | "closed" | "instead" | "week";

export interface DateHours {
  readonly source: HoursSource;
  /** In order, apart from one another, never empty ones. */
  readonly open: readonly Interval[];
  /** What was cut out of the week's hours, in order. */
  readonly breaks: readonly Interval[];
}

export function hoursOn(site: Site, date: CalendarDate): DateHours {
  if (site.closures?.some(({ from, until }) => from <= date && date <= until)) return none("closure"); // [S8]
  const exceptions = site.exceptions?.filter((exception) => exception.date === date) ?? [];
  if (exceptions.some(({ kind }) => kind === "closed")) return none("closed"); // [S7] nothing is added to a closed date
  const spans = (hours: readonly DayHours[]): Interval[] =>
    merged(hours.flatMap((h) => spanOf(site, date, h)));
  const extra = hoursOf(exceptions, "extra");
  const isInstead = exceptions.some(({ kind }) => kind === "instead");
  if (isInstead) {
    return { source: "instead", open: spans([...hoursOf(exceptions, "instead"), ...extra]), breaks: [] };
  }
  const breaks = spans(validOn(site.breaks ?? [], date));
  const week = without(spans(validOn(site.hours, date)), breaks); // [S9]
  return { source: "week", open: extra.length > 0 ? merged([...week, ...spans(extra)]) : week, breaks };
}

const none = (source: HoursSource): DateHours => ({ source, open: [], breaks: [] });

const hoursOf = (exceptions: readonly DateException[], wanted: "instead" | "extra"): DayHours[] =>
  exceptions.flatMap((exception) => (exception.kind === wanted ? exception.hours : []));

/** Rules of this weekday that hold on this date; dates compare as text. */
function validOn(rules: readonly WeeklyHours[], date: CalendarDate): WeeklyHours[] {
  const weekday = weekdayOf(date);
  return rules.filter(
    (rule) =>
      rule.weekday === weekday &&
      (rule.from === undefined || rule.from <= date) &&
      (rule.until === undefined || date <= rule.until),
  );
}

/** Hours and breaks alike begin at the first and end at the second of a time that is shown twice ([T2], [T3]). */
function spanOf(site: Site, date: CalendarDate, { opensAt, closesAt }: DayHours): Interval[] {
  const start = wallTime(date, opensAt, site.timeZone, "opening");
  const end = wallTime(date, closesAt, site.timeZone, "closing");
  return start < end ? [{ start, end }] : [];
}

/** The same time as few intervals in order: what touches or overlaps is one. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const inOrder = intervals.length > 1 ? intervals.toSorted((a, b) => a.start - b.start) : intervals;
  const result: { start: Instant; end: Instant }[] = [];
  for (const { start, end } of inOrder) {
    const last = result.at(-1);
    if (last && start <= last.end) last.end = instant(Math.max(last.end, end));
    else result.push({ start, end });
  }
  return result;
}

/** `intervals` less `cuts`; both in order and apart. */
export function without(intervals: readonly Interval[], cuts: readonly Interval[]): Interval[] {
  return intervals.flatMap(({ start, end }) => {
    const left: Interval[] = [];
    let at = start;
    for (const cut of cuts) {
      if (cut.end <= at || cut.start >= end) continue;
      if (cut.start > at) left.push({ start: at, end: cut.start });
      at = cut.end;
    }
    return at < end ? [...left, { start: at, end }] : left;
  });
}
