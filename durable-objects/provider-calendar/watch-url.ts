/** What a live socket asks to watch. The edge validated the query; this reads it again, because the URL is all we get. */
import { LOCATION_ID, type LocationId, VISIT_TYPE_ID, type VisitTypeId } from "../../core/ids.ts";
import type { AvailabilityQuery } from "../../core/live/provider-feed.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** null when the URL names nothing that can be watched. */
export function parseWatchUrl(url: URL): AvailabilityQuery | null {
  const visitTypeId = url.searchParams.get("visitTypeId") ?? "";
  const locationId = url.searchParams.get("locationId");
  const from = url.searchParams.get("from") ?? "";
  const to = url.searchParams.get("to") ?? "";
  if (!VISIT_TYPE_ID.test(visitTypeId) || !DATE.test(from) || !DATE.test(to)) return null;
  if (locationId !== null && !LOCATION_ID.test(locationId)) return null;
  return { visitTypeId: visitTypeId as VisitTypeId, locationId: locationId as LocationId | null, from, to };
}
