/** For objects whose rows run out: every change arms an alarm that takes away what is over, in the transaction of the change. */
import { type Instant, instant, plus } from "../../core/time.ts";
import { WakeUp } from "./wake.ts";

export class Tidying {
  readonly #storage: DurableObjectStorage;
  readonly #wake: WakeUp;
  readonly #everyMs: number;

  /** @param everyMs how long what is over may lie there */
  constructor(storage: DurableObjectStorage, everyMs: number) {
    this.#storage = storage;
    this.#wake = new WakeUp(storage);
    this.#everyMs = everyMs;
  }

  /** One transaction, without `await`; the alarm rolls back with it. */
  change<T>(act: (now: Instant) => T): T {
    const now = instant(Date.now());
    const tidyAt = plus(now, this.#everyMs);
    const result = this.#storage.transactionSync(() => {
      this.#wake.arm(tidyAt);
      return act(now);
    });
    this.#wake.armed(tidyAt);
    return result;
  }

  /** First act of the alarm. */
  fired(): void {
    this.#wake.fired();
  }

  /** Last act of the alarm, when something is left. */
  again(now: Instant): void {
    this.#wake.armNext([plus(now, this.#everyMs)]);
  }
}
