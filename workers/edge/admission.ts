/**
 * [K8] How many commands that take time one isolate lets wait for one calendar. A calendar decides one after the other,
 * so whoever is far back in a crowd would wait long for a time that is gone by then; they are told to come again instead.
 * Nothing was asked and nothing is kept under their key.
 */
import type { ProviderId } from "../../core/ids.ts";
import { SECOND_MS } from "../../core/time.ts";
import { OVERLOADED_PAUSE_SECONDS, overloaded, type Problem } from "./api/problem.ts";

/**
 * A refused booking costs three objects about 2 ms of a thread and turning somebody away a third of it, so that the fewer
 * wait, the sooner a large crowd has its answers. More than a clinic has at one moment on any usual day.
 */
export const UNDER_WAY_MAX = 64;
/** Longer than a command and the question about it can take. A request that its caller cut off never says that it ended. */
export const LOST_AFTER_MS = 20 * SECOND_MS;

/** By age. In memory only: losing it lets more in. An entry lives while something is under way, which bounds it. */
const underWay = new Map<ProviderId, Set<{ readonly since: number }>>();

/** Runs `work` unless this isolate has enough of it under way for the calendar; then says when to come again. */
export async function admitted<T>(
  calendar: ProviderId,
  work: () => Promise<T>,
): Promise<T | { readonly ok: false; readonly problem: Problem }> {
  const others = underWay.get(calendar) ?? new Set();
  const now = Date.now();
  for (const other of others) {
    if (now - other.since < LOST_AFTER_MS) break;
    others.delete(other);
  }
  if (others.size >= UNDER_WAY_MAX) return { ok: false, problem: overloaded(pauseSeconds()) };
  const own = { since: now };
  underWay.set(calendar, others.add(own));
  try {
    return await work();
  } finally {
    others.delete(own);
    if (others.size === 0 && underWay.get(calendar) === others) underWay.delete(calendar);
  }
}

/** Different for everybody, or the crowd would come back as one. */
const pauseSeconds = (): number => 1 + Math.floor(Math.random() * OVERLOADED_PAUSE_SECONDS);
