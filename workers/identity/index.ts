/**
 * The token issuer, as far as it goes today: it publishes its keys, and on a laptop it signs for sample identities.
 * Sign-in comes with its own issue. It has no public address; the edge reaches it through a service binding.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { importJWK, type JWK, SignJWT } from "jose";
import type { IdentityEnv } from "./env.ts";

/** A public key as it may be shown: no private member. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

const AUDIENCE = "openslot";
const LOCAL_ISSUER = "openslot-local";
/** A sample session of the local pages: long enough to click around, too short to be kept. */
const SAMPLE_TOKEN_SECONDS = 60 * 60;

export default class Identity extends WorkerEntrypoint<IdentityEnv> {
  override fetch(): Response {
    return new Response("not found", { status: 404 });
  }

  /** The keys that verify our tokens. Empty until the issuer has a key. */
  jwks(): { readonly keys: PublicKey[] } {
    return { keys: signingKeys(this.env).map(publicPart) };
  }

  /** A token for a sample patient, on a laptop only; null everywhere else. */
  async sampleToken(patientId: string): Promise<string | null> {
    const key = signingKeys(this.env)[0];
    if (this.env.LOCAL_MODE !== "on" || !key) return null;
    return new SignJWT({ role: "patient" })
      .setProtectedHeader({ alg: "ES256", kid: key.kid ?? "" })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(patientId)
      .setIssuedAt()
      .setExpirationTime(`${SAMPLE_TOKEN_SECONDS}s`)
      .sign(await importJWK(key, "ES256"));
  }
}

function signingKeys(env: IdentityEnv): JWK[] {
  return env.SIGNING_KEYS ? (JSON.parse(env.SIGNING_KEYS) as { keys: JWK[] }).keys : [];
}

/** Member by member: a private one must not get out by accident. */
function publicPart({ kty, crv, x, y, kid }: JWK): PublicKey {
  return { kty: kty ?? "", crv: crv ?? "", x: x ?? "", y: y ?? "", kid: kid ?? "", alg: "ES256", use: "sig" };
}
