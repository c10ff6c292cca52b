/**
 * Whether times mean something on this machine now. A limit in milliseconds is the system's only while nobody else uses
 * the cores; otherwise a test holds it to a wide one and says so, instead of failing for what the neighbours do.
 */
import { availableParallelism, loadavg } from "node:os";

/** The handbook's rule: above this load before the start, wall-clock figures are void. */
const LOAD_MAX = 0.5;
/** What a starved process may take longer; beyond it something hangs. */
const BUSY_FACTOR = 6;

/** The runtime hangs up on a connection whose first request it has not read by then; not ours to set. */
const RUNTIME_HANGS_UP_MS = 14_000;

/** Taken when the file begins: afterwards the load is our own. */
const loadBefore = loadavg()[0] ?? 0;
/** Whether figures of this run are void. */
export const isBusy = loadBefore >= LOAD_MAX;

/** The limit that this run is held to. */
export const limitMs = (limit: number): number => (isBusy ? limit * BUSY_FACTOR : limit);

/** For the report: what the figures beside it are worth. */
export const machineNow = (): string =>
  `${availableParallelism()} cores, load before ${loadBefore.toFixed(1)}` +
  (isBusy ? `, times void (at most ${LOAD_MAX})` : "");

/**
 * Whether it was the runtime that hung up before it read the request: nothing was done. With half a core it cannot read a
 * thousand in time, so that on a busy machine, and only there, this is not held against it.
 */
export const wasHungUpOn = ({ status }: { readonly status: number }, tookMs: number): boolean =>
  isBusy && status === 0 && tookMs >= RUNTIME_HANGS_UP_MS;
