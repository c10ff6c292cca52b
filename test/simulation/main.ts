/**
 * `npm run simulate -- [--commands 20000] [--seed 1] [--calendars 3] [--patients 30]`: drives the real command classes
 * through a history with faults, every invariant checked at every commit. Prints the seed, so that a failure can be had again.
 */
import { parseArgs } from "node:util";
import { HARSH, walk } from "./random-walk.ts";
import { InvariantBroken } from "./world.ts";

const USAGE = "npm run simulate -- [--commands 20000] [--seed 1] [--calendars 3] [--patients 30]";

function asked() {
  try {
    return parseArgs({
      options: {
        commands: { type: "string", default: "20000" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        calendars: { type: "string", default: "3" },
        patients: { type: "string", default: "30" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.log(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const values = asked();
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const seed = Number(values.seed);
const commands = Number(values.commands);
// The agenda reports every simulated silence; here they are counted instead.
console.error = () => undefined;
const startedAt = Date.now();
try {
  const outcome = await walk(
    { seed, commands, calendars: Number(values.calendars), patients: Number(values.patients), faults: HARSH },
    (done) => {
      if (process.stdout.isTTY && done % 500 === 0) process.stdout.write(`\r${done} of ${commands} commands`);
    },
  );
  const seconds = (Date.now() - startedAt) / 1_000;
  if (process.stdout.isTTY) process.stdout.write("\r");
  console.log(
    `seed ${seed}: ${commands} commands in ${seconds.toFixed(1)} s, ${outcome.commits} commits checked`,
  );
  console.log(
    `accepted ${outcome.accepted}, held ${outcome.held} (${outcome.converted} booked), refused ${outcome.refused}, series ${outcome.series} and ${outcome.together} at several calendars, no answer at first ${outcome.unknown}, trace ${outcome.trace}`,
  );
  console.log("no invariant broken");
} catch (error) {
  if (!(error instanceof InvariantBroken)) throw error;
  console.log(`seed ${seed}: ${error.message}`);
  console.log(`again: npm run simulate -- --seed ${seed} --commands ${commands}`);
  process.exitCode = 1;
}
