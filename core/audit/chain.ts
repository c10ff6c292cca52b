/** The chain: each entry's hash covers its own line and the hash before it, so that no entry can change alone. */
import { type AuditEntry, type ChainedEntry, canonicalLine, checkEntry } from "./entry.ts";

/** SHA-256 of UTF-8 text as 43 characters of base64url. An argument: core computes no hashes itself. */
export type Sha256 = (text: string) => string;

/** The last entry of a chain. */
export interface ChainHead {
  /** 0 = nothing is there yet. */
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: "openslot-audit-1" };

/** [AU3] The hash of what follows `before`. */
export const hashAfter = (before: string, line: string, sha256: Sha256): string =>
  sha256(`${before}\n${line}`);

/** [AU3] Puts `entry` after `head`. */
export function link(partition: number, head: ChainHead, entry: AuditEntry, sha256: Sha256): ChainedEntry {
  checkEntry(entry);
  const placed = { ...entry, partition, seq: head.seq + 1 };
  return { ...placed, hash: hashAfter(head.hash, canonicalLine(placed), sha256) };
}
