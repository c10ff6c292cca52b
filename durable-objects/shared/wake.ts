/** One alarm, several jobs: arms the earliest, never later than what is armed already. */
import type { Instant } from "../../core/time.ts";

export class WakeUp {
  readonly #storage: Pick<DurableObjectStorage, "setAlarm">;
  /** In memory only: losing it arms once more, which is harmless because every job may run twice. */
  #armedFor: Instant | null = null;

  constructor(storage: Pick<DurableObjectStorage, "setAlarm">) {
    this.#storage = storage;
  }

  /**
   * Inside a transaction the alarm rolls back with the rows; call `armed` only after it returned. Returns whether it
   * had to be set, because an alarm that is already early enough costs a write for nothing.
   */
  arm(at: Instant): boolean {
    if (this.#armedFor !== null && this.#armedFor <= at) return false;
    void this.#storage.setAlarm(at); // durable with the transaction; the output gate waits for it
    return true;
  }

  armed(at: Instant): void {
    if (this.#armedFor === null || at < this.#armedFor) this.#armedFor = at;
  }

  /** First act of an alarm: a fired alarm is used up. */
  fired(): void {
    this.#armedFor = null;
  }

  /** Last act of an alarm. */
  armNext(due: readonly (Instant | null)[]): void {
    const times = due.filter((at) => at !== null);
    if (times.length === 0) return;
    const at = Math.min(...times) as Instant;
    if (this.arm(at)) this.armed(at);
  }
}
