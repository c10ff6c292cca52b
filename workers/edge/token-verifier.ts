/**
 * Verifies access tokens: ES256 only, pinned issuers and audience. The verified claims are kept per isolate for the
 * token's life, because one signature costs about 200 µs, more than the rest of an average request.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { Principal } from "../../core/access/principal.ts";
import { parseScope } from "../../core/identity/partner.ts";
import {
  isPatientId,
  LOCATION_ID,
  type LocationId,
  type PatientId,
  PROVIDER_ID,
  type ProviderId,
} from "../../core/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../config.ts";

export const AUDIENCE = "openslot";
const ISSUER = "openslot-identity";
const LOCAL_ISSUER = "openslot-local";
/** The issuer's tokens live five minutes; one minute more for clocks. */
const TOKEN_AGE_MAX_SECONDS = 6 * 60;
/** Tokens made on a laptop live an hour, so that a walk through the README does not outlive them. */
const LOCAL_TOKEN_AGE_MAX_SECONDS = 60 * 60;
/** How long the issuer's keys are kept; a rotation publishes the new key earlier than this. */
const KEYS_FRESH_MS = 10 * MINUTE_MS;
/** An unknown key id is free to make up, so it makes us fetch at most this often. */
const KEYS_AGAIN_MS = MINUTE_MS;
/** Bounds memory: about 1 KB each. */
const CACHED_TOKENS_MAX = 5_000;
/** A token of ours has about 400 characters. */
const TOKEN_CHARS_MAX = 2_048;

interface Verified {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** Imports each key once and keeps it: a set that is made anew for every token costs as much as the signature. */
type KeySet = ReturnType<typeof createLocalJWKSet>;

const verified = new Map<string, Verified>();
let issuerKeys: { readonly set: KeySet; readonly at: number } | undefined;
let localKeys: { readonly set: KeySet; readonly text: string } | undefined;

/** A principal that this isolate verified before and whose token is still good. Costs a map lookup. */
export function knownPrincipal(token: string): Principal | null {
  const entry = verified.get(token);
  if (!entry) return null;
  if (entry.expiresAt > Date.now()) return entry.principal;
  verified.delete(token);
  return null;
}

/** The principal of a token, or null for anything that is not a good token of ours. */
export async function verifyToken(
  env: Env,
  settings: EdgeSettings,
  token: string,
): Promise<Principal | null> {
  if (token.length > TOKEN_CHARS_MAX) return null;
  const known = knownPrincipal(token);
  if (known) return known;
  const payload = (await verifyLocal(settings, token)) ?? (await verifyIssued(env, token));
  const principal = payload && principalOf(payload);
  if (!payload || !principal) return null;
  if (verified.size >= CACHED_TOKENS_MAX) verified.clear();
  verified.set(token, { principal, expiresAt: (payload.exp as number) * SECOND_MS });
  return principal;
}

/** The local issuer's key exists in local mode only; elsewhere this is never asked. */
async function verifyLocal(settings: EdgeSettings, token: string): Promise<JWTPayload | null> {
  if (!settings.LOCAL_MODE || !settings.LOCAL_ISSUER_JWKS) return null;
  const text = settings.LOCAL_ISSUER_JWKS;
  if (localKeys?.text !== text)
    localKeys = { set: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet), text };
  return verify(token, localKeys.set, LOCAL_ISSUER, LOCAL_TOKEN_AGE_MAX_SECONDS).catch(notOurs);
}

async function verifyIssued(env: Env, token: string): Promise<JWTPayload | null> {
  if (!issuerKeys || Date.now() - issuerKeys.at > KEYS_FRESH_MS) await fetchKeys(env);
  if (!issuerKeys) return null;
  try {
    return await verify(token, issuerKeys.set, ISSUER, TOKEN_AGE_MAX_SECONDS);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - issuerKeys.at < KEYS_AGAIN_MS)
      return notOurs(error);
    await fetchKeys(env);
    return verify(token, issuerKeys.set, ISSUER, TOKEN_AGE_MAX_SECONDS).catch(notOurs);
  }
}

/** If the issuer cannot be reached, the keys we have stay in use. */
async function fetchKeys(env: Env): Promise<void> {
  try {
    const set = await env.IDENTITY.jwks();
    issuerKeys = { set: createLocalJWKSet(set as unknown as JSONWebKeySet), at: Date.now() };
  } catch (error) {
    logFailure("identity.keys_unreachable", error);
  }
}

async function verify(
  token: string,
  keys: KeySet,
  issuer: string,
  maxAgeSeconds: number,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: AUDIENCE,
    algorithms: ["ES256"],
    requiredClaims: ["sub", "exp", "iat", "role"],
    maxTokenAge: maxAgeSeconds,
  });
  return payload;
}

/** Every way a token can be wrong is one answer, 401; anything that is not jose's is a bug of ours. */
function notOurs(error: unknown): null {
  if (error instanceof errors.JOSEError) return null;
  throw error;
}

function principalOf(payload: JWTPayload): Principal | null {
  const subject = payload.sub as string;
  const clinics = Array.isArray(payload.clinics)
    ? payload.clinics.filter((id): id is LocationId => LOCATION_ID.test(String(id)))
    : [];
  switch (payload.role) {
    case "patient":
      return isPatientId(subject)
        ? { role: "patient", subject, patientId: subject as PatientId, represents: [] }
        : null;
    case "staff":
    case "kiosk":
      return clinics.length > 0 ? { role: payload.role, subject, clinics } : null;
    case "provider": {
      const provider = String(payload.provider ?? subject);
      return PROVIDER_ID.test(provider)
        ? { role: "provider", subject, providerId: provider as ProviderId }
        : null;
    }
    case "admin":
      return { role: "admin", subject };
    case "service":
      return { role: "service", subject, ...grantOf(payload, clinics) };
    default:
      return null;
  }
}

/** [DV14] A service whose token names a scope or clinics is a partner's, and these are all that it has; without both it is ours. */
const grantOf = ({ scope, clinics: given }: JWTPayload, clinics: readonly LocationId[]) => ({
  ...(scope === undefined ? {} : { actions: parseScope(String(scope)) }),
  ...(given === undefined ? {} : { clinics }),
});
