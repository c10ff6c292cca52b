/** Every address of the issuer. The library mounts some thirty more, passwords among them: what is not here is not there. */
import type * as z from "zod";
import {
  callbackQuery,
  codeSendBody,
  codeVerifyBody,
  confirmBody,
  emptyBody,
  emptyQuery,
  passkeyDeleteBody,
  passkeyOptionsQuery,
  passkeyRegistrationBody,
  passkeySignInBody,
  registerBody,
  revokeBody,
  socialBody,
} from "./schemas.ts";

export interface Route {
  readonly method: "GET" | "POST";
  /** Below `/auth`, as the world sees it. */
  readonly path: string;
  /** Below `/auth`, as the library has it. */
  readonly to: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  /** At the instance that has the clinics' provider. */
  readonly provider?: true;
  /** What of the library's answer goes out; left out: our own endpoint's answer as it is. */
  readonly shown?: (answer: Record<string, unknown> & readonly Record<string, unknown>[]) => unknown;
  /** Instead of 401, for whoever is not signed in. */
  readonly nobody?: unknown;
  /** What a refusal is recorded as. */
  readonly signIn?: "passkey" | "oidc";
}

const get = (path: string, more: Partial<Route> = {}): Route => ({
  method: "GET",
  path,
  to: path,
  query: emptyQuery,
  body: null,
  ...more,
});
const post = (path: string, body: z.ZodType, more: Partial<Route> = {}): Route => ({
  method: "POST",
  path,
  to: path,
  query: emptyQuery,
  body,
  ...more,
});

const passkeyShown = ({ id, name, createdAt, deviceType, backedUp }: Record<string, unknown>) => ({
  id,
  name: name ?? null,
  createdAt,
  deviceType,
  backedUp,
});

const SIGNED_OUT = { signedOut: true };

export const ROUTES: readonly Route[] = [
  post("/code/send", codeSendBody),
  post("/code/verify", codeVerifyBody),
  post("/patient/confirm", confirmBody),
  post("/patient/register", registerBody),
  get("/token"),
  get("/get-session", { to: "/session", nobody: { session: null, user: null, next: null } }),
  post("/sign-out", emptyBody, { to: "/session/end", nobody: SIGNED_OUT }),
  post("/sign-out-everywhere", emptyBody, { to: "/session/end-all" }),
  get("/list-sessions", { to: "/session/list" }),
  post("/revoke-session", revokeBody, { to: "/session/revoke" }),
  get("/passkey/generate-register-options", { query: passkeyOptionsQuery, shown: (options) => options }),
  post("/passkey/verify-registration", passkeyRegistrationBody, { shown: passkeyShown }),
  get("/passkey/generate-authenticate-options", { shown: (options) => options }),
  post("/passkey/verify-authentication", passkeySignInBody, {
    signIn: "passkey",
    shown: ({ session }) => ({
      next: (session as { role?: string } | undefined)?.role === "patient" ? "signed-in" : "register",
    }),
  }),
  get("/passkey/list-user-passkeys", { shown: (passkeys) => passkeys.map(passkeyShown) }),
  post("/passkey/delete-passkey", passkeyDeleteBody, { shown: () => ({ deleted: true }) }),
  post("/sign-in/social", socialBody, { provider: true, shown: ({ url }) => ({ url }) }),
  get("/callback/clinic", { query: callbackQuery, provider: true, signIn: "oidc" }),
];

const byAddress = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]));

export const routeOf = (method: string, path: string): Route | null =>
  byAddress.get(`${method} ${path}`) ?? null;
