/**
 * One real Apache Kafka broker in KRaft mode, on loopback: PLAINTEXT, and SASL_SSL with a certificate authority of its own, SCRAM and
 * PLAIN. For `npm run kafka` and for tests, which kill it. One node: it shows our retries and our order, not Kafka's replication.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { kafkaClassPath } from "./kafka-jars.ts";

const run = promisify(execFile);

/** A JVM takes two seconds; after kill -9 the controller refuses the same broker for `broker.session.timeout.ms` more. */
const READY_MAX_MS = 60_000;
const READY_POLL_MS = 100;
const STOP_MAX_MS = 15_000;
const LOG_TAIL_CHARS = 2_000;
const OWNER_ONLY = 0o600;
/** The one user of the secured listener. */
const USER = "openslot";

export interface KafkaPorts {
  readonly plain: number;
  readonly controller: number;
  readonly secured: number;
}

/** Where clients find it, and who they are there. */
export interface KafkaAddress {
  /** `host:port`, no encryption, nobody is asked who they are. */
  readonly plain: string;
  /** `localhost:port`: the certificate's name. */
  readonly secured: string;
  readonly user: string;
  readonly password: string;
  /** What signed the broker's certificate; clients get it as NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

const properties = (dir: string, { plain, controller, secured }: KafkaPorts, password: string): string => `
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},CLIENTS://127.0.0.1:${secured}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},CLIENTS://localhost:${secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENTS:SASL_SSL
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(dir, "data")}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
ssl.keystore.type=PEM
ssl.keystore.location=${join(dir, "broker.pem")}
ssl.client.auth=none
sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.clients.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.clients.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER}="${password}";
`;

/** Kafka 4 logs by Log4j 2; the flag of older releases is ignored without a word. */
const LOGGING = `
rootLogger.level=WARN
rootLogger.appenderRef.c.ref=C
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1} - %m%n
`;

/** A certificate authority and, signed by it, the broker's certificate for localhost. */
async function makeCertificates(dir: string): Promise<void> {
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]) => run("openssl", args);
  const request = ["req", "-newkey", "rsa:2048", "-nodes"];
  const days = ["-days", "30"]; // of one laptop, for one month
  await openssl(
    ...request,
    "-x509",
    ...days,
    "-subj",
    "/CN=openslot local ca",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
  );
  await openssl(...request, "-subj", "/CN=localhost", "-keyout", at("broker.key"), "-out", at("broker.csr"));
  writeFileSync(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
  const by = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial"];
  await openssl(
    "x509",
    "-req",
    "-in",
    at("broker.csr"),
    ...by,
    ...days,
    "-extfile",
    at("names"),
    "-out",
    at("broker.crt"),
  );
  const chain = ["broker.key", "broker.crt", "ca.pem"].map((name) => readFileSync(at(name), "utf8")).join("");
  writeFileSync(at("broker.pem"), chain, { mode: OWNER_ONLY });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class KafkaBroker {
  readonly address: KafkaAddress;
  readonly #dir: string;
  readonly #classPath: string;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();

  private constructor(dir: string, classPath: string, address: KafkaAddress) {
    this.#dir = dir;
    this.#classPath = classPath;
    this.address = address;
    process.once("exit", () => this.#child?.kill("SIGKILL"));
  }

  /** Makes what a broker needs in `dir`; a folder that has it already keeps its records and its password. Starts nothing. */
  static async prepare(dir: string, ports: KafkaPorts): Promise<KafkaBroker> {
    const classPath = await kafkaClassPath();
    mkdirSync(dir, { recursive: true });
    const passwordPath = join(dir, "password");
    const isNew = !existsSync(passwordPath);
    const password = isNew ? randomBytes(18).toString("hex") : readFileSync(passwordPath, "utf8");
    const config = join(dir, "server.properties");
    writeFileSync(config, properties(dir, ports, password), { mode: OWNER_ONLY });
    writeFileSync(join(dir, "log4j2.properties"), LOGGING);
    await makeCertificates(dir); // anew: they last a month, a folder longer
    if (isNew) {
      rmSync(join(dir, "data"), { recursive: true, force: true }); // of a start that was broken off
      const id = randomBytes(16).toString("base64url");
      const scram = `SCRAM-SHA-256=[name=${USER},password=${password}]`;
      const format = ["format", "--standalone", "--cluster-id", id, "--config", config, "--add-scram", scram];
      await run("java", ["-cp", classPath, "kafka.tools.StorageTool", ...format]);
      writeFileSync(passwordPath, password, { mode: OWNER_ONLY }); // last: without it everything is made anew
    }
    return new KafkaBroker(dir, classPath, {
      plain: `127.0.0.1:${ports.plain}`,
      secured: `localhost:${ports.secured}`,
      user: USER,
      password,
      authority: join(dir, "ca.pem"),
    });
  }

  /** Returns when it answers. */
  async start(): Promise<void> {
    if (this.#child) throw new Error("the broker runs already");
    const log = openSync(join(this.#dir, "broker.log"), "a");
    const memory = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC"];
    const logging = `-Dlog4j2.configurationFile=${join(this.#dir, "log4j2.properties")}`;
    const main = ["-cp", this.#classPath, "kafka.Kafka", join(this.#dir, "server.properties")];
    const child = spawn("java", [...memory, logging, ...main], { stdio: ["ignore", log, log] });
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
    await this.#answers();
  }

  /** Stands still: connections are taken, nothing is answered. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** When it has ended, whyever. */
  get ended(): Promise<void> {
    return this.#exited;
  }

  /** SIGKILL; acknowledged records survive it, because the system keeps its page cache. */
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

  /** One of Kafka's own command-line tools, by its class; what it printed. */
  async tool(name: string, args: readonly string[]): Promise<string> {
    const { stdout } = await run("java", ["-cp", this.#classPath, name, ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  /** Creates what is not there; partitions of what is there stay as they are. */
  async createTopic(topic: string, partitions: number, config: readonly string[] = []): Promise<void> {
    await this.tool("org.apache.kafka.tools.TopicCommand", [
      ...["--bootstrap-server", this.address.plain, "--create", "--if-not-exists", "--topic", topic],
      ...["--partitions", String(partitions), "--replication-factor", "1"],
      ...config.flatMap((one) => ["--config", one]),
    ]);
  }

  /** Metadata with a broker in it: an open port says nothing, and a line of the log may be of the last start. */
  async #answers(): Promise<void> {
    const { Kafka, logLevel } = (await import("kafkajs")).default;
    const until = Date.now() + READY_MAX_MS;
    while (this.#child && Date.now() < until) {
      const admin = new Kafka({
        clientId: "ready",
        brokers: [this.address.plain],
        logLevel: logLevel.NOTHING,
        connectionTimeout: 500,
        retry: { retries: 0 },
      }).admin();
      try {
        await admin.connect();
        if ((await admin.describeCluster()).brokers.length > 0) return;
      } catch {
        // not yet
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
      await sleep(READY_POLL_MS);
    }
    const log = readFileSync(join(this.#dir, "broker.log"), "utf8").slice(-LOG_TAIL_CHARS);
    throw new Error(`the Kafka broker did not start: ${log}`);
  }
}
