/** What the machine is like, and which figures of a run therefore mean nothing. */
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ROOT } from "../local/paths.ts";
import { hasTmpfs } from "./bare-paths.ts";
import { percentiles } from "./percentiles.ts";

/** Enough for a median; on a slow disk still only two seconds. */
const SYNCS = 100;
const SYNC_BYTES = 4_096;
/** The wall-clock figures of a machine that cannot do this are figures of its neighbours. */
const EMPTY_RATE_MIN = 10_000;
const FSYNC_P50_MAX_MS = 1;
const LOAD_MAX = 0.5;

export interface Machine {
  readonly cores: number;
  readonly model: string;
  /** One-minute load average before anything of ours ran. */
  readonly loadBefore: number;
  /** Of the disk under `build/`. */
  readonly fsyncP50Ms: number;
  readonly storage: "tmpfs" | "disk";
}

function measureFsync(): number {
  const dir = join(ROOT, "build");
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `fsync.${process.pid}`);
  const file = openSync(path, "w");
  const block = Buffer.alloc(SYNC_BYTES, "x");
  const samples = new Float64Array(SYNCS);
  for (let i = 0; i < SYNCS; i++) {
    const startedAt = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    samples[i] = performance.now() - startedAt;
  }
  closeSync(file);
  rmSync(path);
  return percentiles(samples, [0.5])[0] ?? Number.NaN;
}

/** Call it first: the load before the start is part of it. */
export const lookAtMachine = (): Machine => ({
  cores: availableParallelism(),
  model: cpus()[0]?.model ?? "unknown",
  loadBefore: loadavg()[0] ?? Number.NaN,
  fsyncP50Ms: measureFsync(),
  storage: hasTmpfs() ? "tmpfs" : "disk",
});

/** Why the wall-clock figures of this run mean nothing; empty = they may be quoted. CPU figures hold regardless. */
export function wallClockVoids(machine: Machine, emptyRate: number): string[] {
  const slowDisk = machine.storage === "disk" && machine.fsyncP50Ms > FSYNC_P50_MAX_MS;
  return [
    ...(machine.loadBefore >= LOAD_MAX
      ? [`load before the start was ${machine.loadBefore.toFixed(2)}, at most ${LOAD_MAX} is allowed`]
      : []),
    ...(emptyRate < EMPTY_RATE_MIN
      ? [`the empty route reached ${Math.round(emptyRate)}/s, ${EMPTY_RATE_MIN} are wanted`]
      : []),
    ...(slowDisk ? [`fsync p50 is ${machine.fsyncP50Ms.toFixed(2)} ms on a disk`] : []),
  ];
}
