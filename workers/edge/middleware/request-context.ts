/** Every response carries a request id and how long we took; every failure of ours becomes one plain problem. */

import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { type EdgeSettings, parseEdgeSettings } from "../../config.ts";
import { RefusalCount } from "../../refusal-count.ts";
import { ADDRESS_TOO_LONG, DIRECTORY_AWAY, INTERNAL, sendProblem } from "../api/problem.ts";
import type { EdgeEnv } from "../env.ts";
import { PostgresUnavailable } from "../postgres.ts";
import { RATE_POLICY } from "../rate-count.ts";
import { securityHeaders } from "./security-headers.ts";

/** Parsed once per isolate: settings change with a deploy, which starts a new one. */
const parsed = new WeakMap<Env, EdgeSettings>();

export function settingsOf(env: Env): EdgeSettings {
  let settings = parsed.get(env);
  if (!settings) {
    settings = parseEdgeSettings(env);
    parsed.set(env, settings);
  }
  return settings;
}

/** [SV7] Of this isolate. */
const refusals = new RefusalCount("edge.refused");

/** [AB7] The longest address of ours is a search with twenty clinics and a cursor: under 2,000 characters. */
const URL_CHARS_MAX = 4_096;

export const requestContext = createMiddleware<EdgeEnv>(async (c, next) => {
  const startedAt = Date.now();
  c.set("requestId", `req_${crypto.randomUUID()}`);
  c.set("settings", settingsOf(c.env));
  c.set("principal", null);
  c.set("isPersonal", c.req.path.startsWith("/auth/"));
  if (c.req.url.length > URL_CHARS_MAX) c.res = sendProblem(c, ADDRESS_TOO_LONG);
  else await next();
  refusals.count(c.res.status, Date.now());
  if (c.res.status === 101) return; // an upgraded socket has no headers of ours
  const rate = c.get("rate");
  stamp(c, [
    ["x-request-id", c.get("requestId")],
    ["Server-Timing", `edge;dur=${Date.now() - startedAt}`],
    ...securityHeaders(c, c.res.headers),
    ...(isPersonal(c) ? ([["Cache-Control", "no-store"]] as const) : []),
    ...(rate === undefined
      ? []
      : ([
          ["RateLimit-Policy", RATE_POLICY[c.get("settings").RATE_LIMITS]],
          ["RateLimit", rate],
        ] as const)),
  ]);
});

/** [PD8] Whatever is answered to somebody known, and whatever is not everybody's to see; the one place that says so. */
const isPersonal = (c: Context<EdgeEnv>): boolean => c.get("isPersonal") || c.get("principal") !== null;

/**
 * Sets headers of an answer that there is already. Hono's own `c.header()` makes a new answer of it for each header, with
 * the body as a stream: a third of what a cached answer costs. Answers that were fetched cannot be written to.
 */
function stamp(c: Context<EdgeEnv>, entries: readonly (readonly [string, string])[]): void {
  try {
    for (const [name, value] of entries) c.res.headers.set(name, value);
  } catch {
    for (const [name, value] of entries) c.header(name, value);
  }
}

/** The last resort. The answer says nothing but the request id. */
export function onError(error: Error, c: Context<EdgeEnv>): Response {
  if (error instanceof PostgresUnavailable) return sendProblem(c, DIRECTORY_AWAY);
  logFailure("edge.unexpected", error);
  return sendProblem(c, INTERNAL);
}
