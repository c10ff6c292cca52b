/** Ends a local run: everything that was opened is closed, last opened first, whatever ends it. */
import { StartError } from "./start-error.ts";

/** A part that has not closed by now hangs; its process ends with us. */
const CLOSE_MAX_MS = 10_000;
/** One Ctrl-C under npm arrives twice, from the terminal and from npm: only a later one is a second one. */
const SAME_SIGNAL_MS = 500;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export class Closing {
  readonly #parts: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  #endingSince: number | null = null;

  /** To be closed before everything added earlier. */
  add(name: string, close: () => void | Promise<void>): void {
    this.#parts.push({ name, close });
  }

  /**
   * First Ctrl-C (or SIGTERM, or a closed terminal) closes in order and exits 0; a second one exits at once. From here
   * on the signals are ours alone: Vite and Miniflare would end the process before the database is closed.
   */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.#onSignal());
    process.on("newListener", (event: string | symbol, listener: (...args: unknown[]) => void) => {
      // Heard before it is added, so it can be taken away only afterwards.
      if (SIGNALS.some((signal) => signal === event)) queueMicrotask(() => process.off(event, listener));
    });
    process.on("uncaughtException", (error) => void this.fail(error));
    process.on("unhandledRejection", (reason) => void this.fail(reason));
  }

  #onSignal(): void {
    if (this.#endingSince !== null && performance.now() - this.#endingSince > SAME_SIGNAL_MS) process.exit(1);
    void this.end(0);
  }

  /** A StartError is a sentence; anything else is a bug of ours and comes with its stack. */
  async fail(reason: unknown): Promise<void> {
    if (this.#endingSince === null) console.error(reason instanceof StartError ? reason.message : reason);
    await this.end(1);
  }

  /** Closes everything and ends the process. Later calls change nothing. */
  async end(exitCode: number): Promise<void> {
    if (this.#endingSince !== null) return;
    this.#endingSince = performance.now();
    setTimeout(() => process.exit(1), CLOSE_MAX_MS).unref();
    let code = exitCode;
    for (const { name, close } of this.#parts.toReversed()) {
      try {
        await close();
      } catch (error) {
        console.error(`${name} did not close: ${(error as Error).message}`);
        code = 1;
      }
    }
    process.exit(code);
  }
}
