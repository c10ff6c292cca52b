/** The calendar's final word on an attempt whose outcome its coordinator lost: done, or fenced for good. */
import type { Appointment } from "./appointment.ts";
import type { CalendarView } from "./calendar-view.ts";
import type { ResolveQuestion } from "./commands.ts";
import { findRecent } from "./recent-commands.ts";

export type ResolveDecision =
  | { readonly kind: "done"; readonly appointment: Appointment }
  | { readonly kind: "fenced" }
  /** [B14] Nothing is known of it: from now on it can never commit. */
  | { readonly kind: "fence"; readonly where: "row" | "fences" };

export function decideResolve(view: CalendarView, question: ResolveQuestion): ResolveDecision {
  const stored = view.find(question.appointmentId);
  if (question.kind === "book") {
    if (stored) return { kind: "done", appointment: stored.appointment };
    const gone = view.forwardingOf(question.appointmentId);
    if (gone) return { kind: "done", appointment: { ...gone.facts, reason: null, notes: null } };
    return view.isFenced(question.attempt) ? { kind: "fenced" } : { kind: "fence", where: "fences" };
  }
  if (!stored) return { kind: "fenced" };
  const earlier = findRecent(stored.recent, question.attempt);
  if (earlier) return earlier.answer ? { kind: "done", appointment: earlier.answer } : { kind: "fenced" };
  return { kind: "fence", where: "row" };
}
