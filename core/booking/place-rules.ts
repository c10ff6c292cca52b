/** The rules that a wanted time must meet, in the order in which a person would ask. */
import { earliestStart, findSite, findVisit, horizonEnd } from "../schedule/free-starts.ts";
import type { OpenDays } from "../schedule/open-days.ts";
import { type Instant, MINUTE_MS, STEP_MS } from "../time.ts";
import type { OverrideReason } from "./appointment.ts";
import type { Place } from "./commands.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

/**
 * null = every rule of time is met. Says nothing about who else is there.
 * @param override [B25] lifts what comes after it here: notice, horizon, grid, open hours; what comes before it stays
 */
export function brokenPlaceRule(
  open: OpenDays,
  place: Place,
  now: Instant,
  override: OverrideReason | null = null,
): BookingRefusal | null {
  const visit = findVisit(open, place.visitTypeId);
  if (!visit) return broken("unknown-visit-type"); // [B10]
  const site = findSite(open, place.locationId);
  if (!site) return broken("location-not-served"); // [B11]
  if (place.end - place.start !== visit.minutes * MINUTE_MS) return broken("wrong-length"); // [B12]
  if (place.start < now) return broken("starts-in-past"); // [B5]
  if (override) return place.start % STEP_MS === 0 ? null : broken("off-grid"); // the five-minute step is nobody's rule
  if (place.start < earliestStart(visit, now)) return broken("minimum-notice"); // [B6]
  if (place.start >= horizonEnd(visit, now)) return broken("beyond-horizon"); // [B7]
  if (!open.onGrid(site.timeZone, visit.gridMinutes, place.start)) return broken("off-grid"); // [B8]
  if (!open.contains(site, place)) return broken("outside-open-hours"); // [B4]
  return null;
}
