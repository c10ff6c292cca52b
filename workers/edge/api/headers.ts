/** The request headers that carry meaning, parsed once. */
import type { Context } from "hono";
import type { EdgeEnv } from "../env.ts";
import { IDEMPOTENCY_KEY, unrepeatableKey } from "../idempotency.ts";
import { invalid, PRECONDITION_REQUIRED } from "./problem.ts";
import type { Parsed } from "./schemas.ts";

/** `"v3"`, as the ETag of an appointment has it. */
const VERSION_TAG = /^"v(\d{1,9})"$/;

/** The caller's key. Where it is optional and missing, a fresh one that nobody can repeat. */
export function idempotencyKey(c: Context<EdgeEnv>, need: "required" | "optional"): Parsed<string> {
  const key = c.req.header("idempotency-key");
  if (key === undefined && need === "optional") return { ok: true, value: unrepeatableKey() };
  if (key !== undefined && IDEMPOTENCY_KEY.test(key)) return { ok: true, value: key };
  const message = key === undefined ? "is required" : "must be 1 to 255 visible ASCII characters";
  return { ok: false, problem: invalid([{ pointer: "/header/Idempotency-Key", message }]) };
}

/** The version the caller saw, where naming one is optional: null without it, 400 if unreadable. */
export function ifMatchVersionIfGiven(c: Context<EdgeEnv>): Parsed<number | null> {
  return c.req.header("if-match") === undefined ? { ok: true, value: null } : ifMatchVersion(c);
}

/** As `workers/edge/hold-token.ts` makes them: 32 bytes in base 64. */
const HOLD_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** What opens a hold; null when it is missing or cannot be one of ours. */
export function holdToken(c: Context<EdgeEnv>): string | null {
  const token = c.req.header("hold-token");
  return token !== undefined && HOLD_TOKEN.test(token) ? token : null;
}

/** The version the caller saw: missing is 428, unreadable 400. */
export function ifMatchVersion(c: Context<EdgeEnv>): Parsed<number> {
  const tag = c.req.header("if-match");
  if (tag === undefined) return { ok: false, problem: PRECONDITION_REQUIRED };
  const version = VERSION_TAG.exec(tag)?.[1];
  if (version === undefined)
    return {
      ok: false,
      problem: invalid([{ pointer: "/header/If-Match", message: 'must be an ETag such as "v1"' }]),
    };
  return { ok: true, value: Number(version) };
}
