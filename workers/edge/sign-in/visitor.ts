/**
 * Whose browser this is: the session's cookie becomes an access token of the issuer, and that a principal, by the same test as
 * every token. [SI2] [SI3]
 */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeEnv } from "../env.ts";
import { verifyToken } from "../token-verifier.ts";
import { issuerCookies, sampleCookie, sessionCookie } from "./issuer.ts";
import { SessionTokens } from "./session-tokens.ts";

/** Per isolate; losing it costs a call for each session. */
export const tokensOfSessions = new SessionTokens();

export type Visitor =
  | {
      readonly kind: "nobody" /** A cookie was there, and opens nothing any more. */;
      readonly ended: boolean;
    }
  /** Whether somebody is signed in cannot be said: the issuer does not answer. */
  | { readonly kind: "unknown" }
  | {
      readonly kind: "person";
      readonly principal: Principal /** A sample person has no session that could be ended or kept. */;
      readonly sample: boolean;
    };

const NOBODY: Visitor = { kind: "nobody", ended: false };
const ENDED: Visitor = { kind: "nobody", ended: true };

/** Where the sessions of the clinics' people count, and nobody else's. */
export const isStaffPath = (path: string): boolean => /^\/staff(?:\/|$)/.test(path);

const sampleOf = (c: Context<EdgeEnv>): string | undefined =>
  c.get("settings").LOCAL_MODE ? sampleCookie(c) : undefined;

/** What we hold already, for the rate limit; costs no call. */
export function heldToken(c: Context<EdgeEnv>): string | null {
  const sample = sampleOf(c);
  if (sample) return sample;
  const cookie = sessionCookie(c);
  return cookie ? (tokensOfSessions.find(cookie, Date.now())?.token ?? null) : null;
}

async function tokenOf(c: Context<EdgeEnv>, cookie: string): Promise<string | null> {
  const kept = tokensOfSessions.find(cookie, Date.now());
  if (kept) return kept.token;
  const told = await c.env.IDENTITY.tokenOf(issuerCookies(c));
  if (!told) return null;
  if (told.setCookie) c.header("set-cookie", told.setCookie, { append: true }); // a session in use is extended
  tokensOfSessions.keep(cookie, { token: told.token, expiresAt: told.expiresAt });
  return told.token;
}

export async function visitorOf(c: Context<EdgeEnv>): Promise<Visitor> {
  const sample = sampleOf(c);
  const cookie = sessionCookie(c);
  try {
    const token = sample ?? (cookie ? await tokenOf(c, cookie) : null);
    const principal = token ? await verifyToken(c.env, c.get("settings"), token) : null;
    if (principal) return { kind: "person", principal, sample: sample !== undefined };
    return sample || cookie ? ENDED : NOBODY;
  } catch (error) {
    logFailure("identity.unreachable", error);
    return { kind: "unknown" };
  }
}
