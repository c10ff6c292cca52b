/**
 * The mirror on a real Apache Kafka broker: plain, and encrypted with a credential. Proves that everything of the log arrives, in order,
 * in its partition, through twenty kills of the broker under load, and that bookings do not notice. Not: replication (one broker).
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KafkaVariables } from "../../core/events/kafka.ts";
import { APPOINTMENT_PARTITIONS, partitionOf } from "../../core/events/partition.ts";
import { Random } from "../../db/seed/random.ts";
import { ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, startBareSystem } from "../../scripts/load/bare-system.ts";
import { freePorts } from "../../scripts/load/free-ports.ts";
import { freeSlots, type Slot } from "../../scripts/load/free-slots.ts";
import { percentiles } from "../../scripts/load/percentiles.ts";
import { KafkaBroker } from "../../scripts/local/kafka-broker.ts";
import { readLogs } from "../support/bare-objects.ts";
import { makePeople } from "../support/bare-people.ts";
import { lagOf, untilLagIsZero } from "../support/bare-projection.ts";
import { sleep, until } from "../support/bare-wait.ts";
import { Writer } from "../support/bare-writer.ts";
import { type KafkaRecord, readTopic } from "../support/kafka-reader.ts";

const TOPIC = "openslot.appointments";
const KILLS = Number(process.env.KAFKA_KILLS ?? 20);
const WRITERS = 6;
/** After the broker is back for good: half a minute until the next bell at the latest, and the backlog. */
const DRAIN_MAX_MS = 60_000;
const SEED = 20_261_201;
/** Enough calendars for every partition; the whole network takes ten times as long to start, six times. */
const NETWORK = { clinics: 6, providers: 36, patients: 60 };

let dir: string;
let broker: KafkaBroker;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "openslot-kafka-"));
  const [plain, controller, secured] = (await freePorts(3)) as [number, number, number];
  broker = await KafkaBroker.prepare(dir, { plain, controller, secured });
  await broker.start();
}, 300_000);
afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What is wrong with Kafka's copy of these logs; nothing, if it is a copy. */
function differences(records: readonly KafkaRecord[], logs: ReturnType<typeof readLogs>): string[] {
  const wrong: string[] = [];
  const idOf = ({ headers }: KafkaRecord): string => headers.ce_id ?? "";
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const record of records) {
    const id = idOf(record);
    const event = JSON.parse(record.value) as {
      id: string;
      type: string;
      partitionkey: string;
      sequence: string;
    };
    if (event.id !== id || event.type !== record.headers.ce_type)
      wrong.push(`${id}: its headers are another's`);
    if (event.partitionkey !== record.key) wrong.push(`${id}: under the key of another calendar`);
    if (record.partition !== partitionOf(record.key, APPOINTMENT_PARTITIONS))
      wrong.push(`${id}: in partition ${record.partition}`);
    if (seen.has(id)) continue; // written twice, under its own id
    seen.add(id);
    const before = last.get(record.key) ?? 0;
    if (Number(event.sequence) !== before + 1) wrong.push(`${id} came after ${before}`);
    last.set(record.key, Number(event.sequence));
  }
  const logged = logs.flatMap((log) => log.records.map(({ eventId }) => eventId));
  for (const id of logged) if (!seen.has(id)) wrong.push(`${id} is missing`);
  for (const id of seen) if (!logged.includes(id)) wrong.push(`${id} is in no log`);
  return wrong;
}

interface World {
  readonly system: BareSystem;
  readonly api: ApiClient;
  readonly writers: readonly Writer[];
  /** Milliseconds of each answered command. */
  readonly took: number[];
}

async function aWorld(settings: KafkaVariables): Promise<World> {
  const system = await startBareSystem({
    storage: "disk",
    core: null,
    kafka: { settings, authority: readFileSync(broker.address.authority, "utf8") },
    network: NETWORK,
  });
  const api = new ApiClient(system.workerd.port, WRITERS);
  const slots: Slot[] = [];
  for (const provider of system.directory.providers.slice(0, 40))
    slots.push(...(await freeSlots(api, provider)).slice(0, 60));
  const random = new Random(SEED);
  const took: number[] = [];
  const people = await makePeople(system, WRITERS * 30);
  const writers = Array.from({ length: WRITERS }, (_, n) => {
    let sentAt = performance.now();
    return new Writer({
      api,
      random: new Random(random.between(1, 2 ** 31)),
      people: people.slice(n * 30, (n + 1) * 30),
      slots: slots.filter((_, at) => at % WRITERS === n),
      onAnswer: () => {
        took.push(performance.now() - sentAt);
        sentAt = performance.now();
      },
    });
  });
  return { system, api, writers, took };
}

async function end({ api, system }: World): Promise<void> {
  api.close();
  await system.stop();
}

/** Books, moves and cancels until `work` is done. */
async function meanwhile({ writers }: World, work: () => Promise<void>): Promise<void> {
  let over = false;
  const running = writers.map((writer) => writer.run(() => over));
  await work();
  over = true;
  await Promise.all(running);
}

const secured = (mechanism: string): KafkaVariables => ({
  KAFKA_BOOTSTRAP_SERVERS: broker.address.secured,
  KAFKA_SECURITY: "sasl_ssl",
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: broker.address.user,
  KAFKA_SASL_PASSWORD: broker.address.password,
});

describe.each([
  ["plain", () => ({ KAFKA_BOOTSTRAP_SERVERS: broker.address.plain, KAFKA_SECURITY: "plaintext" })],
  ["SASL_SSL with SCRAM", () => secured("scram-sha-256")],
  ["SASL_SSL with PLAIN", () => secured("plain")],
] as const)("the mirror, %s", (name, settings) => {
  it("[E7] is a copy of the log: everything, in order, in its partition", async () => {
    const prefix = name.replace(/[^a-z]/gi, "").toLowerCase();
    const topic = `${prefix}.appointments`;
    await broker.createTopic(topic, APPOINTMENT_PARTITIONS);
    const world = await aWorld({ ...settings(), TOPIC_PREFIX: prefix });
    try {
      await meanwhile(world, () => sleep(3_000));
      await untilLagIsZero(world.api, { maxMs: DRAIN_MAX_MS });
      await world.system.workerd.kill();
      const records = await readTopic(broker.address.plain, topic);
      expect(records.length).toBeGreaterThan(50);
      expect(differences(records, readLogs(world.system.storageDir))).toEqual([]);
      expect(world.system.workerd.log()).not.toContain(broker.address.password);
    } finally {
      await end(world);
    }
  });
});

describe("what keeps the mirror from writing", () => {
  it.each([
    [
      "a wrong password",
      () => ({ ...secured("scram-sha-256"), KAFKA_SASL_PASSWORD: "another", TOPIC_PREFIX: "guarded" }),
    ],
    [
      "no such topic",
      () => ({
        KAFKA_BOOTSTRAP_SERVERS: broker.address.plain,
        KAFKA_SECURITY: "plaintext",
        TOPIC_PREFIX: "nowhere",
      }),
    ],
    [
      "a topic that is cut otherwise",
      () => ({
        KAFKA_BOOTSTRAP_SERVERS: broker.address.plain,
        KAFKA_SECURITY: "plaintext",
        TOPIC_PREFIX: "other",
      }),
    ],
  ] as const)("[E7] %s: people book, nothing is written, and the lag says so", async (what, settings) => {
    await broker.createTopic("other.appointments", APPOINTMENT_PARTITIONS + 1);
    await broker.createTopic("guarded.appointments", APPOINTMENT_PARTITIONS);
    const world = await aWorld(settings());
    try {
      await meanwhile(world, () => sleep(2_000));
      const lag = await lagOf(world.api);
      expect(lag?.kafka).toBeGreaterThan(20);
      expect(
        world.writers
          .flatMap(({ commands }) => commands)
          .filter(({ answer }) => (answer?.status ?? 0) >= 500),
      ).toEqual([]);
      for (const topic of ["other.appointments", "guarded.appointments"])
        expect(await readTopic(broker.address.plain, topic)).toEqual([]);
      const said = world.system.workerd.log();
      expect(said).toContain('"event":"kafka.send_failed"');
      expect(said.includes('"kind":"WrongPartitions"')).toBe(what.startsWith("a topic"));
    } finally {
      await end(world);
    }
  });
});

describe("a broker that hangs", () => {
  const HANGS_MS = 25_000; // longer than a send may take and than a lease

  it("[E7] keeps no other reader of the log waiting, and has everything in order when it goes on", async () => {
    await broker.createTopic("hangs.appointments", APPOINTMENT_PARTITIONS);
    const world = await aWorld({
      KAFKA_BOOTSTRAP_SERVERS: broker.address.plain,
      KAFKA_SECURITY: "plaintext",
      TOPIC_PREFIX: "hangs",
    });
    try {
      await meanwhile(world, () => sleep(1_000));
      broker.pause();
      await meanwhile(world, () => sleep(HANGS_MS));
      const others = async (): Promise<boolean> => {
        const lag = await lagOf(world.api);
        return lag !== null && lag.postgres === 0 && lag.agenda === 0;
      };
      await until(others, { what: "the other readers", maxMs: 5_000 });
      expect((await lagOf(world.api))?.kafka).toBeGreaterThan(20);
      broker.resume();
      const drained = await untilLagIsZero(world.api, { maxMs: DRAIN_MAX_MS });
      await world.system.workerd.kill();
      const records = await readTopic(broker.address.plain, "hangs.appointments");
      console.log(
        `[E7] after ${HANGS_MS} ms without an answer: ${records.length} records, drained after ${Math.round(drained)} ms`,
      );
      expect(differences(records, readLogs(world.system.storageDir))).toEqual([]);
    } finally {
      broker.resume();
      await end(world);
    }
  });
});

describe(`${KILLS} kills of the broker under load`, () => {
  let world: World;
  let records: KafkaRecord[];
  let drained: number;

  beforeAll(async () => {
    await broker.createTopic(TOPIC, APPOINTMENT_PARTITIONS);
    world = await aWorld({ KAFKA_BOOTSTRAP_SERVERS: broker.address.plain, KAFKA_SECURITY: "plaintext" });
    const random = new Random(SEED);
    await meanwhile(world, async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(random.between(200, 1_500)); // in the middle of something
        await broker.kill();
        await sleep(random.between(0, 1_000));
        await broker.start();
      }
    });
    drained = await untilLagIsZero(world.api, { maxMs: DRAIN_MAX_MS * 2 });
    await world.system.workerd.kill();
    records = await readTopic(broker.address.plain, TOPIC);
  }, 600_000);
  afterAll(() => end(world));

  it("[E7] [E8] every event of the log is there, contiguous per calendar and in order, twice only under its own id", () => {
    const logs = readLogs(world.system.storageDir);
    const doubles = records.length - new Set(records.map(({ headers }) => headers.ce_id)).size;
    console.log(
      `[E7] ${KILLS} kills: ${records.length} records on Kafka, ${doubles} of them again; lag 0 after ${Math.round(drained)} ms`,
    );
    expect(differences(records, logs)).toEqual([]);
    expect(records.length).toBeGreaterThan(KILLS * 20);
  });

  it("[E7] drains within a minute", () => {
    expect(drained).toBeLessThanOrEqual(DRAIN_MAX_MS);
  });

  it("[E7] bookings do not notice", () => {
    const commands = world.writers.flatMap((writer) => writer.commands);
    const [p50, p99] = percentiles(Float64Array.from(world.took), [0.5, 0.99]).map(Math.round);
    console.log(`[E7] ${commands.length} commands meanwhile, p50 ${p50} ms, p99 ${p99} ms`);
    expect(commands.filter(({ unknowns, answer }) => unknowns > 0 || answer === null)).toEqual([]);
  });

  it("[E7] the broker's own console consumer reads them", async () => {
    const printed = await broker.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...["--bootstrap-server", broker.address.plain, "--topic", TOPIC, "--from-beginning"],
      ...["--max-messages", String(records.length), "--timeout-ms", "20000"],
    ]);
    const lines = printed.trim().split("\n");
    expect(lines).toHaveLength(records.length);
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).toSorted()).toEqual(
      records.map(({ headers }) => headers.ce_id).toSorted(),
    );
  });
});
