/** Runs the open-loop generator in a process of its own, on a core of its own where there is one. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinned } from "./cores.ts";
import type { OpenLoopPlan, OpenLoopReport } from "./open-loop.ts";

const GENERATOR = join(import.meta.dirname, "open-loop.ts");
/** Beyond the run itself: start, connections and the longest wait for answers. */
const EXTRA_MAX_MS = 30_000;
/** Tokens live for an hour: the plan is nobody else's business. */
const OWNER_ONLY = 0o600;

/** The report, also of a run that is void: the caller decides what that means. */
export async function openLoopProcess(plan: OpenLoopPlan, core: number | null): Promise<OpenLoopReport> {
  const dir = mkdtempSync(join(tmpdir(), "openslot-load-"));
  try {
    const file = join(dir, "plan.json");
    writeFileSync(file, JSON.stringify(plan), { mode: OWNER_ONLY });
    const [command, ...args] = pinned(core, [process.execPath, GENERATOR, "--plan", file]);
    return await new Promise((resolve, reject) => {
      const timeout = plan.seconds * 1000 + EXTRA_MAX_MS;
      execFile(command as string, args, { timeout }, (error, stdout, stderr) => {
        if (stdout.startsWith("{"))
          resolve(JSON.parse(stdout) as OpenLoopReport); // written by open-loop.ts
        else reject(new Error(`the generator failed: ${stderr}`, { cause: error }));
      });
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
