/**
 * A run that was killed outright (kill -9, out of memory) leaves its workerd behind, with open state and live alarms.
 * Two of them on one state would be two owners of every object, so a new run ends the left one first. Found by the
 * environment it inherited; on systems without /proc (macOS, Windows) nothing is found.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isAlive, type Owner, thisProcess } from "./lock-file.ts";

/** Workerd ends at once on SIGKILL; this is for a machine under load. */
const GONE_MAX_MS = 5_000;
const POLL_MS = 50;
const RUN_VARIABLE = "OPENSLOT_RUN";

const asText = ({ pid, startedAt }: Owner): string => `${pid} ${startedAt}`;

/** Names this run to every process it starts. */
export const runMark = (): Readonly<Record<string, string>> => ({ [RUN_VARIABLE]: asText(thisProcess()) });

/** Empty for a process that is gone or somebody else's. */
function environmentOf(pid: number): ReadonlyMap<string, string> {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return new Map(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    );
  } catch {
    return new Map(); // ended meanwhile, or not ours to read
  }
}

function isOrphan(pid: number, stateDir: string): boolean {
  const environment = environmentOf(pid);
  const [runPid, startedAt] = (environment.get(RUN_VARIABLE) ?? "").split(" ");
  if (environment.get("OPENSLOT_STATE") !== stateDir || Number(runPid) === 0 || Number.isNaN(Number(runPid)))
    return false;
  return pid !== process.pid && !isAlive({ pid: Number(runPid), startedAt: startedAt ?? "" });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // no /proc
  }
}

/** Ends what earlier runs on this state left; the caller holds the state's lock. Returns when they are gone. */
export async function endOrphans(stateDir: string): Promise<void> {
  for (const pid of processIds().filter((candidate) => isOrphan(candidate, stateDir))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      continue; // ended meanwhile
    }
    const deadline = performance.now() + GONE_MAX_MS;
    while (environmentOf(pid).size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
