/** May a series stand? All of its visits, or none: decided visit by visit, by the very test of a single booking. */
import type { Instant } from "../time.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { BookCommand } from "./commands.ts";
import { type BookDecision, decideBook } from "./decide-book.ts";
import type { BookingRefusal } from "./refusal.ts";

/** [Z2] Visits of one series: half a year of fortnights and more, and one transaction that nobody has to wait for. */
export const SERIES_VISITS_MAX = 20;

type Commit = Extract<BookDecision, { kind: "commit" }>;

export type SeriesDecision =
  | Exclude<BookDecision, { kind: "commit" | "refused" }>
  | { readonly kind: "commit"; readonly visits: readonly Commit[] }
  | {
      readonly kind: "refused";
      readonly refusal: BookingRefusal;
      readonly fence: boolean;
      /** In the order of the visits; null = this one could be had. */
      readonly refusals: readonly (BookingRefusal | null)[];
    };

/** Each visit as a command of its own; they share attempt, deadline and series, and only the first has a hold. */
export function visitCommands(command: BookCommand): BookCommand[] {
  const { more = [], hold: _first, ...common } = command;
  const seriesOf = command.appointmentId;
  return [command, ...more.map((visit) => ({ ...common, ...visit, more, seriesOf }))];
}

/** [Z1] [Z3] Repetition, fence and deadline are those of the first visit: they hold for the whole. */
export function decideSeries(view: CalendarView, command: BookCommand, now: Instant): SeriesDecision {
  const decisions = visitCommands(command).map((visit) => decideBook(view, visit, now));
  const first = decisions[0] as BookDecision;
  if (first.kind !== "commit" && first.kind !== "refused") return first;
  const refusals = decisions.map((decision) => (decision.kind === "refused" ? decision.refusal : null));
  const refusal = refusals.find((found) => found !== null);
  if (refusal) return { kind: "refused", refusal, fence: command.again, refusals };
  return { kind: "commit", visits: decisions.filter((decision) => decision.kind === "commit") };
}
