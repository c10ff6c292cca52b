/** Which of the issuer's keys signs, which are shown to verifiers, and when the next one is due. Holds no key itself. */
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../time.ts";

/** A month: a key that leaks without anybody noticing signs no longer than this. */
export const KEY_LIFE_MS = 30 * DAY_MS;
/**
 * A key is shown this long before its first signature and after its last one. Verifiers keep a set for ten minutes and tokens
 * live for five, so an hour is several times what either needs.
 */
export const KEY_GRACE_MS = HOUR_MS;
/** A key whose private part nobody can open is replaced at once; until verifiers have fetched, its successor is unknown. */
export const KEYS_MAX = 8;
/** How long a Worker goes by the ring that it read: a successor is then an hour away, never a minute. */
export const RING_FRESH_MS = MINUTE_MS;

export interface RingKey {
  readonly kid: string;
  readonly signsFrom: Instant;
  readonly signsUntil: Instant;
}

const covers = (key: RingKey, at: Instant): boolean => key.signsFrom <= at && at < key.signsUntil;

/** [ID1] The key that signs now: of several the one whose turn began last. */
export function liveKey<Key extends RingKey>(keys: readonly Key[], now: Instant): Key | null {
  const live = keys.filter((key) => covers(key, now));
  return live.toSorted((a, b) => b.signsFrom - a.signsFrom || (a.kid < b.kid ? -1 : 1))[0] ?? null;
}

/** [ID2] What a verifier must know now: everything that signs, has just signed or will soon. */
export const publishedKeys = <Key extends RingKey>(keys: readonly Key[], now: Instant): Key[] =>
  keys.filter((key) => now < key.signsUntil + KEY_GRACE_MS);

/** Whether a key has to be made: now, because nothing signs; soon, because what signs has no successor within the grace. */
export function keyWanted(keys: readonly RingKey[], now: Instant): "now" | "soon" | null {
  if (!keys.some((key) => covers(key, now))) return "now";
  return keys.some((key) => covers(key, plus(now, KEY_GRACE_MS))) ? null : "soon";
}

/** [ID1] [ID2] When a new key signs; null: none is wanted, the ring stays as it is. Of two at once the second one gets null. */
export function decideTurn(
  keys: readonly RingKey[],
  now: Instant,
): { readonly signsFrom: Instant; readonly signsUntil: Instant } | null {
  const wanted = keyWanted(keys, now);
  if (wanted === null) return null;
  const signsFrom = wanted === "now" ? now : (Math.max(...keys.map((key) => key.signsUntil)) as Instant);
  return { signsFrom, signsUntil: plus(signsFrom, KEY_LIFE_MS) };
}
