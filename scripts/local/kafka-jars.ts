/** The jars of Apache Kafka, from Maven Central: downloaded once, by Maven, and kept. Needs Java 17 and Maven. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./paths.ts";
import { StartError } from "./start-error.ts";

const POM = join(import.meta.dirname, "kafka-pom.xml");
const KEPT_IN = join(ROOT, "build", "kafka");
const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/** 53 jars, 44 MB. */
const DOWNLOAD_MAX_MS = 5 * 60_000;
/** Kafka 4 brokers need it. */
const JAVA_MIN = 17;

const run = promisify(execFile);

async function javaVersion(): Promise<number | null> {
  try {
    const { stderr } = await run("java", ["-version"]);
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  } catch {
    return null;
  }
}

const answers = (command: string, version: string): Promise<boolean> =>
  run(command, [version]).then(
    () => true,
    () => false,
  );

/** What this machine lacks for a broker, as a sentence; null = nothing. */
export async function kafkaLacks(): Promise<string | null> {
  const java = await javaVersion();
  if (java === null || java < JAVA_MIN)
    return `A Kafka broker needs Java ${JAVA_MIN} or newer; here is ${java === null ? "none" : java}. With Docker: docker compose up.`;
  if (!existsSync(jarsDir()) && !(await answers("mvn", "-v")))
    return "The broker's jars come from Maven Central, and mvn is not installed. With Docker: docker compose up.";
  if (!(await answers("openssl", "version")))
    return "The broker's certificate is made by openssl, which is not installed.";
  return null;
}

/** One folder per version of the list. */
const jarsDir = (): string =>
  join(KEPT_IN, createHash("sha256").update(readFileSync(POM)).digest("hex").slice(0, 12));

/** The class path, for `java -cp`. @throws StartError when something is missing, or nothing can be downloaded */
export async function kafkaClassPath(): Promise<string> {
  const lacks = await kafkaLacks();
  if (lacks) throw new StartError(lacks);
  const dir = jarsDir();
  if (!existsSync(dir)) {
    const aside = `${dir}.${process.pid}`; // nobody ever sees half of them
    const args = ["-q", "-B", "-f", POM, PLUGIN, "-DincludeScope=runtime", `-DoutputDirectory=${aside}`];
    await run("mvn", args, { timeout: DOWNLOAD_MAX_MS }).catch((error: unknown) => {
      rmSync(aside, { recursive: true, force: true });
      throw new StartError(
        `Maven could not download Apache Kafka: ${(error as Error).message.slice(0, 500)}`,
      );
    });
    if (existsSync(dir)) rmSync(aside, { recursive: true });
    else renameSync(aside, dir);
  }
  return join(dir, "*"); // Java expands it, not a shell
}
