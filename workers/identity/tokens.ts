/**
 * Access tokens: what everybody who was let in shows at the edge, for five minutes. Every kind of caller (people, devices,
 * partners) is signed for here and nowhere else. `workers/edge/token-verifier.ts` reads them.
 */
import { SignJWT } from "jose";
import type { Role } from "../../core/access/principal.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import type { IdentityEnv } from "./env.ts";
import { ALGORITHM, signingKey } from "./signing-keys.ts";

export const ISSUER = "openslot-identity";
export const AUDIENCE = "openslot";
/** Revocation reaches the edge when the token ends, so it ends soon. */
export const TOKEN_LIFE_MS = 5 * MINUTE_MS;

/** Ids and codes only: a token travels through logs of others. */
export interface AccessClaims {
  /** Who acts: a patient's id, a member of staff's, a device's, a partner's. */
  readonly sub: string;
  readonly role: Role;
  readonly clinics?: readonly string[] | undefined;
  readonly provider?: string | undefined;
  /** The patients whom this one stands for. */
  readonly represents?: readonly string[] | undefined;
  readonly scope?: string | undefined;
  /** The session that it was made for: what sign-out ends. */
  readonly sid?: string | undefined;
  /** How they were recognised: `otp`, `hwk`, `mfa`. */
  readonly amr?: string | undefined;
}

export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** [ID3] ES256, for the audience `openslot`, good for five minutes from now. */
export async function accessToken(env: IdentityEnv, { sub, ...claims }: AccessClaims): Promise<AccessToken> {
  const { kid, key } = await signingKey(env);
  const issuedAt = Math.floor(Date.now() / SECOND_MS);
  const expires = issuedAt + TOKEN_LIFE_MS / SECOND_MS;
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(sub)
    .setJti(crypto.randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(expires)
    .sign(key);
  return { token, expiresAt: expires * SECOND_MS };
}

/** The compact token alone. */
export const signAccessToken = async (env: IdentityEnv, claims: AccessClaims): Promise<string> =>
  (await accessToken(env, claims)).token;
