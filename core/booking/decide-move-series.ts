/** May a series move? All of its visits, or none: decided visit by visit, by the very test of a single move. */
import { invariant } from "../invariant.ts";
import { type Instant, overlaps } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { MoveCommand } from "./commands.ts";
import { decideMove, type MoveDecision, samePlace } from "./decide-move.ts";
import type { Occupant } from "./occupancy.ts";
import { type BookingRefusal, broken } from "./refusal.ts";

type Commit = Extract<MoveDecision, { kind: "commit" }>;

export type SeriesMoveDecision =
  | Exclude<MoveDecision, { kind: "commit" | "refused" | "busy" }>
  /** `locked`: the visit that a saga holds. */
  | { readonly kind: "busy"; readonly locked: MoveCommand["appointmentId"] }
  | { readonly kind: "commit"; readonly visits: readonly Commit[] }
  | {
      readonly kind: "refused";
      readonly refusal: BookingRefusal;
      readonly fence: boolean;
      /** In the order of the visits; null = this one could move. */
      readonly refusals: readonly (BookingRefusal | null)[];
    };

/** Each visit as a command of its own; they share attempt, deadline and caller. */
export function moveCommands(command: MoveCommand): MoveCommand[] {
  const { more = [], who: _ofTheFirst, ...common } = command;
  const further = more.map(({ appointmentId, place, before, who }): MoveCommand => {
    return { ...common, appointmentId, place, ifMatch: before.version, ...(who ? { who } : {}) };
  });
  return [command, ...further];
}

/** [Z7] Repetition, fence and deadline are those of the first visit: they hold for the whole. */
export function decideMoveSeries(view: CalendarView, command: MoveCommand, now: Instant): SeriesMoveDecision {
  const commands = moveCommands(command);
  const decisions = command.more ? decideTogether(view, commands, now) : [decideMove(view, command, now)];
  const first = decisions[0] as MoveDecision;
  if (first.kind === "done" || first.kind === "fenced" || first.kind === "late") return first;
  const locked = commands.find((_, index) => decisions[index]?.kind === "busy");
  if (locked) return { kind: "busy", locked: locked.appointmentId }; // [J2]
  const refusals = decisions.map((decision) => (decision.kind === "refused" ? decision.refusal : null));
  const refusal =
    refusals.find((found) => found?.reason === "stale-version") ?? refusals.find((found) => found !== null);
  if (refusal) return { kind: "refused", refusal, fence: command.again, refusals };
  const visits = decisions.filter((decision) => decision.kind === "commit");
  invariant(visits.length === commands.length, "visits of one attempt are repeated together");
  return { kind: "commit", visits };
}

/** In order, each one as if those before it had moved and none of the others were still at the time that it leaves. */
function decideTogether(view: CalendarView, commands: readonly MoveCommand[], now: Instant): MoveDecision[] {
  const leaving = new Set<string>(
    commands.filter((visit) => leaves(view, visit)).map((v) => v.appointmentId),
  );
  const placed: Occupant[] = [];
  const around: CalendarView = {
    open: view.open,
    find: (id) => view.find(id),
    isFenced: (attempt) => view.isFenced(attempt),
    preparedOn: (id) => view.preparedOn(id),
    forwardingOf: (id) => view.forwardingOf(id),
    reservationOf: (id) => view.reservationOf(id),
    findHold: (id) => view.findHold(id),
    occupantsIn: (interval, at) => [
      ...view.occupantsIn(interval, at).filter(({ id }) => !leaving.has(id)),
      ...placed.filter((other) => overlaps(other, interval)),
    ],
  };
  return commands.map((visit) => {
    const decision = asPartOfSeries(view, visit, decideMove(around, visit, now));
    if (decision.kind === "commit" && decision.takes) placed.push(occupantOf(decision, decision.takes));
    return decision;
  });
}

/** [M5] A visit that stays where it is keeps its time from the others. */
function leaves(view: CalendarView, { appointmentId, place }: MoveCommand): boolean {
  const stored = view.find(appointmentId);
  return stored !== null && !samePlace(stored.appointment, place);
}

const occupantOf = ({ appointment }: Commit, takes: NonNullable<Commit["takes"]>): Occupant => ({
  kind: "appointment",
  id: appointment.id,
  start: takes.start,
  end: takes.end,
  visitTypeId: appointment.visitTypeId,
  locationId: appointment.locationId,
  visitStart: appointment.start,
});

/** [Z8] A visit that is not here any more has changed since it was seen; one with resources moves alone, with them ([R5]). */
function asPartOfSeries(view: CalendarView, visit: MoveCommand, decision: MoveDecision): MoveDecision {
  if (decision.kind !== "refused") return decision;
  const stored = view.find(visit.appointmentId)?.appointment;
  if (!stored) return { ...decision, refusal: { reason: "stale-version" } };
  const hasResources = stored.version === visit.ifMatch && (stored.resources?.length ?? 0) > 0;
  return hasResources && decision.refusal.reason === "stale-version"
    ? { ...decision, refusal: broken("no-resource") }
    : decision;
}
