/**
 * Where the CPU time of a bare workerd goes, by `perf` (Linux): JavaScript, SQLite and the runtime in one picture, and
 * CPU time only, so that a neighbour on the core does not show. V8 names its functions in /tmp/perf-<pid>.map.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** Samples a second of CPU time: 200 µs each. Odd, so as not to march in step with a timer. */
const SAMPLES_PER_SECOND = 4_999;
/** Reports of `perf` are long where a case has many functions. */
const REPORT_BYTES_MAX = 64_000_000;
/** `perf record` attaches within this time; nothing says when. */
const ATTACH_MS = 500;

/** Lets functions have names and their code stay where it is. */
export const PROFILE_V8_FLAGS: readonly string[] = ["--perf-basic-prof"];

/** One function's part of the samples. */
export interface FunctionShare {
  /** Of all samples, 0 to 1. */
  readonly share: number;
  /** JavaScript, or the binary. */
  readonly where: string;
  readonly name: string;
}

/** Samples the process while `work` runs; the samples stay in `file` for `perf report`. Longest first. */
export async function profiled(
  pid: number,
  file: string,
  work: () => Promise<void>,
): Promise<FunctionShare[]> {
  const args = ["record", "-q", "-F", String(SAMPLES_PER_SECOND), "-g", "-p", String(pid), "-o", file];
  const perf = spawn("perf", args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(perf, "exit");
  await new Promise((resolve) => setTimeout(resolve, ATTACH_MS));
  await work();
  perf.kill("SIGINT");
  await ended;
  const { stdout } = await promisify(execFile)(
    "perf",
    [
      "report",
      "--stdio",
      "-q",
      "-g",
      "none",
      "--no-children",
      "-F",
      "overhead,dso,sym",
      "-t",
      "\t",
      "-i",
      file,
    ],
    { maxBuffer: REPORT_BYTES_MAX },
  );
  return stdout.split("\n").flatMap((line) => {
    const [percent, where, name] = line.split("\t").map((cell) => cell.trim());
    const share = Number.parseFloat(percent ?? "") / 100;
    return Number.isNaN(share)
      ? []
      : [{ share, where: where ?? "", name: (name ?? "").replace(/^\[.\] /, "") }];
  });
}
