/** A hold: a start that is kept for somebody for some minutes, before anybody says who they are. */
import type { Brand } from "../brand.ts";
import type { CommandId, HoldId } from "../ids.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS, plus } from "../time.ts";
import type { Place } from "./commands.ts";

/** Time to fill in a form and sign in. */
export const HOLD_MINUTES = 5;
/** From the moment it was made, whatever its extensions: nobody sits on a start for longer without booking it. */
export const HOLD_TOTAL_MINUTES_MAX = 15;
/** Live ones of one caller on one calendar, whoever it is: one for each member of a small family, or a desk's three callers. */
export const HOLDS_PER_DEVICE_MAX = 3;
/** [AB1] Of a device whose owner did not say who they are: they want one visit. */
export const HOLDS_PER_STRANGER_MAX = 1;
/**
 * [AB2] Live ones without an account that come from one network (IPv4 address, IPv6 /64) on one calendar. A household, a
 * waiting room's or a carrier's shared address has several people, but rarely five who want the same provider at once.
 */
export const HOLDS_PER_NETWORK_MAX = 5;
/** [AB2] Made from one network within a day on one calendar: four devices' worth of rows (`HOLDS_KEPT_PER_DEVICE_MAX`). */
export const HOLDS_KEPT_PER_NETWORK_MAX = 240;
/** [AB2] Live ones without an account on one calendar, all days together: more people than fill in forms for one provider. */
export const ANONYMOUS_HOLDS_MAX = 40;
/** [AB3] Holds of a start that ended without a booking within a day, before strangers hold it no more: 45 minutes at most. */
export const ENDED_PER_START_STRANGERS_MAX = 3;
/** [AB3] The same for patients: 90 minutes of a day at most, whoever they are and however many. */
export const ENDED_PER_START_PATIENTS_MAX = 6;
/** Made by one device within a day on one calendar; bounds the rows that whoever holds and releases in a loop leaves behind. */
export const HOLDS_KEPT_PER_DEVICE_MAX = 60;
/** Of the visits that fit into a local day, at most this part is held by people who did not say who they are. */
export const ANONYMOUS_DAY_SHARE = 0.25;
/** A short day has few visits; a quarter of them would be none. */
export const ANONYMOUS_DAY_MIN = 3;
/** An ended hold is remembered for as long as its Idempotency-Key is. Without blocking anybody. */
export const ENDED_HOLD_LIFE_MS = DAY_MS;

/** Hash of who holds: of the caller's subject, else of their device for one day. Cannot be read back. */
export type HolderHash = Brand<string, "HolderHash">;
/** SHA-256 of a hold's token. The token itself never reaches a calendar. */
export type TokenHash = Brand<string, "TokenHash">;

/** What the edge knows of a caller, as far as it decides how much they may hold. Stands in the command, so that it cannot change. */
export interface HoldAllowance {
  /** [AB1] Live ones on this calendar, 1 to `HOLDS_PER_DEVICE_MAX`. */
  readonly live: number;
  /** [AB2] Hash of the network, for one day; null = not counted: callers with an account, and laptops. */
  readonly network: HolderHash | null;
  /** What it was called yesterday. */
  readonly networkYesterday: HolderHash | null;
  /** [AB3] null = without limit: the clinic itself, and laptops. */
  readonly endedPerStart: number | null;
}

/** [AB1] Who asks, as the limits tell callers apart. */
export type HoldCaller =
  | { readonly kind: "stranger"; readonly network: HolderHash; readonly networkYesterday: HolderHash }
  /** `people`: the patient and whom they stand for. */
  | { readonly kind: "patient"; readonly people: number }
  | { readonly kind: "clinic" };

/** Load tests and laptops, where everybody comes from one address with one browser. */
export const RELAXED_ALLOWANCE: HoldAllowance = {
  live: HOLDS_PER_DEVICE_MAX,
  network: null,
  networkYesterday: null,
  endedPerStart: null,
};

/** [AB1] [AB2] [AB3] */
export function allowanceOf(caller: HoldCaller): HoldAllowance {
  switch (caller.kind) {
    case "stranger": {
      const { network, networkYesterday } = caller;
      return {
        live: HOLDS_PER_STRANGER_MAX,
        network,
        networkYesterday,
        endedPerStart: ENDED_PER_START_STRANGERS_MAX,
      };
    }
    case "patient":
      return {
        ...RELAXED_ALLOWANCE,
        live: Math.min(caller.people, HOLDS_PER_DEVICE_MAX),
        endedPerStart: ENDED_PER_START_PATIENTS_MAX,
      };
    case "clinic":
      return RELAXED_ALLOWANCE;
  }
}

/** `expired` is written by the alarm; until then a row whose `expiresAt` has passed says `held` and holds nothing. */
export type HoldState = "held" | "expired" | "released" | "converted";

export interface StoredHold {
  readonly id: HoldId;
  readonly place: Place;
  /** [S10] What the calendar gives away for it, with buffers, by the rules of when it was made. */
  readonly takes: Interval;
  /** IANA zone of the clinic. */
  readonly timeZone: string;
  readonly placedAt: Instant;
  readonly expiresAt: Instant;
  readonly state: HoldState;
  readonly tokenHash: TokenHash;
  readonly holder: HolderHash;
  /** Made without an account. */
  readonly anonymous: boolean;
  /** [AB1] As it was allowed when it was made: what comes back is judged by it. */
  readonly liveMax: number;
  /** [AB2] */
  readonly network: HolderHash | null;
  /** The command that made it, so that a repetition finds its first answer. */
  readonly command: CommandId;
  readonly fingerprint: string;
}

/** What a booking shows of the hold that it wants to become. */
export interface HoldClaim {
  readonly id: HoldId;
  readonly tokenHash: TokenHash;
}

/** [W2] Exact by the clock of the decision, whatever the alarm has tidied. */
export const isLive = (hold: Pick<StoredHold, "state" | "expiresAt">, now: Instant): boolean =>
  hold.state === "held" && now < hold.expiresAt;

/** [W3] Five minutes from now, at most fifteen from when it was made. */
export const extendedUntil = (placedAt: Instant, now: Instant): Instant =>
  Math.min(
    plus(now, HOLD_MINUTES * MINUTE_MS),
    plus(placedAt, HOLD_TOTAL_MINUTES_MAX * MINUTE_MS),
  ) as Instant;

/** [W5] Looks at every character, so that the time it takes says nothing of where two hashes differ. */
export function sameHash(a: TokenHash, b: TokenHash): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
