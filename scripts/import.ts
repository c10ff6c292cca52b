/**
 * `npm run import -- --kind patients --file patients.csv`: says what the file would change; with `--apply` it is done. Shows
 * how far it is, then a report. Exit code 1 if a line of the file was refused or is malformed, 2 if it could not be tried or
 * stopped before its end.
 *   --kind providers | schedules | patients | appointments
 *   --file x.csv      or x.json, a FHIR Bundle
 *   --system name     whose ids the file has ("import" if not said): the same name the next time, so that rows are found again
 *   --url http://…    the app, if not the local one; OPENSLOT_TOKEN is then a token of an administrator
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { IMPORT_KINDS } from "../core/exchange/kinds.ts";
import type { FileProblem } from "../core/exchange/read-rows.ts";
import type { ImportLine, ImportReport } from "../core/exchange/report.ts";
import { claimsFor, signToken } from "./local/local-token.ts";
import { readPorts } from "./local/machine.ts";
import { readOrMakeIssuer } from "./local/settings.ts";
import { StartError } from "./local/start-error.ts";

/** 50,000 rows take about half a minute on a laptop; a slow database may take its time. */
const IMPORT_MAX_MS = 15 * 60_000;

interface Wanted {
  readonly kind: string;
  readonly file: string;
  readonly system: string;
  readonly apply: boolean;
  readonly url: string | undefined;
}

function readArguments(): Wanted {
  const { values } = parseArgs({
    options: {
      kind: { type: "string" },
      file: { type: "string" },
      system: { type: "string", default: "import" },
      apply: { type: "boolean", default: false },
      url: { type: "string" },
    },
  });
  const { kind, file, system, apply, url } = values;
  if (kind === undefined || !IMPORT_KINDS.some((one) => one === kind))
    throw new StartError(`Say what the file has: --kind ${IMPORT_KINDS.join(" | ")}`);
  if (file === undefined) throw new StartError("Say which file: --file patients.csv");
  return { kind, file, system, apply, url };
}

async function authorization(url: string | undefined): Promise<string> {
  const token = process.env.OPENSLOT_TOKEN;
  if (token !== undefined) return token;
  if (url !== undefined)
    throw new StartError("With --url, OPENSLOT_TOKEN must be a token of an administrator.");
  return signToken(await readOrMakeIssuer(), claimsFor({ role: "admin", clinics: [] }));
}

async function send({ kind, file, system, apply, url }: Wanted): Promise<Response> {
  const body = await readFile(file).catch(() => {
    throw new StartError(`${file} cannot be read.`);
  });
  const base = url ?? `http://127.0.0.1:${readPorts(process.env).http}`;
  const query = new URLSearchParams({ system, apply: String(apply) });
  return fetch(new URL(`/v1/imports/${kind}?${query}`, base), {
    method: "POST",
    headers: {
      authorization: `Bearer ${await authorization(url)}`,
      "content-type": /\.json$/i.test(file) ? "application/fhir+json" : "text/csv",
    },
    body,
    signal: AbortSignal.timeout(IMPORT_MAX_MS),
  }).catch(() => {
    throw new StartError(`Nobody answers at ${base}: a file is imported through the running app.`);
  });
}

/** On a terminal one line that is written over; else nothing, so that a log keeps the report only. */
function showProgress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} rows${done === of ? "\n" : ""}`);
}

async function readReport(response: Response): Promise<ImportReport> {
  const decoder = new TextDecoder();
  let rest = "";
  let report: ImportReport | undefined;
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      const line: ImportLine = JSON.parse(text);
      if ("report" in line) report = line.report;
      else showProgress(line.progress.done, line.progress.of);
    }
  }
  if (!report) throw new StartError("The answer broke off: send the same file again.");
  return report;
}

function showProblems(problems: readonly FileProblem[], count: number): void {
  if (count === 0) return;
  console.table(problems.map(({ line, column, message }) => ({ line, column: column ?? "", message })));
  if (count > problems.length) console.log(`and ${count - problems.length} more`);
}

/** Returns the exit code. */
function showReport(report: ImportReport): 0 | 1 | 2 {
  const { applied, complete, rows, created, changed, unchanged, refused } = report;
  console.table([{ rows, created, changed, unchanged, refused }]);
  showProblems(report.problems, report.problemCount);
  if (!complete) console.log("It stopped before the end: the app's log says why. Send the same file again.");
  else if (!applied) console.log("Nothing was changed: this is what --apply would do.");
  if (!complete) return 2;
  return refused === 0 ? 0 : 1;
}

try {
  const response = await send(readArguments());
  if (response.ok) {
    process.exitCode = showReport(await readReport(response));
  } else {
    const problem = (await response.json().catch(() => ({}))) as {
      title?: string;
      detail?: string;
      problems?: FileProblem[];
      problemCount?: number;
    };
    console.log([problem.title, problem.detail].filter(Boolean).join(" "));
    showProblems(problem.problems ?? [], problem.problemCount ?? 0);
    process.exitCode = problem.problems ? 1 : 2;
  }
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exitCode = 2;
}
