/** One bare workerd process with the whole system in it: started, killed, started again on the same port and objects. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join, relative } from "node:path";
import { bareBuild } from "./bare-build.ts";
import { type BareSettings, bareConfigText } from "./bare-config.ts";
import { pinned } from "./cores.ts";
import { freePorts } from "./free-ports.ts";
import { cpuMicros, rssKb } from "./process-stat.ts";
import { PROFILE_V8_FLAGS } from "./profiler.ts";

/** A cold start takes a tenth of a second; a machine under load has ten seconds' worth of patience. */
const READY_MAX_MS = 20_000;
const READY_POLL_MS = 5;
/** After SIGTERM workerd ends at once unless a request hangs. */
const STOP_MAX_MS = 3_000;
/** Enough of the log to see why a start failed. */
const LOG_TAIL_CHARS = 4_000;
/** Settings hold keys; they are of this run only, and still nobody else's business. */
const OWNER_ONLY = 0o600;

export interface BareWorkerdOptions {
  readonly runDir: string;
  readonly storageDir: string;
  readonly settings: BareSettings;
  /** The core it is pinned to; null leaves that to the system. */
  readonly core: number | null;
  /** PEM: see bare-config.ts. */
  readonly authority?: string;
  /** Readable code that says its names to a profiler. */
  readonly profile?: boolean;
}

function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    request.on("error", () => resolve(0)); // not listening yet
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class BareWorkerd {
  readonly port: number;
  readonly emptyPort: number;
  readonly #options: BareWorkerdOptions;
  readonly #configPath: string;
  readonly #logPath: string;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();

  private constructor(options: BareWorkerdOptions, configPath: string, port: number, emptyPort: number) {
    this.#options = options;
    this.#configPath = configPath;
    this.#logPath = join(options.runDir, "workerd.log");
    this.port = port;
    this.emptyPort = emptyPort;
    process.once("exit", () => this.#child?.kill("SIGKILL"));
  }

  /** Builds the Workers if they changed and writes the configuration; starts nothing. */
  static async prepare(options: BareWorkerdOptions): Promise<BareWorkerd> {
    const build = await bareBuild(options.profile);
    const [port, emptyPort] = await freePorts(2);
    mkdirSync(options.storageDir, { recursive: true });
    const configPath = join(options.runDir, "config.capnp");
    const text = bareConfigText({
      build,
      buildPath: relative(options.runDir, build.dir),
      storageDir: options.storageDir,
      settings: options.settings,
      port: port as number,
      emptyPort: emptyPort as number,
      v8Flags: options.profile ? PROFILE_V8_FLAGS : [],
      authority: options.authority ?? "",
    });
    writeFileSync(configPath, text, { mode: OWNER_ONLY });
    return new BareWorkerd(options, configPath, port as number, emptyPort as number);
  }

  /** Starts the process and returns at once; `performance.now()` of the moment before. Never two on one storage. */
  spawn(): number {
    if (this.#child)
      throw new Error("workerd runs already: two on one storage would be two owners of every object");
    const log = openSync(this.#logPath, "a");
    const startedAt = performance.now();
    const [command, ...args] = pinned(this.#options.core, [workerdPath(), "serve", this.#configPath]);
    const child = spawn(command as string, args, { stdio: ["ignore", log, log], cwd: "/" });
    closeSync(log);
    this.#child = child;
    this.#exited = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => {
        this.#child = null;
        resolve();
      });
    });
    this.#exited.catch(() => undefined); // reported by whoever waits for it
    return startedAt;
  }

  /** Starts the process and waits until bookings work; milliseconds from the start to the first healthy answer. */
  async start(): Promise<number> {
    const startedAt = this.spawn();
    const deadline = startedAt + READY_MAX_MS;
    let last = 0;
    while (performance.now() < deadline && this.#child) {
      last = await statusOf(this.port, "/v1/health");
      if (last === 200) return performance.now() - startedAt;
      await sleep(READY_POLL_MS);
    }
    throw new Error(`workerd did not become healthy (last answer: ${last}): ${this.logTail()}`);
  }

  /** SIGKILL, and the process is gone: the next one may have the port and the objects. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    const timer = setTimeout(() => this.#child?.kill("SIGKILL"), STOP_MAX_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** User and system time so far. */
  cpuMicros(): number {
    return cpuMicros(this.pid);
  }

  rssKb(): number {
    return rssKb(this.pid);
  }

  /** What it wrote last: codes and counts of ours, and workerd's own complaints. */
  logTail(): string {
    return readFileSync(this.#logPath, "utf8").slice(-LOG_TAIL_CHARS);
  }

  /** Everything that it ever wrote. */
  log(): string {
    return readFileSync(this.#logPath, "utf8");
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("workerd does not run");
    return pid;
  }
}

/** The binary of this platform, from the package that wrangler depends on. */
function workerdPath(): string {
  const names: Readonly<Record<string, string>> = {
    "linux x64": "workerd-linux-64",
    "linux arm64": "workerd-linux-arm64",
    "darwin x64": "workerd-darwin-64",
    "darwin arm64": "workerd-darwin-arm64",
  };
  const name = names[`${process.platform} ${process.arch}`];
  if (name === undefined) throw new Error(`there is no bare workerd for ${process.platform} ${process.arch}`);
  return join(import.meta.dirname, "..", "..", "node_modules", "@cloudflare", name, "bin", "workerd");
}
