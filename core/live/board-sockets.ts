/**
 * How long a socket of a clinic's board may stay. A socket outlives the token that opened it, so whoever holds it is asked after: a
 * kiosk by its device, a person by coming again with a new token.
 */
import type { DeviceId } from "../ids.ts";
import { type Instant, MINUTE_MS, plus, SECOND_MS } from "../time.ts";

/** [DV9] A device that nobody has vouched for in this time is cut: as long as a token would have let it in. */
export const UNVOUCHED_MAX_MS = 5 * MINUTE_MS;
/** Asked this often, three minutes are left to ask again while the issuer does not answer. One call for all of a clinic's devices. */
export const VOUCHED_AGAIN_MS = 2 * MINUTE_MS;
/** While it does not answer. */
export const ASK_AGAIN_MS = 15 * SECOND_MS;
/** A person comes again with a new token or ticket. */
export const PERSON_STAYS_MS = 5 * MINUTE_MS;
/**
 * [DV7] Between "somebody is about to revoke this device" and knowing what became of it, the issuer is asked this often: the call
 * that was to say so may have died. Twice this and a slow answer are still below five seconds.
 */
export const DOUBT_ASKED_MS = 2 * SECOND_MS;
/** After this the call that was to revoke it has been given up by everybody. */
export const DOUBT_MAX_MS = 30 * SECOND_MS;
/** A kiosk has one, and another one while it reconnects. */
export const SOCKETS_PER_DEVICE_MAX = 5;
/** Screens and desks of one clinic. */
export const SOCKETS_MAX = 500;

export interface BoardWatch {
  /** null = a person's. */
  readonly device: DeviceId | null;
  /** When somebody vouched for it last: the issuer for a device, a token or ticket for a person. */
  readonly vouchedAt: Instant;
  readonly revision: number;
}

/** [DV9] When a socket has to be gone unless somebody vouches for it again. */
export const staysUntil = ({ device, vouchedAt }: BoardWatch): Instant =>
  plus(vouchedAt, device === null ? PERSON_STAYS_MS : UNVOUCHED_MAX_MS);

/** When there is something to do for it. */
export const dueAt = (watch: BoardWatch): Instant =>
  watch.device === null ? staysUntil(watch) : plus(watch.vouchedAt, VOUCHED_AGAIN_MS);

/** Of these sockets, the devices that the issuer has to be asked about now: all of them as soon as one is due. */
export function devicesToAsk(
  watches: readonly BoardWatch[],
  doubted: ReadonlySet<DeviceId>,
  now: Instant,
): readonly DeviceId[] {
  const devices = watches.flatMap((watch) =>
    watch.device === null ? [] : [{ watch, device: watch.device }],
  );
  const asks = devices.some(({ watch, device }) => doubted.has(device) || dueAt(watch) <= now);
  return asks ? [...new Set(devices.map(({ device }) => device))] : [];
}
