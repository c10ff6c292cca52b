/**
 * Read-repair, behind an answer: a search that met a list of openings which has had its time asks its calendar to tell again;
 * one that had to look at every list has passed starts taken off them.
 */
import type { Context } from "hono";
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import { instant, MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../config.ts";
import type { Directory } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { askPostgres } from "./postgres.ts";
import { configure } from "./provisioning.ts";
import { providerCalendar } from "./stubs.ts";

/** What a calendar tells is in the projection after about two seconds; asking it again before that is in vain. */
const ASKED_AGAIN_MS = 5 * SECOND_MS;
/** Bounds `askedAt`; forgetting it costs some calls that change nothing. */
const ASKED_MAX = 5_000;
const askedAt = new Map<ProviderId, number>();

/** An isolate does it so often at most; in between, as many lists as have a start in a minute are behind. */
const TRIM_EVERY_MS = MINUTE_MS;
let trimmedAt = 0;

export interface Repairs {
  readonly stale: readonly ProviderId[];
  readonly isUntrimmed?: boolean | undefined;
}

/** Behind the answer of `c`. */
export function repairOpenings(c: Context<EdgeEnv>, known: Directory, { stale, isUntrimmed }: Repairs): void {
  c.executionCtx.waitUntil(refreshStale(c.env, known, stale));
  if (isUntrimmed) c.executionCtx.waitUntil(trim(c.get("settings")));
}

/** [SE12] On the primary, also when searches ask a replica. */
async function trim(settings: EdgeSettings): Promise<void> {
  const now = Date.now();
  if (now - trimmedAt < TRIM_EVERY_MS) return;
  trimmedAt = now;
  await askPostgres(settings, (db, { trimOpenings }) => trimOpenings(db, instant(now))).catch(
    () => undefined,
  ); // logged there
}

/** [SE8] [OP7] Never throws; a calendar that fails is asked by the next search. */
async function refreshStale(env: Env, known: Directory, ids: readonly ProviderId[]): Promise<void> {
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
