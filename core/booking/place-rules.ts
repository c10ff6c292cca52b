/** The rules that a wanted time must meet, in the order in which a person would ask. */
import { earliestStart, findSite, findVisit, horizonEnd } from "../schedule/free-starts.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import { type Instant, MINUTE_MS } from "../time.ts";
import type { Place } from "./commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

/**
 * null = every rule of time is met. Says nothing about who else is there.
 * @param heldSince [B24] when a live hold on this place was made: notice and horizon pass with the clock and were met then
 */
export function brokenPlaceRule(
  open: OpenDays,
  place: Place,
  now: Instant,
  heldSince: Instant = now,
): BookingRefusal | null {
  const visit = findVisit(open, place.visitTypeId);
  if (!visit) return broken("unknown-visit-type"); // [B10]
  const site = findSite(open, place.locationId);
  if (!site) return broken("location-not-served"); // [B11]
  if (place.end - place.start !== visit.minutes * MINUTE_MS) return broken("wrong-length"); // [B12]
  if (place.start < now) return broken("starts-in-past"); // [B5]
  if (place.start < earliestStart(visit, heldSince)) return broken("minimum-notice"); // [B6]
  if (place.start >= horizonEnd(visit, heldSince)) return broken("beyond-horizon"); // [B7]
  if (!open.onGrid(site.timeZone, visit.gridMinutes, place.start)) return broken("off-grid"); // [B8]
  if (!open.contains(site, place)) return broken("outside-open-hours"); // [B4]
  return null;
}
