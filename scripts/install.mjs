/**
 * The step before everything else: plain JavaScript, no dependencies, Node 20. Installs what the lockfile says when that
 * is not there yet, or says in one sentence what this machine is missing. Then:
 *   --run <script> [arguments]   runs one of our TypeScript scripts on the Node that comes with the installation
 *   --quiet                      says nothing when there is nothing to do
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_MIN = [20, 0];
/** Runs TypeScript without a flag; needed only where no Node comes with the installation (macOS, Windows). */
const NODE_MIN_WITHOUT_OURS = [22, 18];
/** node_modules takes 0.7 GB, npm's cache and our own data the rest. */
const DISK_MIN_BYTES = 1.5e9;

const root = process.env.OPENSLOT_INSTALL_ROOT ?? join(dirname(fileURLToPath(import.meta.url)), ".."); // tests: elsewhere
const modules = join(root, "node_modules");
const stampPath = join(modules, ".openslot-lock-hash");
const ourNode = join(modules, ".bin", "node");

/** `OPENSLOT_PRETEND_NODE` is for the tests: the sentences for machines that they do not run on. */
const nodeVersion = process.env.OPENSLOT_PRETEND_NODE ?? process.versions.node;

function isOlder(version, [major, minor]) {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

/** Ends with one sentence. */
function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

/** npm's own record of what it installed agrees with the lockfile; packages for other machines may be missing. */
function agreesWithLock() {
  const record = join(modules, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(root, "package-lock.json")).packages).every(
    ([path, wanted]) =>
      path === "" ||
      (installed[path] ? installed[path].version === wanted.version : wanted.optional === true),
  );
}

function isInstalled() {
  if (!existsSync(modules)) return false;
  if (existsSync(stampPath) && readFileSync(stampPath, "utf8") === lockHash()) return true;
  if (!agreesWithLock()) return false;
  writeFileSync(stampPath, lockHash()); // somebody ran npm by hand, and rightly
  return true;
}

/** Without our own Node in front: npm must not run on the one that it is about to replace. */
function withoutOurNode(path) {
  return path
    .split(delimiter)
    .filter((part) => part !== dirname(ourNode))
    .join(delimiter);
}

function install() {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < DISK_MIN_BYTES) {
    stop(
      `Openslot needs 1.5 GB of free disk to install; ${((bavail * bsize) / 1e9).toFixed(1)} GB are free here.`,
    );
  }
  console.error(
    "Installing the packages of package-lock.json into node_modules (0.7 GB, about a minute) ...",
  );
  // Without npm's warnings: on Node 20 it doubts packages that run on the Node that it is about to install.
  const env = { ...process.env, PATH: withoutOurNode(process.env.PATH ?? "") };
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2], // stdout stays ours: a script that prints one value keeps printing only that
    env,
    shell: process.platform === "win32",
  });
  if (status !== 0) stop("npm ci failed (its message is above); run npm start again when that is solved.");
  writeFileSync(stampPath, lockHash());
}

/** In this process if it can run TypeScript, else in our own Node, which gets our signals and gives us its exit code. */
async function run([script, ...args]) {
  const path = join(root, script);
  if (!isOlder(process.versions.node, NODE_MIN_WITHOUT_OURS)) {
    process.argv = [process.argv[0], path, ...args];
    await import(pathToFileURL(path).href);
    return;
  }
  const child = spawn(ourNode, [path, ...args], { stdio: "inherit", env: { ...process.env } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}

const flags = process.argv.slice(2);
const runAt = flags.indexOf("--run");
const isQuiet = flags.includes("--quiet") || runAt !== -1;

if (isOlder(nodeVersion, NODE_MIN)) {
  stop(`Openslot needs Node 20 or newer; this is Node ${nodeVersion}. Get one from https://nodejs.org.`);
}
const wasInstalled = isInstalled();
if (!wasInstalled) install();
else if (!isQuiet) console.error("Everything is installed.");
if (!existsSync(ourNode) && isOlder(nodeVersion, NODE_MIN_WITHOUT_OURS)) {
  stop(
    `On this system Openslot needs Node ${NODE_MIN_WITHOUT_OURS.join(".")} or newer (on Linux it brings its own); this is Node ${nodeVersion}. Get one from https://nodejs.org.`,
  );
}
if (runAt !== -1) await run(flags.slice(runAt + 1));
