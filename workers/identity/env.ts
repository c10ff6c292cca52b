/** Bindings of the issuer, by hand: one generated file cannot describe three Workers. Checked in test/contract/. */

import type { AuditWitness } from "../../durable-objects/audit-witness/audit-witness.ts";
import type { CodeGuard } from "../../durable-objects/code-guard/code-guard.ts";
import type { CodeSink } from "../../durable-objects/code-sink/code-sink.ts";
import type { DeviceShard } from "../../durable-objects/device-shard/device-shard.ts";
import type { KeyRing } from "../../durable-objects/key-ring/key-ring.ts";
import type { PairingDesk } from "../../durable-objects/pairing-desk/pairing-desk.ts";
import type { PartnerRegistry } from "../../durable-objects/partner-registry/partner-registry.ts";
import type { SessionShard } from "../../durable-objects/session-shard/session-shard.ts";

export interface IdentityEnv {
  readonly DATABASE_URL: string;
  readonly NEON_FETCH_ENDPOINT?: string;
  /** "on" only on a laptop: the issuer then also signs for sample identities, and codes go where /dev shows them. */
  readonly LOCAL_MODE: string;
  /** JSON Web Key Set with the local issuer's private key. Local mode only; it never verifies as the issuer's own. */
  readonly SIGNING_KEYS?: string;
  /** JSON object of one-letter versions to secrets, newest first. Seals, hashes, signs cookies. A secret. */
  readonly AUTH_SECRET: string;
  /** The origin under which people see the site: of links, cookies and passkeys. */
  readonly SITE_URL: string;
  /** The clinics' identity provider; all three or none. */
  readonly OIDC_DISCOVERY_URL?: string;
  readonly OIDC_CLIENT_ID?: string;
  readonly OIDC_CLIENT_SECRET?: string;
  readonly KEY_RING: DurableObjectNamespace<KeyRing>;
  readonly PAIRING_DESK: DurableObjectNamespace<PairingDesk>;
  readonly DEVICE_SHARD: DurableObjectNamespace<DeviceShard>;
  readonly PARTNER_REGISTRY: DurableObjectNamespace<PartnerRegistry>;
  readonly AUDIT_WITNESS: DurableObjectNamespace<AuditWitness>;
  readonly SESSIONS: DurableObjectNamespace<SessionShard>;
  readonly CODE_GUARD: DurableObjectNamespace<CodeGuard>;
  readonly CODE_SINK: DurableObjectNamespace<CodeSink>;
}
