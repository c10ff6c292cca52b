/**
 * `/auth/*` for browsers: what the issuer may be asked, by name. The issuer has more paths than these, and compares the origin
 * only where there are cookies, so both are decided here. [SI1]
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { FORBIDDEN, NOT_FOUND, type Problem, rateLimited, sendProblem } from "../api/problem.ts";
import type { EdgeEnv } from "../env.ts";
import { HUMAN_CHECK, mayAskForCode } from "../human-check.ts";
import { withinRate } from "../middleware/authenticate.ts";
import { isSameOrigin } from "../middleware/same-origin.ts";
import { RATE_PERIOD_SECONDS } from "../rate-count.ts";
import { askIssuer, forgetPages, IssuerAway, passCookies, sessionCookie } from "./issuer.ts";
import { tokensOfSessions } from "./visitor.ts";

const CODE_SEND = "/auth/code/send";

const FORWARDED: Readonly<Record<string, "GET" | "POST">> = {
  "/auth/jwks": "GET",
  "/auth/token": "GET",
  "/auth/get-session": "GET",
  "/auth/list-sessions": "GET",
  "/auth/revoke-session": "POST",
  "/auth/sign-out": "POST",
  "/auth/sign-out-everywhere": "POST",
  "/auth/code/send": "POST",
  "/auth/code/verify": "POST",
  "/auth/patient/confirm": "POST",
  "/auth/patient/register": "POST",
  "/auth/passkey/generate-register-options": "GET",
  "/auth/passkey/verify-registration": "POST",
  "/auth/passkey/generate-authenticate-options": "GET",
  "/auth/passkey/verify-authentication": "POST",
  "/auth/passkey/list-user-passkeys": "GET",
  "/auth/passkey/delete-passkey": "POST",
  "/auth/sign-in/social": "POST",
};
/** Where the clinics' provider sends a browser back to: a person sees what comes of it, so it is never JSON. */
const CALLBACK = "/auth/callback/clinic";

/** The largest is a passkey's attestation with a chain of certificates. */
const BODY_BYTES_MAX = 16 * 1024;

const AWAY: Problem = {
  status: 503,
  slug: "overloaded",
  title: "The sign-in service does not answer just now.",
  retryAfterSeconds: 5,
};
const TOO_LARGE: Problem = {
  status: 413,
  slug: "validation",
  title: "The body is too large.",
  extra: { errors: [] },
};
const CROSS_SITE: Problem = { ...FORBIDDEN, title: "Only pages of this site can ask for this." };

/** What may come back to a script. Whatever else the issuer says, such as a session in a header, stays here. */
const ANSWER_HEADERS = ["content-type", "location", "retry-after"];

async function handOn(c: Context<EdgeEnv>, answer: Response): Promise<Response> {
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) c.header(name, value);
  }
  passCookies(c, answer);
  const text = await answer.text();
  const status = answer.status as 200; // whatever it is: Hono's type wants one that it knows
  return text === "" ? c.body(null, status) : c.body(text, status);
}

/** Ends what this isolate remembers of the session: the next page asks the issuer. */
const CHANGES_SESSION = /^\/auth\/(?:sign-out|revoke-|patient\/|code\/verify|passkey\/verify-authentication)/;

async function forward(c: Context<EdgeEnv>): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const method = FORWARDED[pathname] as "GET" | "POST";
  if (pathname === CODE_SEND && !(await mayAskForCode(c, c.req.header("turnstile-token"))))
    return sendProblem(c, HUMAN_CHECK);
  const body = method === "POST" ? await c.req.text() : undefined;
  try {
    const answer = await askIssuer(c, {
      method,
      path: `${pathname}${search}`,
      ...(body === undefined ? {} : { body: body === "" ? "{}" : body }),
    });
    const cookie = sessionCookie(c);
    if (cookie && CHANGES_SESSION.test(pathname)) tokensOfSessions.drop(cookie);
    if (pathname.startsWith("/auth/sign-out")) forgetPages(c);
    return await handOn(c, answer);
  } catch (error) {
    if (error instanceof IssuerAway) return sendProblem(c, AWAY);
    throw error;
  }
}

/** Back from the provider. A refusal that is not a redirect becomes the staff page that says what to do. */
async function callback(c: Context<EdgeEnv>): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  try {
    const answer = await askIssuer(c, { method: "GET", path: `${pathname}${search}` });
    if (answer.status >= 300 && answer.status < 400) return await handOn(c, answer);
    const text = await answer.text();
    const why = answer.status >= 500 ? "away" : /MFA_REQUIRED/.test(text) ? "mfa" : "failed";
    return c.redirect(`/staff/sign-in?error=${why}`, 303);
  } catch (error) {
    if (error instanceof IssuerAway) return c.redirect("/staff/sign-in?error=away", 303);
    throw error;
  }
}

/** An invitation's link, as it was mailed: its page is one of ours. */
const INVITATION = "/auth/invitation";

const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: (c) => sendProblem(c as Context<EdgeEnv>, TOO_LARGE),
});

export const forwarded = new Hono<EdgeEnv>()
  .use("/auth/*", async (c, next) => {
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
    if (!(await withinRate(c, null))) return sendProblem(c, rateLimited(RATE_PERIOD_SECONDS));
    if (c.req.method !== "GET" && !isSameOrigin(c)) return sendProblem(c, CROSS_SITE);
    return next();
  })
  .get(CALLBACK, callback)
  .get(INVITATION, (c) => c.redirect(`/staff/invitation${new URL(c.req.url).search}`, 303));

for (const [path, method] of Object.entries(FORWARDED)) {
  if (method === "GET") forwarded.get(path, forward);
  else forwarded.post(path, limitBody, forward);
}
forwarded.all("/auth/*", (c) => sendProblem(c, NOT_FOUND)); // also another method: there is nothing to learn about paths
