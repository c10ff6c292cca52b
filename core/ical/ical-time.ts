/** Instants as iCalendar spells them, and the description of a zone that goes along. */
import { offsetChanges, offsetMsAt } from "../schedule/clinic-time.ts";
import { DAY_MS, type Instant, type Interval, instant, MINUTE_MS, plus, SECOND_MS } from "../time.ts";

/** A year on both sides of what is shown: calendars repeat and move what they were given. */
const ZONE_MARGIN_MS = 366 * DAY_MS;
/** For a zone without a change before the first one that is described. */
const LONG_AGO = "19700101T000000";

/** `20261124T152000`, without saying where. */
const basic = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 19).replace(/[-:]/g, "");

export const utcTime = (at: Instant): string => `${basic(at)}Z`;

/**
 * Whether the wall shows this time twice. RFC 5545 §3.3.5 says that the first is meant, but readers differ (ical.js takes
 * the second), so neither is trusted to a wall clock.
 */
function isShownTwice(at: Instant, zone: string): boolean {
  return offsetChanges(zone, plus(at, -DAY_MS), plus(at, DAY_MS)).some((change) => {
    const repeatedMs = change.beforeMs - change.afterMs;
    return repeatedMs > 0 && at >= change.at - repeatedMs && at < change.at + repeatedMs;
  });
}

/** [I2] `;TZID=America/Chicago:20261124T092000`, or `:…Z` where a wall-clock time could mean another hour. */
export function zonedTime(at: Instant, zone: string): string {
  if (zone === "UTC" || isShownTwice(at, zone)) return `:${utcTime(at)}`;
  return `;TZID=${zone}:${basic(at + offsetMsAt(zone, at))}`;
}

function spellOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / SECOND_MS;
  const two = (n: number): string => String(Math.trunc(n)).padStart(2, "0");
  const odd = seconds % 60 === 0 ? "" : two(seconds % 60);
  return `${offsetMs < 0 ? "-" : "+"}${two(seconds / 3_600)}${two((seconds / 60) % 60)}${odd}`;
}

function observance(localStart: string, beforeMs: number, afterMs: number): string[] {
  // Which of the two it is called changes nothing: a reader goes by the offsets.
  const kind = afterMs > beforeMs ? "DAYLIGHT" : "STANDARD";
  return [
    `BEGIN:${kind}`,
    `DTSTART:${localStart}`,
    `TZOFFSETFROM:${spellOffset(beforeMs)}`,
    `TZOFFSETTO:${spellOffset(afterMs)}`,
    `END:${kind}`,
  ];
}

/**
 * [I2] VTIMEZONE with each change around `shown` by itself: zones do not keep rules, they keep a history. Two to four
 * changes for each year shown.
 */
export function zoneLines(zone: string, shown: Interval): string[] {
  const changes = offsetChanges(zone, plus(shown.start, -ZONE_MARGIN_MS), plus(shown.end, ZONE_MARGIN_MS));
  const first = changes[0]?.beforeMs ?? offsetMsAt(zone, shown.start);
  return [
    "BEGIN:VTIMEZONE",
    `TZID:${zone}`,
    ...observance(LONG_AGO, first, first),
    ...changes.flatMap(({ at, beforeMs, afterMs }) => observance(basic(at + beforeMs), beforeMs, afterMs)),
    "END:VTIMEZONE",
  ];
}

/** A zone for a calendar with nothing in it, which must have one component all the same. */
export const utcZoneLines = (): string[] => zoneLines("UTC", { start: instant(0), end: instant(MINUTE_MS) });
