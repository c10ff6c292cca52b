/**
 * How often a code may be sent to one address and tried there. The object that keeps the counts knows addresses and codes as
 * keyed hashes only.
 */
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../time.ts";

/** Long enough to open a mailbox, short enough that a forgotten one is worth nothing. */
export const CODE_LIFE_MS = 5 * MINUTE_MS;
export const CODE_TRIES_MAX = 3;
/** Somebody whose mail is slow asks again; whoever asks a sixth time is not reading them. */
export const SENDS_PER_HOUR_MAX = 5;
/**
 * Six digits, three tries and five codes an hour alone would leave a patient attacker 131,000 guesses a year on one address
 * (12 %). With this it is 11,000 (1.1 %).
 */
export const SENDS_PER_DAY_MAX = 10;

/** Birth dates are guessed more easily than codes, and a wrong one is rarely a slip: three in a month. */
export const BIRTH_DATE_TRIES_MAX = 3;
export const BIRTH_DATE_TRIES_MS = 30 * DAY_MS;

/** [ID7] Whether another code may go to an address, to which codes went at `sentAt`. */
export function mayIssue(sentAt: readonly Instant[], now: Instant): boolean {
  const since = (ms: number): number => sentAt.filter((at) => at > plus(now, -ms)).length;
  return since(HOUR_MS) < SENDS_PER_HOUR_MAX && since(DAY_MS) < SENDS_PER_DAY_MAX;
}

/** A code under way, as the object keeps it. */
export interface OpenCode {
  /** Keyed hash of address and code. */
  readonly mac: string;
  readonly tries: number;
  readonly until: Instant;
}

/**
 * [ID6] One try. `left` is what is kept of the code: null = it is spent, by the right answer or by its last try.
 * A try counts before it is compared, so that many at once are never more than three.
 */
export function decideTry(
  open: OpenCode | null,
  mac: string,
  now: Instant,
): { readonly accepted: boolean; readonly left: OpenCode | null } {
  if (!open || open.until <= now || open.tries >= CODE_TRIES_MAX) return { accepted: false, left: null };
  if (open.mac === mac) return { accepted: true, left: null };
  const tries = open.tries + 1;
  return { accepted: false, left: tries < CODE_TRIES_MAX ? { ...open, tries } : null };
}

export interface Guesses {
  readonly count: number;
  readonly until: Instant;
}

/** [ID9] One more guess at something that may be guessed `BIRTH_DATE_TRIES_MAX` times; null: no more for now. */
export function decideGuess(known: Guesses | null, now: Instant): Guesses | null {
  if (!known || known.until <= now) return { count: 1, until: plus(now, BIRTH_DATE_TRIES_MS) };
  return known.count < BIRTH_DATE_TRIES_MAX ? { ...known, count: known.count + 1 } : null;
}
