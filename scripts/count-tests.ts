/**
 * Adds up vitest's JSON reports and prints the closing line of CI: `N passed, N failed`. A report that is missing, a step
 * that failed without a failing test, and a run without tests are failures too.
 * Usage: node scripts/count-tests.ts <failed steps> <report.json>…
 */
import { existsSync, readFileSync } from "node:fs";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTotalTestSuites: number;
}

const [failedSteps = "0", ...paths] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const path of paths) {
  if (!existsSync(path)) {
    console.log(`no report at ${path}`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8")) as Report; // vitest's own format
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
}
if (failed === 0) failed += Number(failedSteps);
if (passed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
