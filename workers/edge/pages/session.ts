/** Who looks at a page: a cookie that scripts cannot read, and what protects its owner from other sites. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../../core/access/principal.ts";
import type { EdgeEnv } from "../env.ts";
import { RATE_PERIOD_SECONDS, withinRate } from "../middleware/authenticate.ts";
import { verifyToken } from "../token-verifier.ts";
import { crossSitePage, tooManyPage } from "./outcome.tsx";

const SESSION_COOKIE = "openslot_session";
/** As long as a sample token lives; a cookie that outlived it would only lead to "sign in again". */
const SESSION_SECONDS = 60 * 60;

export type PatientPrincipal = Extract<Principal, { role: "patient" }>;

const isHttps = (c: Context<EdgeEnv>): boolean => new URL(c.req.url).protocol === "https:";

/** `Lax`: a link from a reminder mail still finds its reader signed in; a form of another site does not. */
export function startSession(c: Context<EdgeEnv>, token: string): void {
  setCookie(c, SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    secure: isHttps(c),
    maxAge: SESSION_SECONDS,
  });
}

export const endSession = (c: Context<EdgeEnv>): void => {
  deleteCookie(c, SESSION_COOKIE, { path: "/", secure: isHttps(c) });
};

/** The signed-in patient, or null. */
export function patientOf(c: Context<EdgeEnv>): PatientPrincipal | null {
  const principal = c.get("principal");
  return principal?.role === "patient" ? principal : null;
}

/** A path on this site, whatever was put into `return`; an address elsewhere becomes the front page. */
export function safeReturn(text: string | undefined, origin: string): string {
  if (!text?.startsWith("/")) return "/";
  const url = URL.parse(text, origin);
  const path = url?.origin === origin ? `${url.pathname}${url.search}` : "/";
  return path.startsWith("//") ? "/" : path; // `/.//host` becomes `//host`, which a browser reads as another site
}

/** To the sign-in page and, after it, back to `back`. */
export function toSignIn(c: Context<EdgeEnv>, back: string): Response {
  const query = new URLSearchParams({ return: back });
  if (getCookie(c, SESSION_COOKIE)) query.set("ended", "1");
  return c.redirect(`/sign-in?${query}`, 303);
}

/**
 * The dev server puts styles and its reload socket into the page; nothing else may come from outside, run inline or be
 * framed. The socket's address is named because not every browser counts it as 'self'.
 */
function contentSecurityPolicy(c: Context<EdgeEnv>): string {
  const liveSockets = `${isHttps(c) ? "wss" : "ws"}://${new URL(c.req.url).host}`;
  const dev = import.meta.env?.DEV;
  return [
    "default-src 'none'",
    "script-src 'self'",
    dev ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${liveSockets}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** A form of ours says so in one of two headers; a browser without both is older than any that we support. */
function isSameOrigin(c: Context<EdgeEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("origin") === new URL(c.req.url).origin;
}

/** Patients are patients everywhere but on staff pages, everybody else only there. */
const isStaffPath = (path: string): boolean => /^\/staff(?:\/|$)/.test(path);

export const pageSession = createMiddleware<EdgeEnv>(async (c, next) => {
  c.header("Content-Security-Policy", contentSecurityPolicy(c));
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "same-origin");
  c.header("Cache-Control", "no-store"); // names, and form keys that are good once
  const token = getCookie(c, SESSION_COOKIE) ?? null;
  if (!(await withinRate(c, token))) return tooManyPage(c, RATE_PERIOD_SECONDS);
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isSameOrigin(c)) return crossSitePage(c);
  if (token !== null) {
    const principal = await verifyToken(c.env, c.get("settings"), token);
    if (principal && (principal.role === "patient") !== isStaffPath(c.req.path))
      c.set("principal", principal);
  }
  return next();
});
