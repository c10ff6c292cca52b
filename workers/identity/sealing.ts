/**
 * What the issuer stores is sealed (AES-256-GCM) or hashed (HMAC-SHA-256) under the deployment's secret first: an object's
 * storage alone opens no session and signs no token. Every use has its own key, named by its purpose.
 */
import { createHmac } from "node:crypto";
import type { KeyRing } from "../config.ts";

export type Purpose = "signing-key" | "session" | "sent-code";

const IV_BYTES = 12;
/** One entry per purpose and secret: a handful. */
const keys = new Map<string, Promise<CryptoKey>>();

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const derive = (secret: string, purpose: string): Buffer =>
  createHmac("sha256", secret).update(`openslot/${purpose}`).digest();

function keyOf(secret: string, purpose: Purpose): Promise<CryptoKey> {
  const name = `${purpose}/${secret}`;
  const known = keys.get(name);
  if (known) return known;
  const made = crypto.subtle.importKey(
    "raw",
    new Uint8Array(derive(secret, `seal/${purpose}`)),
    "AES-GCM",
    false,
    ["encrypt", "decrypt"],
  );
  keys.set(name, made);
  return made;
}

/** Under the newest secret. `about` binds the text to its place: sealed for one name it does not open under another. */
export async function seal(ring: KeyRing, purpose: Purpose, about: string, text: string): Promise<string> {
  const [version, secret] = ring[0] as KeyRing[number]; // parseKeyRing refuses an empty ring
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(about) },
    await keyOf(secret, purpose),
    utf8(text),
  );
  return `${version}${Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64url")}`;
}

/** null: under a secret that is not in the ring any more, for another place, or changed. */
export async function unseal(
  ring: KeyRing,
  purpose: Purpose,
  about: string,
  sealed: string,
): Promise<string | null> {
  const secret = ring.find(([version]) => version === sealed[0])?.[1];
  if (!secret) return null;
  const bytes = new Uint8Array(Buffer.from(sealed.slice(1), "base64url"));
  try {
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES), additionalData: utf8(about) },
      await keyOf(secret, purpose),
      bytes.subarray(IV_BYTES),
    );
    return new TextDecoder().decode(text);
  } catch (error) {
    if (error instanceof Error && error.name === "OperationError") return null; // not ours, or changed
    throw error;
  }
}

/** 256 bits of base 64 that name `text` to whoever holds the secret and to nobody else. */
export function macOf(ring: KeyRing, purpose: string, text: string): string {
  const [, secret] = ring[0] as KeyRing[number];
  return createHmac("sha256", derive(secret, `mac/${purpose}`))
    .update(text)
    .digest("base64url");
}
