/**
 * Whether a chain, as it was read back, is the one that was written. Rows come one by one in their order, so that a million need
 * no more memory than one.
 */
import type { Instant } from "../time.ts";
import { type ChainHead, EMPTY_CHAIN, hashAfter, type Sha256 } from "./chain.ts";
import { type Checkpoint, retainedFrom } from "./checkpoint.ts";

/** A stored row: its hash, and the line that its columns spell. */
export interface StoredLine {
  readonly hash: string;
  readonly line: string;
}

export type Fault =
  /** The first row is neither the first entry nor follows a checkpoint of the time before retention. */
  | "start-missing"
  /** A row is missing, there twice, out of its place, or of another chain. */
  | "gap"
  /** A row does not say what its hash says. */
  | "altered"
  /** The chain is whole in itself and another one than was signed. */
  | "rewritten"
  /** A signed entry is not there any more. */
  | "truncated"
  /** Rows after the last entry that was ever written. */
  | "invented"
  /** A checkpoint lacks a good signature, or they contradict each other. */
  | "checkpoint";

export interface Broken {
  readonly partition: number;
  readonly seq: number;
  readonly fault: Fault;
}

/** [AU4] Reads one chain from its first row to its last. After the first fault it says nothing more. */
export class ChainReader {
  readonly #partition: number;
  readonly #sha256: Sha256;
  readonly #before: Instant;
  /** By sequence; signatures are checked by whoever read them. */
  readonly #checkpoints: readonly Checkpoint[];
  #next = 0;
  #seq = 0;
  #hash = EMPTY_CHAIN.hash;
  #rows = 0;
  #fault: Broken | null = null;

  /** @param checkpoints of this chain, by sequence */
  constructor(partition: number, checkpoints: readonly Checkpoint[], now: Instant, sha256: Sha256) {
    this.#partition = partition;
    this.#checkpoints = checkpoints;
    this.#before = retainedFrom(now);
    this.#sha256 = sha256;
    const wrong = checkpoints.find((one, index) => !follows(one, checkpoints[index - 1], partition));
    if (wrong) this.#break(wrong.seq, "checkpoint");
  }

  get fault(): Broken | null {
    return this.#fault;
  }

  /** Rows read. */
  get rows(): number {
    return this.#rows;
  }

  /** The last row's sequence; 0 = none. */
  get seq(): number {
    return this.#seq;
  }

  /** Rows beyond the last checkpoint: whole in themselves, and nobody has vouched for them yet. */
  get unsigned(): number {
    return Math.max(0, this.#seq - (this.#checkpoints.at(-1)?.seq ?? 0));
  }

  row({ hash, line }: StoredLine): Broken | null {
    if (this.#fault) return this.#fault;
    if (this.#rows === 0) {
      const first = Number(line.split("\t", 3)[2]);
      if (first !== 1 && !this.#beginsAt(first)) return this.#break(first, "start-missing");
    }
    this.#rows += 1;
    const seq = this.#seq + 1;
    if (!line.startsWith(`1\t${this.#partition}\t${seq}\t`)) return this.#break(seq, "gap");
    if (hashAfter(this.#hash, line, this.#sha256) !== hash) return this.#break(seq, "altered");
    this.#seq = seq;
    this.#hash = hash;
    const signed = this.#checkpoints[this.#next];
    if (signed?.seq !== seq) return null;
    this.#next += 1;
    return signed.hash === hash ? null : this.#break(seq, "rewritten");
  }

  /**
   * After the last row.
   * @param head the chain's end as its writer has it, asked for after the last row was read; null = nobody could be asked
   */
  end(head: ChainHead | null): Broken | null {
    if (this.#fault) return this.#fault;
    const last = this.#checkpoints.at(-1);
    const mayBeGone = this.#rows === 0 && last !== undefined && last.at < this.#before;
    if (last && last.seq > this.#seq && !mayBeGone) return this.#break(this.#seq + 1, "truncated");
    if (!head || mayBeGone || this.#rows === 0) return null;
    if (head.seq < this.#seq) return this.#break(head.seq + 1, "invented");
    return head.seq === this.#seq && head.hash !== this.#hash ? this.#break(this.#seq, "rewritten") : null;
  }

  /** [AU10] Behind a checkpoint that is old enough, and nowhere else. */
  #beginsAt(seq: number): boolean {
    const index = this.#checkpoints.findIndex((one) => one.seq === seq - 1);
    const signed = this.#checkpoints[index];
    if (!signed || signed.at >= this.#before) return false;
    this.#seq = signed.seq;
    this.#hash = signed.hash;
    this.#next = index + 1;
    return true;
  }

  #break(seq: number, fault: Fault): Broken {
    this.#fault = { partition: this.#partition, seq: Number.isSafeInteger(seq) ? seq : this.#seq + 1, fault };
    return this.#fault;
  }
}

/** [AU6] As the witness signs them. */
const follows = (one: Checkpoint, before: Checkpoint | undefined, partition: number): boolean =>
  one.partition === partition && (!before || (one.seq > before.seq && one.at >= before.at));
