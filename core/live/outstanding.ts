/**
 * Bounds what a socket may have outstanding. A stalled screen otherwise grows without an error until the object dies
 * (206 MB measured). The runtime gives no buffered amount, so we count what we sent since the peer last proved that it
 * reads: any message of its own, or a ping.
 */
import { type Instant, SECOND_MS } from "../time.ts";

/** Above this, deltas are dropped and one `resync` is owed: about 300 deltas. */
export const OUTSTANDING_SOFT_BYTES = 64 * 1024;
/** Above this the socket is cut; memory comes back only when its TCP connection goes, so cut early. */
export const OUTSTANDING_HARD_BYTES = 256 * 1024;
/** Clients ping every 20 s; a peer that has been silent for longer than this while owing is gone. */
export const SILENCE_MAX_MS = 60 * SECOND_MS;

export interface Outstanding {
  readonly bytes: number;
  readonly owesResync: boolean;
  /** When the peer last proved that it reads. */
  readonly heardAt: Instant;
}

export const nothingOutstanding = (now: Instant): Outstanding => ({
  bytes: 0,
  owesResync: false,
  heardAt: now,
});

export type SendPlan = { readonly plan: "send" | "resync" | "drop" | "close"; readonly next: Outstanding };

/** What to do with a frame of `bytes` for this socket; `heardAt` is the newest sign of life. */
export function planSend(state: Outstanding, bytes: number, heardAt: Instant, now: Instant): SendPlan {
  const heard = heardAt > state.heardAt;
  const fresh: Outstanding = heard ? { bytes: 0, owesResync: state.owesResync, heardAt } : state;
  if (heard && state.owesResync) return { plan: "resync", next: { ...fresh, bytes, owesResync: false } };
  // A socket that owes nothing reads: its snapshot goes out whole, and a month of short visits is larger than the limits.
  // It is charged at most half of the soft limit, or every delta after it would be dropped.
  if (fresh.bytes === 0 && !fresh.owesResync) {
    return { plan: "send", next: { ...fresh, bytes: Math.min(bytes, OUTSTANDING_SOFT_BYTES / 2) } };
  }
  if (fresh.bytes + bytes > OUTSTANDING_HARD_BYTES) return { plan: "close", next: fresh };
  if (fresh.owesResync || fresh.bytes + bytes > OUTSTANDING_SOFT_BYTES) {
    if (now - fresh.heardAt > SILENCE_MAX_MS) return { plan: "close", next: fresh };
    return { plan: "drop", next: { ...fresh, owesResync: true } };
  }
  return { plan: "send", next: { ...fresh, bytes: fresh.bytes + bytes } };
}

/** A screen resumes after a reconnect or a gap: rarely. One that asks more often reads none of what it is sent. */
export const RESUMES_MAX = 20;
export const RESUME_WINDOW_MS = 60 * SECOND_MS;

export interface Resumes {
  readonly since: Instant;
  readonly count: number;
}

/** [L6] Counts a `resume` of one socket in windows of a minute; `count` beyond RESUMES_MAX closes it. */
export function countResume(earlier: Resumes | undefined, now: Instant): Resumes {
  if (!earlier || now - earlier.since > RESUME_WINDOW_MS) return { since: now, count: 1 };
  return { since: earlier.since, count: earlier.count + 1 };
}
