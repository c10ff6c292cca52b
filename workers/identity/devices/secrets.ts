/** What screens hold and show: 256 bits each, kept by their hashes only. The rules of renewal: core/identity/device.ts */
import { createHash, createHmac } from "node:crypto";
import type { Successor } from "../../../core/identity/device.ts";
import { type DeviceId, isDeviceId } from "../../../core/ids.ts";

const SECRET_BYTES = 32;
/** 43 characters of base 64. */
const SECRET = /^[\w-]{43}$/;

const randomText = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64url");

export const freshSecret = randomText;
export const isSecret = (text: string): boolean => SECRET.test(text);

/** A hash of 256 random bits needs no salt and no work factor. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** [DV5] The secret that `salt` makes of the one that was shown: the same for whoever shows it again. */
export const nextSecret = (shown: string, salt: string): string =>
  createHmac("sha256", shown).update(`openslot/device-secret/${salt}`).digest("base64url");

export function successorOf(shown: string): Successor {
  const salt = randomText();
  return { salt, hash: hashOf(nextSecret(shown, salt)) };
}

/** What a screen keeps: its id and its secret in one piece. */
export const credentialOf = (device: DeviceId, secret: string): string => `${device}.${secret}`;

export function parseCredential(text: string): { readonly device: DeviceId; readonly secret: string } | null {
  const dot = text.indexOf(".");
  const device = text.slice(0, Math.max(dot, 0));
  const secret = text.slice(dot + 1);
  return isDeviceId(device) && isSecret(secret) ? { device: device as DeviceId, secret } : null;
}
