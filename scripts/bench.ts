/**
 * `npm run bench`: what a request costs. Objects in memory, one bare workerd with the three Workers, Postgres in a
 * process of its own; CPU per request in a closed loop, latency in an open loop from the intended time.
 *   --quick          two short rounds, about a minute and a half in all
 *   --seconds 10     of each open loop; 0 leaves them out
 *   --rate 200       open-loop requests a second; bookings come at half of it
 *   --only TEXT      the cases whose name has TEXT in it
 *   --json FILE      the figures, for comparing runs
 *   --profile DIR    no figures: where the CPU time of each case goes, by `perf` (Linux)
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BareSystem, startBareSystem } from "./load/bare-system.ts";
import { SPOILED_MAX } from "./load/bench-bursts.ts";
import { type BenchCase, benchCases, emptyCase, RIVALS, WARM_UP } from "./load/bench-cases.ts";
import { lookAtMachine, type Machine, wallClockVoids } from "./load/bench-machine.ts";
import { type BenchPlan, type CaseResult, measure, ROUNDS_MIN, segment } from "./load/bench-run.ts";
import { BenchWorld, PROVIDERS } from "./load/bench-world.ts";
import { chooseCores, pinThisProcess } from "./load/cores.ts";
import { type FunctionShare, profiled } from "./load/profiler.ts";
import { Closing } from "./local/closing.ts";
import { StartError } from "./local/start-error.ts";

/** An empty answer costs so little that it takes many of them to be measured. */
const EMPTY_COUNT = 5_000;
const QUICK = { rounds: ROUNDS_MIN, seconds: 2, reads: 1_500, bookings: 300, bursts: 96 };
const FULL = { rounds: 5, seconds: 10, reads: 4_000, bookings: 400, bursts: 48 };
/** Above this the open loops would need more patients than the edge remembers tokens of. */
const RATE_MAX = 400;
/** What a profile prints of each case; the files hold all of it. */
const PROFILE_LINES = 40;
const PROFILE_SHARE_MIN = 0.01;

interface Flags extends BenchPlan {
  readonly rate: number;
  readonly reads: number;
  readonly bookings: number;
  readonly bursts: number;
  readonly only: string;
  readonly json: string | undefined;
  readonly profile: string | undefined;
}

function readFlags(): Omit<Flags, "generatorCore"> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      rate: { type: "string", default: "200" },
      only: { type: "string", default: "" },
      json: { type: "string" },
      profile: { type: "string" },
    },
  });
  const size = values.quick ? QUICK : FULL;
  const rate = Number(values.rate);
  const seconds = Number(values.seconds ?? size.seconds);
  if (!(rate >= 2 && rate <= RATE_MAX)) throw new StartError(`--rate must be 2 to ${RATE_MAX}`);
  if (!(seconds >= 0)) throw new StartError("--seconds must be a number of seconds");
  return { ...size, rate, seconds, only: values.only, json: values.json, profile: values.profile };
}

const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits);

function table(results: readonly CaseResult[]): string {
  const header = ["", "CPU µs", "× empty", "closed/s", "open/s", "p50 ms", "p99 ms", "late %", "errors", ""];
  const rows = results.map(({ name, cpuMicros, timesEmpty, closedRate, openLoop, void: isVoid }) => [
    name,
    fixed(cpuMicros, 0),
    fixed(timesEmpty, 1),
    fixed(closedRate, 0),
    fixed(openLoop?.achievedRate, 0),
    fixed(openLoop?.p50, 1),
    fixed(openLoop?.p99, 1),
    fixed(openLoop ? openLoop.lateShare * 100 : undefined, 1),
    String(openLoop?.errors ?? "-"),
    isVoid ? `void: ${isVoid}` : "",
  ]);
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === 9 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  return [header, ...rows].map((row) => line(row).trimEnd()).join("\n");
}

function print(machine: Machine, results: readonly CaseResult[], voids: readonly string[]): void {
  console.log(`\n${machine.cores} cores (${machine.model}), load before ${machine.loadBefore.toFixed(2)},`);
  console.log(`objects on ${machine.storage}, fsync p50 of the disk ${machine.fsyncP50Ms.toFixed(2)} ms,`);
  console.log(`${PROVIDERS} calendars; CPU is user and system time of the whole workerd process.\n`);
  console.log(table(results));
  console.log(
    voids.length === 0
      ? "\nWall-clock figures may be quoted."
      : `\nVoid: closed/s, p50 and p99 (${voids.join("; ")}).\nCPU µs and × empty hold.`,
  );
}

/** Where one case's time goes, longest first. CPU of a readable build under a profiler: shares, not figures. */
function printProfile(name: string, shares: readonly FunctionShare[]): void {
  console.log(`\n${name}`);
  for (const [where, list] of Map.groupBy(shares, (found) => found.where)) {
    const sum = list.reduce((total, { share }) => total + share, 0);
    if (sum >= PROFILE_SHARE_MIN) console.log(`${percent(sum)}  ${where}`);
  }
  for (const { share, where, name: called } of shares.slice(0, PROFILE_LINES))
    console.log(`${percent(share)}    ${where}  ${called}`);
}

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;

async function profileAll(system: BareSystem, cases: readonly BenchCase[], dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  for (const benchCase of cases) {
    await segment(system, benchCase); // code is compiled here
    const file = join(dir, `${benchCase.name.replace(/[^a-z0-9]+/gi, "-")}.perf`);
    const work = async (): Promise<void> => void (await segment(system, benchCase));
    printProfile(benchCase.name, await profiled(system.workerd.pid, file, work));
  }
}

async function measureAll(
  system: BareSystem,
  machine: Machine,
  cases: readonly BenchCase[],
  flags: Flags,
): Promise<void> {
  const plan = { rounds: flags.rounds, seconds: flags.seconds, generatorCore: flags.generatorCore };
  const results = await measure(system, emptyCase(system, EMPTY_COUNT, flags.rate), cases, plan);
  const voids = wallClockVoids(machine, results[0]?.closedRate ?? 0);
  print(machine, results, voids);
  const figures = {
    at: new Date().toISOString(),
    machine,
    plan,
    rate: flags.rate,
    wallClockVoid: voids,
    results,
  };
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(figures, null, 2)}\n`);
}

const machine = lookAtMachine();
const closing = new Closing();
closing.listen();
try {
  const cores = chooseCores();
  const flags = { ...readFlags(), generatorCore: cores.generator };
  const startedAt = performance.now();
  const profile = flags.profile !== undefined;
  const system = await startBareSystem({ storage: "tmpfs", core: cores.server, profile });
  closing.add("the system", system.stop);
  pinThisProcess(cores.generator);
  // One round more than is measured: the first one warms up.
  const bookings = (1 + flags.rounds) * flags.bookings + Math.round((flags.rate / 2) * flags.seconds);
  const inBursts = (1 + flags.rounds) * flags.bursts * (1 + SPOILED_MAX);
  const world = await BenchWorld.make(system, bookings + inBursts + PROVIDERS + RIVALS + WARM_UP);
  const cases = (await benchCases(world, flags)).filter(({ name }) => name.includes(flags.only));
  if (cases.length === 0) throw new StartError(`no case has "${flags.only}" in its name`);
  if (flags.profile === undefined) await measureAll(system, machine, cases, flags);
  else await profileAll(system, cases, flags.profile);
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s in all.`);
  await closing.end(0);
} catch (error) {
  await closing.fail(error);
}
