/** The command for the first administrator, on a database of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPglite } from "../../scripts/local/postgres.ts";

const SCRIPT = join(import.meta.dirname, "../../scripts/first-admin.ts");
/** Each run opens an embedded Postgres: seconds, on a busy machine most of a minute. */
const RUNS_MAX_MS = 240_000;
const dir = mkdtempSync(join(tmpdir(), "openslot-first-admin-"));

function run(...args: string[]) {
  const env: Record<string, string | undefined> = { ...process.env, OPENSLOT_DIR: dir };
  delete env.DATABASE_URL; // a server of somebody's own is not for this
  const done = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: "utf8",
    env: env as NodeJS.ProcessEnv, // its type says what the Workers are given, not what a script needs
  });
  return [done.status, done.stdout, done.stderr.trim()];
}

beforeAll(async () => {
  const postgres = await openPglite(join(dir, "pg"));
  await postgres.close();
}, RUNS_MAX_MS);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("npm run first-admin", { timeout: RUNS_MAX_MS }, () => {
  it("[ID18] prints the link once, and then says that there is an administrator", () => {
    const ada = ["--email", "Ada@Clinic.example", "--name", "Ada Adler"];
    const [status, printed] = run(...ada, "--site", "https://book.example.org");
    expect(status).toBe(0);
    expect(printed).toMatch(/\nhttps:\/\/book\.example\.org\/auth\/invitation\?token=[\w-]{43}\n$/);
    expect(run(...ada)).toEqual([1, "", "There is an administrator already. They invite everybody else."]);
  });

  it("[ID18] refuses what it cannot use with a sentence", () => {
    const wrong: [string[], RegExp][] = [
      [[], /--email must be an e-mail address; --name must not be empty\./],
      [
        ["--email", "ada@clinic.example", "--name", "Ada", "--site", "https://x.example/path"],
        /--site must be an origin/,
      ],
      [["--mail", "x"], /Unknown option/],
    ];
    for (const [args, sentence] of wrong) {
      const [status, printed, said] = run(...args);
      expect([status, printed]).toEqual([2, ""]);
      expect(said).toMatch(sentence);
    }
  });
});
