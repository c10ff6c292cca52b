/** The issuer's keys as a Worker has them: opened once a minute at most, made when one is wanted. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { keyWanted, liveKey, publishedKeys, RING_FRESH_MS } from "../../core/identity/key-ring.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { NewKey, StoredKey } from "../../durable-objects/key-ring/key-ring.ts";
import { logEvent } from "../../durable-objects/shared/log.ts";
import type { IdentityEnv } from "./env.ts";
import { seal, unseal } from "./sealing.ts";
import { identitySettings } from "./settings.ts";

export const ALGORITHM = "ES256";
const RING = "ring";

/** A public key as it may be shown: no private member. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: typeof ALGORITHM;
  readonly use: "sig";
}

export interface Signer {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
}

let ring: { readonly keys: readonly StoredKey[]; readonly at: Instant } | undefined;
let signer: Signer | undefined;

/** For tests that wipe the objects under a running isolate. */
export function forgetKeys(): void {
  ring = undefined;
  signer = undefined;
}

const isFresh = (now: Instant): boolean =>
  ring !== undefined && now >= ring.at && now - ring.at < RING_FRESH_MS;

async function readRing(env: IdentityEnv, now: Instant): Promise<readonly StoredKey[]> {
  if (ring && isFresh(now)) return ring.keys;
  const keys = await env.KEY_RING.getByName(RING).read();
  ring = { keys, at: now };
  return keys;
}

async function makeKey(env: IdentityEnv): Promise<NewKey> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const sealedPrivate = await seal(
    identitySettings(env).AUTH_SECRET,
    "signing-key",
    kid,
    JSON.stringify(await exportJWK(pair.privateKey)),
  );
  return { kid, publicJwk: JSON.stringify(publicJwk), sealedPrivate };
}

async function addKey(
  env: IdentityEnv,
  now: Instant,
  unreadable: string | null,
): Promise<readonly StoredKey[]> {
  const keys = await env.KEY_RING.getByName(RING).add(await makeKey(env), now, unreadable);
  ring = { keys, at: now };
  return keys;
}

async function open(env: IdentityEnv, stored: StoredKey): Promise<Signer | null> {
  if (signer?.kid === stored.kid) return signer;
  const text = await unseal(
    identitySettings(env).AUTH_SECRET,
    "signing-key",
    stored.kid,
    stored.sealedPrivate,
  );
  if (text === null) return null;
  signer = { kid: stored.kid, key: await importJWK(JSON.parse(text) as JWK, ALGORITHM) }; // sealed by makeKey
  return signer;
}

/** [ID1] The key that signs at this moment. The first caller after a month, or ever, makes one. */
export async function signingKey(env: IdentityEnv): Promise<Signer> {
  const now = instant(Date.now());
  let keys = await readRing(env, now);
  if (keyWanted(keys, now) !== null) keys = await addKey(env, now, null);
  const live = liveKey(keys, now);
  const opened = live && (await open(env, live));
  if (opened) return opened;
  logEvent("identity.signing_key_unreadable");
  const after = liveKey(await addKey(env, now, live?.kid ?? null), now);
  const again = after && (await open(env, after));
  if (!again) throw new Error("the ring holds no key that this issuer can open");
  return again;
}

/** Member by member: a private one must not get out by accident. */
function publicPart(kid: string, { kty, crv, x, y }: JWK): PublicKey {
  return { kty: kty ?? "", crv: crv ?? "", x: x ?? "", y: y ?? "", kid, alg: ALGORITHM, use: "sig" };
}

/** [ID2] The keys that verify our tokens: read anew, because a verifier asks when it met one that it does not know. */
export async function publicKeys(env: IdentityEnv): Promise<{ readonly keys: PublicKey[] }> {
  const now = instant(Date.now());
  let keys: readonly StoredKey[] = await env.KEY_RING.getByName(RING).read();
  if (keyWanted(keys, now) !== null) keys = await addKey(env, now, null);
  return {
    keys: publishedKeys(keys, now).map((key) => publicPart(key.kid, JSON.parse(key.publicJwk) as JWK)), // made by makeKey
  };
}
