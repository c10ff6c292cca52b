/** What the agenda makes of the calendar's word, of an event, and of silence. */
import type { AppointmentFacts } from "../booking/appointment.ts";
import type { CalendarReply } from "../booking/commands.ts";
import type { AttemptId } from "../ids.ts";
import { type Instant, plus } from "../time.ts";
import { type CommandRow, RESOLVE_PAUSES_MS } from "./command-row.ts";

export type ReplyStep =
  /** A positive answer to a send needs no write: pending plus the calendar's word is the answer; the log settles it. */
  | { readonly step: "accepted" }
  /** Learned by asking: the row and the claim are written together, or a second booking slips through the gap. */
  | { readonly step: "settle"; readonly row: CommandRow; readonly claim: AppointmentFacts }
  | { readonly step: "write"; readonly row: CommandRow; readonly answer: "refused" | "void" | "needs-config" }
  | { readonly step: "resolve" }
  | { readonly step: "wait"; readonly answer: "busy" };

export function decideReply(row: CommandRow, asked: "send" | "resolve", reply: CalendarReply): ReplyStep {
  switch (reply.kind) {
    case "done":
      if (asked === "send") return { step: "accepted" };
      return { step: "settle", row: { ...row, state: "done" }, claim: reply.appointment };
    case "refused":
      return {
        step: "write",
        row: {
          ...row,
          state: "refused",
          refused: {
            refusal: reply.refusal,
            alternatives: reply.alternatives,
            ...(reply.occurrences ? { occurrences: reply.occurrences } : {}),
          },
        },
        answer: "refused",
      };
    case "fenced":
      return { step: "write", row: { ...row, state: "void" }, answer: "void" };
    case "needs-config":
      // Nothing was decided, and a call is delivered at most once: no copy of this attempt is left to commit.
      return { step: "write", row: { ...row, state: "void" }, answer: "needs-config" };
    case "late":
      return { step: "resolve" };
    case "busy":
      return { step: "wait", answer: "busy" };
  }
}

/** After an alarm found no answer: when to ask next. */
export function askedInVain(row: CommandRow, now: Instant): CommandRow {
  const pause = RESOLVE_PAUSES_MS[Math.min(row.asks, RESOLVE_PAUSES_MS.length - 1)] as number;
  return { ...row, asks: row.asks + 1, askAt: plus(now, pause) };
}

/**
 * [G8] Whether news of an appointment proves that a pending command on it committed. Any news does for a booking; a
 * move must be named as the cause, because somebody else's change also raises the version.
 */
export function provesDone(row: CommandRow, news: AppointmentFacts, cause: AttemptId | null): boolean {
  if (row.state !== "pending" || row.request.wanted.appointmentId !== news.id) return false;
  return row.request.wanted.kind === "book" || row.attempt === cause;
}
