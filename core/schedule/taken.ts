/** Who takes time on a calendar, and when a wanted visit is in somebody's way. Decisions and free starts both ask here. */
import type { LocationId, VisitTypeId } from "../ids.ts";
import { type Instant, type Interval, MINUTE_MS, overlaps, plus } from "../time.ts";
import type { VisitTypeRules } from "./config.ts";

/**
 * Something that takes time, whatever table it stands in; `start` and `end` are what it takes, with its buffers.
 * Prepared time of a saga is a `hold` to everybody else.
 */
export interface Occupant extends Interval {
  readonly kind: "appointment" | "hold" | "block";
  /** Of the row: an appointment, a hold, an attempt, a block. */
  readonly id: string;
  /** null for what is no visit. */
  readonly visitTypeId: VisitTypeId | null;
  /** Where the provider is meanwhile; null = nobody said. */
  readonly locationId: LocationId | null;
  /** When the visit itself begins, after its buffer; null for what is no visit. */
  readonly visitStart: Instant | null;
}

/** A wanted start of a visit type at a site. */
export interface WantedStart {
  readonly locationId: LocationId;
  readonly start: Instant;
}

/** Named first when several are in the way: what stays there longest. */
const KINDS = ["block", "appointment", "hold"] as const;

export const capacityOf = (visit: VisitTypeRules): number => visit.capacity ?? 1;

/** [S10] What a visit takes of the calendar: itself and its buffers. */
export const takenBy = (visit: VisitTypeRules, start: Instant): Interval => ({
  start: plus(start, -(visit.bufferBeforeMinutes ?? 0) * MINUTE_MS),
  end: plus(start, (visit.minutes + (visit.bufferAfterMinutes ?? 0)) * MINUTE_MS),
});

/** [B23] What an occupant takes, as a visit at `locationId` sees it: at another site the way there and back is added. */
export function seenFrom(locationId: LocationId, other: Occupant, travelMinutes: number): Interval {
  if (other.locationId === null || other.locationId === locationId) return other;
  return {
    start: plus(other.start, -travelMinutes * MINUTE_MS),
    end: plus(other.end, travelMinutes * MINUTE_MS),
  };
}

/** [B18] Whether `other` sits in the group that a visit at this start would join. */
const sharesSession = (visit: VisitTypeRules, wanted: WantedStart, other: Occupant): boolean =>
  capacityOf(visit) > 1 &&
  other.visitTypeId === visit.id &&
  other.locationId === wanted.locationId &&
  other.visitStart === wanted.start;

/**
 * [B1] [B18] [B23] [S10] The class of what keeps a visit from this start, or null when nothing does.
 * @param others everything that takes a minute of the visit, its buffers and the way to another site; more is harmless
 */
export function blockerAmong(
  others: readonly Occupant[],
  visit: VisitTypeRules,
  wanted: WantedStart,
  travelMinutes: number,
): Occupant["kind"] | "capacity" | null {
  const taken = takenBy(visit, wanted.start);
  const strangers = others.filter((other) => !sharesSession(visit, wanted, other));
  const inTheWay = strangers.filter((other) =>
    overlaps(seenFrom(wanted.locationId, other, travelMinutes), taken),
  );
  const kind = KINDS.find((candidate) => inTheWay.some((other) => other.kind === candidate));
  if (kind) return kind;
  return others.length - strangers.length < capacityOf(visit) ? null : "capacity";
}

/** [B22] Visits of this type that begin within `interval`. */
export const visitsStarting = (
  others: readonly Occupant[],
  visitTypeId: VisitTypeId,
  interval: Interval,
): number =>
  others.filter(
    ({ visitTypeId: type, visitStart }) =>
      type === visitTypeId &&
      visitStart !== null &&
      visitStart >= interval.start &&
      visitStart < interval.end,
  ).length;
