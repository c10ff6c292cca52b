/** `GET /v1/availability`: the soonest open starts over all providers, as the projection has them. Booking decides. */
import { Hono } from "hono";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { type Instant, instant, MINUTE_MS, plus } from "../../../core/time.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { refreshStale } from "../refresh-openings.ts";
import { isOld, remembered } from "../search-cache.ts";
import { directoryOf, OLD_ANSWER } from "./directory.ts";
import { sendProblem } from "./problem.ts";
import { parseQuery, soonestQuery } from "./schemas.ts";

export const soonest = new Hono<EdgeEnv>().get("/", async (c) => {
  const query = parseQuery(c, soonestQuery, ["locationId"]);
  if (!query.ok) return sendProblem(c, query.problem);
  const { locationId: locationIds, ...filter } = query.value;
  const known = await directoryOf(c);
  const found = await remembered(`soonest ${JSON.stringify(query.value)}`, () =>
    askPostgres(c.get("settings"), (db, { soonestSlots }) =>
      soonestSlots(db, { ...filter, locationIds, now: instant(Date.now()) }),
    ),
  );
  c.executionCtx.waitUntil(refreshStale(c.env, known, found.value.stale));
  if (isOld(found)) c.header("Warning", OLD_ANSWER);
  const now = Date.now();
  const data = found.value.openings.flatMap(({ providerId, locationId, visitTypeId, start }) => {
    const visit = known.providers.get(providerId)?.calendar.visitTypes.find(({ id }) => id === visitTypeId);
    const zone = known.clinics.get(locationId)?.timeZone;
    if (!visit || !zone || start <= now) return [];
    const spelled = (at: Instant): string => spellInZone(at, zone);
    const end = plus(start, visit.minutes * MINUTE_MS);
    return [{ providerId, locationId, visitTypeId, start: spelled(start), end: spelled(end) }];
  });
  return c.json({ data, asOf: new Date(found.at).toISOString() });
});
