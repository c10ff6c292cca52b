/**
 * The edge's one door to the issuer. What goes through is picked by name: its own cookies, the caller's address and device,
 * nothing else; what comes back to a browser are its cookies and never the session in a form that scripts could read.
 */
import type { Context } from "hono";
import { SECOND_MS } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeEnv } from "../env.ts";
import { cookiePrefix, dropHostCookie, hostCookie, keepHostCookie, readHostCookie } from "../host-cookie.ts";

/** Longer than anything of the issuer's takes but a provider that hangs; shorter than a person waits. */
const ANSWER_MAX_MS = 20 * SECOND_MS;
/** Enough to tell devices apart; a browser sends about 150. */
const USER_AGENT_CHARS_MAX = 512;

/** `openslot.session_token`, `openslot.state` and the like, as `hostCookie` names them. */
const ISSUER_COOKIE = /^openslot\.[\w.-]+$/;
const SESSION_COOKIE = "openslot.session_token";
/** Of a sample person, on a laptop only: the token itself, because there is no session behind it. */
export const SAMPLE_COOKIE = "openslot_sample";

interface Crumb {
  readonly name: string;
  readonly text: string;
}

function crumbs(header: string | undefined): Crumb[] {
  return (header ?? "").split(";").flatMap((part) => {
    const text = part.trim();
    const end = text.indexOf("=");
    return end > 0 ? [{ name: text.slice(0, end), text }] : [];
  });
}

/** Whether a cookie of this name is the issuer's. On https only with its prefix: another one could come from a sub-domain. */
const isIssuers = (c: Context<EdgeEnv>, name: string): boolean =>
  name.startsWith(cookiePrefix(c)) && ISSUER_COOKIE.test(name.slice(cookiePrefix(c).length));

/** The cookies of this browser that are the issuer's, as a header; "" without any. */
export const issuerCookies = (c: Context<EdgeEnv>): string =>
  crumbs(c.req.header("cookie"))
    .filter(({ name }) => isIssuers(c, name))
    .map(({ text }) => text)
    .join("; ");

/** The session's cookie alone, null without one. It names the session: only its hash is kept anywhere. */
export const sessionCookie = (c: Context<EdgeEnv>): string | null =>
  crumbs(c.req.header("cookie")).find(({ name }) => name === hostCookie(c, SESSION_COOKIE))?.text ?? null;

/** Nobody can answer; callers say so (503) and nothing else happens. */
export class IssuerAway extends Error {
  override readonly name = "IssuerAway";
}

export const originOf = (c: Context<EdgeEnv>): string => new URL(c.req.url).origin;

function headersOf(c: Context<EdgeEnv>, method: string): Headers {
  const headers = new Headers();
  const cookies = issuerCookies(c);
  if (cookies) headers.set("cookie", cookies);
  const address = c.req.header("cf-connecting-ip");
  if (address) headers.set("cf-connecting-ip", address);
  const device = c.req.header("user-agent");
  if (device) headers.set("user-agent", device.slice(0, USER_AGENT_CHARS_MAX));
  // Whoever sends something has been found to be a page of ours by then (isSameOrigin); the issuer compares it once more.
  if (method !== "GET") headers.set("origin", originOf(c));
  return headers;
}

interface Question {
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: "application/json" | "application/x-www-form-urlencoded";
}

/** @throws IssuerAway when nobody answers in time; whatever was answered comes back as it is. */
export async function askIssuer(
  c: Context<EdgeEnv>,
  { method, path, body, contentType = "application/json" }: Question,
): Promise<Response> {
  const headers = headersOf(c, method);
  if (body !== undefined) headers.set("content-type", contentType);
  const request = new Request(new URL(path, originOf(c)), {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: "manual", // a redirect is an answer to the browser
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  });
  try {
    return await c.env.IDENTITY.fetch(request);
  } catch (error) {
    logFailure("identity.unreachable", error);
    throw new IssuerAway();
  }
}

/** Not a failure: this deployment has no gateway for codes. */
export const NO_TRANSPORT = "NO_TRANSPORT";

export interface Told {
  readonly status: number;
  /** The members of a JSON answer; a list is under `list`. Empty where there was no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks for a page: JSON in and out, and the issuer's cookies go on to the browser. 5xx is IssuerAway like no answer. */
export async function tellIssuer(
  c: Context<EdgeEnv>,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<Told> {
  const answer = await askIssuer(
    c,
    body === undefined ? { method: "GET", path } : { method: "POST", path, body: JSON.stringify(body) },
  );
  passCookies(c, answer);
  const text = await answer.text();
  const told = { status: answer.status, body: membersOf(text) };
  if (told.status >= 500 && told.body.code !== NO_TRANSPORT) {
    logFailure("identity.failed", null, { status: told.status });
    throw new IssuerAway();
  }
  return told;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {}; // a redirect or a page: the status says all that is used
  }
  if (Array.isArray(value)) return { list: value };
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const nameOf = (setCookie: string): string => setCookie.slice(0, setCookie.indexOf("="));
const textOf = (setCookie: string): string => setCookie.slice(setCookie.indexOf("=") + 1).split(";")[0] ?? "";

/** The session that an answer begins; null when it begins none. */
const begunBy = (c: Context<EdgeEnv>, cookies: readonly string[]): string | null => {
  const cookie = cookies.find((one) => nameOf(one) === hostCookie(c, SESSION_COOKIE) && textOf(one) !== "");
  return cookie ? `${nameOf(cookie)}=${textOf(cookie)}` : null;
};

/**
 * Hands the issuer's cookies to the browser, all of them hidden from scripts. A sign-in ends whatever this browser was signed
 * in as before: the session that is replaced must not live on unseen, and the sample person goes.
 */
export function passCookies(c: Context<EdgeEnv>, answer: Response): void {
  const cookies = answer.headers.getSetCookie().filter((cookie) => isIssuers(c, nameOf(cookie)));
  for (const cookie of cookies) {
    if (/;\s*httponly/i.test(cookie)) c.header("set-cookie", cookie, { append: true });
    else logFailure("identity.cookie_readable", null);
  }
  const begun = begunBy(c, cookies);
  if (!begun) return;
  endSample(c);
  const before = sessionCookie(c);
  if (before && before !== begun) c.executionCtx.waitUntil(endReplaced(c, before));
}

async function endReplaced(c: Context<EdgeEnv>, cookie: string): Promise<void> {
  try {
    const answer = await c.env.IDENTITY.fetch(
      new Request(new URL("/auth/sign-out", originOf(c)), {
        method: "POST",
        headers: { cookie, origin: originOf(c), "content-type": "application/json" },
        body: "{}",
        redirect: "manual",
      }),
    );
    await answer.body?.cancel();
  } catch (error) {
    logFailure("identity.replaced_session_lives", error); // until it ends by itself
  }
}

/** As long as a sample token lives; a cookie that outlived it would only lead to "sign in again". */
const SAMPLE_SECONDS = 60 * 60;

/** A sample person of a laptop, whose token is the session. */
export const startSample = (c: Context<EdgeEnv>, token: string): void =>
  keepHostCookie(c, SAMPLE_COOKIE, token, SAMPLE_SECONDS);

export const sampleCookie = (c: Context<EdgeEnv>): string | undefined => readHostCookie(c, SAMPLE_COOKIE);

export function endSample(c: Context<EdgeEnv>): void {
  dropHostCookie(c, SAMPLE_COOKIE);
}

/**
 * [SV5] Pages that the browser still holds, for its Back button as well. Not "storage": nothing of a person is there, and a screen
 * that is paired has its secret there. Not "cookies": other hosts of the clinic's domain have theirs.
 */
export const forgetPages = (c: Context<EdgeEnv>): void => c.header("Clear-Site-Data", '"cache"');

/** Takes the issuer's cookies from this browser, and what it holds of pages, whatever became of the session. */
export function forgetIssuerCookies(c: Context<EdgeEnv>): void {
  forgetPages(c);
  for (const { name } of crumbs(c.req.header("cookie")))
    if (isIssuers(c, name)) dropHostCookie(c, name.slice(cookiePrefix(c).length));
}
