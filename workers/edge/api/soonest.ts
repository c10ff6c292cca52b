/** The soonest open starts over all providers: `GET /v1/availability`. Public, for who does not mind with whom. */
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { rulesAt } from "../../../core/schedule/rules-at.ts";
import { instant, MINUTE_MS, plus } from "../../../core/time.ts";
import type { NextOpening } from "../../../db/queries/search-conditions.ts";
import type { Directory } from "../directory-cache.ts";
import { isStillOpen } from "../find-providers.ts";
import { askReplica } from "../postgres.ts";
import { repairOpenings } from "../refresh-openings.ts";
import { answered, questionKey } from "../search-cache.ts";
import { directoryOf } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { markStale } from "./paging.ts";
import { sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";
import { soonestQuery } from "./search-schemas.ts";

/** A start as it is booked; null when this isolate knows better than the projection. */
function slotDto(known: Directory, opening: NextOpening) {
  const provider = known.providers.get(opening.providerId);
  const zone = known.clinics.get(opening.locationId)?.timeZone;
  if (!provider?.active || !zone || !isStillOpen(provider, opening, instant(Date.now()))) return null;
  const { visitTypeId, locationId, start } = opening;
  const minutes = rulesAt(provider.calendar, visitTypeId, locationId)?.minutes ?? 0; // isStillOpen found rules
  const end = spellInZone(plus(start, minutes * MINUTE_MS), zone);
  return { providerId: provider.id, visitTypeId, locationId, start: spellInZone(start, zone), end };
}

export const soonest = {
  findSoonest: async (c) => {
    const query = parseQuery(c, soonestQuery, ["locationId"]);
    if (!query.ok) return sendProblem(c, query.problem);
    const known = await directoryOf(c);
    const { locationId: locationIds, ...rest } = query.value;
    const asked = { ...rest, locationIds };
    const { value, asOf, isStale } = await answered(questionKey("availability", asked), (now) =>
      askReplica(c.get("settings"), (db, { soonestSlots }) => soonestSlots(db, { ...asked, now })),
    );
    repairOpenings(c, known, value);
    if (isStale) markStale(c);
    const data = value.openings.map((opening) => slotDto(known, opening)).filter((slot) => slot !== null);
    return c.json({ data, asOf: new Date(asOf).toISOString() });
  },
} satisfies Partial<Handlers>;
