/** What a signed-in person can see and end: their sessions; and the access token that each of them gives. */
import { deleteSessionCookie } from "better-auth/cookies";
import type { IdentityEnv } from "../env.ts";
import { revokeBody } from "../schemas.ts";
import { recordSignIn, type SignIn } from "../sign-in-record.ts";
import type { Method } from "../standing.ts";
import { accessToken } from "../tokens.ts";
import { contactOfUser, isInvented, nextStep } from "./codes.ts";
import {
  APIError,
  type Call,
  createAuthEndpoint,
  currentClaims,
  endAll,
  freshSessionMiddleware,
  isFresh,
  type OurSession,
  sessionMiddleware,
  sessionsOf,
  signedOf,
} from "./session.ts";

export const KINDS: Readonly<Record<Method, SignIn["kind"]>> = { otp: "code", hwk: "passkey", mfa: "oidc" };

/** What is shown of a session: never the token that opens it. */
const shown = (session: OurSession) => ({
  id: session.id,
  method: session.amr,
  role: session.role === "" ? null : session.role,
  createdAt: session.createdAt,
  usedAt: session.updatedAt,
  expiresAt: session.expiresAt,
});

export const ended = (session: OurSession, outcome: "signed-out" | "revoked"): SignIn => ({
  subject: session.subject === "" ? "nobody" : session.subject,
  kind: KINDS[session.amr],
  outcome,
});

export const sessionEndpoints = (env: IdentityEnv) => ({
  /** [ID3] [ID12] */
  ourToken: createAuthEndpoint("/token", { method: "GET", use: [sessionMiddleware] }, async (endpoint) => {
    const call = endpoint as unknown as Call;
    const signed = signedOf(endpoint);
    const claims = await currentClaims(env, call, signed);
    if (!claims) throw new APIError("FORBIDDEN", { code: "NOT_A_PATIENT_YET" });
    return endpoint.json(await accessToken(env, claims));
  }),

  /** Who this browser is, and what they have to do next; `{ session: null }` for nobody. */
  ourSession: createAuthEndpoint(
    "/session",
    { method: "GET", use: [sessionMiddleware] },
    async (endpoint) => {
      const call = endpoint as unknown as Call;
      const { session, user } = signedOf(endpoint);
      const claims = await currentClaims(env, call, { session, user });
      const next = claims ? ("signed-in" as const) : await nextStep(env, contactOfUser(user));
      return endpoint.json({
        session: { ...shown(session), isFresh: isFresh(session) },
        user: {
          subject: claims?.sub ?? null,
          name: user.name === "" ? null : user.name,
          email: isInvented(user.email) ? null : user.email,
          phone: user.phoneNumber ?? null,
        },
        next,
      });
    },
  ),

  /** [ID13] This session. */
  ourSignOut: createAuthEndpoint(
    "/session/end",
    { method: "POST", use: [sessionMiddleware] },
    async (endpoint) => {
      const { session } = signedOf(endpoint);
      await endpoint.context.internalAdapter.deleteSession(session.token);
      deleteSessionCookie(endpoint as unknown as Call);
      await recordSignIn(env, ended(session, "signed-out"));
      return endpoint.json({ signedOut: true });
    },
  ),

  /** [ID13] [SV2] All of them, this one as well. */
  ourSignOutEverywhere: createAuthEndpoint(
    "/session/end-all",
    { method: "POST", use: [freshSessionMiddleware] },
    async (endpoint) => {
      const { session } = signedOf(endpoint);
      await endAll(env, endpoint.context, session.userId);
      deleteSessionCookie(endpoint as unknown as Call);
      await recordSignIn(env, ended(session, "revoked"));
      return endpoint.json({ signedOut: true });
    },
  ),

  ourSessions: createAuthEndpoint(
    "/session/list",
    { method: "GET", use: [sessionMiddleware] },
    async (endpoint) => {
      const { session } = signedOf(endpoint);
      const all = await sessionsOf(endpoint.context.internalAdapter, session.userId);
      return endpoint.json({
        sessions: all
          .toSorted((a, b) => b.updatedAt.valueOf() - a.updatedAt.valueOf())
          .map((one) => ({ ...shown(one), isThisOne: one.id === session.id })),
      });
    },
  ),

  /** [ID13] [SV2] One of one's own; a foreign one is not there. */
  ourRevoke: createAuthEndpoint(
    "/session/revoke",
    { method: "POST", body: revokeBody, use: [freshSessionMiddleware] },
    async (endpoint) => {
      const { session } = signedOf(endpoint);
      const { internalAdapter } = endpoint.context;
      const all = await sessionsOf(internalAdapter, session.userId);
      const wanted = all.find(({ id }) => id === endpoint.body.id);
      if (!wanted) throw new APIError("NOT_FOUND", { code: "NO_SUCH_SESSION" });
      await internalAdapter.deleteSession(wanted.token);
      if (wanted.id === session.id) deleteSessionCookie(endpoint as unknown as Call);
      await recordSignIn(env, ended(wanted, "revoked"));
      return endpoint.json({ revoked: true });
    },
  ),
});
