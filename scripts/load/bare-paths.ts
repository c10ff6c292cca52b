/** Where builds and runs of bare workerd lie. Everything here can be deleted while nothing runs. */
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../local/paths.ts";

/** One folder per source tree, named by its hash. */
export const BUILDS_DIR = join(ROOT, "build", "bare");
const RUNS_DIR = join(ROOT, "build", "bare-run");
const TMPFS = "/dev/shm";

export type StorageKind = "tmpfs" | "disk";

/** A folder for the configuration and the log of one run. */
export function makeRunDir(): string {
  mkdirSync(RUNS_DIR, { recursive: true });
  return mkdtempSync(join(RUNS_DIR, "run-"));
}

/** A folder for objects. On systems without /dev/shm `tmpfs` means the temporary folder, which may be a disk. */
export function makeStorageDir(kind: StorageKind, runDir: string): string {
  if (kind === "tmpfs") return mkdtempSync(join(existsSync(TMPFS) ? TMPFS : tmpdir(), "openslot-"));
  const dir = join(runDir, "objects");
  mkdirSync(dir);
  return dir;
}

/** Whether objects in memory is what `tmpfs` gives on this machine. */
export const hasTmpfs = (): boolean => existsSync(TMPFS);
