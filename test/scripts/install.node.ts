/** The step before everything: its sentences, and when it does nothing. The installation itself is npm's. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const INSTALL = join(import.meta.dirname, "../../scripts/install.mjs");
const LOCK = {
  packages: {
    "": {},
    "node_modules/a": { version: "1.0.0" },
    "node_modules/mac": { version: "1.0.0", optional: true },
  },
};

let root: string;
/** An `npm` of ours, first on PATH, that does what `npm ci` would do to our two packages. */
let npmDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "openslot-install-"));
  npmDir = join(root, "npm");
  mkdirSync(npmDir);
  writeFileSync(
    join(npmDir, "npm"),
    `#!/bin/sh\necho "npm $*"; mkdir -p node_modules/.bin; ln -sf "${process.execPath}" node_modules/.bin/node; cp lock-of-npm node_modules/.package-lock.json\n`,
  );
  chmodSync(join(npmDir, "npm"), 0o755);
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(LOCK));
  writeFileSync(
    join(root, "lock-of-npm"),
    JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }),
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(args: readonly string[] = [], env: Record<string, string> = {}) {
  const PATH = `${npmDir}${delimiter}${process.env.PATH}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [INSTALL, ...args], {
    encoding: "utf8",
    env: { ...process.env, PATH, OPENSLOT_INSTALL_ROOT: root, ...env },
  });
  return { status, stdout, stderr };
}

describe("install.mjs", () => {
  it("[U10] says in one sentence that Node is too old", () => {
    const sentence =
      "Openslot needs Node 20 or newer; this is Node 18.19.1. Get one from https://nodejs.org.\n";
    expect(run([], { OPENSLOT_PRETEND_NODE: "18.19.1" })).toEqual({
      status: 1,
      stdout: "",
      stderr: sentence,
    });
    expect(run([], { OPENSLOT_PRETEND_NODE: "8.0.0" }).status).toBe(1);
  });

  it("[U10] asks for a newer Node where none comes with the installation", () => {
    expect(run().status).toBe(0);
    rmSync(join(root, "node_modules/.bin/node"));
    const { status, stderr } = run(["--quiet"], { OPENSLOT_PRETEND_NODE: "22.17.0" });
    expect([status, stderr.trim().split("\n").length]).toEqual([1, 1]);
    expect(stderr).toContain("needs Node 22.18 or newer");
    expect(run(["--quiet"], { OPENSLOT_PRETEND_NODE: "22.18.0" }).status).toBe(0);
  });

  it("[U11] installs once, says so before, and is quiet when there is nothing to do", () => {
    const first = run();
    expect(first.status).toBe(0);
    expect(first.stderr).toMatch(
      /^Installing the packages .*\nnpm ci --no-audit --no-fund --loglevel=error\n$/,
    );
    expect(run()).toEqual({ status: 0, stdout: "", stderr: "Everything is installed.\n" });
    expect(run(["--quiet"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("[U11] installs again when the lockfile changed", () => {
    run();
    writeFileSync(
      join(root, "package-lock.json"),
      JSON.stringify({ packages: { "node_modules/a": { version: "2.0.0" } } }),
    );
    writeFileSync(
      join(root, "lock-of-npm"),
      JSON.stringify({ packages: { "node_modules/a": { version: "2.0.0" } } }),
    );
    expect(run(["--quiet"]).stderr).toContain("npm ci");
    expect(run(["--quiet"]).stderr).toBe("");
  });

  it("[U11] accepts what somebody installed by hand, packages for other machines left out", () => {
    mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
    writeFileSync(join(root, "node_modules/.bin/node"), "");
    writeFileSync(join(root, "node_modules/.package-lock.json"), readFileSync(join(root, "lock-of-npm")));
    expect(run(["--quiet"])).toEqual({ status: 0, stdout: "", stderr: "" });
    writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: {} }));
    rmSync(join(root, "node_modules/.openslot-lock-hash"));
    expect(run(["--quiet"]).stderr).toContain("npm ci");
  });

  it("[U11] a failing npm ci is a sentence, and is tried again the next time", () => {
    writeFileSync(join(npmDir, "npm"), "#!/bin/sh\nexit 7\n");
    const { status, stderr } = run();
    expect([status, stderr.trim().split("\n").length]).toEqual([1, 2]);
    expect(existsSync(join(root, "node_modules/.openslot-lock-hash"))).toBe(false);
  });

  it("[U12] --run runs a script with its arguments and gives back its exit code", () => {
    writeFileSync(
      join(root, "hello.ts"),
      'const name: string = process.argv[2] ?? ""; console.log("hello " + name); process.exitCode = 5;',
    );
    run();
    expect(run(["--run", "hello.ts", "you"])).toEqual({ status: 5, stdout: "hello you\n", stderr: "" });
  });
});
