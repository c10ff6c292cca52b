/** Whether bookings work, and with `?deep=1` the state and lag of every dependency. Public: numbers only. */
import { AUDIT_PARTITION_NAMES } from "../../../core/audit/entry.ts";
import { directory } from "../directory-cache.ts";
import { appointmentLogs } from "../stubs.ts";
import type { Handlers } from "./handlers.ts";
import { sendProblem } from "./problem.ts";
import { deepQuery, parseQuery } from "./schemas.ts";

async function logLag(env: Env): Promise<Record<string, number>> {
  const logs = [
    ...appointmentLogs(env),
    ...AUDIT_PARTITION_NAMES.map((name) => env.EVENT_LOG.getByName(name)),
  ];
  const lags = (await Promise.all(logs.map((log) => log.lag()))).flat();
  const byGroup: Record<string, number> = {};
  for (const { group, lag } of lags) byGroup[group] = (byGroup[group] ?? 0) + lag;
  return byGroup;
}

export const health = {
  readHealth: async (c) => {
    const query = parseQuery(c, deepQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const known = await directory(c.get("settings"), (work) => c.executionCtx.waitUntil(work));
    if (!query.value.deep) return c.json({ status: "ok" });
    return c.json({
      status: "ok",
      directory: { clinics: known.clinics.size, providers: known.providers.size },
      /** Records that each consumer group of the event log has not done yet. */
      log: { lag: await logLag(c.env) },
    });
  },
} satisfies Partial<Handlers>;
