/** Who looks at a page: a cookie that scripts cannot read, and what protects its owner from other sites. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Principal } from "../../../core/access/principal.ts";
import { markDevice } from "../device.ts";
import type { EdgeEnv } from "../env.ts";
import { withinRate } from "../middleware/authenticate.ts";
import { isSameOrigin } from "../middleware/same-origin.ts";
import { RATE_PERIOD_SECONDS } from "../rate-count.ts";
import { heldToken, isStaffPath, type Visitor, visitorOf } from "../sign-in/visitor.ts";
import { crossSitePage, signInAwayPage, tooManyPage } from "./outcome.tsx";

export type PatientPrincipal = Extract<Principal, { role: "patient" }>;

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

/** [SI4] Patients are patients everywhere but on staff pages, staff only there. */
const countsOn = (path: string, { role }: Principal): boolean => (role === "patient") !== isStaffPath(path);

export const pageSession = createMiddleware<EdgeEnv>(async (c, next) => {
  c.header("Cache-Control", "no-store"); // names, and form keys that are good once
  markDevice(c);
  c.set("visitor", { kind: "nobody", ended: false });
  if (!(await withinRate(c, heldToken(c)))) return tooManyPage(c, RATE_PERIOD_SECONDS);
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isSameOrigin(c)) return crossSitePage(c);
  const visitor = await visitorOf(c);
  c.set("visitor", visitor);
  if (visitor.kind === "person" && countsOn(c.req.path, visitor.principal))
    c.set("principal", visitor.principal);
  return next();
});
