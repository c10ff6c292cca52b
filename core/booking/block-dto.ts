/** A block as staff see it, field by field. */
import { spellInZone } from "../schedule/clinic-time.ts";
import type { Block } from "./block.ts";

export interface BlockDto {
  readonly id: string;
  readonly providerId: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly reasonCode: string;
  readonly locationId?: string;
  readonly source: string;
  readonly externalId?: string;
  readonly createdAt: string;
}

export const blockDto = (block: Block, timeZone: string): BlockDto => ({
  id: block.id,
  providerId: block.providerId,
  start: spellInZone(block.start, timeZone),
  end: spellInZone(block.end, timeZone),
  timeZone,
  reasonCode: block.reasonCode,
  ...(block.locationId === null ? {} : { locationId: block.locationId }),
  source: block.source,
  ...(block.externalId === null ? {} : { externalId: block.externalId }),
  createdAt: spellInZone(block.createdAt, timeZone),
});
