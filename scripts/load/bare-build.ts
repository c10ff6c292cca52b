/**
 * The three Workers as single files for bare workerd, built by wrangler exactly as a deployment would build them, plus
 * what their wrangler.toml says about bindings. A tree that did not change is not built again.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../local/paths.ts";
import { BUILDS_DIR } from "./bare-paths.ts";

/** In the order of deployment; the first one answers HTTP. */
const CONFIGS = ["wrangler.toml", "workers/identity/wrangler.toml", "workers/events/wrangler.toml"];
/** What a bundle is made of. */
const SOURCES = ["core", "db", "durable-objects", "web", "workers", ...CONFIGS, "package-lock.json"];
/** Our own parts of a build. */
const TOOLS = ["bare-build.ts", "bare-stubs.ts", "bare-rate-limit.ts"].map((name) =>
  join("scripts", "load", name),
);
/** Old builds are deleted only when no run of a moment ago can still start from them. */
const BUILD_LIFE_MS = 60 * 60 * 1000;
/** Wrangler takes three seconds a Worker; a machine under load ten times that. */
const WRANGLER_MAX_MS = 60_000;

interface BoundService {
  readonly binding: string;
  readonly service: string;
  /** A named class of it; without one, its default. */
  readonly entrypoint?: string;
}

/** One Worker as its wrangler.toml describes it; only what bare workerd has to be told. */
export interface BuiltWorker {
  readonly name: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Object classes this Worker hosts. */
  readonly classes: readonly string[];
  readonly objects: readonly {
    readonly binding: string;
    readonly className: string;
    /** The Worker that hosts it, if another one. */
    readonly host: string | null;
  }[];
  readonly services: readonly BoundService[];
  readonly rateLimits: readonly string[];
  readonly queues: readonly string[];
  readonly assets: string | null;
}

export interface BareBuild {
  /** Holds `<worker>.js` for each Worker, `stubs.js` and `rate-limit.js`. */
  readonly dir: string;
  readonly workers: readonly BuiltWorker[];
}

function filesUnder(path: string): string[] {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".")) // not .dev.vars: settings are given at the start
    .map((entry) => join(entry.parentPath, entry.name));
}

function treeHash(): string {
  const hash = createHash("sha256");
  for (const file of [...SOURCES, ...TOOLS].flatMap(filesUnder).toSorted())
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 20);
}

/** The part of wrangler's configuration that we read; its own type comes to us as `any`. */
interface WranglerConfig {
  readonly name?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags: readonly string[];
  readonly migrations: readonly { readonly new_sqlite_classes?: readonly string[] }[];
  readonly durable_objects: {
    readonly bindings: readonly {
      readonly name: string;
      readonly class_name: string;
      readonly script_name?: string;
    }[];
  };
  readonly services?: readonly BoundService[];
  readonly ratelimits?: readonly { readonly name: string }[];
  readonly queues: { readonly producers?: readonly { readonly binding: string }[] };
  readonly assets?: { readonly binding?: string };
}

/** Reads what wrangler itself understands, so that a new binding cannot be forgotten here in silence. */
async function describe(configPath: string): Promise<BuiltWorker> {
  const { unstable_readConfig } = await import("wrangler");
  const config: WranglerConfig = unstable_readConfig(
    { config: join(ROOT, configPath) },
    { hideWarnings: true },
  );
  return {
    name: config.name ?? "",
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    classes: config.migrations.flatMap((migration) => migration.new_sqlite_classes ?? []),
    objects: config.durable_objects.bindings.map(({ name, class_name, script_name }) => ({
      binding: name,
      className: class_name,
      host: script_name ?? null,
    })),
    services: (config.services ?? []).map(({ binding, service, entrypoint }) =>
      entrypoint === undefined ? { binding, service } : { binding, service, entrypoint },
    ),
    rateLimits: (config.ratelimits ?? []).map(({ name }) => name),
    queues: (config.queues.producers ?? []).map(({ binding }) => binding),
    assets: config.assets?.binding ?? null,
  };
}

async function bundle(
  configPath: string,
  worker: BuiltWorker,
  into: string,
  readable: boolean,
): Promise<void> {
  const out = join(into, `${worker.name}.out`);
  const assets = join(into, "no-assets"); // wrangler wants the folder to exist; nothing here serves files
  mkdirSync(assets, { recursive: true });
  const minify = readable ? [] : ["--minify"];
  const args = ["deploy", "--dry-run", "-c", join(ROOT, configPath), ...minify, "--outdir", out];
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
  await promisify(execFile)(
    process.execPath,
    [wrangler, ...args, ...(worker.assets ? ["--assets", assets] : [])],
    { cwd: ROOT, env, timeout: WRANGLER_MAX_MS },
  );
  renameSync(join(out, "index.js"), join(into, `${worker.name}.js`));
  rmSync(out, { recursive: true });
}

function strip(name: string, into: string, as: string): void {
  const source = readFileSync(join(import.meta.dirname, name), "utf8");
  writeFileSync(join(into, as), stripTypeScriptTypes(source));
}

async function build(into: string, readable: boolean): Promise<void> {
  mkdirSync(into, { recursive: true });
  const workers = await Promise.all(CONFIGS.map(describe));
  for (const [index, worker] of workers.entries())
    await bundle(CONFIGS[index] as string, worker, into, readable);
  strip("bare-stubs.ts", into, "stubs.js");
  strip("bare-rate-limit.ts", into, "rate-limit.js");
  writeFileSync(join(into, "workers.json"), JSON.stringify(workers, null, 2));
}

function removeOld(keep: string): void {
  for (const name of readdirSync(BUILDS_DIR)) {
    const path = join(BUILDS_DIR, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (path !== keep && age > BUILD_LIFE_MS) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Two processes may build at once; each writes aside and renames, so nobody ever sees half a build.
 * @param readable functions keep their names, for a profile
 */
export async function bareBuild(readable = false): Promise<BareBuild> {
  const dir = join(BUILDS_DIR, treeHash() + (readable ? "-readable" : ""));
  if (!existsSync(dir)) {
    const aside = `${dir}.${process.pid}`;
    rmSync(aside, { recursive: true, force: true });
    await build(aside, readable);
    if (existsSync(dir)) rmSync(aside, { recursive: true });
    else renameSync(aside, dir);
  }
  utimesSync(dir, new Date(), new Date());
  removeOld(dir);
  return {
    dir,
    workers: JSON.parse(readFileSync(join(dir, "workers.json"), "utf8")) as BuiltWorker[], // written by build()
  };
}
