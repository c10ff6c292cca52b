/**
 * How a screen is paired with a clinic: it shows a code, staff type it in. The first half of a code finds the pairing and the second
 * half proves that it was read from the screen, so that a wrong code is a try at a certain one and can be counted there.
 */
import type { DeviceId, LocationId } from "../ids.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../time.ts";

/** Time to walk from the screen to the desk, and to be called away on the way. */
export const PAIRING_LIFE_MS = 10 * MINUTE_MS;
/** As for the codes that people sign in with. */
export const PAIRING_TRIES_MAX = 3;
/** What is over is remembered this long, so that a screen hears that its code ran out and not that there was none. */
export const PAIRING_KEPT_MS = HOUR_MS;

/** Screens of one network (an address, an IPv6 /64) that wait at a time: a clinic that opens with all of its kiosks. */
export const WAITING_PER_NETWORK_MAX = 20;
/** ... and that a network starts in a day: a screen left at its code all day starts one every ten minutes. */
export const STARTED_PER_NETWORK_MAX = 400;
/** Screens that wait at a time, of everybody: some hundred clinics in one moment. Keeps a wrong guess at a code hopeless. */
export const WAITING_MAX = 1_000;
/** Wrong codes of one member of staff in an hour. Typing badly is three or four. */
export const MISSES_PER_HOUR_MAX = 10;
export const STARTED_WINDOW_MS = DAY_MS;

/** Without what is taken for something else, by eye or by ear: 0 O Q, 1 I L, 2 Z, 5 S, 8 B, 6 G, U V. */
const ALPHABET = "3479ACDEFHJKMNPRTWXY";
const CODE_CHARS = 8;
const HALF = CODE_CHARS / 2;
/** Bytes from here on would make the first letters likelier. */
const FAIR_BELOW = 256 - (256 % ALPHABET.length);
/** Eight fair bytes are in it but once in 10^20 times. */
export const CODE_BYTES = 32;

/** [DV1] A code of eight characters. `bytes` are random, CODE_BYTES of them. */
export function makeCode(bytes: Uint8Array): string {
  const fair = [...bytes].filter((byte) => byte < FAIR_BELOW).slice(0, CODE_CHARS);
  return fair.map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** As it was typed, with or without the gap, in capitals or not. null: no code of ours looks like this. */
export function parseCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, "");
  return code.length === CODE_CHARS && [...code].every((character) => ALPHABET.includes(character))
    ? code
    : null;
}

/** As it is shown and read out. */
export const spellCode = (code: string): string => `${code.slice(0, HALF)}-${code.slice(HALF)}`;
export const handleOf = (code: string): string => code.slice(0, HALF);

/** What staff said about a screen. */
export interface Approval {
  readonly device: DeviceId;
  readonly locationId: LocationId;
  readonly name: string;
}

export interface Pairing {
  /** Keyed hash of the code. */
  readonly mac: string;
  readonly tries: number;
  readonly until: Instant;
  readonly approved: Approval | null;
}

export type Refusal = "too-many-here" | "too-many";

/** [DV2] Whether one more screen may wait. Counts are of this moment, and of this network's last day. */
export function refuseWaiting(waiting: {
  readonly ofNetwork: number;
  readonly startedOfNetwork: number;
  readonly ofAll: number;
}): Refusal | null {
  if (waiting.ofNetwork >= WAITING_PER_NETWORK_MAX || waiting.startedOfNetwork >= STARTED_PER_NETWORK_MAX)
    return "too-many-here";
  return waiting.ofAll >= WAITING_MAX ? "too-many" : null;
}

export type Attempt =
  | { readonly kind: "approved"; readonly next: Pairing }
  /** The same word on the same screen again: a lost answer. */
  | { readonly kind: "repeated"; readonly approval: Approval }
  | { readonly kind: "refused"; readonly next: Pairing | null };

/**
 * [DV3] One try at a code by somebody who wants `wanted`. It counts before it is compared. An approved screen has its whole time
 * again to fetch what it was given.
 */
export function decideApproval(
  pairing: Pairing | null,
  mac: string,
  wanted: Approval,
  now: Instant,
): Attempt {
  if (!pairing || pairing.until <= now || pairing.tries >= PAIRING_TRIES_MAX)
    return { kind: "refused", next: null };
  if (pairing.mac !== mac) return { kind: "refused", next: { ...pairing, tries: pairing.tries + 1 } };
  const { approved } = pairing;
  if (!approved)
    return {
      kind: "approved",
      next: { ...pairing, approved: wanted, until: plus(now, PAIRING_LIFE_MS) },
    };
  return approved.locationId === wanted.locationId && approved.name === wanted.name
    ? { kind: "repeated", approval: approved }
    : { kind: "refused", next: null };
}

export type PairingState = "pending" | "approved" | "expired";

/** [DV3] What its screen is told. A code whose tries are used up is as good as run out. */
export function stateOf(pairing: Pairing, now: Instant): PairingState {
  if (pairing.until <= now) return "expired";
  if (pairing.approved) return "approved";
  return pairing.tries < PAIRING_TRIES_MAX ? "pending" : "expired";
}
