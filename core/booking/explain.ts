/**
 * Why a start can be had, or every reason why not, in sentences with the numbers. Uses the very tests of booking, so the
 * two cannot disagree. Says nothing about the patient's other appointments: those are the agenda's.
 */
import type { Reach } from "../access/reach.ts";
import type { LocationId, VisitTypeId } from "../ids.ts";
import { type CalendarDate, dateAt, nextDate, spellInZone } from "../schedule/clinic-time.ts";
import type { Site, VisitTypeRules } from "../schedule/config.ts";
import { hoursOn } from "../schedule/date-hours.ts";
import { findSite } from "../schedule/free-starts.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS, plus, STEP_MS } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { Place, Who } from "./commands.ts";
import { blockerOf, brokenDayLimit } from "./occupancy.ts";
import { brokenPlaceRules } from "./place-rules.ts";
import type { Blocker, BookingRule } from "./refusal.ts";

export interface ExplainQuestion {
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId;
  readonly start: Instant;
  /** What is known of a signed-in patient; without it the rules about people are left out. */
  readonly who?: Who;
  /** How much of what is in the way the caller may see. */
  readonly reach: Reach;
}

/** Something that takes time on the calendar. `locationId` null: it is the provider's, at no clinic in particular. */
export interface Occupied extends Interval {
  readonly kind: Blocker;
  readonly locationId: LocationId | null;
}

/** A visit of eight hours on five-minute steps meets at most 96 others; nobody reads more than a few. */
export const OCCUPIED_MAX = 20;

export interface ExplainReason {
  /** A name of `BookingRule`, or `slot-taken:` with the class of what is in the way. */
  readonly rule: string;
  readonly detail: string;
  /** [X2] For the clinic and the provider only. Never whose. */
  readonly blockers?: readonly { readonly kind: Blocker; readonly from: string; readonly until: string }[];
}

export interface Explanation {
  readonly bookable: boolean;
  readonly reasons: readonly ExplainReason[];
}

export type ExplainView = Pick<CalendarView, "open" | "occupantsIn"> & {
  /** What takes a minute of `interval`, by time, at most OCCUPIED_MAX. */
  readonly inTheWay: (interval: Interval) => readonly Occupied[];
};

/** [X1] Every broken rule in the order of booking, then what is in the way. Bookable = no reason is left. */
export function explain(view: ExplainView, asked: ExplainQuestion, now: Instant): Explanation {
  const { visitTypeId, locationId, start } = asked;
  const visit = view.open.rules(visitTypeId, locationId);
  const end = plus(start, (visit ? visit.minutes * MINUTE_MS : 0) || STEP_MS);
  const place: Place = { visitTypeId, locationId, start, end };
  const site = findSite(view.open, locationId);
  const reasons: ExplainReason[] = [];
  for (const rule of brokenPlaceRules(view.open, place, now, { who: asked.who }))
    reasons.push({ rule, detail: sentence(rule, visit, site, place, now) });
  // Without a length, or at a clinic that is none of the provider's, there is no time to be taken.
  if (visit && site) {
    if (brokenDayLimit(view, place, null, now))
      reasons.push({
        rule: "day-limit-reached",
        detail: sentence("day-limit-reached", visit, site, place, now),
      });
    reasons.push(...rivals(view, asked, place, site, now));
  }
  return { bookable: reasons.length === 0, reasons };
}

/** [B9] One reason for each class of what is in the way. */
function rivals(
  view: ExplainView,
  { reach }: ExplainQuestion,
  place: Place,
  site: Site,
  now: Instant,
): ExplainReason[] {
  const blockedBy = blockerOf(view, place, null, now);
  if (!blockedBy) return [];
  const others = view.inTheWay(place);
  // The appointments of a full group visit are its seats, not a second reason.
  const kinds = new Set([blockedBy, ...others.map(({ kind }) => kind)]);
  if (blockedBy === "capacity") kinds.delete("appointment");
  const visible = others.filter((other) => maySee(reach, other, view, place));
  return [...kinds].map((kind) => {
    const blockers = visible
      .filter((other) => other.kind === kind || (kind === "capacity" && other.kind === "appointment"))
      .map((other) => ({
        kind: other.kind,
        from: spellInZone(other.start, site.timeZone),
        until: spellInZone(other.end, site.timeZone),
      }));
    return {
      rule: `slot-taken:${kind}`,
      detail: TAKEN[kind],
      ...(blockers.length > 0 ? { blockers } : {}),
    };
  });
}

/** [X2] Staff see what lies at their clinics; a patient sees the class only, of their own appointments too. */
function maySee(reach: Reach, { locationId }: Occupied, { open }: ExplainView, place: Place): boolean {
  switch (reach.kind) {
    case "clinics":
      return reach.locationIds.includes(locationId ?? place.locationId);
    case "provider":
      return reach.providerId === open.config.providerId;
    case "everything":
      return true;
    case "patients":
    case "nothing":
      return false;
  }
}

const TAKEN: Readonly<Record<Blocker, string>> = {
  appointment: "Another appointment takes a part of this time.",
  hold: "Somebody is holding a part of this time just now; it may become free again within minutes.",
  block: "The provider has blocked a part of this time.",
  capacity: "Every seat of this visit is taken.",
};

/** One plain sentence for the rule, with the numbers that it was judged by. */
function sentence(
  rule: BookingRule,
  visit: VisitTypeRules | null,
  site: Site | null,
  place: Place,
  now: Instant,
): string {
  if (rule === "location-not-served") return "The provider does not see patients at this clinic.";
  if (!visit) return "The provider does not offer this visit type.";
  const zone = site?.timeZone ?? "UTC";
  const minutesAway = Math.floor((place.start - now) / MINUTE_MS);
  switch (rule) {
    case "specialty-required":
      return `This visit type needs the specialty ${visit.specialty}, which the provider does not have.`;
    case "new-patients-only":
      return "This visit type is for patients whom the provider has not seen.";
    case "age-limit":
      return `This visit type is for patients ${ages(visit)} on the day of the visit.`;
    case "starts-in-past":
      return `The start was ${Math.ceil((now - place.start) / MINUTE_MS)} minutes ago.`;
    case "minimum-notice":
      return minutesAway < 0
        ? `It must be booked ${visit.noticeMinutes} minutes before it starts.`
        : `It must be booked ${visit.noticeMinutes} minutes before it starts, which is in ${minutesAway} minutes.`;
    case "beyond-horizon":
      return `It can be booked ${visit.horizonDays} days ahead, from ${spellInZone(plus(place.start, -visit.horizonDays * DAY_MS), zone)} on.`;
    case "off-grid":
      return `Visits of this type start every ${visit.gridMinutes} minutes from midnight at the clinic, not at ${clockAt(place.start, zone)}.`;
    case "day-limit-reached":
      return `There are at most ${visit.perDayMax} visits of this type on one day, and that many are booked.`;
    case "outside-open-hours":
      return site ? hoursSentence(site, place) : "";
    case "wrong-length": // the length asked about is the visit type's own
    case "unknown-visit-type":
    case "no-resource": // known only when rooms are asked
    case "too-many-holds": // the rest is about appointments that exist, and about callers; no start breaks them
    case "illegal-transition":
    case "not-check-in-time":
    case "not-started-yet":
    case "not-movable":
    case "move-window":
    case "not-cancellable":
    case "cancellation-window":
    case "already-started":
    case "too-many-changes":
    case "too-many-open-bookings":
      return "";
  }
}

function ages({ ageMin, ageMax }: VisitTypeRules): string {
  if (ageMax === undefined) return `of ${ageMin} years and more`;
  return ageMin === undefined ? `of at most ${ageMax} years` : `of ${ageMin} to ${ageMax} years`;
}

/** The hours of each local date that the visit touches: one, or two around midnight. */
function hoursSentence(site: Site, { start, end }: Place): string {
  const last = dateAt(plus(end, -1), site.timeZone);
  const sentences: string[] = [];
  for (let date = dateAt(start, site.timeZone); date <= last; date = nextDate(date))
    sentences.push(hoursOfDate(site, date));
  const wanted = `${clockAt(start, site.timeZone)}–${clockAt(end, site.timeZone)}`;
  return `${sentences.join(" ")} The visit would take ${wanted}.`;
}

function hoursOfDate(site: Site, date: CalendarDate): string {
  const { source, open, breaks } = hoursOn(site, date);
  if (source === "closure") return `The clinic is closed on ${date}.`;
  if (source === "closed") return `The provider does not see patients at this clinic on ${date}.`;
  if (open.length === 0) return `The provider has no hours at this clinic on ${date}.`;
  const spans = (intervals: readonly Interval[]): string =>
    intervals
      .map((interval) => `${clockAt(interval.start, site.timeZone)}–${clockAt(interval.end, site.timeZone)}`)
      .join(", ");
  const pause = breaks.length > 0 ? ` (breaks ${spans(breaks)})` : "";
  return `On ${date} the provider sees patients at this clinic ${spans(open)}${pause}.`;
}

/** `HH:MM` on the clinic's wall. */
const clockAt = (at: Instant, zone: string): string => spellInZone(at, zone).slice(11, 16);
