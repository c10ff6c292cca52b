/**
 * A paired screen and its secret: when it is good, when it is renewed, when it is over. Knows secrets by their hashes only.
 *
 * A renewed secret is computed from the one that was shown and a salt of ours. So whoever shows the old one again, because the answer
 * was lost or two tabs asked at once, is told the same new one, and neither the row alone nor the old secret alone gives it away.
 */
import type { DeviceId, LocationId } from "../ids.ts";
import { DAY_MS, type Instant, plus } from "../time.ts";

/** [DV5] A secret is used for a day, then the next one is handed out with a token. */
export const SECRET_RENEWED_AFTER_MS = DAY_MS;
/** [DV6] A screen that was switched off over a weekend, a holiday, a rebuilding of the waiting room comes back by itself. */
export const SILENT_MAX_MS = 30 * DAY_MS;
/** What is over is shown to staff for a quarter of a year. */
export const ENDED_KEPT_MS = 90 * DAY_MS;
/** Of one clinic, in use. Above what a hospital's entrance has. */
export const DEVICES_PER_CLINIC_MAX = 100;
/** Of one clinic, over, newest first: what staff look through. */
export const ENDED_SHOWN_MAX = 50;
export const DEVICE_NAME_CHARS_MAX = 60;

export type DeviceEnd = "revoked" | "lapsed";

/** SHA-256 in hexadecimal. */
export type SecretHash = string;

export interface DeviceSecrets {
  readonly current: SecretHash;
  /** The one before, good until `current` was used. */
  readonly previous: SecretHash | null;
  /** What made `current` of `previous`. */
  readonly salt: string | null;
  readonly madeAt: Instant;
}

export interface Device {
  readonly id: DeviceId;
  readonly locationId: LocationId;
  readonly name: string;
  readonly secrets: DeviceSecrets;
  readonly approvedAt: Instant;
  readonly approvedBy: string;
  readonly seenAt: Instant;
  readonly ended: { readonly how: DeviceEnd; readonly at: Instant } | null;
}

/** A secret that could follow the one that is shown, made by whoever sees it. */
export interface Successor {
  readonly salt: string;
  readonly hash: SecretHash;
}

export type Presented =
  /** `salt`: hand out the secret that it makes of the shown one. null: the shown one stays. */
  | { readonly kind: "good"; readonly next: Device; readonly salt: string | null }
  | { readonly kind: "lapsed"; readonly next: Device }
  | { readonly kind: "refused" };

/** [DV6] Neither revoked nor silent for too long. */
export const isStanding = (device: Device, now: Instant): boolean =>
  device.ended === null && now - device.seenAt <= SILENT_MAX_MS;

/**
 * [DV5] Somebody shows a secret with this hash. `renew` = a new one is due whatever the clock says: what a screen polled with is
 * no secret to keep.
 */
export function decidePresented(
  device: Device,
  shown: SecretHash,
  successor: Successor,
  renew: boolean,
  now: Instant,
): Presented {
  const { secrets } = device;
  if (device.ended || (shown !== secrets.current && shown !== secrets.previous)) return { kind: "refused" };
  if (!isStanding(device, now))
    return { kind: "lapsed", next: { ...device, ended: { how: "lapsed", at: now } } };
  const seenAt = Math.max(device.seenAt, now) as Instant; // a clock that went back takes nothing from anybody
  if (shown === secrets.previous) return { kind: "good", next: { ...device, seenAt }, salt: secrets.salt };
  const due = renew || now >= plus(secrets.madeAt, SECRET_RENEWED_AFTER_MS);
  const next: DeviceSecrets = due
    ? { current: successor.hash, previous: shown, salt: successor.salt, madeAt: now }
    : { ...secrets, previous: null, salt: null };
  return { kind: "good", next: { ...device, secrets: next, seenAt }, salt: due ? successor.salt : null };
}
