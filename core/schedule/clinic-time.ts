/**
 * The one door between a clinic's wall clock and instants. No other file knows what a time zone is.
 * Offsets come from the IANA database through Temporal; they are cached per zone and UTC year, because a lookup
 * through Temporal costs about a hundred times the arithmetic it saves.
 */
import { Temporal } from "temporal-polyfill";
import { invariant } from "../invariant.ts";
import { DAY_MS, type Instant, instant, MINUTE_MS, SECOND_MS } from "../time.ts";

/** `YYYY-MM-DD` in some clinic's zone. */
export type CalendarDate = string;

const DAY_MINUTES = DAY_MS / MINUTE_MS;

/** From `since` on, local time = UTC + `offsetMs`. */
interface OffsetSpan {
  readonly since: number;
  readonly offsetMs: number;
}

const offsetsByZoneYear = new Map<string, readonly OffsetSpan[]>();

function spansOfYear(zone: string, year: number): readonly OffsetSpan[] {
  const key = `${zone}/${year}`;
  const known = offsetsByZoneYear.get(key);
  if (known) return known;
  const yearEnd = Date.UTC(year + 1, 0, 1);
  let at = Temporal.Instant.fromEpochMilliseconds(Date.UTC(year, 0, 1)).toZonedDateTimeISO(zone);
  const spans: OffsetSpan[] = [];
  for (;;) {
    spans.push({ since: at.epochMilliseconds, offsetMs: at.offsetNanoseconds / 1e6 });
    const next = at.getTimeZoneTransition("next");
    if (!next || next.epochMilliseconds >= yearEnd) break;
    at = next;
  }
  offsetsByZoneYear.set(key, spans);
  return spans;
}

/** The span that answered last, because the next question is nearly always about the same zone and week. */
let lastZone = "";
let lastSince = 0;
let lastUntil = 0;
let lastOffsetMs = 0;

/** Milliseconds that the zone is ahead of UTC at `at`. */
export function offsetMsAt(zone: string, at: number): number {
  if (zone === lastZone && at >= lastSince && at < lastUntil) return lastOffsetMs;
  const year = new Date(at).getUTCFullYear();
  const spans = spansOfYear(zone, year);
  let index = spans.length - 1;
  while (index > 0 && (spans[index] as OffsetSpan).since > at) index--;
  const span = spans[index] as OffsetSpan;
  lastZone = zone;
  lastSince = Math.max(span.since, Date.UTC(year, 0, 1));
  lastUntil = spans[index + 1]?.since ?? Date.UTC(year + 1, 0, 1);
  lastOffsetMs = span.offsetMs;
  return lastOffsetMs;
}

/** A moment at which a zone's clocks change: from `at` on, local time = UTC + `afterMs`. */
export interface OffsetChange {
  readonly at: Instant;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Every change of offset in (from, to], in order; two a year in most zones, four at most. */
export function offsetChanges(zone: string, from: Instant, to: Instant): OffsetChange[] {
  const changes: OffsetChange[] = [];
  const lastYear = new Date(to).getUTCFullYear();
  for (let year = new Date(from).getUTCFullYear(); year <= lastYear; year++) {
    for (const { since, offsetMs: afterMs } of spansOfYear(zone, year)) {
      const beforeMs = offsetMsAt(zone, since - 1);
      if (since > from && since <= to && beforeMs !== afterMs)
        changes.push({ at: instant(since), beforeMs, afterMs });
    }
  }
  return changes;
}

/** The only change of offset in (from, to], or null. Zones change at most once in any two days. */
function transitionBetween(zone: string, from: number, to: number): number | null {
  const firstYear = new Date(from).getUTCFullYear();
  const lastYear = new Date(to).getUTCFullYear();
  for (let year = firstYear; year <= lastYear; year++) {
    for (const span of spansOfYear(zone, year)) {
      if (span.since > from && span.since <= to && offsetMsAt(zone, span.since - 1) !== span.offsetMs)
        return span.since;
    }
  }
  return null;
}

/**
 * The instant of a wall-clock time. `edge` says what a time means that the clock skips or shows twice:
 * [T2] skipped: both an opening and a closing fall on the moment of the change, so no slot lies in the gap.
 * [T3] shown twice: an opening is the first, a closing is the second, so neither hour is lost. Midnight at the end of a
 * date is the first one: the second belongs to the next date.
 * @param minuteOfDay minutes after local midnight, 0–1440.
 */
export function wallTime(
  date: CalendarDate,
  minuteOfDay: number,
  zone: string,
  edge: "opening" | "closing",
): Instant {
  const local = Date.parse(`${date}T00:00:00Z`) + minuteOfDay * MINUTE_MS;
  invariant(Number.isFinite(local), "a calendar date is YYYY-MM-DD");
  const before = offsetMsAt(zone, local - DAY_MS);
  const after = offsetMsAt(zone, local + DAY_MS);
  if (before === after) return instant(local - before);
  const change = transitionBetween(zone, local - DAY_MS, local + DAY_MS);
  invariant(change !== null, "two offsets have a change between them");
  const early = local - before < change ? local - before : null;
  const late = local - after >= change ? local - after : null;
  const first = edge === "opening" || minuteOfDay === DAY_MINUTES; // the end of a date is the first midnight after it
  if (early !== null && late !== null) return instant(first ? early : late);
  return instant(early ?? late ?? change);
}

/** The date that was spelled last: an answer spells dozens of times of one day. */
let lastDay = Number.NaN;
let lastDate = "";

/** `local` is local time as if it were UTC. */
function spellDate(local: number): CalendarDate {
  const day = Math.floor(local / DAY_MS);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, 10);
  }
  return lastDate;
}

/** The date on the clinic's wall at `at`. */
export function dateAt(at: Instant, zone: string): CalendarDate {
  return spellDate(at + offsetMsAt(zone, at));
}

export function nextDate(date: CalendarDate): CalendarDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** Minutes after local midnight, as the wall shows them. May have a fraction. */
export function minuteOfDayAt(at: Instant, zone: string): number {
  const local = at + offsetMsAt(zone, at);
  return (local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS;
}

/** ISO weekday of a date: 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: CalendarDate): number {
  return ((Date.parse(`${date}T00:00:00Z`) / DAY_MS + 3) % 7) + 1;
}

/** From midnight of `date` to midnight of the next day: 23, 24 or 25 hours. */
export function dayInterval(
  date: CalendarDate,
  zone: string,
): { readonly start: Instant; readonly end: Instant } {
  return { start: wallTime(date, 0, zone, "opening"), end: wallTime(nextDate(date), 0, zone, "opening") };
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const two = (n: number): string => TWO_DIGITS[Math.trunc(n)] as string;

/** [T1] RFC 3339 with the clinic's own offset, whole seconds: `2026-11-24T09:20:00-06:00`. */
export function spellInZone(at: Instant, zone: string): string {
  const offsetMs = offsetMsAt(zone, at);
  const local = at + offsetMs;
  const seconds = Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / SECOND_MS);
  const time = `${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  const offsetMinutes = Math.abs(offsetMs) / MINUTE_MS;
  const sign = offsetMs < 0 ? "-" : "+";
  return `${spellDate(local)}T${time}${sign}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
}
