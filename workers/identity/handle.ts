/** One request of `/auth/*`: whether it may come in, what of it goes on to better-auth, and what of the answer goes out. */
import { isAPIError } from "better-auth/api";
import type * as z from "zod";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { RefusalCount } from "../refusal-count.ts";
import { type Auth, makeAuth } from "./auth.ts";
import { isPinnedProvider } from "./clinic-provider.ts";
import type { IdentityEnv } from "./env.ts";
import { invitationPage, openInvitationPage } from "./invitations.ts";
import { problem } from "./problem.ts";
import { type Route, routeOf } from "./routes.ts";
import { identitySettings } from "./settings.ts";
import { recordSignIn } from "./sign-in-record.ts";
import { publicKeys } from "./signing-keys.ts";
import type { AccessToken } from "./tokens.ts";

export { invite } from "./invitations.ts";

const BASE = "/auth";
/** An attestation of a passkey is the longest thing that comes in. */
const BODY_BYTES_MAX = 64 * 1024;
const STAFF_SIGN_IN = "/staff/sign-in";

/** One of each kind per isolate, made with the first request. */
const instances = new WeakMap<object, Map<boolean, Auth>>();

export function authOf(env: IdentityEnv, withProvider = false): Auth {
  const made = instances.get(env) ?? new Map<boolean, Auth>();
  instances.set(env, made);
  const auth = made.get(withProvider) ?? makeAuth(env, withProvider);
  made.set(withProvider, auth);
  return auth;
}

/** What is wrong, where; never the value. */
const invalid = (error: z.ZodError, from: string): Response =>
  problem(400, {
    errors: error.issues.map(({ path, message }) => ({
      pointer: [from, ...path.map(String)].join("/"),
      message,
    })),
  });

async function readJson(request: Request): Promise<{ readonly value: unknown } | Response> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > BODY_BYTES_MAX) return problem(413);
  if (bytes.byteLength === 0) return { value: undefined };
  if (!request.headers.get("content-type")?.startsWith("application/json")) return problem(415);
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  } catch {
    return problem(400, { errors: [{ pointer: "", message: "must be JSON" }] });
  }
}

/** Why the clinics' sign-in ended, as a word in the address of the page that says it. */
function staffError(code: string | null | undefined): "mfa" | "not-invited" | "no-access" | "provider" {
  const word = (code ?? "").toLowerCase();
  if (word === "mfa_required") return "mfa";
  if (["not_invited", "signup_disabled", "account_not_linked"].includes(word)) return "not-invited";
  return word === "no_access" ? "no-access" : "provider";
}

const toStaffSignIn = (code: string | null | undefined): Response =>
  new Response(null, {
    status: 302,
    headers: { location: `${STAFF_SIGN_IN}?error=${staffError(code)}`, "cache-control": "no-store" },
  });

/** The library's redirects, with our words for what went wrong. */
async function redirected(env: IdentityEnv, answer: Response, location: string): Promise<Response> {
  const error = URL.parse(location, identitySettings(env).SITE_URL)?.searchParams.get("error");
  if (error) {
    await recordSignIn(env, { subject: "nobody", kind: "oidc", outcome: "refused" });
    return toStaffSignIn(error);
  }
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of answer.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

function json(body: unknown, cookies: readonly string[]): Response {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(body), { headers });
}

async function outgoing(env: IdentityEnv, route: Route, answer: Response): Promise<Response> {
  const cookies = answer.headers.getSetCookie();
  const location = answer.headers.get("location");
  if (location && answer.status >= 300 && answer.status < 400) return redirected(env, answer, location);
  const text = await answer.text();
  if (!answer.ok) {
    const code = text === "" ? undefined : (JSON.parse(text) as { code?: string }).code; // better-auth answers in JSON
    return refused(env, route, {
      status: answer.status,
      code,
      cookies,
      retryAfter: answer.headers.get("x-retry-after"),
    });
  }
  const body = JSON.parse(text) as never; // better-auth answers in JSON
  return json(route.shown ? route.shown(body) : body, cookies);
}

interface Refused {
  readonly status: number;
  readonly code: string | undefined;
  readonly cookies?: readonly string[];
  readonly retryAfter?: string | null;
}

async function refused(env: IdentityEnv, route: Route, { status, ...details }: Refused): Promise<Response> {
  if (route.signIn && status !== 429)
    await recordSignIn(env, { subject: "nobody", kind: route.signIn, outcome: "refused" });
  if (route.path.startsWith("/callback/")) return toStaffSignIn(details.code);
  if (status === 401 && route.nobody) return json(route.nobody, details.cookies ?? []);
  return problem(status, details);
}

/** Nothing of an unexpected error but its kind: its text can hold an address. */
function failed(route: Route, error: unknown): Response {
  logFailure("identity.request_failed", (error as { cause?: unknown } | null)?.cause ?? error);
  return route.path.startsWith("/callback/") ? toStaffSignIn("provider") : problem(503);
}

async function forward(
  env: IdentityEnv,
  request: Request,
  route: Route,
  url: URL,
  body: unknown,
): Promise<Response> {
  const to = new URL(`${BASE}${route.to}${url.search}`, identitySettings(env).SITE_URL);
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  if (body !== undefined) headers.set("content-type", "application/json");
  const inner = new Request(to, {
    method: route.method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (route.provider && !(await isPinnedProvider(env)))
    return refused(env, route, { status: 503, code: "PROVIDER_NOT_FOUND" });
  try {
    return await outgoing(env, route, await authOf(env, route.provider ?? false).handler(inner));
  } catch (error) {
    if (!isAPIError(error)) return failed(route, error);
    const code = (error.body as { code?: string } | undefined)?.code;
    // A refusal that hides a broken dependency is no refusal.
    if (error.statusCode >= 500 && code !== "NO_TRANSPORT") return failed(route, error);
    return refused(env, route, {
      status: error.statusCode,
      code,
      cookies: new Headers(error.headers as HeadersInit).getSetCookie(),
    });
  }
}

const originsOf = (siteUrl: string, isLocal: boolean): string[] =>
  isLocal ? [siteUrl, siteUrl.replace("//localhost", "//127.0.0.1")] : [siteUrl];

/** [ID16] A form of another site does nothing here, with or without a cookie. */
function isForeign(env: IdentityEnv, request: Request): boolean {
  const origin = request.headers.get("origin");
  const { SITE_URL, LOCAL_MODE } = identitySettings(env);
  return request.method !== "GET" && origin !== null && !originsOf(SITE_URL, LOCAL_MODE).includes(origin);
}

/** [SV7] Of this isolate. */
const refusals = new RefusalCount("identity.refused");

export async function handle(env: IdentityEnv, request: Request): Promise<Response> {
  const answer = await answered(env, request);
  refusals.count(answer.status, Date.now());
  return answer;
}

/** [ID16] */
async function answered(env: IdentityEnv, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${BASE}/`)) return problem(404);
  const path = url.pathname.slice(BASE.length);
  if (isForeign(env, request)) return problem(403, { code: "INVALID_ORIGIN" });
  if (path === "/jwks" && request.method === "GET")
    return Response.json(await publicKeys(env), { headers: { "cache-control": "public, max-age=60" } });
  if (path === "/invitation" && request.method === "GET") return invitationPage(url);
  if (path === "/invitation" && request.method === "POST") return openInvitationPage(env, request);
  const route = routeOf(request.method, path);
  if (!route) return problem(404);
  const query = route.query.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) return invalid(query.error, "/query");
  if (route.body === null) return forward(env, request, route, url, undefined);
  const read = await readJson(request);
  if (read instanceof Response) return read;
  const body = route.body.safeParse(read.value);
  if (!body.success) return invalid(body.error, "");
  // What the clinics' provider is told beside: where its refusals go. Not the caller's to choose.
  const more = route.provider ? { errorCallbackURL: STAFF_SIGN_IN } : {};
  return forward(env, request, route, url, { ...((body.data ?? {}) as object), ...more });
}

export interface SessionToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** For the browser: a session in use is extended. */
  readonly setCookie: string | null;
}

/** [ID12] null: nobody, or nobody yet. */
export async function tokenOf(env: IdentityEnv, cookieHeader: string): Promise<SessionToken | null> {
  const headers = new Headers({ cookie: cookieHeader });
  try {
    const answer = await authOf(env).api.ourToken({ headers, asResponse: true });
    if (!answer.ok) return null;
    const { token, expiresAt } = await answer.json<AccessToken>(); // our own endpoint's answer
    return { token, expiresAt, setCookie: answer.headers.getSetCookie()[0] ?? null };
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500) return null;
    throw error;
  }
}
