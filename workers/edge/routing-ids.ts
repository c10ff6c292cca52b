/**
 * Ids that say where to go: an appointment's, a hold's or a block's names its home calendar. Its last eight characters are a key
 * version and a keyed check, so that an invented id never creates an object. Never an authorisation.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  APPOINTMENT_ID,
  type AppointmentId,
  BLOCK_ID,
  type BlockId,
  encodeBytes,
  HOLD_ID,
  type HoldId,
  homeCalendarOf,
  type ProviderId,
} from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";

/** 35 bits: a guess that passes costs an attacker 2^34 requests on average, and then it finds nothing. */
const CHECK_CHARS = 7;
const OWN_CHARS = 12;

type Prefix = "apt" | "hld" | "blk";

/** An appointment's check covers its characters alone, the others' their prefix too: none serves as another's. */
function checkOf(secret: string, prefix: Prefix, body: string): string {
  const covered = prefix === "apt" ? body : `${prefix}_${body}`;
  return encodeBytes(createHmac("sha256", secret).update(covered).digest().subarray(0, CHECK_CHARS));
}

/** An id at this calendar, under the newest key. */
function mint(
  keys: KeyRing,
  prefix: Prefix,
  calendar: ProviderId,
  own: Uint8Array = crypto.getRandomValues(new Uint8Array(OWN_CHARS)),
): string {
  const [version, secret] = keys[0] as KeyRing[number];
  const body = calendar.slice("prv_".length) + encodeBytes(own.subarray(0, OWN_CHARS));
  return `${prefix}_${body}${version}${checkOf(secret, prefix, body)}`;
}

/** Whether one of our keys made it. */
function isOurs(keys: KeyRing, prefix: Prefix, shape: RegExp, text: string): boolean {
  const parts = shape.exec(text)?.groups;
  if (!parts) return false;
  const check = parts.check as string;
  const secret = keys.find(([version]) => version === check[0])?.[1];
  if (!secret) return false;
  const expected = checkOf(secret, prefix, `${parts.home}${parts.own}`);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(check.slice(1)));
}

/** @param own OWN_CHARS or more bytes, for ids that come out the same again; without them, fresh ones */
export const mintAppointmentId = (keys: KeyRing, calendar: ProviderId, own?: Uint8Array): AppointmentId =>
  mint(keys, "apt", calendar, own) as AppointmentId;

export const mintHoldId = (keys: KeyRing, calendar: ProviderId): HoldId =>
  mint(keys, "hld", calendar) as HoldId;

export const mintBlockId = (keys: KeyRing, calendar: ProviderId): BlockId =>
  mint(keys, "blk", calendar) as BlockId;

/** The id and its home calendar, if one of our keys made it; null for everything else. */
export function parseAppointmentId(
  keys: KeyRing,
  text: string,
): { id: AppointmentId; home: ProviderId } | null {
  if (!isOurs(keys, "apt", APPOINTMENT_ID, text)) return null;
  const id = text as AppointmentId;
  return { id, home: homeCalendarOf(id) };
}

export function parseHoldId(keys: KeyRing, text: string): { id: HoldId; home: ProviderId } | null {
  if (!isOurs(keys, "hld", HOLD_ID, text)) return null;
  const id = text as HoldId;
  return { id, home: homeCalendarOf(id) };
}

export function parseBlockId(keys: KeyRing, text: string): { id: BlockId; home: ProviderId } | null {
  if (!isOurs(keys, "blk", BLOCK_ID, text)) return null;
  const id = text as BlockId;
  return { id, home: homeCalendarOf(id) };
}
