/**
 * better-auth, as this issuer uses it: sessions in our objects, people in Postgres, keys and codes our own. Two instances in
 * one Worker: the one with the clinics' provider is made apart, because a provider that hangs must not stop patients.
 */

import { waitUntil } from "cloudflare:workers";
import { passkey } from "@better-auth/passkey";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { sql } from "drizzle-orm";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { authAccount, authPasskey, authUser } from "../../db/schema/identity.ts";
import { type LogCode, logEvent } from "../../durable-objects/shared/log.ts";
import { pinnedIssuer } from "./clinic-provider.ts";
import { codeEndpoints } from "./endpoints/codes.ts";
import { patientEndpoints } from "./endpoints/patient.ts";
import { type Call, endOldest, newStanding, requireFresh } from "./endpoints/session.ts";
import { ended, sessionEndpoints } from "./endpoints/sessions.ts";
import type { IdentityEnv } from "./env.ts";
import { dbOf } from "./postgres.ts";
import { sessionStore } from "./session-store.ts";
import { identitySettings } from "./settings.ts";
import { recordSignIn } from "./sign-in-record.ts";
import { FRESH_PROOF_MS, type Method } from "./standing.ts";

/** From the last use on. */
const SESSION_SECONDS = (30 * DAY_MS) / SECOND_MS;
/** A session in use is extended once a day. */
const SESSION_UPDATE_SECONDS = DAY_MS / SECOND_MS;
/** Coarse, by network address and path, in front of the exact counts; a clinic's waiting room shares one address. */
const RATE_WINDOW_SECONDS = MINUTE_MS / SECOND_MS;
const RATE_MAX = 600;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export type Auth = ReturnType<typeof makeAuth>;

const text = { type: "string", required: false, input: false } as const;
const number = { type: "number", required: false, input: false } as const;

/** By which door a session begins. Codes name themselves. */
function methodOf(path: string | undefined): Method | null {
  if (path?.startsWith("/passkey/")) return "hwk";
  if (path?.startsWith("/callback/")) return "mfa";
  return path?.startsWith("/code/") || path?.startsWith("/patient/") ? "otp" : null;
}

const refusal = (code: string): APIError => new APIError("FORBIDDEN", { code });

/** [ID14] Who is bound to an identity at the provider: somebody who opened an invitation, and nobody else. */
async function requireInvited(env: IdentityEnv, userId: string): Promise<void> {
  const { rows } = await dbOf(env).execute(
    sql`SELECT 1 FROM auth_user WHERE id = ${userId} AND staff_id IS NOT NULL AND email_verified`,
  );
  if (rows.length === 0) throw refusal("NOT_INVITED");
}

/** [SV3] */
async function boundSessions(
  env: IdentityEnv,
  { context, path }: Call,
  { userId, token }: { readonly userId: string; readonly token: string },
): Promise<void> {
  const replaced = path.startsWith("/patient/") ? context.session?.session.token : undefined;
  for (const session of await endOldest(context.internalAdapter, userId, { begun: token, replaced }))
    await recordSignIn(env, ended(session, "revoked"));
}

/** The provider's tokens hold names and addresses, and nobody needs them after the sign-in. */
const WITHOUT_TOKENS = { accessToken: null, refreshToken: null, idToken: null, password: null };

const passkeys = (siteUrl: string) =>
  passkey({
    rpID: new URL(siteUrl).hostname,
    rpName: "Openslot",
    origin: siteUrl,
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    // The library asks for a verified user and takes one who is not: a touch alone would do.
    registration: {
      afterVerification: async ({ ctx, verification }) => {
        if (!verification.registrationInfo?.userVerified) throw refusal("USER_VERIFICATION_REQUIRED");
        // Staff have their provider; who is nobody yet has nothing to come back to.
        if ((ctx.context.session?.session as { role?: string } | undefined)?.role !== "patient")
          throw refusal("NOT_A_PATIENT_YET");
      },
    },
    authentication: {
      afterVerification: async ({ verification }) => {
        if (!verification.authenticationInfo.userVerified) throw refusal("USER_VERIFICATION_REQUIRED");
      },
    },
  });

/** [ID14] The clinics' provider: a verified ID token with a second factor, for somebody who is there already. */
function clinicProvider(env: IdentityEnv) {
  const { OIDC_DISCOVERY_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = identitySettings(env);
  if (!OIDC_DISCOVERY_URL || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return [];
  return [
    genericOAuth({
      config: [
        {
          providerId: "clinic",
          discoveryUrl: OIDC_DISCOVERY_URL,
          clientId: OIDC_CLIENT_ID,
          clientSecret: OIDC_CLIENT_SECRET,
          scopes: ["openid", "email", "profile"],
          pkce: true,
          requireIdTokenVerification: true,
          disableImplicitSignUp: true,
          disableSignUp: true,
          mapProfileToUser: (profile) => {
            if (typeof profile.iss !== "string" || profile.iss !== pinnedIssuer(env))
              throw refusal("OTHER_ISSUER");
            const methods: unknown = profile.amr;
            if (!Array.isArray(methods) || !methods.includes("mfa")) throw refusal("MFA_REQUIRED");
            return { name: String(profile.name ?? "") };
          },
        },
      ],
    }),
  ];
}

const ours = (env: IdentityEnv) => ({
  id: "openslot" as const,
  endpoints: { ...codeEndpoints(env), ...patientEndpoints(env), ...sessionEndpoints(env) },
  // [SV2] The library asks for a fresh session where a passkey is made, and not where one goes.
  hooks: {
    before: [
      {
        matcher: ({ path }: { path?: string }) => path === "/passkey/delete-passkey",
        handler: requireFresh,
      },
    ],
  },
});

const sessionFields = {
  amr: text,
  role: text,
  subject: text,
  clinics: text,
  provider: text,
  checkedAt: number,
  endsAt: number,
};

/**
 * [SV1] On https every cookie is this host's alone: no sub-domain and no plain http can set it for us. Browsers refuse the prefix
 * without https. The library knows `__Secure-` only, so ours is part of the name.
 */
const cookieRules = (siteUrl: string) =>
  siteUrl.startsWith("https://")
    ? {
        cookiePrefix: "__Host-openslot",
        useSecureCookies: false,
        defaultCookieAttributes: { secure: true },
      }
    : { cookiePrefix: "openslot", useSecureCookies: false };

/** Codes of ours only: what the library says may quote an address. */
const quiet = (level: string): void => {
  if (level === "error") logEvent("identity.library_error" satisfies LogCode);
};

/** @param withProvider the instance for `/sign-in/social` and `/callback/*` */
export function makeAuth(env: IdentityEnv, withProvider: boolean) {
  const settings = identitySettings(env);
  const origins = settings.LOCAL_MODE
    ? [settings.SITE_URL, settings.SITE_URL.replace("//localhost", "//127.0.0.1")]
    : [settings.SITE_URL];
  return betterAuth({
    appName: "Openslot",
    baseURL: settings.SITE_URL,
    basePath: "/auth",
    secrets: settings.AUTH_SECRET.map(([version, value]) => ({ version: ALPHABET.indexOf(version), value })),
    trustedOrigins: origins,
    telemetry: { enabled: false },
    database: drizzleAdapter(dbOf(env), {
      provider: "pg",
      schema: { user: authUser, account: authAccount, passkey: authPasskey },
      transaction: false, // SQL over HTTP has none
    }),
    secondaryStorage: sessionStore(env),
    session: {
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_UPDATE_SECONDS,
      freshAge: FRESH_PROOF_MS / SECOND_MS,
      storeSessionInDatabase: false,
      cookieCache: { enabled: false }, // a revoked session would live on in it
      additionalFields: sessionFields,
    },
    verification: { storeInDatabase: false, storeIdentifier: "hashed" },
    user: { additionalFields: { phoneNumber: text, patientId: text, staffId: text } },
    account: { encryptOAuthTokens: true, accountLinking: { enabled: true, trustedProviders: ["clinic"] } },
    rateLimit: {
      enabled: true,
      storage: "secondary-storage",
      window: RATE_WINDOW_SECONDS,
      max: RATE_MAX,
      customRules: {
        "/token": false, // asked for every few minutes by everybody, and it opens nothing
        "/sign-in/social": { window: RATE_WINDOW_SECONDS, max: RATE_MAX }, // the library's own 3 in 10 s stop a clinic's morning
      },
    },
    advanced: {
      ...cookieRules(settings.SITE_URL),
      database: { generateId: () => crypto.randomUUID() },
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      backgroundTasks: { handler: (task) => waitUntil(task) },
    },
    disabledPaths: ["/sign-up/email", "/sign-in/email"],
    logger: { log: quiet },
    onAPIError: { throw: true, errorURL: "/staff/sign-in" }, // else the library prints the SQL and its parameters
    databaseHooks: {
      session: {
        create: {
          before: async (session, call) => {
            const method = methodOf(call?.path);
            const standing = method && (await newStanding(env, session.userId, method));
            if (!standing) throw refusal("NO_ACCESS");
            // Where somebody was is not kept, and of the browser nothing but that it is one.
            return { data: { ...session, ...standing, ipAddress: "", userAgent: "" } };
          },
          after: async (session, call) => {
            if (call) await boundSessions(env, call as unknown as Call, session);
            const method = methodOf(call?.path);
            if (method === null || method === "otp") return; // codes are recorded where they are compared
            const { subject } = session as unknown as { subject: string };
            await recordSignIn(env, {
              subject: subject === "" ? "nobody" : subject,
              kind: method === "hwk" ? "passkey" : "oidc",
              outcome: "accepted",
            });
          },
        },
      },
      account: {
        create: {
          before: async (account) => {
            await requireInvited(env, account.userId);
            return { data: { ...account, ...WITHOUT_TOKENS } };
          },
        },
        update: { before: async (account) => ({ data: { ...account, ...WITHOUT_TOKENS } }) },
      },
    },
    plugins: [ours(env), passkeys(settings.SITE_URL), ...(withProvider ? clinicProvider(env) : [])],
  });
}
