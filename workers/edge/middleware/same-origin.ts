/**
 * [AB9] Whether a request comes from a page of ours. Browsers say so in two headers that scripts cannot set; a program sends
 * neither and has no cookies of anybody.
 */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { EdgeEnv } from "../env.ts";

const ownOrigin = (c: Context<EdgeEnv>): string => new URL(c.req.url).origin;

/**
 * For forms and every other unsafe request that a cookie could speak for: each of the two headers that is there must say that it is
 * ours, and one must be there. A browser without both is older than any that we support.
 */
export function isSameOrigin(c: Context<EdgeEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (site === undefined && origin === undefined) return false;
  return (site === undefined || site === "same-origin") && (origin === undefined || origin === ownOrigin(c));
}

/** What could speak for somebody: a cookie, a token, a one-time ticket. */
const carriesAuthority = (c: Context<EdgeEnv>): boolean =>
  c.req.query("ticket") !== undefined ||
  c.req.header("authorization") !== undefined ||
  Object.keys(getCookie(c)).length > 0;

/**
 * [AB10] Whether a socket may be opened. Browsers let any site open one and send cookies along, so one that could speak for somebody
 * is opened by our pages or by programs (which send no Origin) only. Feeds of free times are public, and any site may show them.
 */
export function mayOpenSocket(c: Context<EdgeEnv>): boolean {
  if (!carriesAuthority(c)) return true;
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  return (site === undefined || site === "same-origin") && (origin === undefined || origin === ownOrigin(c));
}
