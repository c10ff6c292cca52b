/** Waiting for something that another process does. */

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface WaitOptions {
  /** What is waited for, as the end of "gave up waiting for …". */
  readonly what: string;
  readonly maxMs: number;
  readonly everyMs?: number;
}

/** Milliseconds until `isSo` said yes; throws when it never did. */
export async function until(isSo: () => Promise<boolean> | boolean, options: WaitOptions): Promise<number> {
  const startedAt = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedAt > options.maxMs) throw new Error(`gave up waiting for ${options.what}`);
    await sleep(options.everyMs ?? 50);
  }
  return performance.now() - startedAt;
}
