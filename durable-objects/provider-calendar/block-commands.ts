/**
 * Blocking time and giving it back: each one reads, decides in core/ and writes in one transaction without an await.
 * Memory and screens change only after it returned. Refusals are values.
 */
import {
  type BlockAnswer,
  type BlockCommand,
  type BlockRefusal,
  decideBlock,
  decideUnblock,
  type UnblockCommand,
} from "../../core/booking/block.ts";
import type { LocationId } from "../../core/ids.ts";
import type { BlockStore } from "./block-store.ts";
import type { CalendarParts } from "./calendar-commands.ts";
import type { Written } from "./calendar-writer.ts";

export type BlockReply =
  | ({ readonly kind: "done"; readonly replayed: boolean } & BlockAnswer)
  | { readonly kind: "refused"; readonly refusal: BlockRefusal }
  | { readonly kind: "needs-config" };

export type UnblockReply =
  | { readonly kind: "done"; readonly replayed: boolean }
  | { readonly kind: "refused"; readonly refusal: BlockRefusal };

export class BlockCommands {
  readonly #parts: Omit<CalendarParts, "locked">;
  readonly #blocks: BlockStore;

  constructor(parts: Omit<CalendarParts, "locked">, blocks: BlockStore) {
    this.#parts = parts;
    this.#blocks = blocks;
  }

  /**
   * [Q1]–[Q5] Blocks time, or changes what an outside calendar blocked before under the same id.
   * @param locations the clinics whose covered appointments the caller may hear of; null = all
   */
  block(command: BlockCommand, locations: readonly LocationId[] | null): BlockReply {
    const { memory, now, storage, writer } = this.#parts;
    const at = now();
    if (!memory.open) return { kind: "needs-config" };
    const { providerId } = memory.open.config;
    let written: Written | null = null;
    const reply = storage.transactionSync((): BlockReply => {
      const known = command.externalId === null ? null : this.#blocks.findExternal(command.externalId);
      const earlier = this.#blocks.command(command.command);
      const openBlocks = this.#blocks.countOpen(at);
      const decision = decideBlock({ providerId, earlier, known, openBlocks }, command, at);
      if (decision.kind === "refused") return decision;
      if (decision.kind === "replay") return { kind: "done", replayed: true, ...decision.answer };
      const { block, before } = decision;
      const answer: BlockAnswer = {
        block,
        covered: this.#blocks.coveredBy(block, locations),
        created: before === null,
      };
      this.#blocks.remember(command, answer, at);
      if (decision.kind === "commit") {
        written = writer.block("openslot.calendar.blocked.v1", block, before ? [before, block] : [block], at);
        this.#blocks.save(block);
      }
      return { kind: "done", replayed: false, ...answer };
    });
    if (written) writer.committed(written, at);
    return reply;
  }

  /** [Q6] Gives blocked time back. */
  unblock(command: UnblockCommand): UnblockReply {
    const { now, storage, writer } = this.#parts;
    const at = now();
    let written: Written | null = null;
    const reply = storage.transactionSync((): UnblockReply => {
      const earlier = this.#blocks.command(command.command);
      const decision = decideUnblock(earlier, this.#blocks.find(command.id), command);
      if (decision.kind === "refused") return decision;
      if (decision.kind === "replay") return { kind: "done", replayed: true };
      this.#blocks.remember(command, null, at);
      written = writer.block("openslot.calendar.unblocked.v1", decision.block, [decision.block], at);
      this.#blocks.delete(command.id);
      return { kind: "done", replayed: false };
    });
    if (written) writer.committed(written, at);
    return reply;
  }
}
