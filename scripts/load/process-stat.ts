/** What a process has used, from /proc. Linux only; a bench elsewhere says so instead of guessing. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, fixed by the kernel's interface whatever its own tick is. */
const TICK_MICROS = 10_000;

/** User and system time in whole ticks of 10 ms, over all threads that ever ran. */
export function ticksMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces. After it: the state, and utime and stime as fields 11 and 12.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/**
 * User and system time in microseconds, to the nanosecond the scheduler counts: the sum over the threads that live. A
 * thread that ended takes its time with it; workerd keeps its own. Falls back to ticks where the kernel does not say.
 */
export function cpuMicros(pid: number): number {
  try {
    let nanos = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`))
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    if (nanos > 0) return nanos / 1000;
  } catch {
    // a kernel without schedstat, or a thread that ended between the two reads
  }
  return ticksMicros(pid);
}

/** Resident memory. */
export function rssKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
}
