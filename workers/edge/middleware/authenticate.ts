/** Who is calling, and whether they call too often. The rate limit comes first: a made-up token must not cost us a signature. */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { rateLimited, sendProblem, UNAUTHENTICATED } from "../api/problem.ts";
import type { EdgeEnv } from "../env.ts";
import { networkOf } from "../hold-token.ts";
import { countCall, RATE_PERIOD_SECONDS, rateState } from "../rate-count.ts";
import { knownPrincipal, verifyToken } from "../token-verifier.ts";

function bearerToken(c: Context<EdgeEnv>): string | null {
  const header = c.req.header("authorization");
  return header?.startsWith("Bearer ") ? header.slice("Bearer ".length) : null;
}

/** By subject once we know it; before that by network, which a whole clinic may share: IPv4 address, IPv6 /64. */
function callerKey(c: Context<EdgeEnv>, token: string | null): string {
  const known = token && knownPrincipal(token);
  return known ? `sub:${known.subject}` : `ip:${networkOf(c.req.header("cf-connecting-ip") ?? "unknown")}`;
}

/** Counts this request against its caller; false = too many. API and pages share the counters. */
export async function withinRate(c: Context<EdgeEnv>, token: string | null): Promise<boolean> {
  const mode = c.get("settings").RATE_LIMITS;
  const limiter = mode === "relaxed" ? c.env.RATE_LIMIT_RELAXED : c.env.RATE_LIMIT_STANDARD;
  const key = callerKey(c, token);
  const counted = countCall(key, mode, Date.now());
  const { success } = await limiter.limit({ key });
  c.set("rate", rateState(success ? counted : { left: 0, seconds: RATE_PERIOD_SECONDS }));
  return success;
}

/** Bearer tokens only: a cookie means nothing to the API, so no other site can make a browser call it for somebody. */
export const authenticate = createMiddleware<EdgeEnv>(async (c, next) => {
  const token = bearerToken(c);
  if (!(await withinRate(c, token))) return sendProblem(c, rateLimited(RATE_PERIOD_SECONDS));

  if (token !== null) {
    const principal = await verifyToken(c.env, c.get("settings"), token);
    if (!principal) return sendProblem(c, UNAUTHENTICATED);
    c.set("principal", principal);
  }
  return next();
});
