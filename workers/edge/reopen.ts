/**
 * [H10] Before a missed visit is reopened: is its patient somewhere else by now? The calendar knows its own time only, so
 * the agenda is asked first. Asking and reopening are two steps: a booking of the same patient in the milliseconds between
 * them is not seen. It would have to overlap the rest of a visit that has begun, which is why this is not a saga.
 */
import type { Context } from "hono";
import type { Principal } from "../../core/access/principal.ts";
import { occupiesTime } from "../../core/booking/appointment.ts";
import { VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import { MINUTE_MS, overlaps, plus } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { CALENDAR_AWAY, type Problem, problemFor } from "./api/problem.ts";
import { findAppointment } from "./book-appointment.ts";
import type { EdgeEnv } from "./env.ts";
import { patientList } from "./patient-list.ts";

/** Appointments of one patient, cancelled ones too, that begin within eight hours; nobody has so many. */
const NEARBY_MAX = 200;

/** Why a reopening must not be asked for; null = ask the calendar, whose word it is. */
export async function reopenProblem(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
): Promise<Problem | null> {
  const found = await findAppointment(c, principal, text);
  if (!found.ok) return found.problem;
  const missed = found.appointment;
  if (missed.status !== "no-show") return null; // takes its time still, or never again
  const window = { start: plus(missed.start, -VISIT_MINUTES_MAX * MINUTE_MS), end: missed.end };
  try {
    const nearby = await patientList(c, [missed.patientId], {
      window,
      status: null,
      after: null,
      limit: NEARBY_MAX,
    });
    const elsewhere = nearby.some(
      (other) => other.id !== missed.id && occupiesTime(other.status) && overlaps(other, missed),
    );
    return elsewhere
      ? problemFor({ refusal: { reason: "patient-conflict" }, alternatives: [] }, missed.timeZone)
      : null;
  } catch (error) {
    logFailure("edge.reopen_unasked", error);
    return CALENDAR_AWAY;
  }
}
