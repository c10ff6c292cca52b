/** Lists of a clinic's day, to print and to keep for downtime. For its desk. */
import type { Context } from "hono";
import { reachesClinic } from "../../../core/access/reach.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { Clinic } from "../../../core/directory/directory.ts";
import { dayList } from "../../../core/exchange/day-list.ts";
import { dateAt, dayInterval, nextDate } from "../../../core/schedule/clinic-time.ts";
import { instant } from "../../../core/time.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import { styledPolicy } from "../middleware/security-headers.ts";
import { askPostgres } from "../postgres.ts";
import { directoryOf } from "./directory.ts";
import { callerOf, type Handlers } from "./handlers.ts";
import { dayQuery, downtimeQuery } from "./network-schemas.ts";
import { NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";

type Admitted = { ok: true; clinic: Clinic } | { ok: false; problem: Problem };

/** [A1] A foreign clinic and one that is not there are one answer. */
async function clinicFor(c: Context<EdgeEnv>, id: string): Promise<Admitted> {
  const clinic = (await directoryOf(c)).clinics.get(id);
  return clinic && reachesClinic(reachOf(callerOf(c), "clinic.day"), clinic.id)
    ? { ok: true, clinic }
    : { ok: false, problem: NOT_FOUND };
}

/** A page that no cache keeps and no other site frames; `style`: the hash of the one style that it has. */
function sendHtml(
  c: Context<EdgeEnv>,
  page: unknown,
  style: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  return c.body(String(page), 200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": styledPolicy(style),
    "referrer-policy": "no-referrer",
    ...more,
  });
}

export const dayLists = {
  readDayList: async (c) => {
    const admitted = await clinicFor(c, c.req.param("id"));
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const query = parseQuery(c, dayQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { clinic } = admitted;
    const now = instant(Date.now());
    const on = query.value.date ?? dateAt(now, clinic.timeZone);
    const [isTakingOver, visits] = await askPostgres(c.get("settings"), (db, queries) =>
      Promise.all([
        queries.isTakingOver(db),
        queries.visitsAt(db, clinic.id, dayInterval(on, clinic.timeZone)),
      ]),
    );
    concerns(c, { locationId: clinic.id, count: visits.length });
    const { dayPage, STYLE_HASH } = await import("../pages/day-list.ts");
    return sendHtml(
      c,
      await dayPage(clinic, dayList(on, clinic.timeZone, visits), { now, isTakingOver }),
      STYLE_HASH,
    );
  },
  readDowntimeList: async (c) => {
    const admitted = await clinicFor(c, c.req.param("id"));
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const query = parseQuery(c, downtimeQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { clinic } = admitted;
    const now = instant(Date.now());
    const dates = [dateAt(now, clinic.timeZone)];
    while (dates.length < query.value.days) dates.push(nextDate(dates.at(-1) as string));
    const window = {
      start: dayInterval(dates[0] as string, clinic.timeZone).start,
      end: dayInterval(dates.at(-1) as string, clinic.timeZone).end,
    };
    const [isTakingOver, visits, times] = await askPostgres(c.get("settings"), (db, queries) =>
      Promise.all([
        queries.isTakingOver(db),
        queries.visitsAt(db, clinic.id, window),
        queries.openTimesAt(db, clinic.id, now),
      ]),
    );
    concerns(c, { locationId: clinic.id, count: visits.length });
    const lists = dates.map((on) => dayList(on, clinic.timeZone, visits));
    const { downtimePage, STYLE_HASH } = await import("../pages/day-list.ts");
    return sendHtml(c, await downtimePage(clinic, lists, times, { now, isTakingOver }), STYLE_HASH, {
      "content-disposition": `attachment; filename="downtime-${clinic.id}-${dates[0]}.html"`,
    });
  },
} satisfies Partial<Handlers>;
