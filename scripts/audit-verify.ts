/**
 * `npm run audit:verify`: whether the audit in Postgres is what was written. Has the end of every chain signed now, reads every row
 * in its order, and compares. Prints one verdict; exit code 1 with the first place of each chain that is wrong, 2 if it cannot
 * be found out.
 *   --url http://…        the app, if not the local one; OPENSLOT_TOKEN is then a token of the role admin or service
 *   --checkpoints x.json  without the app: what --save wrote earlier. Entries since then are only known to be whole in themselves
 *   --save x.json         keeps what the witness signed
 * Postgres is that of DATABASE_URL, else the local one. What it proves, and what not: docs/design/audit.md
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AuditApp, askApp, checkAudit, type Signed } from "./local/audit-check.ts";
import { Closing } from "./local/closing.ts";
import { claimsFor, signToken } from "./local/local-token.ts";
import { readPorts } from "./local/machine.ts";
import { openRecord } from "./local/open-record.ts";
import { readOrMakeIssuer } from "./local/settings.ts";
import { StartError } from "./local/start-error.ts";

async function openApp(url: string | undefined): Promise<AuditApp> {
  const token = process.env.OPENSLOT_TOKEN;
  if (url !== undefined && token === undefined)
    throw new StartError("With --url, OPENSLOT_TOKEN must be a token of the role admin or service.");
  const ours = async () => signToken(await readOrMakeIssuer(), claimsFor({ role: "service", clinics: [] }));
  return new AuditApp(
    askApp(url ?? `http://127.0.0.1:${readPorts(process.env).http}`, token ?? (await ours())),
  );
}

const closing = new Closing();
closing.listen();
try {
  const { values } = parseArgs({
    options: { url: { type: "string" }, checkpoints: { type: "string" }, save: { type: "string" } },
  });
  const db = await openRecord(process.env, closing);
  const { checkpoints, save } = values;
  const isWhole = await checkAudit({
    db,
    app: checkpoints === undefined ? await openApp(values.url) : null,
    saved: checkpoints === undefined ? null : (JSON.parse(readFileSync(checkpoints, "utf8")) as Signed), // as --save wrote it
    onSigned: (signed) => save !== undefined && writeFileSync(save, `${JSON.stringify(signed)}\n`),
    say: (line) => console.log(line),
  });
  await closing.end(isWhole ? 0 : 1);
} catch (error) {
  // No more than a code: what Postgres says can hold a row.
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: string };
  console.error(
    error instanceof StartError
      ? error.message
      : `The audit cannot be verified (${code ?? "nobody answers"}).`,
  );
  await closing.end(2);
}
