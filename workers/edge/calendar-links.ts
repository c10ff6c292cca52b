/**
 * The address of a patient's calendar feed. Calendar programs cannot send headers, so the address itself opens the feed
 * and nothing else: it is no token of a session, reads a list of times, and ends when its key leaves the ring.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { PatientId } from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";

/** Key version, then 256 bits. */
const FEED_TOKEN = /^[0-9a-z][A-Za-z0-9_-]{43}$/;

/**
 * The word in front keeps these hashes apart from the checks in ids, which are made with the same keys.
 * @param proxy [CO12] whose address it is: it opens the feed for as long as they may act for the patient
 */
const macOf = (secret: string, patient: PatientId, proxy: PatientId | null): string =>
  createHmac("sha256", secret)
    .update(proxy === null ? `calendar-feed:${patient}` : `calendar-feed:${patient}:${proxy}`)
    .digest("base64url");

/** Under the newest key; the same for as long as that key is the newest. */
export function mintFeedToken(keys: KeyRing, patient: PatientId, proxy: PatientId | null = null): string {
  const [version, secret] = keys[0] as KeyRing[number];
  return version + macOf(secret, patient, proxy);
}

/** [I6] Compared in constant time: an answer must not say how much of a guess was right. */
export function opensFeed(
  keys: KeyRing,
  patient: PatientId,
  token: string,
  proxy: PatientId | null = null,
): boolean {
  const secret = FEED_TOKEN.test(token) && keys.find(([version]) => version === token[0])?.[1];
  if (!secret) return false;
  return timingSafeEqual(Buffer.from(macOf(secret, patient, proxy)), Buffer.from(token.slice(1)));
}
