/**
 * Block ids, made and checked like appointment ids: they name their home calendar, and an invented one finds no object.
 * The prefix is part of what is checked, so that an appointment id is never a block id. Never an authorisation.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { BLOCK_ID, type BlockId, encodeBytes, homeCalendarOf, type ProviderId } from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";

/** As in routing-ids.ts. */
const CHECK_CHARS = 7;
const OWN_CHARS = 12;

const checkOf = (secret: string, body: string): string =>
  encodeBytes(createHmac("sha256", secret).update(`blk_${body}`).digest().subarray(0, CHECK_CHARS));

/** A fresh block id at this calendar, under the newest key. */
export function mintBlockId(keys: KeyRing, calendar: ProviderId): BlockId {
  const [version, secret] = keys[0] as KeyRing[number];
  const body = calendar.slice("prv_".length) + encodeBytes(crypto.getRandomValues(new Uint8Array(OWN_CHARS)));
  return `blk_${body}${version}${checkOf(secret, body)}` as BlockId;
}

/** The id, if one of our keys made it for this calendar; null for everything else. */
export function parseBlockId(keys: KeyRing, text: string, calendar: ProviderId): BlockId | null {
  const parts = BLOCK_ID.exec(text)?.groups;
  if (!parts) return null;
  const check = parts.check as string;
  const secret = keys.find(([version]) => version === check[0])?.[1];
  if (!secret) return null;
  const expected = checkOf(secret, `${parts.home}${parts.own}`);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(check.slice(1)))) return null;
  const id = text as BlockId;
  return homeCalendarOf(id) === calendar ? id : null;
}
