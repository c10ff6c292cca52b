/** Answers of searches as one isolate knows them: for a second, and for five minutes while Postgres is away. */
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { PostgresUnavailable } from "./postgres.ts";

/** [SE10] Half of what a search may be behind; the other half is the projection's. */
const FRESH_MS = SECOND_MS;
/** [SE10] Longer, and most of what is shown as open is gone. */
const STALE_MS = 5 * MINUTE_MS;
/** Bounds memory: a page of ids and starts is about 10 KB. */
const ANSWERS_MAX = 500;

interface Answer {
  readonly value: unknown;
  readonly at: number;
}

const answers = new Map<string, Answer>();

export interface Found<T> {
  readonly value: T;
  /** When Postgres said so; milliseconds since the epoch. */
  readonly at: number;
}

/**
 * @param key everything that the answer depends on but the clock
 * @throws PostgresUnavailable when there is nothing, not even something old
 */
export async function remembered<T>(key: string, ask: () => Promise<T>): Promise<Found<T>> {
  const known = answers.get(key) as Found<T> | undefined; // whoever uses a key always asks the same
  const now = Date.now();
  if (known && now - known.at < FRESH_MS) return known;
  try {
    const found = { value: await ask(), at: now };
    answers.delete(key); // to the end: the first ones are the oldest
    answers.set(key, found);
    for (const oldest of answers.keys()) {
      if (answers.size <= ANSWERS_MAX) break;
      answers.delete(oldest);
    }
    return found;
  } catch (error) {
    if (error instanceof PostgresUnavailable && known && now - known.at < STALE_MS) return known;
    throw error;
  }
}

/** After a write to the directory: whoever wrote sees it in the next search. */
export const forgetSearches = (): void => answers.clear();

/** Whether an answer is only still there because Postgres is away. */
export const isOld = ({ at }: Found<unknown>): boolean => Date.now() - at >= FRESH_MS;
