// Command line of the model; see README.md.
import { search, walk } from "./checker.mjs";
import { longRun } from "./long-run.mjs";
import { makeModel } from "./protocol.mjs";
import { argued, breaks, scenarios } from "./scenarios.mjs";

const args = process.argv.slice(2);
function flag(name, otherwise) {
  const given = args.find((x) => x.startsWith(`--${name}=`));
  return given ? given.slice(name.length + 3) : otherwise;
}
const limits = {
  maxSeconds: Number(flag("seconds", 60)),
  maxStates: Number(flag("states", 3e6)),
  settleEvery: Number(flag("settle", 40)),
};
const wanted = flag(
  "scenario",
  args.find((a) => !a.startsWith("--")),
);
const more = JSON.parse(flag("with", "{}"));

function report(name, r) {
  const end = r.error ? "VIOLATED" : r.complete ? "clean, complete" : "clean so far, cut";
  const counts = `${String(r.states).padStart(9)} states ${String(r.edges).padStart(10)} steps  depth ${String(r.depth).padStart(3)}`;
  console.log(`${name.padEnd(36)} ${end.padEnd(18)} ${counts}  ${r.seconds.toFixed(1)} s`);
  if (args.includes("--answers")) console.log(`   ${r.witness.join(" · ")}`);
  if (!r.error) return;
  console.log(`   ${r.error.message}`);
  for (const l of r.error.trace) console.log(`   - ${l}`);
  if (args.includes("--state")) console.log(r.error.state);
}
function removals() {
  const one = flag("break");
  const rules = one ? { ...breaks, ...argued } : args.includes("--argued") ? argued : breaks;
  let failed = false;
  for (const [rule, [scenario, bounds]] of Object.entries(rules)) {
    if (one && one !== rule) continue;
    const name = wanted ?? scenario;
    const r = search(makeModel({ ...scenarios[name], ...bounds, ...more }, { [rule]: true }), limits);
    report(`without ${rule} [${name}]`, r);
    if (!r.error) failed = true;
  }
  return failed;
}
function checks() {
  let failed = false;
  for (const [name, cfg] of Object.entries(scenarios)) {
    if (wanted && wanted !== name) continue;
    const model = makeModel({ ...cfg, ...more });
    const r = args.includes("--walk")
      ? walk(model, { ...limits, seed: Number(flag("seed", 1)) })
      : search(model, limits);
    report(name, r);
    if (r.error) failed = true;
  }
  return failed;
}
const minutes = Number(flag("minutes", 0));
if (minutes > 0) process.exitCode = longRun(minutes, wanted) ? 1 : 0;
else
  process.exitCode = (
    args.includes("--breaks") || args.includes("--argued") || flag("break")
      ? removals()
      : checks()
  )
    ? 1
    : 0;
