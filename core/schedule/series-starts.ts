/** When the visits of a series begin: the same wall-clock time at the clinic, whatever its clock does in between. */
import { DAY_MS, type Instant } from "../time.ts";
import { type CalendarDate, dateAt, minuteOfDayAt, wallTime, weekdayOf } from "./clinic-time.ts";

/** The part of an RFC 5545 recurrence rule that a clinic books by. */
export interface SeriesRule {
  readonly every: "day" | "week";
  /** Of days or weeks, 1 or more. */
  readonly interval: number;
  /** Visits, the first one included. */
  readonly count: number;
  /** ISO weekdays of a weekly rule; empty = that of the first visit. */
  readonly weekdays: readonly number[];
}

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/** A year: what repeats less often than that is no series. */
const INTERVAL_MAX = 52;

/**
 * [Z5] `FREQ=DAILY|WEEKLY` with `COUNT`, and `INTERVAL` and `BYDAY` if wanted; null for everything else, because a part
 * that we ignored would book other days than were asked for. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
 */
export function parseRecurrence(text: string): SeriesRule | null {
  const parts = new Map<string, string>();
  for (const part of text.replace(/^RRULE:/, "").split(";")) {
    const [name = "", value = ""] = part.split("=");
    if (parts.has(name) || value === "") return null;
    parts.set(name, value);
  }
  const { FREQ, COUNT, INTERVAL = "1", BYDAY = "", ...other } = Object.fromEntries(parts);
  if (Object.keys(other).length > 0 || (FREQ !== "DAILY" && FREQ !== "WEEKLY")) return null;
  if (!/^\d{1,3}$/.test(COUNT ?? "") || !/^\d{1,2}$/.test(INTERVAL)) return null;
  const weekdays = BYDAY === "" ? [] : BYDAY.split(",").map((day) => WEEKDAYS.indexOf(day) + 1);
  if (weekdays.includes(0) || (weekdays.length > 0 && FREQ === "DAILY")) return null;
  const [count, interval] = [Number(COUNT), Number(INTERVAL)];
  if (count < 1 || interval < 1 || interval > INTERVAL_MAX) return null;
  return {
    every: FREQ === "DAILY" ? "day" : "week",
    interval,
    count,
    weekdays: [...new Set(weekdays)].sort(),
  };
}

const plusDays = (date: CalendarDate, days: number): CalendarDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Dates of the rule from the first visit's on; null when that is not one of its weekdays. */
function datesOf(
  first: CalendarDate,
  { every, interval, count, weekdays }: SeriesRule,
): CalendarDate[] | null {
  if (every === "day") return Array.from({ length: count }, (_, n) => plusDays(first, n * interval));
  const own = weekdayOf(first);
  const days = weekdays.length > 0 ? weekdays : [own];
  if (!days.includes(own)) return null;
  const monday = plusDays(first, 1 - own);
  const dates: CalendarDate[] = [];
  for (let week = 0; dates.length < count; week += interval) {
    for (const day of days) {
      const date = plusDays(monday, week * 7 + day - 1);
      if (date >= first && dates.length < count) dates.push(date);
    }
  }
  return dates;
}

/**
 * [Z5] Starts in order, the first one as given; null when its weekday is not the rule's. A time that the clock skips on
 * one of the days is the moment of the change ([T2]), one that it shows twice the first ([T3]).
 */
export function seriesStarts(first: Instant, zone: string, rule: SeriesRule): Instant[] | null {
  const dates = datesOf(dateAt(first, zone), rule);
  const minute = minuteOfDayAt(first, zone);
  if (!dates) return null;
  return dates.map((date, n) => (n === 0 ? first : wallTime(date, minute, zone, "opening")));
}

/** A visit that a series has, as its clinic's wall shows it. */
export interface WallStart {
  readonly start: Instant;
  readonly timeZone: string;
}

const daysBetween = (from: CalendarDate, to: CalendarDate): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;

/**
 * [Z10] The new starts of visits whose first one moves to `first`: as many days apart as they are, all of them at the new
 * hour of their clinic's wall. Skipped and repeated times as in `seriesStarts`.
 * @param visits by start; the first one is the one that `first` is for
 */
export function movedStarts(visits: readonly WallStart[], first: Instant): Instant[] {
  const [leader] = visits;
  if (!leader) return [];
  const minute = minuteOfDayAt(first, leader.timeZone);
  const days = daysBetween(dateAt(leader.start, leader.timeZone), dateAt(first, leader.timeZone));
  return visits.map(({ start, timeZone }, n) =>
    n === 0 ? first : wallTime(plusDays(dateAt(start, timeZone), days), minute, timeZone, "opening"),
  );
}
