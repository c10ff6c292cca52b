/** Which partition of a topic a key belongs to: Java Kafka's default (murmur2), so that moving to Kafka keeps order. */

/** Fixed for the life of a topic: another number moves keys to other partitions and breaks their order. */
export const APPOINTMENT_PARTITIONS = 6;

/** Kafka's murmur2 over UTF-8 bytes, as a signed 32-bit number. Source: Kafka's Utils.murmur2; vectors in the tests. */
export function murmur2(bytes: Uint8Array): number {
  const M = 0x5bd1e995;
  const whole = bytes.length & ~3;
  const at = (index: number): number => bytes[index] as number;
  let hash = 0x9747b28c ^ bytes.length;
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24), M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const tail = bytes.length & 3;
  if (tail === 3) hash ^= at(whole + 2) << 16;
  if (tail >= 2) hash ^= at(whole + 1) << 8;
  if (tail >= 1) hash = Math.imul(hash ^ at(whole), M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** Keys are our ids: ASCII only. */
export function partitionOf(key: string, partitions: number): number {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i);
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

export const partitionName = (topic: string, partition: number): string => `${topic}/${partition}`;
