/** [SE8] Calendars whose openings a search found out of date tell them again, behind the answer. */
import type { ProviderId } from "../../core/ids.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { Directory } from "./directory-cache.ts";
import { configure } from "./provisioning.ts";
import { providerCalendar } from "./stubs.ts";

/** At most STALE_MAX of `db/queries/search-conditions.ts` calls, none of which anybody waits for. */
export async function refreshStale(env: Env, known: Directory, stale: readonly ProviderId[]): Promise<void> {
  await Promise.all(
    stale.map(async (id) => {
      const provider = known.providers.get(id);
      if (!provider) return;
      try {
        const reply = await providerCalendar(env, id).refreshOpenings(provider.calendar.version);
        if (reply.kind === "needs-config") await configure(env, provider); // which tells them too
      } catch (error) {
        logFailure("edge.refresh_failed", error, { provider: id });
      }
    }),
  );
}
