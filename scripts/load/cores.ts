/** Which core runs what: a server and its load generator on one core measure each other. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";

const TASKSET = "/usr/bin/taskset";

export interface Cores {
  /** null: not pinned, because there is one core only or the system has no taskset. */
  readonly server: number | null;
  readonly generator: number | null;
}

export function chooseCores(): Cores {
  const can = existsSync(TASKSET) && availableParallelism() >= 2;
  return can ? { server: 0, generator: 1 } : { server: null, generator: null };
}

/** The command that runs `command` on one core. */
export const pinned = (core: number | null, command: readonly string[]): readonly string[] =>
  core === null ? command : [TASKSET, "-c", String(core), ...command];

/** Moves this process; its children inherit the core unless they are given another. */
export function pinThisProcess(core: number | null): void {
  if (core !== null) spawnSync(TASKSET, ["-a", "-cp", String(core), String(process.pid)]);
}
