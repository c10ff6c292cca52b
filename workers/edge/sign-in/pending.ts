/**
 * A sign-in under way, between its pages: in a cookie of its own, because an address must not stand in a URL. What it says is
 * the person's own word and only chooses words on pages; who they are, and how often they tried, is the issuer's. [SI7]
 */
import type { Context } from "hono";
import * as z from "zod";
import { MINUTE_MS, SECOND_MS } from "../../../core/time.ts";
import type { EdgeEnv } from "../env.ts";
import { dropHostCookie, keepHostCookie, readHostCookie } from "../host-cookie.ts";

const COOKIE = "openslot_sign_in";
/** A code lives five minutes, and a form is filled in in ten. */
const PENDING_MS = 15 * MINUTE_MS;
/** With everything else, well below the 4,096 bytes that browsers keep. */
const BACK_CHARS_MAX = 1_500;

export const STEPS = ["code", "confirm", "register"] as const;

const shape = z.strictObject({
  /** Where the code went. */
  to: z.string().min(3).max(254),
  /** Where to go afterwards: a path of ours. */
  back: z.string().startsWith("/").max(BACK_CHARS_MAX),
  /** When the last code was sent; milliseconds since the epoch. */
  sentAt: z.number().int(),
  /** Wrong codes since then. */
  tries: z.number().int().min(0).max(99),
  step: z.enum(STEPS),
});

export type Pending = z.output<typeof shape>;

export function keepPending(c: Context<EdgeEnv>, pending: Pending): void {
  const kept = pending.back.length <= BACK_CHARS_MAX ? pending : { ...pending, back: "/" };
  keepHostCookie(c, COOKIE, Buffer.from(JSON.stringify(kept)).toString("base64url"), PENDING_MS / SECOND_MS);
}

/** null: nothing under way, or not as we wrote it. */
export function readPending(c: Context<EdgeEnv>): Pending | null {
  const text = readHostCookie(c, COOKIE);
  if (!text) return null;
  try {
    const read = shape.safeParse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return read.success ? read.data : null;
  } catch {
    return null; // whoever changes their own cookie starts again
  }
}

export function forgetPending(c: Context<EdgeEnv>): void {
  dropHostCookie(c, COOKIE);
}
