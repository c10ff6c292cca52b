/** Read-repair: a search that met a list of openings which has had its time asks its calendar to tell again. */
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import { SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { Directory } from "./directory-cache.ts";
import { configure } from "./provisioning.ts";
import { providerCalendar } from "./stubs.ts";

/** What a calendar tells is in the projection after about two seconds; asking it again before that is in vain. */
const ASKED_AGAIN_MS = 5 * SECOND_MS;
/** Bounds `askedAt`; forgetting it costs some calls that change nothing. */
const ASKED_MAX = 5_000;
const askedAt = new Map<ProviderId, number>();

/** [SE8] [OP7] Behind an answer: in `waitUntil`. Never throws; a calendar that fails is asked by the next search. */
export async function refreshStale(env: Env, known: Directory, ids: readonly ProviderId[]): Promise<void> {
  const now = Date.now();
  const due = ids
    .filter((id) => now - (askedAt.get(id) ?? 0) >= ASKED_AGAIN_MS)
    .map((id) => known.providers.get(id))
    .filter((provider) => provider !== undefined);
  if (askedAt.size + due.length > ASKED_MAX) askedAt.clear();
  for (const { id } of due) askedAt.set(id, now);
  await Promise.all(
    due.map((provider) =>
      refresh(env, provider).catch((error: unknown) =>
        logFailure("search.refresh_failed", error, { provider: provider.id }),
      ),
    ),
  );
}

async function refresh(env: Env, provider: Provider): Promise<void> {
  const reply = await providerCalendar(env, provider.id).refreshOpenings(provider.calendar.version);
  if (reply.kind === "needs-config") await configure(env, provider); // which tells them too
}
