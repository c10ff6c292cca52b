/** One living process per directory. Real processes are used: this is about the system, not about a fake of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive, LockedError, takeLock, thisProcess } from "../../scripts/local/lock-file.ts";

const MODULE = join(import.meta.dirname, "../../scripts/local/lock-file.ts");

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openslot-lock-"));
  path = join(dir, "deep", "pg.lock");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Takes the lock in a process of its own, says so, and waits to be ended. */
function otherProcess(): ReturnType<typeof spawn> {
  const code = `import { takeLock } from ${JSON.stringify(MODULE)}; takeLock(${JSON.stringify(path)}); console.log("taken"); setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("lock file", () => {
  it("[U1] is held by one process, in one sentence for the other, until it is released", () => {
    const lock = takeLock(path);
    expect(() => takeLock(path)).toThrow(
      `${path} is in use by process ${process.pid}. Stop that one first (Ctrl-C in its terminal).`,
    );
    lock.release();
    lock.release();
    takeLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it("[U1] keeps out while the other process lives, and falls when it was killed", async () => {
    const other = otherProcess();
    await once(other.stdout as NodeJS.ReadableStream, "data");
    expect(() => takeLock(path)).toThrow(LockedError);
    other.kill("SIGKILL");
    await once(other, "exit");
    takeLock(path).release();
  });

  it("[U2] counts a number that belongs to a later process as dead", () => {
    const { pid, startedAt } = thisProcess();
    expect(isAlive({ pid, startedAt })).toBe(true);
    takeLock(path).release();
    writeFileSync(path, `${pid}\n${startedAt === "" ? "" : "1"}\n`); // as if this number had been given away again
    if (startedAt !== "") takeLock(path).release();
  });

  it("[U2] waits for nobody: a half-written lock keeps out at first and is nothing after two seconds", () => {
    takeLock(path).release();
    writeFileSync(path, "12");
    expect(() => takeLock(path)).toThrow("in use by another process");
    const old = Date.now() / 1000 - 10;
    utimesSync(path, old, old);
    const lock = takeLock(path);
    expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${process.pid}\\n`));
    lock.release();
  });

  it("[U2] releasing does not touch the lock of somebody else", () => {
    const lock = takeLock(path);
    writeFileSync(path, "1\n\n");
    lock.release();
    expect(readFileSync(path, "utf8")).toBe("1\n\n");
  });
});
