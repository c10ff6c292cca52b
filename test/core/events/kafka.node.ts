/** Proves what of the log goes to Kafka in which shape, and that a wrong setting is a sentence without the value. */
import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { describe, expect, it } from "vitest";
import { configuredEvent } from "../../../core/events/event.ts";
import {
  inBatches,
  isMirrored,
  kafkaMessage,
  kafkaSettings,
  kafkaTopic,
} from "../../../core/events/kafka.ts";
import { AUDIT_GROUPS, CONSUMER_GROUPS, groupsOf } from "../../../core/events/log.ts";
import { APPOINTMENT_PARTITIONS, partitionOf } from "../../../core/events/partition.ts";
import type { ProviderId } from "../../../core/ids.ts";
import { NOW } from "../../support/core-builders.ts";

const event = configuredEvent("prv_7q" as ProviderId, 42, NOW, 3);

describe("a message", () => {
  it("[E7] is the event in CloudEvents' structured mode, under its calendar's key, with its id beside", () => {
    const { key, value, headers } = kafkaMessage({ offset: 7, event });
    expect(key).toBe("prv_7q");
    expect(JSON.parse(value)).toEqual(event);
    expect(headers).toEqual({
      "content-type": "application/cloudevents+json; charset=UTF-8",
      ce_id: "prv_7q:42",
      ce_type: "openslot.calendar.configured.v1",
      log_offset: "7",
    });
    expect(kafkaTopic("openslot", "appointments")).toBe("openslot.appointments");
  });

  it("[E7] goes in batches below what a broker takes, in order, however large the events are", () => {
    const message = (n: number, chars: number) => ({
      key: "k",
      value: String(n).padEnd(chars, "x"),
      headers: {},
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 })), (sizes) => {
        const messages = sizes.map((chars, n) => message(n, chars));
        const batches = inBatches(messages, 400);
        expect(batches.flat()).toEqual(messages);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThanOrEqual(400);
        }
      }),
    );
    expect(inBatches([message(0, 900)], 400)).toHaveLength(1); // one that is too large is the broker's to refuse
  });

  it("[E2] would go to the same partition if Kafka's own partitioner chose it", () => {
    const partitionMetadata = Array.from({ length: APPOINTMENT_PARTITIONS }, (_, partitionId) => ({
      ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
    }));
    const choose = Partitioners.DefaultPartitioner();
    for (let n = 0; n < 5_000; n++) {
      const key = `prv_${n.toString(36)}${(n * 7_919).toString(32)}`;
      expect(choose({ topic: "t", partitionMetadata, message: { key, value: null } })).toBe(
        partitionOf(key, APPOINTMENT_PARTITIONS),
      );
    }
  });
});

describe("the mirror's group", () => {
  it("[E7] [E5] reads appointments where a Kafka is configured, never the audit, and holds nothing back where none is", () => {
    expect(groupsOf("appointments/3", true)).toEqual([...CONSUMER_GROUPS, "kafka"]);
    expect(groupsOf("appointments/3", false)).toEqual(CONSUMER_GROUPS);
    expect(groupsOf("audit/3", true)).toEqual(AUDIT_GROUPS);
  });
});

describe("settings of Kafka", () => {
  const secured = {
    KAFKA_BOOTSTRAP_SERVERS: "b1.example.org:9094,b2.example.org:9094",
    KAFKA_SASL_USERNAME: "openslot",
    KAFKA_SASL_PASSWORD: "SECRET",
  };

  it("[E7] name a Kafka or none, for whoever writes and for whoever keeps", () => {
    for (const none of [undefined, "", ",", ",,"]) {
      expect(isMirrored(none === undefined ? {} : { KAFKA_BOOTSTRAP_SERVERS: none })).toBe(false);
    }
    expect(isMirrored(secured)).toBe(true);
  });

  it("[K5] are encrypted and ask who we are unless somebody chose otherwise", () => {
    expect(kafkaSettings({})).toMatchObject({ brokers: [], isEncrypted: true, sasl: null });
    expect(kafkaSettings(secured)).toEqual({
      brokers: ["b1.example.org:9094", "b2.example.org:9094"],
      isEncrypted: true,
      sasl: { mechanism: "scram-sha-256", username: "openslot", password: "SECRET" },
      topicPrefix: "openslot",
    });
    expect(kafkaSettings({ ...secured, KAFKA_SECURITY: "plaintext" })).toMatchObject({
      isEncrypted: false,
      sasl: null,
    });
    expect(kafkaSettings({ ...secured, KAFKA_SECURITY: "tls" })).toMatchObject({
      isEncrypted: true,
      sasl: null,
    });
  });

  it.each([
    ["KAFKA_BOOTSTRAP_SERVERS", "SECRET"],
    ["KAFKA_BOOTSTRAP_SERVERS", "SECRET:9092," + "SECRET"],
    ["KAFKA_SECURITY", "SECRET"],
    ["KAFKA_SASL_MECHANISM", "SECRET"],
    ["KAFKA_SASL_USERNAME", ""],
    ["KAFKA_SASL_PASSWORD", ""],
    ["TOPIC_PREFIX", "Has Space SECRET"],
  ])("[K5] say what is wrong with %s (%#) and not the value", (name, value) => {
    const said = kafkaSettings({ ...secured, [name]: value });
    expect(said).toContain(name);
    expect(said).not.toContain("SECRET");
  });
});
