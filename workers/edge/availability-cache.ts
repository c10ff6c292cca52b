/**
 * Answers of availability as one isolate knows them, for about a second. The isolate that wrote drops its own at once;
 * others are at most a second behind, which booking corrects and the live socket shows.
 */
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import { type AvailabilityQuery, feedKey } from "../../core/live/provider-feed.ts";
import { instant, SECOND_MS, stepOf } from "../../core/time.ts";
import { configure } from "./provisioning.ts";
import { providerCalendar } from "./stubs.ts";

/** API.md: other readers are at most a second behind. */
const FRESH_MS = SECOND_MS;
/** Bounds memory: 24 million characters are about 2,400 usual weeks (10 KB) or 600 months (40 KB). */
const CACHED_CHARS_MAX = 24_000_000;
/** Bounds the counters of drops; forgetting them costs one answer that is not kept. */
const COUNTED_PROVIDERS_MAX = 10_000;

export interface AvailabilityAnswer {
  readonly body: string;
  readonly etag: string;
}

interface Cached extends AvailabilityAnswer {
  readonly at: number;
}

const cached = new Map<ProviderId, Map<string, Cached>>();
let cachedChars = 0;
/** Counts drops, so that an answer that was read before a write is not kept after it. */
const drops = new Map<ProviderId, number>();

export function forgetAvailability(provider: ProviderId): void {
  for (const answer of cached.get(provider)?.values() ?? []) cachedChars -= answer.body.length;
  cached.delete(provider);
  if (drops.size >= COUNTED_PROVIDERS_MAX) drops.clear();
  drops.set(provider, (drops.get(provider) ?? 0) + 1);
}

/** null = the calendar does not know this visit type. */
export async function availability(
  env: Env,
  provider: Provider,
  query: AvailabilityQuery,
): Promise<AvailabilityAnswer | null> {
  const key = feedKey(query);
  const known = cached.get(provider.id)?.get(key);
  const now = Date.now();
  // What is free changes with the clock too: never across a five-minute step.
  if (known && now - known.at < FRESH_MS && stepOf(instant(now)) === stepOf(instant(known.at))) return known;

  const dropsBefore = drops.get(provider.id);
  const calendar = providerCalendar(env, provider.id);
  let reply = await calendar.availability(query, provider.calendar.version);
  if (reply.kind === "needs-config") {
    await configure(env, provider);
    reply = await calendar.availability(query, provider.calendar.version);
  }
  if (reply.kind !== "ok") return null;
  // Of the calendar's own clock, so that name and content never disagree; the dates, because they may be "from today".
  const etag = `"a${reply.revision}.${reply.clock}.${query.from}"`;
  const answer = { body: reply.body, etag, at: now };
  if (drops.get(provider.id) === dropsBefore) keep(provider.id, key, answer);
  return answer;
}

function keep(provider: ProviderId, key: string, answer: Cached): void {
  if (cachedChars > CACHED_CHARS_MAX) {
    cached.clear();
    cachedChars = 0;
  }
  const queries = cached.get(provider) ?? new Map<string, Cached>();
  cached.set(provider, queries);
  cachedChars += answer.body.length - (queries.get(key)?.body.length ?? 0);
  queries.set(key, answer);
}
