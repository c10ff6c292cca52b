/**
 * What opens a hold, and who is said to hold it. Both are made here from the key ring, so that a calendar stores hashes
 * only: a token from the hold's id (a repetition gets the same one), an anonymous holder from their device and the date.
 */
import { createHash, createHmac } from "node:crypto";
import type { Context } from "hono";
import {
  allowanceOf,
  type HoldAllowance,
  type HolderHash,
  RELAXED_ALLOWANCE,
  type TokenHash,
} from "../../core/booking/hold.ts";
import type { HoldId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { DAY_MS } from "../../core/time.ts";
import type { KeyRing } from "../config.ts";
import { deviceOf } from "./device.ts";
import type { EdgeEnv } from "./env.ts";

/** Where the key version stands in a hold's id: before the seven characters of its check. */
const VERSION_AT = -8;
/** Groups of an IPv6 address that name a household; the rest its devices choose for themselves, anew every hour. */
const NETWORK_GROUPS = 4;
const IPV6_GROUPS = 8;
/** A user agent is about 120 characters; a longer one is told apart by its beginning. */
const AGENT_CHARS_MAX = 300;

const keyed = (secret: string, purpose: string, text: string): string =>
  createHmac("sha256", secret).update(`${purpose}/${text}`).digest("base64url");

/** 32 bytes that nobody can guess without our key: the same for the same hold, and stored nowhere. */
export function tokenOf(keys: KeyRing, id: HoldId): string {
  const secret = keys.find(([version]) => version === id.at(VERSION_AT))?.[1];
  invariant(secret, "a key outlives the holds that it made");
  return keyed(secret, "hold-token", id);
}

export const tokenHashOf = (token: string): TokenHash =>
  createHash("sha256").update(token).digest("base64url") as TokenHash;

/** The network of an address: an IPv4 address whole, an IPv6 one up to its /64. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : Math.max(0, IPV6_GROUPS - front.length - back.length);
  const groups = [...front, ...Array<string>(gap).fill("0"), ...back];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

export interface Holder {
  readonly today: HolderHash;
  /** null for callers whose name does not change with the day. */
  readonly yesterday: HolderHash | null;
  readonly anonymous: boolean;
  readonly allowance: HoldAllowance;
}

/**
 * Signed in: the subject. Else the device: the mark that a page of ours gave it (device.ts), or network and user agent, under a
 * salt of the day, so that days cannot be joined. Whoever drops the mark or changes the user agent is another device; what
 * bounds them then is their network [AB2], the start [AB3] and the share of a day [W7].
 */
export function holderOf(c: Context<EdgeEnv>, now: number): Holder {
  const principal = c.get("principal");
  const { ID_KEYS, RATE_LIMITS } = c.get("settings");
  const [, secret] = ID_KEYS[0] as KeyRing[number];
  const relaxed = RATE_LIMITS === "relaxed";
  if (principal) {
    const today = keyed(secret, "holder-subject", `${principal.role}/${principal.subject}`) as HolderHash;
    const allowance = relaxed
      ? RELAXED_ALLOWANCE
      : allowanceOf(
          principal.role === "patient"
            ? { kind: "patient", people: 1 + principal.represents.length }
            : { kind: "clinic" },
        );
    return { today, yesterday: null, anonymous: false, allowance };
  }
  const network = networkOf(c.req.header("cf-connecting-ip") ?? "unknown");
  const agent = (c.req.header("user-agent") ?? "").slice(0, AGENT_CHARS_MAX);
  const mark = deviceOf(c);
  const device = mark === null ? JSON.stringify([network, agent]) : `mark/${mark}`;
  const on = (day: number, purpose: string, name: string): HolderHash =>
    keyed(keyed(secret, "holder-day", String(day)), purpose, name) as HolderHash;
  const day = Math.floor(now / DAY_MS);
  return {
    today: on(day, "holder-device", device),
    yesterday: on(day - 1, "holder-device", device),
    anonymous: true,
    allowance: relaxed
      ? RELAXED_ALLOWANCE
      : allowanceOf({
          kind: "stranger",
          network: on(day, "holder-network", network),
          networkYesterday: on(day - 1, "holder-network", network),
        }),
  };
}
