/** The configuration of one workerd process, as Cap'n Proto text. Pure: a build and settings in, text out. */
import type { BareBuild, BuiltWorker } from "./bare-build.ts";

/** Text bindings of each Worker, by its name. */
export type BareSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface BareConfig {
  readonly build: BareBuild;
  /** From the folder of the configuration file to the build. */
  readonly buildPath: string;
  readonly storageDir: string;
  readonly settings: BareSettings;
  readonly port: number;
  /** Answers a GET with five characters, from the same process and thread; a POST asks calendars (bare-stubs.ts). */
  readonly emptyPort: number;
  readonly v8Flags: readonly string[];
  /** PEM of who signed the certificates that the Workers meet; "" = they meet none. */
  readonly authority: string;
}

const RATE_LIMIT_MODULE = "openslot-bare:rate-limit";
/** The Worker that consumers are bound to; the doorbell pokes it. */
const EVENTS_WORKER = "openslot-events";

/** Cap'n Proto takes C escapes, of which JSON's for ASCII text are a part. */
const quote = (text: string): string => JSON.stringify(text);

const constantOf = (worker: string): string =>
  worker.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

function bindingsOf(worker: BuiltWorker, settings: BareSettings): string[] {
  const bind = (name: string, value: string): string => `(name = ${quote(name)}, ${value})`;
  return [
    ...worker.objects.map(({ binding, className, host }) =>
      bind(
        binding,
        host === null
          ? `durableObjectNamespace = ${quote(className)}`
          : `durableObjectNamespace = (className = ${quote(className)}, serviceName = ${quote(host)})`,
      ),
    ),
    ...worker.services.map(({ binding, service, entrypoint }) =>
      bind(
        binding,
        entrypoint === undefined
          ? `service = ${quote(service)}`
          : `service = (name = ${quote(service)}, entrypoint = ${quote(entrypoint)})`,
      ),
    ),
    ...worker.queues.map((binding) => bind(binding, `service = (name = "stubs", entrypoint = "Wake")`)),
    ...worker.rateLimits.map((binding) =>
      bind(binding, `wrapped = (moduleName = ${quote(RATE_LIMIT_MODULE)})`),
    ),
    ...(worker.assets === null
      ? []
      : [bind(worker.assets, `service = (name = "stubs", entrypoint = "Assets")`)]),
    ...Object.entries(settings[worker.name] ?? {}).map(([name, value]) =>
      bind(name, `text = ${quote(value)}`),
    ),
  ];
}

function workerText(worker: BuiltWorker, { buildPath, settings }: BareConfig): string {
  const namespaces = worker.classes.map(
    (name) =>
      `(className = ${quote(name)}, uniqueKey = ${quote(`${worker.name}-${name}`)}, enableSql = true)`,
  );
  const storage =
    namespaces.length === 0
      ? ""
      : `
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "objects"),`;
  return `
const ${constantOf(worker.name)} :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed ${quote(`${buildPath}/${worker.name}.js`)})],
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = [${worker.compatibilityFlags.map(quote).join(", ")}],
  globalOutbound = "loopback",${storage}
  bindings = [
    ${bindingsOf(worker, settings).join(",\n    ")}
  ],
);
`;
}

const trusting = (authority: string): string =>
  authority === "" ? "" : `, tlsOptions = (trustedCertificates = [${quote(authority)}])`;

/** Outgoing calls reach this machine only: a load test must never leave it. */
export function bareConfigText(config: BareConfig): string {
  const { build, buildPath, storageDir, port, emptyPort, v8Flags, authority } = config;
  const [front] = build.workers;
  const services = build.workers.map(({ name }) => `(name = ${quote(name)}, worker = .${constantOf(name)})`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = [${v8Flags.map(quote).join(", ")}],
  services = [
    ${services.join(",\n    ")},
    (name = "stubs", worker = .stubs),
    (name = "objects", disk = (path = ${quote(storageDir)}, writable = true)),
    (name = "loopback", network = (allow = ["local"]${trusting(authority)})),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = ${quote(front?.name ?? "")}),
    (name = "empty", address = "127.0.0.1:${emptyPort}", http = (), service = "stubs"),
  ],
  extensions = [(modules = [
    (name = ${quote(RATE_LIMIT_MODULE)}, internal = true, esModule = embed ${quote(`${buildPath}/rate-limit.js`)}),
  ])],
);
${build.workers.map((worker) => workerText(worker, config)).join("")}
const stubs :Workerd.Worker = (
  modules = [(name = "stubs.js", esModule = embed ${quote(`${buildPath}/stubs.js`)})],
  compatibilityDate = ${quote(front?.compatibilityDate ?? "")},
  globalOutbound = "loopback",
  bindings = [
    (name = "EVENTS", service = ${quote(EVENTS_WORKER)}),
    (name = "PROVIDER_CALENDAR",
      durableObjectNamespace = (className = "ProviderCalendar", serviceName = ${quote(front?.name ?? "")})),
  ],
);
`;
}
