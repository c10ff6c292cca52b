/**
 * [V14] Whether a request comes from a page of ours. Browsers say so in two headers that scripts cannot set; a program sends
 * neither and has no cookies of anybody.
 */
import type { Context } from "hono";
import type { EdgeEnv } from "../env.ts";

/**
 * For forms and every other unsafe request that a cookie could speak for: each of the two headers that is there must say that it is
 * ours, and one must be there. A browser without both is older than any that we support.
 */
export function isSameOrigin(c: Context<EdgeEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site === undefined && origin === undefined) return false;
  return (
    (site === undefined || site === "same-origin") &&
    (origin === undefined || origin === new URL(c.req.url).origin)
  );
}
