/**
 * Times as people read them. `Intl` only: the browser has no Temporal everywhere, and a date put together by hand is
 * wrong somewhere. Server and browser call the same functions, so that hydration finds the words that are there.
 */

const LOCALE = "en-US";
const HOUR_MS = 3_600_000;

/** `Intl` objects cost about 50 µs each to make; a page formats hundreds of times with three of them. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name}/${zone}`;
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone });
    formats.set(key, known);
  }
  return known;
}

/** `Intl` puts a narrow no-break space before AM and PM; which one depends on its version, so neither stays. */
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, " ");

const clock = (at: number, zone: string): string =>
  plain(format("clock", zone, { hour: "numeric", minute: "2-digit" }).format(at));

/** `9:20 AM`; on the night that an hour is shown twice, `1:30 AM (first)` and `1:30 AM (second)`. */
export function timeText(at: number | string, zone: string): string {
  const moment = typeof at === "string" ? Date.parse(at) : at;
  const text = clock(moment, zone);
  if (clock(moment + HOUR_MS, zone) === text) return `${text} (first)`;
  return clock(moment - HOUR_MS, zone) === text ? `${text} (second)` : text;
}

/** A calendar date has no zone; UTC keeps `Intl` from moving it. */
const dateAsInstant = (date: string): number => Date.parse(`${date}T00:00:00Z`);

/** `Tuesday, November 24` for `2026-11-24`. */
export const dayText = (date: string): string =>
  format("day", "UTC", { weekday: "long", month: "long", day: "numeric" }).format(dateAsInstant(date));

/** `Nov 24` */
export const shortDateText = (date: string): string =>
  format("short-date", "UTC", { month: "short", day: "numeric" }).format(dateAsInstant(date));

/** `Tue` */
export const weekdayText = (date: string): string =>
  format("weekday", "UTC", { weekday: "short" }).format(dateAsInstant(date));

/** `24` */
export const dayOfMonthText = (date: string): string =>
  format("day-of-month", "UTC", { day: "numeric" }).format(dateAsInstant(date));

/** `Tuesday, November 24, 2026`: with the year, for what a person keeps. */
export const fullDateText = (at: number, zone: string): string =>
  plain(
    format("full-date", zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" }).format(at),
  );

/** `Tue, Nov 24, 9:20 AM` */
export const shortMomentText = (at: number, zone: string): string =>
  `${plain(format("short-moment", zone, { weekday: "short", month: "short", day: "numeric" }).format(at))}, ${timeText(at, zone)}`;

/** `Central Time`, whatever the season. */
export function zoneText(zone: string): string {
  const parts = format("zone", zone, { timeZoneName: "longGeneric" }).formatToParts(0);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** `Nov 24, 2026, 9:20 AM`: a moment that may be long ago. */
export const momentText = (at: number, zone: string): string =>
  plain(format("moment", zone, { dateStyle: "medium", timeStyle: "short" }).format(at));
