/**
 * A link in a message that opens one action on one appointment, once, without signing in. What is written in it, and when it may be
 * made; the signature is the edge's (workers/edge/signed-links.ts), the single use the calendar's.
 */
import { type AppointmentFacts, occupiesTime } from "../booking/appointment.ts";
import { TRANSITIONS } from "../booking/status-rules.ts";
import { APPOINTMENT_ID, type AppointmentId, charValue, encodeBytes } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import { DAY_MS, type Instant, MINUTE_MS, plus } from "../time.ts";

/** Their order is their number in a link: only ever added to. */
export const LINK_ACTIONS = ["confirm", "cancel", "move", "view", "check-in"] as const;
export type LinkAction = (typeof LINK_ACTIONS)[number];

/** A reminder a week ahead, and as much again for whoever reads it late. */
export const LINK_LIFE_MS_MAX = 14 * DAY_MS;
/** [CO24] Of dates of birth at one link: enough for two slips. */
export const DATE_TRIES_MAX = 3;
/** How long a matched date of birth opens the choice of another time. */
export const PROOF_LIFE_MS = 15 * MINUTE_MS;

export interface LinkClaims {
  readonly appointmentId: AppointmentId;
  readonly action: LinkAction;
  /** `stampOf` the appointment when the link was made. */
  readonly stamp: number;
  /** A whole minute. */
  readonly expiresAt: Instant;
  /** 32 random bits: two links for the same are two links. */
  readonly nonce: number;
}

/** 48 bytes with the signature are 64 characters without padding: no two texts are the same bytes. */
export const CLAIMS_BYTES = 32;
const ID_CHARS = 32;
const ID_BYTES = (ID_CHARS * 5) / 8;
/** Three bytes of minutes from here reach to November 2055. */
const EPOCH = Date.UTC(2024, 0, 1);
const MINUTES_MAX = 2 ** 24 - 1;

/** [CO21] What a link was made for: of a move the version, because another one makes it pointless; else place and time. */
export function stampOf(
  action: LinkAction,
  { version, providerId, locationId, start }: AppointmentFacts,
): number {
  return action === "move" ? version >>> 0 : hash32(`${providerId} ${locationId} ${start}`);
}

/** FNV-1a. Tells places apart; what keeps links from being forged is their signature. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

export function packClaims({ appointmentId, action, stamp, expiresAt, nonce }: LinkClaims): Uint8Array {
  const bytes = new Uint8Array(CLAIMS_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(packChars(appointmentId.slice("apt_".length)));
  view.setUint32(ID_BYTES, stamp);
  view.setUint32(ID_BYTES + 4, (((expiresAt - EPOCH) / MINUTE_MS) << 8) | LINK_ACTIONS.indexOf(action));
  view.setUint32(ID_BYTES + 8, nonce);
  return bytes;
}

/** null = nobody of ours packed it. */
export function unpackClaims(bytes: Uint8Array): LinkClaims | null {
  if (bytes.length !== CLAIMS_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, CLAIMS_BYTES);
  const both = view.getUint32(ID_BYTES + 4);
  const action = LINK_ACTIONS[both & 0xff];
  const appointmentId = `apt_${unpackChars(bytes.subarray(0, ID_BYTES))}`;
  if (!action || !APPOINTMENT_ID.test(appointmentId)) return null;
  return {
    appointmentId: appointmentId as AppointmentId,
    action,
    stamp: view.getUint32(ID_BYTES),
    expiresAt: (EPOCH + (both >>> 8) * MINUTE_MS) as Instant,
    nonce: view.getUint32(ID_BYTES + 8),
  };
}

/** Five bits each, without a gap: eight characters are five bytes. */
function packChars(text: string): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    held = (held << 5) | charValue(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >>> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

function unpackChars(bytes: Uint8Array): string {
  const values: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      values.push(held >>> bits);
      held &= (1 << bits) - 1;
    }
  }
  return encodeBytes(Uint8Array.from(values));
}

export type LinkRefusal = "not-possible" | "too-late";

/**
 * [CO20] May a link for this be made now, and until when is it good? To the whole minute before the action makes no sense any more, at most
 * LINK_LIFE_MS_MAX. What the patient may not do is not offered by a link either; whether they may at the moment of its use is the calendar's word.
 */
export function decideLink(
  action: LinkAction,
  appointment: AppointmentFacts,
  now: Instant,
): Result<{ readonly expiresAt: Instant }, LinkRefusal> {
  if (!isPossible(action, appointment)) return err("not-possible");
  const end = action === "view" || action === "check-in" ? appointment.end : appointment.start;
  const latest = Math.min(end, plus(now, LINK_LIFE_MS_MAX), EPOCH + MINUTES_MAX * MINUTE_MS);
  const expiresAt = (latest - (latest % MINUTE_MS)) as Instant;
  return expiresAt > now ? ok({ expiresAt }) : err("too-late");
}

function isPossible(action: LinkAction, { status }: AppointmentFacts): boolean {
  if (action === "view") return occupiesTime(status);
  if (action === "move") return status === "booked" || status === "confirmed";
  return TRANSITIONS[status][action]?.by === "patient-or-clinic";
}

/** [CO21] Whether the appointment is still what the link was made for. */
export const stillFits = (claims: LinkClaims, appointment: AppointmentFacts): boolean =>
  stampOf(claims.action, appointment) === claims.stamp;
