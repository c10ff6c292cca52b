/**
 * Adds up vitest's JSON reports, names what failed, and prints the closing line of CI: `N passed, N failed`. A report that
 * is missing, a step that failed without a failing test, and a run without tests are failures too.
 * Usage: node scripts/count-tests.ts <failed steps> <report.json>…
 */
import { existsSync, readFileSync } from "node:fs";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Of a file that could not be run at all. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** Enough to see an assertion and where it stands; CI keeps the end of what it prints. */
const MESSAGE_CHARACTERS_MAX = 800;
const FAILURES_PRINTED_MAX = 20;

function* failuresOf({ testResults }: Report): Iterable<string> {
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((one) => one.status === "failed");
    for (const one of failed)
      yield `${name}\n  ${one.fullName}\n  ${(one.failureMessages ?? []).join("\n  ").slice(0, MESSAGE_CHARACTERS_MAX)}`;
    if (status === "failed" && failed.length === 0)
      yield `${name}\n  ${(message ?? "could not be run").slice(0, MESSAGE_CHARACTERS_MAX)}`;
  }
}

const [failedSteps = "0", ...paths] = process.argv.slice(2);
const failures: string[] = [];
let passed = 0;
let failed = 0;
let skipped = 0;
for (const path of paths) {
  if (!existsSync(path)) {
    failures.push(`no report at ${path}`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8")) as Report; // vitest's own format
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
  failures.push(...failuresOf(report));
}
for (const failure of failures.slice(0, FAILURES_PRINTED_MAX)) console.log(`── failed: ${failure}`);
if (failed === 0) failed += Number(failedSteps);
if (passed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
