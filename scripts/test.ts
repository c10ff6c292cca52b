/**
 * `npm test`: every suite, in two halves beside each other. The tests in workerd share one runtime and one database, so that one
 * vitest keeps one core busy; two, each with a database of its own, keep two. Then one report of both.
 * Whatever asks for a part (`npm test -- test/core`, `-t`, `--project`) is one plain run of vitest.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "..");
const VITEST = join(ROOT, "node_modules", "vitest", "vitest.mjs");
const HALVES = 2;
/** What vitest ends with after Ctrl-C. */
const INTERRUPTED = 130;
/** The halves' results until they are one report. */
const REPORTS_DIR = join(ROOT, "build", "test-halves");

const args = process.argv.slice(2);
/** Reporters and where they write are of the whole run; anything else chooses a part of it. */
const asksForAll = args.every((arg) => arg.startsWith("--reporter=") || arg.startsWith("--outputFile"));

/** @returns the exit code of vitest; each line it prints begins with `mark` */
function vitest(
  rest: readonly string[],
  mark = "",
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(process.execPath, [VITEST, "run", ...rest], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: mark === "" ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  for (const [stream, out] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    if (stream) createInterface({ input: stream }).on("line", (line) => out.write(`${mark}${line}\n`));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1)); // when its last line is here too
  });
}

async function inHalves(): Promise<number> {
  rmSync(REPORTS_DIR, { recursive: true, force: true });
  const codes = await Promise.all(
    Array.from({ length: HALVES }, (_, index) => {
      const half = index + 1;
      const blob = [
        "--reporter=default",
        "--reporter=blob",
        `--outputFile.blob=${join(REPORTS_DIR, `${half}.json`)}`,
      ];
      return vitest([`--shard=${half}/${HALVES}`, ...blob], `${half}| `, { TEST_HALF: String(half) });
    }),
  );
  if (codes.includes(INTERRUPTED)) return INTERRUPTED;
  // Says again what failed, and fails if anything did; a half that could not be read is missing in it, hence the codes.
  return Math.max(...codes, await vitest([`--merge-reports=${REPORTS_DIR}`, ...args]));
}

process.exitCode = await (asksForAll && availableParallelism() > 1 ? inHalves() : vitest(args));
