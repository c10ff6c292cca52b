/**
 * Reads the log's mirror group and writes it to Apache Kafka, over one warm connection. Nothing durable: the group's offset moves when a
 * batch is acknowledged, so what is lost with this object is read and sent again. Rules: core/SPEC.md [E7] [E8].
 */
import { DurableObject } from "cloudflare:workers";
import type { Producer } from "kafkajs";
import { isAuditEvent } from "../../core/audit/event.ts";
import { APPOINTMENTS_TOPIC, type CalendarEvent } from "../../core/events/event.ts";
import {
  inBatches,
  type KafkaMessage,
  type KafkaSettings,
  type KafkaVariables,
  kafkaMessage,
  kafkaSettings,
  kafkaTopic,
} from "../../core/events/kafka.ts";
import { type LogRecord, MIRROR_GROUP } from "../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS } from "../../core/events/partition.ts";
import { SECOND_MS } from "../../core/time.ts";
import { consume, type ReaderEnv } from "../event-log-partition/consume.ts";
import { logEvent, logFailure } from "../shared/log.ts";

/** From the moment on in which a batch asks for its turn. Below the group's lease of 15 s: a batch that nobody waits for is not sent. */
const SEND_MAX_MS = 10 * SECOND_MS;

/** Not written, or nobody knows: send the same records again. */
export class KafkaUnavailable extends Error {
  override readonly name = "KafkaUnavailable";
}

/** @throws KafkaUnavailable when it is over, or over already */
async function until<T>(deadline: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KafkaUnavailable()), Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const isCalendars = (record: LogRecord): record is LogRecord<CalendarEvent> => !isAuditEvent(record.event);

export class KafkaGateway extends DurableObject<KafkaVariables & ReaderEnv> {
  readonly #settings: KafkaSettings | null;
  #producer: Promise<Producer> | null = null;
  /** One batch at a time: the order of a key is the order of the batches. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Partitions that are being read. In memory only: a reader that is lost is rung for again. */
  readonly #reading = new Set<string>();

  constructor(ctx: DurableObjectState, env: KafkaVariables & ReaderEnv) {
    super(ctx, env);
    const settings = kafkaSettings(env);
    this.#settings = typeof settings === "string" ? null : settings;
  }

  /**
   * [E7] There is something to read in this partition of the log. Returns at once: reading and writing go on behind the answer, so that
   * a broker that hangs keeps nobody waiting who rang.
   */
  ring(partition: string): void {
    if (!this.#settings) {
      logEvent("kafka.settings_wrong"); // which one may be: docs/operations/events.md
      return;
    }
    if (this.#reading.has(partition)) return;
    this.#reading.add(partition);
    const topic = kafkaTopic(this.#settings.topicPrefix, APPOINTMENTS_TOPIC);
    const number = Number(partition.split("/")[1]);
    this.ctx.waitUntil(
      consume(this.env, partition, MIRROR_GROUP, (records) =>
        this.#mirror(topic, number, records.filter(isCalendars)),
      )
        .catch((error: unknown) => logFailure("kafka.read_failed", error)) // the log rings again
        .finally(() => this.#reading.delete(partition)),
    );
  }

  /**
   * Writes records of one partition of the log into the same partition of the topic, in their order. Written by every replica in sync
   * when it returns. @throws KafkaUnavailable: then the same records come again, and some may be there twice, under equal ids.
   */
  #mirror(topic: string, partition: number, records: readonly LogRecord<CalendarEvent>[]): Promise<void> {
    const deadline = Date.now() + SEND_MAX_MS;
    const turn = this.#turn.then(async () => {
      for (const messages of inBatches(records.map(kafkaMessage)))
        await this.#send(
          topic,
          messages.map((message) => ({ ...message, partition })),
          deadline,
        );
    });
    this.#turn = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  async #send(
    topic: string,
    messages: (KafkaMessage & { readonly partition: number })[],
    deadline: number,
  ): Promise<void> {
    if (Date.now() >= deadline) throw new KafkaUnavailable(); // its reader has gone, and comes again
    this.#producer ??= this.#connect(topic);
    const producer = this.#producer;
    const sent = producer.then((one) => one.send({ topic, acks: -1, messages }));
    try {
      await until(deadline, sent);
    } catch (error) {
      // [E8] Never used again: the library takes its sequence back after a failed send, and if that batch was written after all the
      // broker would acknowledge the next one without writing it. A new producer has a new id.
      this.#producer = null;
      this.ctx.waitUntil(this.#discard(producer, sent));
      logFailure("kafka.send_failed", error);
      throw new KafkaUnavailable();
    }
  }

  /** Twice: a send that still waits connects again by itself, and nobody else would close that. */
  async #discard(producer: Promise<Producer>, sent: Promise<unknown>): Promise<void> {
    const one = await producer.catch(() => null); // it never came to be
    await one?.disconnect().catch(() => undefined);
    await sent.catch(() => undefined); // said already
    await one?.disconnect().catch(() => undefined);
  }

  async #connect(topic: string): Promise<Producer> {
    const { connectProducer } = await import("./kafka-producer.ts");
    if (!this.#settings) throw new KafkaUnavailable();
    return connectProducer(this.#settings, new Map([[topic, APPOINTMENT_PARTITIONS]]));
  }
}
