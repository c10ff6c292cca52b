/**
 * [AB6] The RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). The platform's counter decides, but it counts permissively
 * and tells nobody what is left; so the isolate counts along, and what it says is an upper bound: other isolates may have
 * counted calls of the same caller.
 */
import { SECOND_MS } from "../../core/time.ts";

/** The period of the limits in wrangler.toml, in seconds: after it the counter starts anew. */
export const RATE_PERIOD_SECONDS = 10;
/** As in wrangler.toml. */
export const RATE_QUOTA = { standard: 100, relaxed: 1_000_000 } as const;
/** Bounds memory: about 100 bytes each. Beyond it the count begins anew, which tells callers that they have more left. */
const CALLERS_MAX = 20_000;
const PERIOD_MS = RATE_PERIOD_SECONDS * SECOND_MS;

export type RateMode = keyof typeof RATE_QUOTA;

let period = -1;
const counts = new Map<string, number>();

/** Counts one call. Calls left and whole seconds until they are given back. */
export function countCall(caller: string, mode: RateMode, now: number): { left: number; seconds: number } {
  const current = Math.floor(now / PERIOD_MS);
  if (current !== period || counts.size >= CALLERS_MAX) {
    period = current;
    counts.clear();
  }
  const made = (counts.get(caller) ?? 0) + 1;
  counts.set(caller, made);
  return {
    left: Math.max(0, RATE_QUOTA[mode] - made),
    seconds: Math.ceil(((current + 1) * PERIOD_MS - now) / SECOND_MS),
  };
}

/** `q` calls in `w` seconds, for each caller: subject, else network. */
export const RATE_POLICY: Readonly<Record<RateMode, string>> = {
  standard: `"caller";q=${RATE_QUOTA.standard};w=${RATE_PERIOD_SECONDS}`,
  relaxed: `"caller";q=${RATE_QUOTA.relaxed};w=${RATE_PERIOD_SECONDS}`,
};

export const rateState = ({ left, seconds }: { left: number; seconds: number }): string =>
  `"caller";r=${left};t=${seconds}`;
