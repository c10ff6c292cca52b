/** The rules that a wanted time must meet, in the order in which a person would ask. */
import { earliestStart, findSite, horizonEnd } from "../schedule/free-starts.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import { hasSpecialty } from "../schedule/rules-at.ts";
import { type Instant, MINUTE_MS, plus, STEP_MS } from "../time.ts";
import type { OverrideReason } from "./appointment.ts";
import type { Place, Who } from "./commands.ts";
import { type BookingRefusal, type BookingRule, broken } from "./refusal.ts";
import { brokenWhoRules } from "./who-rules.ts";

/** What bends the rules of a place for one caller. */
export interface Circumstances {
  readonly who?: Who | undefined;
  /** [B24] When a live hold on this place was made: notice and horizon pass with the clock and were met then. */
  readonly heldSince?: Instant;
  /** [B25] Lifts notice, horizon, grid and open hours; everything before them stays. */
  readonly override?: OverrideReason | undefined;
}

/**
 * null = every rule of time is met. Says nothing about who else is there.
 */
export function brokenPlaceRule(
  open: OpenDays,
  place: Place,
  now: Instant,
  circumstances: Circumstances = {},
): BookingRefusal | null {
  for (const rule of brokenPlaceRules(open, place, now, circumstances)) return broken(rule);
  return null;
}

/** [C6] [M9] Whether a patient is too late by the window of the visit as it stands: a new time buys no way out. */
export function isPastWindow(
  open: OpenDays,
  { visitTypeId, locationId, start }: Place,
  window: "cancelWindowMinutes" | "moveWindowMinutes",
  now: Instant,
): boolean {
  const minutes = open.rules(visitTypeId, locationId)?.[window] ?? 0;
  return now > plus(start, -minutes * MINUTE_MS);
}

/** Every broken rule, first things first: booking says the first one, `explain` all of them. */
export function* brokenPlaceRules(
  open: OpenDays,
  place: Place,
  now: Instant,
  { who, heldSince = now, override }: Circumstances = {},
): Generator<BookingRule, void> {
  const visit = open.rules(place.visitTypeId, place.locationId);
  const site = findSite(open, place.locationId);
  if (!visit) yield "unknown-visit-type"; // [B10]
  if (!site) yield "location-not-served"; // [B11]
  if (!visit) return; // nothing to measure the time by
  if (!hasSpecialty(open.config, visit)) yield "specialty-required"; // [B21]
  yield* brokenWhoRules(visit, who); // [B19] [B20]
  if (place.end - place.start !== visit.minutes * MINUTE_MS) yield "wrong-length"; // [B12]
  if (place.start < now) yield "starts-in-past"; // [B5]
  if (override) {
    if (place.start % STEP_MS !== 0) yield "off-grid"; // the five-minute step is nobody's rule to lift
    return;
  }
  if (visit.noticeMinutes > 0 && place.start < earliestStart(visit, heldSince)) yield "minimum-notice"; // [B6]
  if (place.start >= horizonEnd(visit, heldSince)) yield "beyond-horizon"; // [B7]
  if (!site) return;
  if (!open.onGrid(site.timeZone, visit.gridMinutes, place.start)) yield "off-grid"; // [B8]
  if (!open.contains(site, place)) yield "outside-open-hours"; // [B4]
}
