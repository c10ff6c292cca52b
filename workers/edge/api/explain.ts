/** Why a start can be booked or not: public, with more for the clinic and the provider themselves. Changes nothing. */
import type { Principal } from "../../../core/access/principal.ts";
import { reachOf } from "../../../core/access/rules.ts";
import type { ExplainQuestion } from "../../../core/booking/explain.ts";
import type { Provider } from "../../../core/directory/directory.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../../config.ts";
import { configure } from "../provisioning.ts";
import { providerCalendar } from "../stubs.ts";
import { whoIsAskedFor } from "../who-comes.ts";
import { directoryForProvider } from "./directory.ts";
import type { Handlers } from "./handlers.ts";
import { CALENDAR_AWAY, NOT_FOUND, sendProblem } from "./problem.ts";
import { explainQuery, parseQuery } from "./schemas.ts";

/** A patient is told about the rules that concern them; nobody else has an age here. */
async function whoAsks(
  settings: EdgeSettings,
  principal: Principal | null,
  provider: Provider,
  { visitTypeId, locationId, start }: Pick<ExplainQuestion, "visitTypeId" | "locationId" | "start">,
) {
  if (principal?.role !== "patient") return {};
  const zone = provider.calendar.sites.find((site) => site.locationId === locationId)?.timeZone ?? "UTC";
  const place = { visitTypeId, locationId, start, end: start };
  return whoIsAskedFor(settings, provider, place, zone, { patientId: principal.patientId });
}

async function ask(env: Env, provider: Provider, question: ExplainQuestion) {
  const calendar = providerCalendar(env, provider.id);
  const reply = await calendar.explain(question, provider.calendar.version);
  if (reply.kind !== "needs-config") return reply;
  await configure(env, provider);
  return calendar.explain(question, provider.calendar.version);
}

export const explain = {
  explainStart: async (c, principal) => {
    const query = parseQuery(c, explainQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const provider = (await directoryForProvider(c, c.req.param("id"))).providers.get(c.req.param("id"));
    if (!provider) return sendProblem(c, NOT_FOUND);
    const who = await whoAsks(c.get("settings"), principal, provider, query.value);
    const reach = principal ? reachOf(principal, "appointment.read") : ({ kind: "nothing" } as const);
    try {
      const reply = await ask(c.env, provider, { ...query.value, ...who, reach });
      if (reply.kind === "needs-config") return sendProblem(c, CALENDAR_AWAY);
      c.header("Cache-Control", "no-store"); // true for this moment and this caller
      return c.json(reply.explanation);
    } catch (error) {
      logFailure("edge.explain_failed", error, { provider: provider.id });
      return sendProblem(c, CALENDAR_AWAY);
    }
  },
} satisfies Partial<Handlers>;
