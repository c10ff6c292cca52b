/**
 * Appointments as an iCalendar object (RFC 5545, 5546): one for a download, a patient's for a feed. Made of facts only:
 * what a person wrote, the provider and the kind of visit stay out, because calendars are shared with families and firms.
 */
import { type AppointmentFacts, occupiesTime } from "../booking/appointment.ts";
import type { Clinic } from "../directory/directory.ts";
import { DAY_MS, type Instant, type Interval, instant, plus } from "../time.ts";
import { escapeText, quoteParameter, serialise } from "./content-line.ts";
import { utcTime, utcZoneLines, zonedTime, zoneLines } from "./ical-time.ts";

export interface CalendarEntry {
  readonly facts: AppointmentFacts;
  /** null if the clinic has left the directory. */
  readonly clinic: Clinic | null;
}

/** [I7] A feed shows a month back and a year ahead: what a calendar program shows, and shorter than claims live. */
const FEED_PAST_MS = 30 * DAY_MS;
const FEED_FUTURE_MS = 365 * DAY_MS;
/** [I7] Bounds one answer to about 250 KB. A patient has at most twenty open appointments; the rest is history. */
export const FEED_EVENTS_MAX = 500;
export const feedWindow = (now: Instant): Interval => ({
  start: plus(now, -FEED_PAST_MS),
  end: plus(now, FEED_FUTURE_MS),
});

const PRODUCT = "-//Openslot//Appointments 1.0//EN";
/** RFC 5546 wants an organizer. A clinic has no mailbox here, and `.invalid` reaches nobody. */
const ORGANIZER = "mailto:no-reply@openslot.invalid";
/** How often programs may ask again: some take it as their pace, most have their own. */
const REFRESH = "PT1H";

/** [I5] A file for one appointment; a cancelled one takes its event out of the calendar. */
export function appointmentFile(entry: CalendarEntry): string {
  return calendar(entry.facts.status === "cancelled" ? "CANCEL" : "PUBLISH", [], [entry]);
}

/** [I7] A patient's feed. Cancelled ones stay in it, marked, so that a copy elsewhere learns of it. */
export function patientFeed(entries: readonly CalendarEntry[]): string {
  const about = [
    "NAME:Appointments",
    "X-WR-CALNAME:Appointments",
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
    `X-PUBLISHED-TTL:${REFRESH}`,
  ];
  return calendar("PUBLISH", about, entries.slice(0, FEED_EVENTS_MAX));
}

function calendar(
  method: "PUBLISH" | "CANCEL",
  about: readonly string[],
  entries: readonly CalendarEntry[],
): string {
  return serialise([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:${PRODUCT}`,
    "CALSCALE:GREGORIAN",
    `METHOD:${method}`,
    ...about,
    ...zonesOf(entries),
    ...entries.flatMap(eventLines),
    "END:VCALENDAR",
  ]);
}

/** Each zone once, described around everything that is shown in it. */
function zonesOf(entries: readonly CalendarEntry[]): string[] {
  if (entries.length === 0) return utcZoneLines();
  const byZone = Map.groupBy(
    entries.map(({ facts }) => facts),
    ({ timeZone }) => timeZone,
  );
  byZone.delete("UTC"); // times end in Z and need no description
  return [...byZone].flatMap(([zone, shown]) =>
    zoneLines(zone, {
      start: instant(Math.min(...shown.map(({ start }) => start))),
      end: instant(Math.max(...shown.map(({ end }) => end))),
    }),
  );
}

function eventLines({ facts, clinic }: CalendarEntry): string[] {
  return [
    "BEGIN:VEVENT",
    `UID:${facts.id}@openslot`, // [I1]
    `SEQUENCE:${facts.version - 1}`,
    `DTSTAMP:${utcTime(facts.updatedAt)}`,
    `CREATED:${utcTime(facts.createdAt)}`,
    `LAST-MODIFIED:${utcTime(facts.updatedAt)}`,
    `STATUS:${facts.status === "cancelled" ? "CANCELLED" : "CONFIRMED"}`,
    `TRANSP:${occupiesTime(facts.status) ? "OPAQUE" : "TRANSPARENT"}`,
    "CLASS:PRIVATE",
    "SUMMARY:Appointment", // [I4]
    `DTSTART${zonedTime(facts.start, facts.timeZone)}`,
    `DTEND${zonedTime(facts.end, facts.timeZone)}`,
    ...(clinic ? [`LOCATION:${escapeText(placeOf(clinic))}`] : []),
    `ORGANIZER${clinic ? `;CN=${quoteParameter(clinic.name)}` : ""}:${ORGANIZER}`,
    "END:VEVENT",
  ];
}

const placeOf = ({ name, address, city, state, postalCode }: Clinic): string =>
  `${name}, ${address}, ${city}, ${state} ${postalCode}`;
