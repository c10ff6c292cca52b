/**
 * Answers of searches as one isolate knows them, for a second; while Postgres is away, for five minutes. Whoever shows
 * one leaves out what has passed since.
 */
import { type Instant, instant, MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { PostgresUnavailable } from "./postgres.ts";

/** API.md: other readers are at most a second behind. */
const FRESH_MS = SECOND_MS;
/** After that an open start is more likely gone than not, and "we cannot search" is the better answer. */
const STALE_MS = 5 * MINUTE_MS;
/** Who has an old answer does not wait for a database that hangs; the client itself would wait ten seconds. */
const PATIENCE_MS = 1_500;
/** After a failure: how long the old answer is given without asking again. */
const RETRY_MS = SECOND_MS;
/** Bounds memory: a page of 100 providers is about 20 KB, so 10 MB at most. */
const ANSWERS_MAX = 500;

interface Kept {
  readonly value: unknown;
  readonly at: Instant;
}

export interface Answered<T> {
  readonly value: T;
  /** When Postgres was asked. */
  readonly asOf: Instant;
  /** [SE10] Postgres is away, and this is what it said last. */
  readonly isStale: boolean;
}

const kept = new Map<string, Kept>();
let failedAt = 0;

/** Forgets everything. */
export function forgetSearches(): void {
  kept.clear();
  failedAt = 0;
}

/** One text for one question, whatever the order in which its parts were given. */
export const questionKey = (kind: string, question: object): string =>
  `${kind}?${JSON.stringify(
    Object.entries(question)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )}`;

/**
 * [SE10] @param key of `questionKey`; it decides what `T` is
 * @throws PostgresUnavailable when there is nothing to answer with
 */
export async function answered<T>(key: string, ask: (now: Instant) => Promise<T>): Promise<Answered<T>> {
  const now = instant(Date.now());
  const known = kept.get(key) as (Kept & { readonly value: T }) | undefined;
  if (known && now - known.at < FRESH_MS) return { value: known.value, asOf: known.at, isStale: false };
  const old = known && now - known.at < STALE_MS ? known : undefined;
  if (old && now - failedAt < RETRY_MS) return { value: old.value, asOf: old.at, isStale: true };
  try {
    const value = old ? await withPatience(ask(now)) : await ask(now);
    keep(key, { value, at: now });
    return { value, asOf: now, isStale: false };
  } catch (error) {
    if (!(error instanceof PostgresUnavailable)) throw error;
    failedAt = Date.now();
    if (!old) throw error;
    return { value: old.value, asOf: old.at, isStale: true };
  }
}

function keep(key: string, answer: Kept): void {
  // What came first goes first: an answer is worth a second, and nobody is hurt by losing one.
  if (kept.size >= ANSWERS_MAX) {
    const oldest = kept.keys().next().value;
    if (oldest !== undefined) kept.delete(oldest);
  }
  kept.delete(key);
  kept.set(key, answer);
}

function withPatience<T>(asked: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PostgresUnavailable()), PATIENCE_MS);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
