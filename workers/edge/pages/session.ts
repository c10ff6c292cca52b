/** Who looks at a page: a cookie that scripts cannot read, and what protects its owner from other sites. */
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../../core/access/principal.ts";
import type { EdgeEnv } from "../env.ts";
import { RATE_PERIOD_SECONDS, withinRate } from "../middleware/authenticate.ts";
import { isSameOrigin } from "../middleware/same-origin.ts";
import { SAMPLE_COOKIE } from "../sign-in/issuer.ts";
import { heldToken, isStaffPath, type Visitor, visitorOf } from "../sign-in/visitor.ts";
import { crossSitePage, signInAwayPage, tooManyPage } from "./outcome.tsx";

/** As long as a sample token lives; a cookie that outlived it would only lead to "sign in again". */
const SAMPLE_SECONDS = 60 * 60;

export type PatientPrincipal = Extract<Principal, { role: "patient" }>;

const isHttps = (c: Context<EdgeEnv>): boolean => new URL(c.req.url).protocol === "https:";

/** A sample person of a laptop, whose token is the session. */
export function startSample(c: Context<EdgeEnv>, token: string): void {
  setCookie(c, SAMPLE_COOKIE, token, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    secure: isHttps(c),
    maxAge: SAMPLE_SECONDS,
  });
}

/** The signed-in patient, or null. */
export function patientOf(c: Context<EdgeEnv>): PatientPrincipal | null {
  const principal = c.get("principal");
  return principal?.role === "patient" ? principal : null;
}

/** [SI4] Somebody of the clinics', whose session counts on the pages under /staff and nowhere else. */
export const isStaff = (visitor: Visitor): boolean =>
  visitor.kind === "person" && visitor.principal.role !== "patient";

/** A path on this site, whatever was put into `return`; an address elsewhere becomes the front page. */
export function safeReturn(text: string | undefined, origin: string): string {
  if (!text?.startsWith("/")) return "/";
  const url = URL.parse(text, origin);
  const path = url?.origin === origin ? `${url.pathname}${url.search}` : "/";
  return path.startsWith("//") ? "/" : path; // `/.//host` becomes `//host`, which a browser reads as another site
}

/** To the sign-in page and, after it, back to `back`. */
export function toSignIn(c: Context<EdgeEnv>, back: string): Response | Promise<Response> {
  const visitor = c.get("visitor");
  if (visitor.kind === "unknown") return signInAwayPage(c);
  const query = new URLSearchParams({ return: back });
  if (visitor.kind === "nobody" && visitor.ended) query.set("ended", "1");
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

/** [SI4] Patients are patients everywhere but on staff pages, staff only there. */
const countsOn = (path: string, { role }: Principal): boolean => (role === "patient") !== isStaffPath(path);

export const pageSession = createMiddleware<EdgeEnv>(async (c, next) => {
  c.header("Content-Security-Policy", contentSecurityPolicy(c));
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "same-origin");
  c.header("Cache-Control", "no-store"); // names, and form keys that are good once
  c.set("visitor", { kind: "nobody", ended: false });
  if (!(await withinRate(c, heldToken(c)))) return tooManyPage(c, RATE_PERIOD_SECONDS);
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isSameOrigin(c)) return crossSitePage(c);
  const visitor = await visitorOf(c);
  c.set("visitor", visitor);
  if (visitor.kind === "person" && countsOn(c.req.path, visitor.principal))
    c.set("principal", visitor.principal);
  return next();
});
