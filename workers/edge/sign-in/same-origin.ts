/** Whether a request was made by a page of ours. [V14] */
import type { Context } from "hono";
import type { EdgeEnv } from "../env.ts";

/** A form or script of ours says so in one of two headers; a browser without both is older than any that we support. */
export function isSameOrigin(c: Context<EdgeEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("origin") === new URL(c.req.url).origin;
}
