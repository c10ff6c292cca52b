/** Proves that a key lands in the partition where Kafka's own clients would put it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  APPOINTMENT_PARTITIONS,
  murmur2,
  partitionName,
  partitionOf,
} from "../../../core/events/partition.ts";
import { encodeBytes, makeId } from "../../../core/ids.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Vectors of Kafka's own tests and of kafkajs (handbook/events-and-kafka.md §5): key, murmur2, of 6, of 12. */
const VECTORS: [string, number, number, number][] = [
  ["21", -973932308, 0, 0],
  ["foobar", -790332482, 0, 6],
  ["a-little-bit-long-string", -985981536, 2, 8],
  ["a-little-bit-longer-string", -1486304829, 5, 11],
  ["abc", 479470107, 3, 3],
  ["prov_1", 567349053, 3, 9],
  ["Zürich", -1551140815, 1, 1],
  ["", 275646681, 3, 9],
];

/** Kafka's Utils.murmur2, line by line, in numbers that cannot overflow. */
function reference(data: Uint8Array): number {
  const mask = 0xffffffffn;
  const m = 0x5bd1e995n;
  const byte = (index: number): bigint => BigInt(data[index] ?? 0);
  let h = 0x9747b28cn ^ BigInt(data.length);
  const length4 = Math.floor(data.length / 4);
  for (let i = 0; i < length4; i++) {
    let k = byte(4 * i) + (byte(4 * i + 1) << 8n) + (byte(4 * i + 2) << 16n) + (byte(4 * i + 3) << 24n);
    k = (k * m) & mask;
    k ^= k >> 24n;
    k = (k * m) & mask;
    h = ((h * m) & mask) ^ k;
  }
  const rest = data.length % 4;
  const tail = data.length - rest;
  if (rest === 3) h ^= byte(tail + 2) << 16n;
  if (rest >= 2) h ^= byte(tail + 1) << 8n;
  if (rest >= 1) h = ((h ^ byte(tail)) * m) & mask;
  h ^= h >> 13n;
  h = (h * m) & mask;
  h ^= h >> 15n;
  return Number(BigInt.asIntN(32, h));
}

describe("murmur2", () => {
  for (const [key, hash] of VECTORS) {
    it(`[E2] of ${JSON.stringify(key)} is Kafka's`, () => {
      expect(murmur2(utf8(key))).toBe(hash);
    });
  }

  it("[E2] of any bytes is the reference's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(murmur2(bytes)).toBe(reference(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("partitions", () => {
  it("[E2] of every vector, for six and for twelve partitions, are Kafka's", () => {
    for (const [key, , six, twelve] of VECTORS) {
      const positive = murmur2(utf8(key)) & 0x7fffffff;
      expect([key, positive % 6, positive % 12]).toEqual([key, six, twelve]);
    }
    for (const [key, , six, twelve] of VECTORS.filter(([text]) => /^[ -~]*$/.test(text)))
      expect([key, partitionOf(key, 6), partitionOf(key, 12)]).toEqual([key, six, twelve]);
  });

  it("[E2] of any key lie in range, and the same key stays where it is", () => {
    const anyKey = fc.string({ unit: "grapheme-ascii" });
    fc.assert(
      fc.property(anyKey, fc.integer({ min: 1, max: 100 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true);
        expect(partitionOf(key, partitions)).toBe(partition);
        expect(partition).toBe((reference(utf8(key)) & 0x7fffffff) % partitions);
      }),
    );
  });

  it("[E2] share our ids out evenly enough", () => {
    expect(APPOINTMENT_PARTITIONS).toBe(6);
    const counts = Array<number>(APPOINTMENT_PARTITIONS).fill(0);
    for (let n = 0; n < 6_000; n++) {
      const id = makeId("prv", utf8(encodeBytes(new Uint8Array([n, n >> 5, n >> 10])).padEnd(12, "0")));
      counts[partitionOf(id, APPOINTMENT_PARTITIONS)] =
        (counts[partitionOf(id, APPOINTMENT_PARTITIONS)] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("[E2] have the name of their topic and number", () => {
    expect(partitionName("appointments", 3)).toBe("appointments/3");
  });
});
