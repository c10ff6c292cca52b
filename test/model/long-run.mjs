// Hours instead of seconds: every saga scenario under several bounds, what was cut again with more time, then random walks.
import { search, walk } from "./checker.mjs";
import { makeModel } from "./protocol.mjs";
import { bounds, scenarios } from "./scenarios.mjs";

/** Whether a scenario has a saga, a series, a release or a hold in it: what one-calendar scenarios do not reach. */
export const isExtended = (cfg) =>
  Object.values(cfg.cmds).some((c) =>
    ["set", "xmove", "series", "swap", "hold", "extend", "drop"].includes(c.k),
  ) || (cfg.init ?? []).some((a) => a.sc);

/** Prints one line per run and a summary at the end; true if something was violated. */
export function longRun(minutes, wanted) {
  const end = Date.now() + minutes * 60_000;
  const runs = [];
  for (const level of Object.keys(bounds))
    for (const [name, cfg] of Object.entries(scenarios))
      if (isExtended(cfg) && (!wanted || wanted === name))
        runs.push({ name, level, cfg: { ...cfg, ...bounds[level] }, best: null });
  const began = new Date();
  console.log(`${began.toISOString()} ${runs.length} runs, ends at ${new Date(end).toISOString()}`);
  let violations = 0;
  let walks = 0;
  const note = (what, run, r) => {
    if (r.error) violations++;
    const verdict = r.error ? "VIOLATED" : r.complete ? "complete" : "cut";
    const { faults, crashes, replays = 0, each = "own" } = run.cfg;
    const limits = `calls ${each}, lost ${faults}, crashes ${crashes}, replays ${replays}`;
    const counts = `${r.states} ${what}, ${r.edges} steps, depth ${r.depth}, ${r.seconds.toFixed(0)} s`;
    console.log(`${run.name} | ${run.level}: ${limits} | ${counts} | ${verdict} | ${r.witness.join(" · ")}`);
    if (!r.error) return;
    console.log(`   ${r.error.message}`);
    for (const l of r.error.trace) console.log(`   - ${l}`);
    console.log(`   ${r.error.state}`);
  };
  for (let seconds = 20, round = 1; Date.now() < end; seconds *= 3, round++) {
    for (const run of runs) {
      if (run.best?.complete || run.best?.error || Date.now() > end) continue;
      const maxSeconds = Math.min(seconds, (end - Date.now()) / 1000);
      const r = search(makeModel(run.cfg), { maxSeconds, maxStates: 4e6, settleEvery: 100 });
      if (!run.best || r.states >= run.best.states || r.complete || r.error) run.best = r;
      note("states", run, r);
    }
    for (const run of runs) {
      if (run.best?.complete || run.best?.error || Date.now() > end) continue;
      const r = walk(makeModel(run.cfg), {
        maxSeconds: Math.min(seconds / 4, (end - Date.now()) / 1000),
        seed: round * 7919,
      });
      walks += r.states;
      note("walks", run, r);
    }
    if (runs.every((run) => run.best?.complete || run.best?.error)) break;
  }
  const complete = runs.filter((run) => run.best?.complete).length;
  const states = runs.reduce((n, run) => n + (run.best?.states ?? 0), 0);
  const took = ((Date.now() - began.getTime()) / 60_000).toFixed(0);
  console.log(
    `SUMMARY ${runs.length} runs, ${complete} complete, ${runs.length - complete} cut, ${states} states in the longest runs, ${walks} walks, ${violations} violations, ${took} min`,
  );
  return violations > 0;
}
