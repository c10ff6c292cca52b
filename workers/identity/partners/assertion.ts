/** A partner's signed word about itself (RFC 7523 §3): whose it is, and what of it is checked before its signature counts. */
import { createHash } from "node:crypto";
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify } from "jose";
import {
  ASSERTION_CHARS_MAX,
  ASSERTION_LIFE_MS,
  ASSERTION_SKEW_MS,
  JTI_CHARS_MAX,
} from "../../../core/identity/partner.ts";
import { PARTNER_ID, type PartnerId } from "../../../core/ids.ts";
import { type Instant, instant, SECOND_MS } from "../../../core/time.ts";

export const ASSERTION_ALGORITHMS = ["ES256", "ES384", "RS384"];

/** Whose it says that it is; null: nobody's of ours. Nothing is verified yet. */
export function claimedPartner(assertion: string): PartnerId | null {
  if (assertion.length > ASSERTION_CHARS_MAX) return null;
  try {
    const { iss } = decodeJwt(assertion);
    return iss !== undefined && PARTNER_ID.test(iss) ? (iss as PartnerId) : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

export interface Assertion {
  /** SHA-256 of its `jti`: of one length whatever the partner chose. */
  readonly jti: string;
  /** From then on it would not be taken any more. */
  readonly until: Instant;
}

/** [DV13] The verified assertion, or null. `jwks` = JSON of the partner's public keys. */
export async function verifyAssertion(
  assertion: string,
  partner: PartnerId,
  jwks: string,
  tokenUrl: string,
): Promise<Assertion | null> {
  const keys = createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet); // written by register() or replaceKeys()
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      audience: tokenUrl,
      issuer: partner,
      subject: partner,
      algorithms: ASSERTION_ALGORITHMS,
      requiredClaims: ["jti", "exp", "iat"],
      maxTokenAge: ASSERTION_LIFE_MS / SECOND_MS,
      clockTolerance: ASSERTION_SKEW_MS / SECOND_MS,
    });
    const { jti, exp = 0, iat = 0 } = payload;
    if (typeof jti !== "string" || jti.length === 0 || jti.length > JTI_CHARS_MAX) return null;
    if (exp - iat > ASSERTION_LIFE_MS / SECOND_MS) return null;
    return {
      jti: createHash("sha256").update(jti).digest("base64url"),
      until: instant(Math.ceil(exp * SECOND_MS) + ASSERTION_SKEW_MS),
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
