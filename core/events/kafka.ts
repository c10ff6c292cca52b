/**
 * The log as Apache Kafka sees it: names of topics, the shape of a message, and how a broker is reached. Pure; the gateway sends.
 * CloudEvents in structured mode: the value is the event, and the header says so.
 */
import type { CalendarEvent } from "./event.ts";
import type { LogRecord } from "./log.ts";

/** Dots only: in Kafka's metric names `.` and `_` are the same character. */
export const kafkaTopic = (prefix: string, topic: string): string => `${prefix}.${topic}`;

export interface KafkaMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** [E7] The id and the type also stand in headers, so that a filter need not parse; `log_offset` is the place in our own log. */
export const kafkaMessage = ({ offset, event }: LogRecord<CalendarEvent>): KafkaMessage => ({
  key: event.partitionkey,
  value: JSON.stringify(event),
  headers: {
    "content-type": "application/cloudevents+json; charset=UTF-8",
    ce_id: event.id,
    ce_type: event.type,
    log_offset: String(offset),
  },
});

/** Below Kafka's default for a batch, 1 MiB, with room for keys and headers. */
const BATCH_CHARS_MAX = 500_000;

/** [E7] The same messages in the same order, cut so that no broker refuses a batch for its size. */
export function inBatches(messages: readonly KafkaMessage[], charsMax = BATCH_CHARS_MAX): KafkaMessage[][] {
  const batches: KafkaMessage[][] = [];
  let chars = charsMax;
  for (const message of messages) {
    chars += message.value.length;
    if (chars > charsMax) {
      batches.push([]);
      chars = message.value.length;
    }
    batches.at(-1)?.push(message);
  }
  return batches;
}

export const KAFKA_SECURITY = ["plaintext", "tls", "sasl_ssl"] as const;
export const KAFKA_MECHANISMS = ["scram-sha-256", "scram-sha-512", "plain"] as const;

/** The settings of docs/configuration.md, as text. */
export interface KafkaVariables {
  readonly KAFKA_BOOTSTRAP_SERVERS?: string;
  readonly KAFKA_SECURITY?: string;
  readonly KAFKA_SASL_MECHANISM?: string;
  readonly KAFKA_SASL_USERNAME?: string;
  readonly KAFKA_SASL_PASSWORD?: string;
  readonly TOPIC_PREFIX?: string;
}

export interface KafkaSettings {
  /** `host:port` each; empty = nothing is mirrored. */
  readonly brokers: readonly string[];
  readonly isEncrypted: boolean;
  readonly sasl: {
    readonly mechanism: (typeof KAFKA_MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  } | null;
  readonly topicPrefix: string;
}

const listOf = (servers: string | undefined): string[] =>
  (servers ?? "").split(",").filter((one) => one !== "");

/** Whether a Kafka is named at all. The log asks this, and whoever writes to it: they must not disagree. */
export const isMirrored = ({ KAFKA_BOOTSTRAP_SERVERS }: KafkaVariables): boolean =>
  listOf(KAFKA_BOOTSTRAP_SERVERS).length > 0;

const SERVER = /^[A-Za-z0-9.-]+:\d{1,5}$/;
const PREFIX = /^[a-z][a-z0-9-]*$/;
const isOneOf = <T extends string>(list: readonly T[], text: string): text is T =>
  (list as readonly string[]).includes(text);

/** The settings, or a sentence that says which one is wrong and never its value. */
export function kafkaSettings(given: KafkaVariables): KafkaSettings | string {
  const brokers = listOf(given.KAFKA_BOOTSTRAP_SERVERS);
  if (!brokers.every((one) => SERVER.test(one)))
    return "KAFKA_BOOTSTRAP_SERVERS must be host:port, several separated by commas";
  const topicPrefix = given.TOPIC_PREFIX ?? "openslot";
  if (!PREFIX.test(topicPrefix)) return "TOPIC_PREFIX must be lower-case letters, digits and dashes";
  const security = given.KAFKA_SECURITY ?? "sasl_ssl"; // what nobody chose is the safe one
  if (!isOneOf(KAFKA_SECURITY, security)) return `KAFKA_SECURITY must be one of ${KAFKA_SECURITY.join(", ")}`;
  const settings = { brokers, isEncrypted: security !== "plaintext", topicPrefix };
  if (security !== "sasl_ssl" || brokers.length === 0) return { ...settings, sasl: null };
  const mechanism = given.KAFKA_SASL_MECHANISM ?? "scram-sha-256";
  if (!isOneOf(KAFKA_MECHANISMS, mechanism))
    return `KAFKA_SASL_MECHANISM must be one of ${KAFKA_MECHANISMS.join(", ")}`;
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = given;
  if (!username || !password) return "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are needed with sasl_ssl";
  return { ...settings, sasl: { mechanism, username, password } };
}
