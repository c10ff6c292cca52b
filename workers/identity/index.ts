/**
 * The token issuer: who signs in how, what they may act as, and the tokens that say so. It has no public address; the edge reaches it through a service binding.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { importJWK, type JWK, SignJWT } from "jose";
import type { PatientId, ProviderId, StaffId } from "../../core/ids.ts";
import type { SentCode } from "../../durable-objects/code-sink/code-sink.ts";
import {
  addCheckpoint,
  type ChainEnd,
  type CheckpointReply,
  type Checkpoints,
  checkpoints,
} from "./audit-checkpoints.ts";
import { sentCodes } from "./code-transport.ts";
import type { IdentityEnv } from "./env.ts";
import type { SessionToken } from "./handle.ts";
import type { Invitation } from "./invitations.ts";
import { identitySettings } from "./settings.ts";
import { ackSignIns, type SignInEntry, type SignInMark, takeSignIns } from "./sign-in-record.ts";
import { ALGORITHM, type PublicKey, publicKeys } from "./signing-keys.ts";
import { type AccessClaims, AUDIENCE } from "./tokens.ts";

export { AuditWitness } from "../../durable-objects/audit-witness/audit-witness.ts";
export { CodeGuard } from "../../durable-objects/code-guard/code-guard.ts";
export { CodeSink } from "../../durable-objects/code-sink/code-sink.ts";
export { DeviceShard } from "../../durable-objects/device-shard/device-shard.ts";
export { KeyRing } from "../../durable-objects/key-ring/key-ring.ts";
export { PairingDesk } from "../../durable-objects/pairing-desk/pairing-desk.ts";
export { PartnerRegistry } from "../../durable-objects/partner-registry/partner-registry.ts";
export { SessionShard } from "../../durable-objects/session-shard/session-shard.ts";
export { Devices } from "./devices/devices.ts";
export { Partners } from "./partners/partners.ts";

/** The laptop's own issuer: another name, so that its key never signs as this Worker. */
const LOCAL_ISSUER = "openslot-local";
/** A sample session of the local pages: long enough to click around, too short to be kept. */
const SAMPLE_TOKEN_SECONDS = 60 * 60;

/** Loaded with the first sign-in: an isolate that hands out keys, or holds objects, starts in half the time without better-auth. */
const signIn = () => import("./handle.ts");
const people = () => import("./people.ts");

export default class Identity extends WorkerEntrypoint<IdentityEnv> {
  /** `/auth/*`, as a browser sent it; the edge adds `cf-connecting-ip` and nothing else. */
  override async fetch(request: Request): Promise<Response> {
    return (await signIn()).handle(this.env, request);
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

  /**
   * [ID12] The access token of a browser's session, for pages that the edge renders; null: nobody, or nobody yet.
   * `setCookie` goes to the browser: a session in use is extended. Works without Postgres.
   */
  async tokenOf(cookieHeader: string): Promise<SessionToken | null> {
    return (await signIn()).tokenOf(this.env, cookieHeader);
  }

  /** [ID17] A link by which this member of staff comes in; null: nobody active has this id. */
  async invite(staffId: StaffId): Promise<Invitation | null> {
    return (await signIn()).invite(this.env, staffId);
  }

  /** [ID15] After every change of a member of staff. */
  async staffChanged(staffId: StaffId): Promise<void> {
    return (await people()).staffChanged(this.env, staffId);
  }

  /** [ID22] After a provider was deactivated or activated. */
  async providerChanged(providerId: ProviderId): Promise<void> {
    return (await people()).providerChanged(this.env, providerId);
  }

  /** [ID15] After a merge, a deactivation, or a change of who may act for them. */
  async patientChanged(patientId: PatientId): Promise<void> {
    return (await people()).patientChanged(this.env, patientId);
  }

  /** [SV4] */
  async endStaffSessions(staffId: StaffId): Promise<void> {
    return (await people()).endStaffSessions(this.env, staffId);
  }

  /** [SV4] */
  async endPatientSessions(patientId: PatientId): Promise<void> {
    return (await people()).endPatientSessions(this.env, patientId);
  }

  /** [ID19] */
  async forgetPatient(patientId: PatientId): Promise<void> {
    return (await people()).forgetPatient(this.env, patientId);
  }

  /** [ID23] Called every hour by the consumers' cron; how many went. */
  async forgetStrangers(): Promise<number> {
    return (await people()).forgetStrangers(this.env);
  }

  /** What would have been sent, newest first, on a laptop only; null everywhere else. */
  sentCodes(): Promise<SentCode[] | null> {
    return sentCodes(this.env);
  }

  /** [ID20] */
  takeSignIns(max: number): Promise<{ readonly entries: SignInEntry[]; readonly marks: SignInMark[] }> {
    return takeSignIns(this.env, max);
  }

  /** [ID20] */
  ackSignIns(marks: readonly SignInMark[]): Promise<void> {
    return ackSignIns(this.env, marks);
  }

  /** A token for a sample patient, or whoever `claims` say, on a laptop only; null everywhere else. */
  async sampleToken(
    subject: string,
    claims: Omit<AccessClaims, "sub"> = { role: "patient" },
  ): Promise<string | null> {
    const { LOCAL_MODE, SIGNING_KEYS } = identitySettings(this.env);
    const key = LOCAL_MODE ? localKey(SIGNING_KEYS) : undefined;
    if (!key) return null;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid ?? "" })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${SAMPLE_TOKEN_SECONDS}s`)
      .sign(await importJWK(key, ALGORITHM));
  }
}

const localKey = (text: string | undefined): JWK | undefined =>
  text ? (JSON.parse(text) as { keys: JWK[] }).keys[0] : undefined; // written by scripts/local/settings.ts
