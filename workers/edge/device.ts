/**
 * [AB4] The mark of a device that says nothing about its owner: random bytes under our signature, in a cookie that scripts cannot
 * read. It opens nothing. It only tells apart people behind one address, and only what we made counts as one.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { KeyRing } from "../config.ts";
import type { EdgeEnv } from "./env.ts";
import { keepHostCookie, readHostCookie } from "./host-cookie.ts";

const NAME = "openslot_device";
/** Hashes of holders change with the day; a mark that outlived it would only name somebody for longer. */
const LIFE_SECONDS = 24 * 60 * 60;
/** 128 bits: nobody meets another one's. */
const MARK_BYTES = 16;
/** `<mark>.<signature>`: 16 and 32 bytes in base 64. */
const MARK = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

const signatureOf = (secret: string, mark: string): Buffer =>
  createHmac("sha256", secret).update(`device/${mark}`).digest();

/** The mark that came with the request; null without one, and for one that we did not make. */
export function deviceOf(c: Context<EdgeEnv>): string | null {
  const [, mark, signature] = MARK.exec(readHostCookie(c, NAME) ?? "") ?? [];
  if (mark === undefined || signature === undefined) return null;
  const given = Buffer.from(signature, "base64url");
  const isOurs = c
    .get("settings")
    .ID_KEYS.some(([, secret]) => timingSafeEqual(signatureOf(secret, mark), given));
  return isOurs ? mark : null;
}

/** Gives the browser a mark if it has none. */
export function markDevice(c: Context<EdgeEnv>): void {
  if (deviceOf(c) !== null) return;
  const [, secret] = c.get("settings").ID_KEYS[0] as KeyRing[number];
  const mark = randomBytes(MARK_BYTES).toString("base64url");
  keepHostCookie(c, NAME, `${mark}.${signatureOf(secret, mark).toString("base64url")}`, LIFE_SECONDS);
}
