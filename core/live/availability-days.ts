/** Free starts grouped by the date on the clinic's wall, spelled for the wire. One spelling for REST and live frames. */
import { dateAt, spellInZone } from "../schedule/clinic-time.ts";
import type { Site } from "../schedule/config.ts";
import type { FreeStart } from "../schedule/free-starts.ts";
import type { Instant } from "../time.ts";
import type { DayChange, LiveDay } from "./protocol.ts";

export function groupByDate(starts: readonly FreeStart[], zoneOf: (locationId: string) => string): LiveDay[] {
  const days = new Map<string, { start: string; end: string; locationId: string }[]>();
  for (const { start, end, locationId } of starts) {
    const zone = zoneOf(locationId);
    const date = dateAt(start, zone);
    let slots = days.get(date);
    if (!slots) {
      slots = [];
      days.set(date, slots);
    }
    slots.push({ start: spellInZone(start, zone), end: spellInZone(end, zone), locationId });
  }
  return [...days].map(([date, slots]) => ({ date, slots })).sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** What changed between two sets of starts at one site, by local date; dates without a change are left out. */
export function changesBetween(
  site: Site,
  opened: readonly Instant[],
  taken: readonly Instant[],
): DayChange[] {
  const byDate = new Map<string, { opened: string[]; taken: string[] }>();
  const add = (at: Instant, kind: "opened" | "taken"): void => {
    const date = dateAt(at, site.timeZone);
    const entry = byDate.get(date) ?? { opened: [], taken: [] };
    entry[kind].push(spellInZone(at, site.timeZone));
    byDate.set(date, entry);
  };
  for (const at of opened) add(at, "opened");
  for (const at of taken) add(at, "taken");
  return [...byDate].map(([date, change]) => ({ date, locationId: site.locationId, ...change }));
}
