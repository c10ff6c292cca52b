/** Blocks: time that a provider does not see patients, whatever the open hours say. Staff set them, or an outside calendar. */
import type { AppointmentId, BlockId, CommandId, LocationId, ProviderId } from "../ids.ts";
import { DAY_MS, HOUR_MS, type Instant, type Interval } from "../time.ts";

/** [Q1] A month of leave. Bounds how far before an interval a block that reaches into it can start. */
export const BLOCK_MS_MAX = 31 * DAY_MS;
/** [Q1] Blocks that are not over yet, per calendar: three months of twenty a day, twice over. */
export const OPEN_BLOCKS_MAX = 4_000;
/** [Q4] Appointments that an answer names; who blocks a full month moves them a week at a time. */
export const COVERED_MAX = 200;
/** [Q3] Contract of the Idempotency-Key: an answer can be had again for a day. */
export const BLOCK_ANSWER_LIFE_MS = 24 * HOUR_MS;

/** Why: a code, never text. */
export const BLOCK_REASONS = [
  "meeting",
  "leave",
  "sick",
  "training",
  "administration",
  "emergency",
  "maintenance",
  "external-busy",
  "other",
] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

export interface Block extends Interval {
  readonly id: BlockId;
  readonly providerId: ProviderId;
  readonly reasonCode: BlockReason;
  /** Where the provider is meanwhile, which counts for the way to other sites; the time is blocked at every site. */
  readonly locationId: LocationId | null;
  readonly source: "staff" | "external";
  /** Names the busy time in the calendar that it comes from; null for one that staff set. */
  readonly externalId: string | null;
  readonly createdAt: Instant;
}

/** What a creating call answered, kept for its repetition. */
export interface BlockAnswer {
  readonly block: Block;
  /** The caller's appointments that lie under it; they stay where they are until somebody moves them. */
  readonly covered: readonly AppointmentId[];
  /** False when the call changed a block that the same outside calendar had sent before. */
  readonly created: boolean;
}

/** A past call on blocks, by its key: what it asked and what it was told. A removal has no answer to keep. */
export interface BlockCommandRow {
  readonly fingerprint: string;
  readonly answer: BlockAnswer | null;
}

export interface BlockCommand extends Interval {
  readonly command: CommandId;
  readonly fingerprint: string;
  /** A fresh id, used unless the outside calendar's own id is known already. */
  readonly id: BlockId;
  readonly reasonCode: BlockReason;
  readonly locationId: LocationId | null;
  readonly source: Block["source"];
  readonly externalId: string | null;
}

export interface UnblockCommand {
  readonly command: CommandId;
  readonly fingerprint: string;
  readonly id: BlockId;
  /** Whose blocks the caller may remove: a sync its own only. */
  readonly only: Block["source"] | null;
}

export type BlockRefusal = "key-reuse" | "too-many-blocks" | "not-found";

export type BlockDecision =
  | { readonly kind: "replay"; readonly answer: BlockAnswer }
  | { readonly kind: "refused"; readonly refusal: BlockRefusal }
  | { readonly kind: "commit"; readonly block: Block; readonly before: Block | null }
  /** [Q5] The outside calendar says what it said before. */
  | { readonly kind: "unchanged"; readonly block: Block; readonly before: Block };

/** What a decision about a block looks at; all of it read in its transaction. */
export interface BlockFacts {
  readonly providerId: ProviderId;
  readonly earlier: BlockCommandRow | null;
  /** The block that the outside calendar sent before under the same id. */
  readonly known: Block | null;
  /** Blocks of this calendar that are not over, counted up to OPEN_BLOCKS_MAX. */
  readonly openBlocks: number;
}

/** [Q1]–[Q3] Repetition first. A block is laid over whatever is there: nobody can say no to a doctor who is ill. */
export function decideBlock(facts: BlockFacts, command: BlockCommand, now: Instant): BlockDecision {
  const { earlier, known } = facts;
  if (earlier) {
    return earlier.fingerprint === command.fingerprint && earlier.answer
      ? { kind: "replay", answer: earlier.answer }
      : { kind: "refused", refusal: "key-reuse" };
  }
  if (!known && facts.openBlocks >= OPEN_BLOCKS_MAX) return { kind: "refused", refusal: "too-many-blocks" };
  const { start, end, reasonCode, locationId, source, externalId } = command;
  const block: Block = {
    id: known?.id ?? command.id, // [Q5]
    providerId: facts.providerId,
    start,
    end,
    reasonCode,
    locationId,
    source,
    externalId,
    createdAt: known?.createdAt ?? now,
  };
  return known && sameBlock(known, block)
    ? { kind: "unchanged", block: known, before: known }
    : { kind: "commit", block, before: known };
}

const sameBlock = (a: Block, b: Block): boolean =>
  a.start === b.start && a.end === b.end && a.reasonCode === b.reasonCode && a.locationId === b.locationId;

export type UnblockDecision =
  | { readonly kind: "replay" }
  | { readonly kind: "refused"; readonly refusal: BlockRefusal }
  | { readonly kind: "commit"; readonly block: Block };

/** [Q6] Gives blocked time back, once. */
export function decideUnblock(
  earlier: BlockCommandRow | null,
  block: Block | null,
  command: UnblockCommand,
): UnblockDecision {
  if (earlier) {
    return earlier.fingerprint === command.fingerprint
      ? { kind: "replay" }
      : { kind: "refused", refusal: "key-reuse" };
  }
  if (!block || (command.only !== null && block.source !== command.only))
    return { kind: "refused", refusal: "not-found" };
  return { kind: "commit", block };
}
