/** The code that a proxy shows to whoever they are to act for. Stored as an HMAC: the table of codes opens nothing. */
import { createHmac } from "node:crypto";
import { CODE_CHARS } from "../../core/access/consent.ts";
import { encodeBytes } from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";

export const makeConsentCode = (): string => encodeBytes(crypto.getRandomValues(new Uint8Array(CODE_CHARS)));

/** Under the newest key. The word in front keeps it apart from all else that is made with the same keys. */
export function consentCodeMac(keys: KeyRing, code: string): string {
  const [, secret] = keys[0] as KeyRing[number];
  return createHmac("sha256", secret).update(`consent-code:${code}`).digest("base64url");
}

/** `abcd-efgh`: easier to read out. */
export const spellCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;
