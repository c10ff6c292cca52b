/** Takes the memory of an object away, as the runtime does after seconds without a call. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";

/** A gentle eviction takes milliseconds, or it waits half a minute for something that still refers to the object. */
const GENTLY_MAX_MS = 1_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Gently, or by force when something still refers to it: a crash then, after which everything acknowledged is there too. */
export async function evict<T extends Rpc.DurableObjectBranded>(stub: DurableObjectStub<T>): Promise<void> {
  await runInDurableObject(stub, () => undefined); // only what runs can be evicted
  const gently = evictDurableObject(stub).then(
    () => true,
    () => false,
  );
  if (await Promise.race([gently, sleep(GENTLY_MAX_MS).then(() => false)])) return;
  // An aborted object answers nobody, not even who aborted it.
  await runInDurableObject(stub, (_, state) => state.abort("evicted")).catch(() => undefined);
}
