/**
 * Prints one token of the local issuer and nothing else: npm run -s token -- --role staff --clinic loc_…
 * A flag that cannot be: one sentence on stderr, exit code 2.
 */
import { parseArgs } from "node:util";
import { claimsFor, signToken, type TokenWish } from "./local/local-token.ts";
import { readOrMakeIssuer } from "./local/settings.ts";

function readWish(args: readonly string[]): TokenWish {
  const { values } = parseArgs({
    args: [...args],
    options: { role: { type: "string" }, id: { type: "string" }, clinic: { type: "string", multiple: true } },
  });
  return { role: values.role ?? "", id: values.id, clinics: values.clinic ?? [] };
}

try {
  const claims = claimsFor(readWish(process.argv.slice(2)));
  console.log(await signToken(await readOrMakeIssuer(), claims));
} catch (error) {
  console.error((error as Error).message.split("\n")[0]);
  process.exitCode = 2;
}
