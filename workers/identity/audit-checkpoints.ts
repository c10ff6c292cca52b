/** Signs the ends of the audit's chains with the issuer's key and keeps them where only this Worker writes. */
import { CompactSign } from "jose";
import type { ChainHead } from "../../core/audit/chain.ts";
import {
  type CheckpointRefusal,
  decideCheckpoint,
  type SignedCheckpoint,
} from "../../core/audit/checkpoint.ts";
import { AUDIT_PARTITIONS } from "../../core/audit/entry.ts";
import { invariant } from "../../core/invariant.ts";
import { instant } from "../../core/time.ts";
import type { IdentityEnv } from "./env.ts";
import { ALGORITHM, publicKeys, signingKey } from "./signing-keys.ts";

/** Says what a signature is of: a token of ours is never taken for a checkpoint, nor the other way round. */
export const CHECKPOINT_TYPE = "openslot-audit-checkpoint";

export type CheckpointReply =
  | { readonly ok: true; readonly checkpoint: SignedCheckpoint }
  | { readonly ok: false; readonly refusal: CheckpointRefusal };

export interface Checkpoints {
  /** By sequence; at most 100. */
  readonly checkpoints: readonly SignedCheckpoint[];
  /** Public JWKs of every key that ever signed one. */
  readonly keys: readonly { readonly kid: string; readonly publicJwk: string }[];
}

export interface ChainEnd extends ChainHead {
  readonly partition: number;
}

const witness = ({ AUDIT_WITNESS }: IdentityEnv) => AUDIT_WITNESS.getByName("audit");

/** The caller is a Worker of ours, which may still be wrong: what it says is what will be sworn to. */
function checkEnd({ partition, seq, hash }: ChainEnd): void {
  const isPartition = Number.isInteger(partition) && partition >= 0 && partition < AUDIT_PARTITIONS;
  invariant(
    isPartition && Number.isSafeInteger(seq) && seq > 0 && /^[\w-]{43}$/.test(hash),
    "a chain's end has a partition, a sequence and a hash",
  );
}

/** [AU6] Signs the end of a chain, unless it goes back or contradicts. The same end again is the same checkpoint. */
export async function addCheckpoint(env: IdentityEnv, end: ChainEnd): Promise<CheckpointReply> {
  checkEnd(end);
  const { partition, seq, hash } = end;
  const last = await witness(env).last(partition);
  const at = instant(Math.max(Date.now(), last?.at ?? 0)); // clocks of two machines
  const decision = decideCheckpoint(last, { seq, hash, at });
  if (!decision.ok) return { ok: false, refusal: decision.error };
  if (decision.value === "known" && last) return { ok: true, checkpoint: last };
  const { kid, key } = await signingKey(env);
  const payload = new TextEncoder().encode(JSON.stringify({ partition, seq, hash, at }));
  const signature = await new CompactSign(payload)
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: CHECKPOINT_TYPE })
    .sign(key);
  const shown = (await publicKeys(env)).keys.find((one) => one.kid === kid);
  invariant(shown, "the key that signs is published");
  const added = await witness(env).add(
    { partition, seq, hash, at, signature },
    { kid, publicJwk: JSON.stringify(shown) },
  );
  return added.ok ? { ok: true, checkpoint: added.value } : { ok: false, refusal: added.error };
}

/** Checkpoints of a chain beyond `after`. */
export async function checkpoints(
  env: IdentityEnv,
  { partition, after, limit }: { readonly partition: number; readonly after: number; readonly limit: number },
): Promise<Checkpoints> {
  const [list, keys] = await Promise.all([
    witness(env).list(partition, after, limit),
    witness(env).signers(),
  ]);
  return { checkpoints: list, keys };
}
