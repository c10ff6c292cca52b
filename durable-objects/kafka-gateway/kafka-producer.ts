/** A connected, idempotent producer over TCP, by kafkajs. Loaded with the first event that is mirrored. */
import { Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import type { KafkaSettings } from "../../core/events/kafka.ts";
import { SECOND_MS } from "../../core/time.ts";
import { logEvent } from "../shared/log.ts";

/**
 * Short: whoever waits is a consumer group with a lease of 15 s, and what was not sent stays in the log. The library's own are 30 s
 * and five retries. Every field is set, because some of its defaults change where NODE_ENV is `test`.
 */
const CONNECT_MAX_MS = 3 * SECOND_MS;
const REQUEST_MAX_MS = 5 * SECOND_MS;
const RETRY = { retries: 2, initialRetryTime: 100, maxRetryTime: SECOND_MS, factor: 0.2, multiplier: 2 };

/** The topic there has another number of partitions: keys would not stay in order when consumers move over. */
export class WrongPartitions extends Error {
  override readonly name = "WrongPartitions";
}

/**
 * @param topics how many partitions each must have
 * @throws when no broker answers, the credential is refused, or a topic is missing or cut otherwise
 */
export async function connectProducer(
  settings: KafkaSettings,
  topics: ReadonlyMap<string, number>,
): Promise<Producer> {
  const kafka = new Kafka({
    clientId: "openslot-gateway",
    brokers: [...settings.brokers],
    ...(settings.isEncrypted ? { ssl: true } : {}), // true and nothing else: the runtime ignores options of TLS
    ...(settings.sasl ? { sasl: settings.sasl as never } : {}), // the library's type knows one mechanism at a time
    connectionTimeout: CONNECT_MAX_MS,
    requestTimeout: REQUEST_MAX_MS,
    retry: RETRY,
    logLevel: logLevel.ERROR,
    logCreator: () => () => logEvent("kafka.client_error"), // its messages hold addresses of brokers
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics.keys()] });
    for (const { name, partitions } of found)
      if (partitions.length !== topics.get(name)) throw new WrongPartitions();
  } finally {
    await admin.disconnect().catch(() => undefined); // it may never have connected
  }
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner, // never asked: each message names its partition
  });
  try {
    await producer.connect();
  } catch (error) {
    await producer.disconnect().catch(() => undefined); // its socket is open when only its id was refused
    throw error;
  }
  return producer;
}
