/**
 * Keeps one warm connection to Apache Kafka and writes what the log's mirror group reads. Nothing durable: the group's offset moves
 * when a batch is acknowledged, so what is lost with this object is sent again. Rules: core/SPEC.md [E7] [E8].
 */
import { DurableObject } from "cloudflare:workers";
import type { Producer } from "kafkajs";
import type { CalendarEvent } from "../../core/events/event.ts";
import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import {
  type KafkaSettings,
  type KafkaVariables,
  kafkaMessage,
  kafkaSettings,
  kafkaTopic,
} from "../../core/events/kafka.ts";
import type { LogRecord } from "../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS } from "../../core/events/partition.ts";
import { SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../shared/log.ts";

/** The client gives up after three tries; this is for one that never answers. Below the lease of 15 s. */
const SEND_MAX_MS = 10 * SECOND_MS;

/** Not written, or nobody knows: send the same records again. */
export class KafkaUnavailable extends Error {
  override readonly name = "KafkaUnavailable";
}

async function atMost<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KafkaUnavailable()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class KafkaGateway extends DurableObject<KafkaVariables> {
  readonly #settings: KafkaSettings;
  #producer: Promise<Producer> | null = null;
  /** One batch at a time: the order of a key is the order of the batches. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: KafkaVariables) {
    super(ctx, env);
    const settings = kafkaSettings(env);
    if (typeof settings === "string") throw new Error(`${settings}. See docs/configuration.md.`);
    this.#settings = settings;
  }

  /**
   * [E7] Writes records of one partition of the log into the same partition of its topic, in their order. Written by every replica in
   * sync when it returns. @throws KafkaUnavailable: then the same records come again, and some may be there twice, under equal ids.
   * @param records 1–500
   */
  mirror(partition: number, records: readonly LogRecord<CalendarEvent>[]): Promise<void> {
    const turn = this.#turn.then(() => this.#send(partition, records));
    this.#turn = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  async #send(partition: number, records: readonly LogRecord<CalendarEvent>[]): Promise<void> {
    const topic = kafkaTopic(this.#settings.topicPrefix, APPOINTMENTS_TOPIC);
    const messages = records.map((record) => ({ ...kafkaMessage(record), partition }));
    this.#producer ??= this.#connect(topic);
    const producer = this.#producer;
    try {
      await atMost(
        producer.then((one) => one.send({ topic, acks: -1, messages })),
        SEND_MAX_MS,
      );
    } catch (error) {
      // [E8] Never used again: the library takes its sequence back after a failed send, and if that batch was written after all the
      // broker would acknowledge the next one without writing it. A new producer has a new id.
      this.#producer = null;
      this.ctx.waitUntil(producer.then((one) => one.disconnect()).catch(() => undefined));
      logFailure("kafka.send_failed", error);
      throw new KafkaUnavailable();
    }
  }

  async #connect(topic: string): Promise<Producer> {
    const { connectProducer } = await import("./kafka-producer.ts");
    return connectProducer(this.#settings, new Map([[topic, APPOINTMENT_PARTITIONS]]));
  }
}
