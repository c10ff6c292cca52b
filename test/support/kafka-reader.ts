/** Reads a whole topic of a real Kafka, outside of everything of ours. */
import kafkajs from "kafkajs";
import { until } from "./bare-wait.ts";

const { Kafka, logLevel } = kafkajs;

export interface KafkaRecord {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** In the order of each partition, from the first record to what was the last when it was called. */
export async function readTopic(broker: string, topic: string): Promise<KafkaRecord[]> {
  const kafka = new Kafka({ clientId: "reader", brokers: [broker], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    ends.filter(({ high }) => high !== "0").map(({ partition, high }) => [partition, BigInt(high)]),
  );
  const records: KafkaRecord[] = [];
  if (missing.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `reader-${crypto.randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const { key, value, headers } of batch.messages)
          records.push({
            partition: batch.partition,
            key: String(key),
            value: String(value),
            headers: Object.fromEntries(
              Object.entries(headers ?? {}).map(([name, one]) => [name, String(one)]),
            ),
          });
        if (BigInt(batch.lastOffset()) + 1n >= (missing.get(batch.partition) ?? 0n))
          missing.delete(batch.partition);
      },
    });
    await until(() => missing.size === 0, { what: `the end of ${topic}`, maxMs: 60_000 });
  } finally {
    await consumer.disconnect();
  }
  return records;
}
