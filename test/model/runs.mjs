// What the test suite asks of the model.
import { search } from "./checker.mjs";
import { makeModel } from "./protocol.mjs";
import { bounds, breaks, scenarios } from "./scenarios.mjs";

export const scenarioNames = Object.keys(scenarios);
export const removals = Object.keys(breaks);

export const runScenario = (name, level, limits) =>
  search(makeModel({ ...scenarios[name], ...bounds[level] }), limits);

export function runWithout(rule, limits) {
  const [scenario, more] = breaks[rule];
  return search(makeModel({ ...scenarios[scenario], ...more }, { [rule]: true }), limits);
}
