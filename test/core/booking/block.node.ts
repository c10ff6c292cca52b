/** Proves what a block decides by name. That it takes time: occupancy.node.ts; that it is stored and told: test/workers. */
import { describe, expect, it } from "vitest";
import {
  type Block,
  type BlockAnswer,
  type BlockCommand,
  type BlockFacts,
  decideBlock,
  decideUnblock,
  OPEN_BLOCKS_MAX,
} from "../../../core/booking/block.ts";
import { blockDto } from "../../../core/booking/block-dto.ts";
import { blockEvent, configuredEvent, isAppointmentEvent } from "../../../core/events/event.ts";
import type { BlockId } from "../../../core/ids.ts";
import { HOUR_MS, plus } from "../../../core/time.ts";
import { commandId, NOW, providerId, START } from "../../support/core-builders.ts";

const blockId = (n: number): BlockId => `blk_${n}` as BlockId;
const command: BlockCommand = {
  command: commandId(1),
  fingerprint: "POST/1",
  id: blockId(1),
  start: START,
  end: plus(START, HOUR_MS),
  reasonCode: "meeting",
  locationId: null,
  source: "staff",
  externalId: null,
};
const nothing: BlockFacts = { providerId: providerId(1), earlier: null, known: null, openBlocks: 0 };
const block: Block = {
  id: blockId(1),
  providerId: providerId(1),
  start: START,
  end: plus(START, HOUR_MS),
  reasonCode: "meeting",
  locationId: null,
  source: "staff",
  externalId: null,
  createdAt: NOW,
};

describe("blocking", () => {
  it("[Q1] [Q4] is made of its command, whoever is there", () => {
    expect(decideBlock(nothing, command, NOW)).toEqual({ kind: "commit", block, before: null });
  });

  it("[Q3] repeats its first answer before anything else, and refuses the key for another request", () => {
    const answer: BlockAnswer = { block, covered: [], created: true };
    const facts = { ...nothing, earlier: { fingerprint: "POST/1", answer }, openBlocks: OPEN_BLOCKS_MAX };
    expect(decideBlock(facts, command, NOW)).toEqual({ kind: "replay", answer });
    const other = { ...command, fingerprint: "POST/2" };
    expect(decideBlock(facts, other, NOW)).toEqual({ kind: "refused", refusal: "key-reuse" });
  });

  it("[Q1] is refused when a calendar is full of blocks, but a known one can still change", () => {
    const full = { ...nothing, openBlocks: OPEN_BLOCKS_MAX };
    expect(decideBlock(full, command, NOW)).toEqual({ kind: "refused", refusal: "too-many-blocks" });
    expect(decideBlock({ ...full, openBlocks: OPEN_BLOCKS_MAX - 1 }, command, NOW).kind).toBe("commit");
    const known = { ...block, end: plus(START, 2 * HOUR_MS) };
    expect(decideBlock({ ...full, known }, command, NOW).kind).toBe("commit");
  });

  it("[Q5] changes what the outside calendar sent before, under its id, and nothing when it is the same", () => {
    const external = { ...command, source: "external" as const, externalId: "e-1", id: blockId(2) };
    const known = { ...block, source: "external" as const, externalId: "e-1" };
    const later = plus(NOW, HOUR_MS);
    expect(decideBlock({ ...nothing, known }, external, later)).toEqual({
      kind: "unchanged",
      block: known,
      before: known,
    });
    const longer = { ...external, end: plus(START, 2 * HOUR_MS) };
    expect(decideBlock({ ...nothing, known }, longer, later)).toEqual({
      kind: "commit",
      before: known,
      block: { ...known, end: longer.end },
    });
  });
});

describe("giving back", () => {
  const remove = { command: commandId(2), fingerprint: "DELETE/1", id: blockId(1), only: null };

  it("[Q6] removes a block once; a repetition is answered again, another key finds nothing", () => {
    expect(decideUnblock(null, block, remove)).toEqual({ kind: "commit", block });
    expect(decideUnblock({ fingerprint: "DELETE/1", answer: null }, null, remove)).toEqual({
      kind: "replay",
    });
    expect(decideUnblock(null, null, remove)).toEqual({ kind: "refused", refusal: "not-found" });
    expect(decideUnblock({ fingerprint: "DELETE/2", answer: null }, block, remove)).toEqual({
      kind: "refused",
      refusal: "key-reuse",
    });
  });

  it("[Q5] [Q2] a sync removes its own blocks and finds no others", () => {
    const sync = { ...remove, only: "external" as const };
    expect(decideUnblock(null, block, sync)).toEqual({ kind: "refused", refusal: "not-found" });
    expect(decideUnblock(null, { ...block, source: "external" }, sync).kind).toBe("commit");
  });
});

describe("what others are told", () => {
  it("[Q7] [E6] ids, times and a code: nothing of the other calendar, and no appointment", () => {
    const external: Block = { ...block, source: "external", externalId: "CANARY" };
    for (const type of ["openslot.calendar.blocked.v1", "openslot.calendar.unblocked.v1"] as const) {
      const event = blockEvent(type, 7, NOW, external);
      expect(event).toMatchObject({
        id: `${providerId(1)}:7`,
        type,
        data: { blockId: blockId(1), start: START },
      });
      expect(JSON.stringify(event)).not.toContain("CANARY");
      expect(isAppointmentEvent(event)).toBe(false);
    }
    expect(isAppointmentEvent(configuredEvent(providerId(1), 1, NOW, 1))).toBe(false);
  });

  it("[Q1] staff see it in the clinic's time, without what there is not", () => {
    expect(blockDto(block, "America/Chicago")).toEqual({
      id: blockId(1),
      providerId: providerId(1),
      start: "2026-11-24T09:20:00-06:00",
      end: "2026-11-24T10:20:00-06:00",
      timeZone: "America/Chicago",
      reasonCode: "meeting",
      source: "staff",
      createdAt: "2026-11-23T08:00:00-06:00",
    });
  });
});
