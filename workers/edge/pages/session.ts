/** Who looks at a page: a cookie that scripts cannot read, and what protects its owner from other sites. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../../core/access/principal.ts";
import { markDevice } from "../device.ts";
import type { EdgeEnv } from "../env.ts";
import { withinRate } from "../middleware/authenticate.ts";
import { isSameOrigin } from "../middleware/same-origin.ts";
import { RATE_PERIOD_SECONDS } from "../rate-count.ts";
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

export const pageSession = createMiddleware<EdgeEnv>(async (c, next) => {
  c.header("Cache-Control", "no-store"); // names, and form keys that are good once
  markDevice(c);
  const token = getCookie(c, SESSION_COOKIE) ?? null;
  if (!(await withinRate(c, token))) return tooManyPage(c, RATE_PERIOD_SECONDS);
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isSameOrigin(c)) return crossSitePage(c);
  if (token !== null) {
    const principal = await verifyToken(c.env, c.get("settings"), token);
    if (principal?.role === "patient") c.set("principal", principal); // pages for other roles come with their own sign-in
  }
  return next();
});
