/**
 * A directory belongs to one process. PGlite takes no lock of its own, and two processes in one directory damage it.
 * The lock is a file made with O_EXCL that names its owner; a lock whose owner is gone counts for nothing.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A file without a whole owner in it is being written, or its writer died in that instant. */
const WRITING_MS = 2_000;
/** Each try removes one dead owner; more in a row means that something else is wrong. */
const TRIES_MAX = 5;

export interface Owner {
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly startedAt: string;
}

export interface LockFile {
  /** Idempotent. */
  readonly release: () => void;
}

/** Somebody else holds it; `message` is a sentence for a person. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  readonly owner: Owner | null;
  constructor(path: string, owner: Owner | null) {
    const who = owner ? `process ${owner.pid}` : "another process";
    super(`${path} is in use by ${who}. Stop that one first (Ctrl-C in its terminal).`);
    this.owner = owner;
  }
}

/** Start time in clock ticks after boot; empty if there is no /proc, no such process, or only its remains (a zombie). */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces. After it: the state, and 19 fields on the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return ""; // no /proc (macOS, Windows), or no such process: the number alone has to do
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's process, and alive
  }
}

export const thisProcess = (): Owner => ({ pid: process.pid, startedAt: startTimeOf(process.pid) });

/** A number that was given away again has another start time. */
export function isAlive(owner: Owner): boolean {
  return exists(owner.pid) && (owner.startedAt === "" || startTimeOf(owner.pid) === owner.startedAt);
}

type Found =
  | { readonly kind: "none" }
  | { readonly kind: "owner"; readonly owner: Owner }
  | { readonly kind: "partial" };

function readLock(path: string): Found {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { kind: "none" };
    throw error;
  }
  const [pid, startedAt] = text.split("\n");
  return text.endsWith("\n") && Number(pid) > 0
    ? { kind: "owner", owner: { pid: Number(pid), startedAt: startedAt ?? "" } }
    : { kind: "partial" };
}

function create(path: string): boolean {
  try {
    const { pid, startedAt } = thisProcess();
    writeFileSync(path, `${pid}\n${startedAt}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Moved away before it is deleted: of two that find the same dead owner, one moves the file and the other finds none. */
function removeDead(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readLock(aside);
  // Between our look and our move another process took over: put its lock back and let the next try see it.
  if (moved.kind === "owner" && isAlive(moved.owner)) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

const isBeingWritten = (path: string): boolean => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < WRITING_MS;
};

/** Takes the lock at once or throws LockedError; never waits. Its directory is made if it is missing. */
export function takeLock(path: string): LockFile {
  mkdirSync(dirname(path), { recursive: true });
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (create(path)) return { release: () => release(path) };
    const found = readLock(path);
    if (found.kind === "owner" && isAlive(found.owner)) throw new LockedError(path, found.owner);
    if (found.kind === "partial" && isBeingWritten(path)) throw new LockedError(path, null);
    if (found.kind !== "none") removeDead(path);
  }
  throw new LockedError(path, null);
}

function release(path: string): void {
  const found = readLock(path);
  if (found.kind === "owner" && found.owner.pid === process.pid) rmSync(path, { force: true });
}
