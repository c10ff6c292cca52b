/**
 * The token issuer. It has no public address; the edge reaches it through a service binding.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { importJWK, type JWK, SignJWT } from "jose";
import {
  addCheckpoint,
  type ChainEnd,
  type CheckpointReply,
  type Checkpoints,
  checkpoints,
} from "./audit-checkpoints.ts";
import type { IdentityEnv } from "./env.ts";
import { identitySettings } from "./settings.ts";
import { ALGORITHM, type PublicKey, publicKeys } from "./signing-keys.ts";
import { AUDIENCE } from "./tokens.ts";

export { AuditWitness } from "../../durable-objects/audit-witness/audit-witness.ts";
export { KeyRing } from "../../durable-objects/key-ring/key-ring.ts";

/** The laptop's own issuer: another name, so that its key never signs as this Worker. */
const LOCAL_ISSUER = "openslot-local";
/** A sample session of the local pages: long enough to click around, too short to be kept. */
const SAMPLE_TOKEN_SECONDS = 60 * 60;

export default class Identity extends WorkerEntrypoint<IdentityEnv> {
  override fetch(): Response {
    return new Response("not found", { status: 404 });
  }

  /** [ID2] The keys that verify our tokens. The first question makes the first key. */
  jwks(): Promise<{ readonly keys: PublicKey[] }> {
    return publicKeys(this.env);
  }

  /** [AU6] Signs where a chain of the audit ends, and keeps it. Called by the chain's own partition. */
  addCheckpoint(end: ChainEnd): Promise<CheckpointReply> {
    return addCheckpoint(this.env, end);
  }

  /** What was signed of a chain beyond `after`, at most 100, with every key that ever signed. */
  checkpoints(page: {
    readonly partition: number;
    readonly after: number;
    readonly limit: number;
  }): Promise<Checkpoints> {
    return checkpoints(this.env, page);
  }

  /** A token for a sample patient, on a laptop only; null everywhere else. */
  async sampleToken(patientId: string): Promise<string | null> {
    const { LOCAL_MODE, SIGNING_KEYS } = identitySettings(this.env);
    const key = LOCAL_MODE ? localKey(SIGNING_KEYS) : undefined;
    if (!key) return null;
    return new SignJWT({ role: "patient" })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid ?? "" })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(patientId)
      .setIssuedAt()
      .setExpirationTime(`${SAMPLE_TOKEN_SECONDS}s`)
      .sign(await importJWK(key, ALGORITHM));
  }
}

const localKey = (text: string | undefined): JWK | undefined =>
  text ? (JSON.parse(text) as { keys: JWK[] }).keys[0] : undefined; // written by scripts/local/settings.ts
