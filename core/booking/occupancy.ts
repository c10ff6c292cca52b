/** Who takes time on a calendar, and whether a wanted time is free of all of them. */
import type { LocationId, VisitTypeId } from "../ids.ts";
import { type Instant, type Interval, overlaps } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { Place } from "./commands.ts";
import type { Blocker } from "./refusal.ts";

/** Something that takes time, whatever table it stands in. Prepared time of a saga is a `hold` to everybody else. */
export interface Occupant extends Interval {
  readonly kind: "appointment" | "hold" | "block";
  /** Of the row: an appointment, a hold, an attempt, a block. */
  readonly id: string;
  /** null for what is no visit. */
  readonly visitTypeId: VisitTypeId | null;
  readonly locationId: LocationId | null;
}

/**
 * [B1] The class of what takes a minute of `place`, or null when it is free.
 * @param except the row that the caller gives up with the same command: its own appointment, or the hold it converts
 */
export function blockerOf(
  view: Pick<CalendarView, "occupantsIn">,
  place: Place,
  except: string | null,
  now: Instant,
): Blocker | null {
  const others = view.occupantsIn(place, now).filter(({ id }) => id !== except);
  return others.find((other) => overlaps(other, place))?.kind ?? null;
}
