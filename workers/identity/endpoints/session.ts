/** The session of a request, with what it may act as; and how one is begun and ended. */
import {
  APIError,
  createAuthEndpoint,
  createAuthMiddleware,
  freshSessionMiddleware,
  getSessionFromCtx,
  sessionMiddleware,
} from "better-auth/api";
import { deleteSessionCookie, setSessionCookie } from "better-auth/cookies";
import { findStanding } from "../../../db/identity/standing.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { IdentityEnv } from "../env.ts";
import { dbOf } from "../postgres.ts";
import { sessionStore } from "../session-store.ts";
import {
  claimsOf,
  FRESH_PROOF_MS,
  lifeOf,
  type Method,
  SESSIONS_MAX,
  type SessionStanding,
  STAFF_SESSION_MS,
  STANDING_FRESH_MS,
  standingFor,
} from "../standing.ts";
import type { AccessClaims } from "../tokens.ts";

export { APIError, createAuthEndpoint, freshSessionMiddleware, sessionMiddleware };

/** better-auth's context of a call; what of it we use. */
export type Call = Parameters<typeof setSessionCookie>[0];

type Ending = Pick<Call["context"], "internalAdapter">;

export interface OurSession extends SessionStanding {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
  readonly userAgent?: string | null;
}

export interface OurUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly phoneNumber?: string | null;
  readonly patientId?: string | null;
  readonly staffId?: string | null;
}

export interface Signed {
  readonly session: OurSession;
  readonly user: OurUser;
}

/** better-auth types the fields that we add as unknown; they are set by `newStanding` at every session's beginning. */
export const signedOf = (call: { context: { session: unknown } }): Signed => call.context.session as Signed;

/** The fields of a session that begins now. null: this person may not have one. */
export async function newStanding(
  env: IdentityEnv,
  userId: string,
  method: Method,
): Promise<SessionStanding | null> {
  const standing = await findStanding(dbOf(env), userId);
  const now = Date.now();
  const fields = standing && standingFor(method, standing, now);
  return fields ? { ...fields, endsAt: now + lifeOf(method) } : null;
}

/**
 * A session that begins in the place of `old`: what was known of a browser before somebody was recognised opens nothing. [SV2] It is as
 * old as the proof that `old` began with: a birth date or a new record is no fresh one.
 * @throws APIError SESSION_ENDED when all of this person's sessions were ended since that proof
 */
export async function beginSession(
  call: Call,
  userId: string,
  method: Method,
  old?: OurSession,
): Promise<OurSession> {
  const { internalAdapter } = call.context;
  const since = old ? { createdAt: old.createdAt } : {};
  // true: the library's own beginning is now, unless it is told that ours counts.
  const session = (await internalAdapter.createSession(
    userId,
    false,
    { amr: method, ...since },
    old !== undefined,
  )) as unknown as OurSession;
  const user = await internalAdapter.findUserById(userId);
  if (!user || (old && !(await internalAdapter.findSession(session.token))))
    throw new APIError("UNAUTHORIZED", { code: "SESSION_ENDED" });
  await setSessionCookie(call, { session: session as never, user });
  if (old) await internalAdapter.deleteSession(old.token);
  return session;
}

/** A person's sessions. The library lists them as they were stored, with times as texts. */
export async function sessionsOf(
  adapter: Call["context"]["internalAdapter"],
  userId: string,
): Promise<OurSession[]> {
  const stored = (await adapter.listSessions(userId)) as unknown as OurSession[];
  return stored.map((one) => ({
    ...one,
    createdAt: new Date(one.createdAt),
    updatedAt: new Date(one.updatedAt),
  }));
}

/**
 * [ID13] Every session that this person has now. The library logs what fails on the way and goes on, so the store is asked afterwards:
 * the mark under which all earlier ones count for nothing has to stand, and none of them may be listed.
 * @throws when they are not ended, or nobody can tell
 */
export async function endAll(env: IdentityEnv, { internalAdapter }: Ending, userId: string): Promise<void> {
  const now = Date.now();
  await internalAdapter.deleteUserSessions(userId);
  const endedBefore = Number(await sessionStore(env).get(`revoked-sessions-before-${userId}`));
  const left = (await sessionsOf(internalAdapter, userId)).filter(
    ({ createdAt }) => createdAt.valueOf() < now,
  );
  if (endedBefore < now || left.length > 0) throw new Error("sessions were not ended");
}

/** [SV2] Whether whoever has this session showed who they are a moment ago. */
export const isFresh = ({ createdAt }: OurSession): boolean =>
  Date.now() - createdAt.valueOf() < FRESH_PROOF_MS;

/** [SV2] In front of an endpoint of the library. It answers nothing itself: what a hook returns would be the answer. */
export const requireFresh = createAuthMiddleware(async (call): Promise<void> => {
  const signed = (await getSessionFromCtx(call)) as Signed | null;
  if (signed && !isFresh(signed.session)) throw new APIError("FORBIDDEN", { code: "SESSION_NOT_FRESH" });
});

/**
 * [SV3] One person has so many sessions; beyond them the oldest ends, never the one that has just `begun`, and the one that is
 * `replaced` is not counted. The library's list may miss one of two that began at the same moment: that one lives beside them, until
 * it ends by itself or with all.
 */
export async function endOldest(
  adapter: Call["context"]["internalAdapter"],
  userId: string,
  { begun, replaced }: { readonly begun: string; readonly replaced: string | undefined },
): Promise<OurSession[]> {
  const tooMany = (await sessionsOf(adapter, userId))
    .filter(({ token }) => token !== begun && token !== replaced)
    .toSorted((a, b) => b.createdAt.valueOf() - a.createdAt.valueOf())
    .slice(SESSIONS_MAX - 1);
  for (const { token } of tooMany) await adapter.deleteSession(token); // one after the other: they write one list
  return tooMany;
}

async function end(call: Call, session: OurSession): Promise<never> {
  await call.context.internalAdapter.deleteSession(session.token);
  deleteSessionCookie(call);
  throw new APIError("UNAUTHORIZED", { code: "SESSION_ENDED" });
}

/**
 * [ID8] Ends what was begun by an address alone, before this person became a patient: whoever else proved that address has not said
 * who they are. What the clinics' provider vouched for goes on, and so does `kept`.
 * @throws when an object does not answer
 */
export async function endUnconfirmed(call: Call, userId: string, kept: OurSession): Promise<void> {
  const { internalAdapter } = call.context;
  for (const { amr, token } of await sessionsOf(internalAdapter, userId))
    if (amr !== "mfa" && token !== kept.token) await internalAdapter.deleteSession(token); // one list: not at once
}

/**
 * [ID15] Asks the directory what this session may act as by now. null: nothing any more, and it was ended. [ID8] Nobody's session
 * stays nobody's, whoever its person has become meanwhile: only their own proof makes somebody a patient, with a new session.
 * @throws when Postgres does not answer
 */
export async function refreshStanding(
  env: IdentityEnv,
  adapter: Call["context"]["internalAdapter"],
  session: OurSession,
): Promise<SessionStanding | null> {
  const standing = await findStanding(dbOf(env), session.userId);
  const fields = standing && standingFor(session.amr, standing, Date.now());
  if (!fields) {
    await adapter.deleteSession(session.token);
    return null;
  }
  const { checkedAt } = fields;
  const learned = session.role === "" ? { checkedAt } : fields;
  await adapter.updateSession(session.token, { ...learned } as never);
  return { ...session, ...learned };
}

/**
 * [ID15] What this session's tokens say. What is a few minutes old is checked behind the answer, so that Postgres is not waited
 * for; staff whose rights nobody could check for a whole shift are not let on.
 * @throws APIError SESSION_ENDED
 */
export async function currentClaims(
  env: IdentityEnv,
  call: Call,
  { session }: Signed,
): Promise<AccessClaims | null> {
  const now = Date.now();
  if (now >= session.endsAt) return end(call, session);
  const age = now - session.checkedAt;
  const { internalAdapter, runInBackground } = call.context;
  if (session.amr === "mfa" && age > STAFF_SESSION_MS) return end(call, session);
  if (age > STANDING_FRESH_MS)
    runInBackground(
      refreshStanding(env, internalAdapter, session).then(
        () => undefined,
        (error: unknown) => logFailure("identity.standing_unchecked", error),
      ),
    );
  return claimsOf(session);
}
