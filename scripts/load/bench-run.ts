/** Measures: CPU per request in a closed loop, interleaved with the empty route; latency in an open loop. */
import type { BareSystem } from "./bare-system.ts";
import type { BenchCase, Segment } from "./bench-cases.ts";
import { isVoid, type OpenLoopReport } from "./open-loop.ts";
import { openLoopProcess } from "./open-loop-process.ts";
import { median } from "./percentiles.ts";
import { closedLoop, encodeRequest } from "./raw-http.ts";

/** Enough to keep one thread busy; more would only queue. */
const CLOSED_CONNECTIONS = 8;
/** Two of each even in the shortest run: A-B-A-B. */
export const ROUNDS_MIN = 2;
/** Few enough that opening them is no load of its own. */
const OPEN_CONNECTIONS = 32;

export interface CaseResult {
  readonly name: string;
  /** Median over the rounds, of the whole workerd process. */
  readonly cpuMicros: number;
  /** Median of the ratios to the empty segment right before. */
  readonly timesEmpty: number;
  readonly perRound: readonly number[];
  readonly closedRate: number;
  readonly requests: number;
  readonly openLoop: OpenLoopReport | null;
  /** Why the latencies of this row mean nothing; null = they may be quoted if the machine allows it. */
  readonly void: string | null;
}

export async function segment(system: BareSystem, benchCase: BenchCase): Promise<Segment> {
  if (benchCase.segment) return benchCase.segment();
  const requests = benchCase.take(benchCase.count);
  await benchCase.prepare(requests);
  const bytes = requests.map((request) => encodeRequest(request, benchCase.port));
  const cpuBefore = system.workerd.cpuMicros();
  const startedAt = performance.now();
  const statuses = await closedLoop(benchCase.port, bytes, CLOSED_CONNECTIONS);
  const rate = benchCase.count / ((performance.now() - startedAt) / 1000);
  await benchCase.settle();
  const cpuMicros = (system.workerd.cpuMicros() - cpuBefore) / benchCase.count;
  if (statuses.get(benchCase.status) !== benchCase.count)
    throw new Error(`${benchCase.name}: wanted ${benchCase.status}, got ${JSON.stringify([...statuses])}`);
  return { cpuMicros, rate };
}

interface Rounds {
  readonly own: readonly Segment[];
  readonly empty: readonly Segment[];
}

/**
 * A-B-A-B: what the neighbours do to one of the two they do to the other. A round before the first one is thrown away:
 * code is compiled in it, and objects are touched for the first time.
 */
async function interleaved(
  system: BareSystem,
  empty: BenchCase,
  cases: readonly BenchCase[],
  rounds: number,
): Promise<Map<BenchCase, Rounds>> {
  const all = new Map(
    cases.map((benchCase) => [benchCase, { own: [] as Segment[], empty: [] as Segment[] }]),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const [benchCase, results] of all) {
      const beside = await segment(system, empty);
      const own = await segment(system, benchCase);
      if (round === 0) continue;
      results.empty.push(beside);
      results.own.push(own);
    }
  }
  return all;
}

async function latency(benchCase: BenchCase, seconds: number, core: number | null): Promise<OpenLoopReport> {
  const requests = benchCase.take(Math.round(benchCase.rate * seconds));
  await benchCase.prepare(requests);
  const { port, rate } = benchCase;
  const report = await openLoopProcess(
    { port, requests, rate, seconds, connections: OPEN_CONNECTIONS },
    core,
  );
  await benchCase.settle();
  return report;
}

function whyVoid(report: OpenLoopReport, benchCase: BenchCase): string | null {
  if (isVoid(report)) return `${(report.lateShare * 100).toFixed(1)} % sent late`;
  const right = report.statuses[benchCase.status] ?? 0;
  return right === report.n ? null : `${report.n - right} answers were not ${benchCase.status}`;
}

/** What a busy machine left of the rounds. */
const known = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));

export interface BenchPlan {
  readonly rounds: number;
  /** Of each open loop; 0 = none. */
  readonly seconds: number;
  readonly generatorCore: number | null;
}

export async function measure(
  system: BareSystem,
  empty: BenchCase,
  cases: readonly BenchCase[],
  plan: BenchPlan,
): Promise<CaseResult[]> {
  const rounds = await interleaved(system, empty, cases, plan.rounds);
  const emptySegments = [...rounds.values()].flatMap((results) => results.empty);
  rounds.set(empty, { own: emptySegments, empty: emptySegments });
  const results: CaseResult[] = [];
  for (const benchCase of [empty, ...cases]) {
    const { own, empty: beside } = rounds.get(benchCase) as Rounds; // every case has its rounds
    const openLoop =
      plan.seconds > 0 && !benchCase.segment
        ? await latency(benchCase, plan.seconds, plan.generatorCore)
        : null;
    results.push({
      name: benchCase.name,
      cpuMicros: median(known(own.map((s) => s.cpuMicros))),
      timesEmpty: median(known(own.map((s, i) => s.cpuMicros / (beside[i] as Segment).cpuMicros))),
      perRound: own.map((s) => s.cpuMicros),
      closedRate: median(known(own.map((s) => s.rate))),
      requests: own.length * benchCase.count,
      openLoop,
      void: openLoop && whyVoid(openLoop, benchCase),
    });
  }
  return results;
}
