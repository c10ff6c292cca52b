/**
 * Ids that say where to go: an appointment id names its home calendar. Its last eight characters are a key version and
 * a keyed check, so that an invented id never creates an object. Never an authorisation.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  APPOINTMENT_ID,
  type AppointmentId,
  encodeBytes,
  homeCalendarOf,
  type ProviderId,
} from "../../core/ids.ts";
import type { KeyRing } from "../config.ts";

/** 35 bits: a guess that passes costs an attacker 2^34 requests on average, and then it finds nothing. */
const CHECK_CHARS = 7;
const OWN_CHARS = 12;

function checkOf(secret: string, body: string): string {
  return encodeBytes(createHmac("sha256", secret).update(body).digest().subarray(0, CHECK_CHARS));
}

/** A fresh appointment id at this calendar, under the newest key. */
export function mintAppointmentId(keys: KeyRing, calendar: ProviderId): AppointmentId {
  const [version, secret] = keys[0] as KeyRing[number];
  const body = calendar.slice("prv_".length) + encodeBytes(crypto.getRandomValues(new Uint8Array(OWN_CHARS)));
  return `apt_${body}${version}${checkOf(secret, body)}` as AppointmentId;
}

/** The id and its home calendar, if one of our keys made it; null for everything else. */
export function parseAppointmentId(
  keys: KeyRing,
  text: string,
): { id: AppointmentId; home: ProviderId } | null {
  const parts = APPOINTMENT_ID.exec(text)?.groups;
  if (!parts) return null;
  const check = parts.check as string;
  const secret = keys.find(([version]) => version === check[0])?.[1];
  if (!secret) return null;
  const expected = checkOf(secret, `${parts.home}${parts.own}`);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(check.slice(1)))) return null;
  const id = text as AppointmentId;
  return { id, home: homeCalendarOf(id) };
}
