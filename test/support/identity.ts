/** For tests of the issuer: calls it as the edge does, and moves what it stands on. */
import { env as bindings, exports } from "cloudflare:workers";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { vi } from "vitest";
import {
  AGENDA_SHARDS,
  type LocationId,
  makeId,
  makePatientId,
  type PatientId,
  type ProviderId,
  type StaffId,
} from "../../core/ids.ts";
import { type Db, makeDb } from "../../db/client.ts";
import { insertPatient, insertStaff, type PatientSettings } from "../../db/directory/people-writes.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import type { IdentityEnv } from "../../workers/identity/env.ts";
import type Identity from "../../workers/identity/index.ts";

/** What this project is given (identity-project.ts); the generated types describe the edge. */
export const env = bindings as unknown as IdentityEnv & { readonly TEST_CONTROL: string };
export const issuer = exports.default as unknown as Identity;
export const db = (): Db => makeDb(env);

/** Closes or opens Postgres's door, or tells the identity provider what to say next. */
export async function control(path: string, body?: unknown): Promise<void> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${env.TEST_CONTROL}${path}`, init);
  await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

/** After tests that ask Postgres nothing for long: a connection that was idle for a minute is closed from the other side. */
export async function keepDoorOpen(): Promise<void> {
  const ask = () => db().execute("SELECT 1");
  await ask().catch(ask);
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON that it has just asked for
  readonly body: any;
}

interface Where {
  readonly site: string;
  readonly issuer: Pick<Identity, "fetch">;
}
const HERE: Where = { site: env.SITE_URL, issuer };
let addresses = 0;

/** A browser: keeps cookies, sends an origin, has an address of its own. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #ip = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses++ & 255}`;

  readonly #at: Where;

  /** @param at another issuer, at another address of the site */
  constructor(at: Where = HERE) {
    this.#at = at;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  take(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = ""] = line.split(";");
      const [name = "", ...value] = pair.split("=");
      if (/max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value.join("="));
    }
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const headers = new Headers({ "cf-connecting-ip": this.#ip, origin: this.#at.site, ...more });
    if (this.#cookies.size > 0) headers.set("cookie", this.cookie);
    if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
    const response = await this.#at.issuer.fetch(
      new Request(`${this.#at.site}/auth${path}`, {
        method,
        headers,
        body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
        redirect: "manual",
      }),
    );
    const text = await response.text();
    this.take(response.headers.getSetCookie());
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}

/** The newest code that went to `to`. */
export async function codeFor(to: string): Promise<string> {
  const sent = (await issuer.sentCodes()) ?? [];
  const found = sent.find((one) => one.to === to.toLowerCase() && one.kind === "code");
  if (!found) throw new Error("nothing was sent there");
  return found.text;
}

/** Signs in as whoever has `to`. */
export async function signInByCode(
  to: string,
  browser = new Browser(),
): Promise<{ browser: Browser; next: string }> {
  await browser.call("POST", "/code/send", { to });
  const { status, body } = await browser.call("POST", "/code/verify", { to, code: await codeFor(to) });
  if (status !== 200) throw new Error(`code/verify: ${status} ${JSON.stringify(body)}`);
  return { browser, next: body.next };
}

let people = 0;
/** Every address of the tests holds this word: no log line may. */
export const CANARY = "canary";
export const someEmail = (): string => `${CANARY}.${Date.now().toString(36)}.${people++}@example.org`;
export const somePhone = (): string => `+1312${String(5_550_000 + people++).padStart(7, "0")}`;

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

let clinic: LocationId | undefined;
export async function someClinic(): Promise<LocationId> {
  clinic ??= (await loadDirectory(db())).clinics[0]?.id;
  return clinic as LocationId; // the seed has clinics
}

export const BIRTH_DATE = "1980-02-29";

/** A record that the desk made. */
export async function somePatient(settings: Partial<PatientSettings>): Promise<PatientId> {
  const id = makePatientId((randomBytes(1)[0] as number) % AGENDA_SHARDS, randomBytes(12));
  await insertPatient(
    db(),
    id,
    {
      displayName: "Ada Canary",
      birthDate: BIRTH_DATE,
      email: null,
      phone: null,
      homeLocationId: await someClinic(),
      preferredLanguage: null,
      interpreterLanguage: null,
      accessNeeds: [],
      preferences: null,
      ...settings,
    },
    { command: id, fingerprint: id },
  );
  return id;
}

/** A member of staff as an administrator makes one. */
export async function someStaff(
  email: string,
  role: "staff" | "admin" | "provider" = "staff",
  providerId: ProviderId | null = null,
): Promise<StaffId> {
  const id = makeId("stf", randomBytes(12)) as StaffId;
  const clinics = role === "staff" ? [await someClinic()] : [];
  await insertStaff(
    db(),
    id,
    { displayName: "Sam Canary", email, role, providerId, clinics },
    { command: id, fingerprint: id },
  );
  return id;
}

/** As workers/edge/token-verifier.ts does it. */
export async function verified(token: string): Promise<JWTPayload> {
  const keys = createLocalJWKSet((await issuer.jwks()) as unknown as JSONWebKeySet);
  const { payload } = await jwtVerify(token, keys, {
    issuer: "openslot-identity",
    audience: "openslot",
    algorithms: ["ES256"],
    requiredClaims: ["sub", "exp", "iat", "role"],
    maxTokenAge: 360,
  });
  return payload;
}

/** What the token of this browser's session says; null when there is none. */
export async function claimsOf(browser: Browser): Promise<JWTPayload | null> {
  const { status, body } = await browser.call("GET", "/token");
  return status === 200 ? verified(body.token) : null;
}

/** Signs in at the clinics' provider, which says `claims` of whoever comes. Answers where the browser ends. */
export async function signInAtClinic(claims: Record<string, unknown>, browser = new Browser()) {
  await control("/oidc", claims);
  const start = await browser.call("POST", "/sign-in/social", { provider: "clinic", callbackURL: "/staff" });
  if (start.status !== 200) throw new Error(`sign-in/social: ${start.status} ${JSON.stringify(start.body)}`);
  const authorize = await fetch(start.body.url, { redirect: "manual" });
  await authorize.text();
  const back = new URL(authorize.headers.get("location") ?? "");
  const { status, headers } = await browser.call(
    "GET",
    `${back.pathname.slice("/auth".length)}${back.search}`,
  );
  return { browser, status, location: headers.get("location") };
}

/** Opens the link of an invitation as its page does. */
export async function openInvitation(link: string): Promise<string | null> {
  const token = new URL(link).searchParams.get("token") ?? "";
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const { headers } = await new Browser().call("POST", "/invitation", `token=${token}`, form);
  return headers.get("location");
}

/** Everything that is written to the console from now on. */
export function watchLog(): readonly string[] {
  const lines: string[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      lines.push(
        parts.map((part) => (part instanceof Error ? `${part.stack}` : JSON.stringify(part))).join(" "),
      );
    });
  return lines;
}

/** Of these lines, those in which somebody could be recognised. */
export const leaksIn = (lines: readonly string[]): string[] =>
  lines.filter((line) => new RegExp(`${CANARY}|\\+1312555|${BIRTH_DATE}`, "i").test(line));
