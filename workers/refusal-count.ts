/**
 * [SV7] Attempts that were refused, counted for whoever watches the log. A line for each would let a stranger fill it, so that a
 * line comes with the first, the tenth, the hundredth … of a kind in a minute: prompt, and at most ten lines for each kind, minute and
 * isolate, however many try. No address, no id, no path: who did what is the audit's.
 */
import { MINUTE_MS } from "../core/time.ts";
import { type LogCode, logEvent } from "../durable-objects/shared/log.ts";

/** What was refused, by the status of the answer. A lost race (409) and an outdated version (412) are everyday. */
const KINDS: ReadonlyMap<number, LogCode> = new Map([
  [400, "invalid"],
  [401, "unauthenticated"],
  [403, "forbidden"],
  [404, "foreign-or-missing"],
  [413, "too-large"],
  [414, "too-large"],
  [415, "media-type"],
  [422, "against-a-rule"],
  [429, "limited"],
]);

/** 10^9 refusals of one kind in a minute are more than an isolate can answer. */
const isTold = (count: number): boolean => /^10*$/.test(String(count));

export class RefusalCount {
  #minute = -1;
  readonly #counts = new Map<LogCode, number>();
  readonly #event: LogCode;

  /** @param event what its lines are called */
  constructor(event: LogCode) {
    this.#event = event;
  }

  /** @param now milliseconds since the epoch */
  count(status: number, now: number): void {
    const kind = KINDS.get(status);
    if (kind === undefined) return;
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (isTold(count)) logEvent(this.#event, { kind, count, minute });
  }
}
