// The booking protocol as a state machine: agenda shards A, calendars C, waitlist W, log consumers, network, clients.
// One handler = one storage transaction = one atomic step. Everything between two handlers may fail.
import { makeAgenda } from "./agenda.mjs";
import { makeCalendar } from "./calendar.mjs";
import { makeInvariants } from "./invariants.mjs";
import { makeSteps } from "./steps.mjs";
import { makeWorld } from "./world.mjs";

export function makeModel(cfg, rules = {}) {
  const world = makeWorld(cfg, rules);
  const agenda = makeAgenda(world);
  const cal = makeCalendar(world);
  const steps = makeSteps(world, agenda, cal);
  return { init: world.init, ...steps, ...makeInvariants(world, steps) };
}
