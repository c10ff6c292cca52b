/** Series: several visits under one key, booked and moved all of them or none; and giving the rest of a series back. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import type { TakeAnswer } from "../../../core/agenda/command-row.ts";
import { factsOf } from "../../../core/booking/appointment.ts";
import { appointmentDto } from "../../../core/booking/appointment-dto.ts";
import type { Occurrence } from "../../../core/booking/commands.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { problemOfTake, type TakeOutcome } from "../book-appointment.ts";
import { bookSeries, cancelRestOfSeries } from "../book-series.ts";
import { bookVisits } from "../book-visits.ts";
import type { EdgeEnv } from "../env.ts";
import { moveSeries } from "../move-series.ts";
import type { Handlers } from "./handlers.ts";
import { idempotencyKey } from "./headers.ts";
import { type Problem, problemFor, sendProblem } from "./problem.ts";
import {
  cancelSeriesQuery,
  moveSeriesBody,
  parseBody,
  parseQuery,
  saysVisits,
  seriesBody,
  visitsBody,
} from "./schemas.ts";

/** [Z3] What became of each visit: could be had, or why not and what is near. */
function occurrenceDto({ start, refusal, alternatives }: Occurrence, timeZone: string) {
  const { extra, slug } = refusal ? problemFor({ refusal, alternatives }, timeZone) : {};
  return { start: spellInZone(start, timeZone), ...(slug ? { type: `/problems/${slug}`, ...extra } : {}) };
}

function withOccurrences(problem: Problem, occurrences: readonly Occurrence[], timeZone: string): Problem {
  const spelled = occurrences.map((occurrence) => occurrenceDto(occurrence, timeZone));
  return { ...problem, extra: { ...problem.extra, occurrences: spelled } };
}

/** A series by a rule on one calendar, or visits that are named one by one. */
async function bookSaid(c: Context<EdgeEnv>, principal: Principal, key: string): Promise<TakeOutcome> {
  if (saysVisits(await c.req.json().catch(() => null))) {
    const body = await parseBody(c, visitsBody);
    return body.ok ? bookVisits(c, principal, key, body.value) : body;
  }
  const body = await parseBody(c, seriesBody);
  return body.ok ? bookSeries(c, principal, key, body.value) : body;
}

/** What the agenda said of all visits at once. */
function sendSeries(
  c: Context<EdgeEnv>,
  outcome: TakeOutcome,
  accepted: (answer: Extract<TakeAnswer, { kind: "accepted" }>) => Response,
): Response {
  if (!outcome.ok) return sendProblem(c, outcome.problem);
  const { answer, timeZone } = outcome;
  if ((answer.kind === "accepted" || answer.kind === "refused") && answer.replayed)
    c.header("Idempotency-Replayed", "true");
  if (answer.kind === "accepted") return accepted(answer);
  const problem = problemOfTake(answer, timeZone);
  const occurrences = answer.kind === "refused" ? answer.refused.occurrences : undefined;
  return sendProblem(c, occurrences ? withOccurrences(problem, occurrences, timeZone) : problem);
}

export const series = {
  bookSeries: async (c, principal) => {
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const outcome = await bookSaid(c, principal, key.value);
    return sendSeries(c, outcome, ({ appointment, more = [] }) =>
      c.json({ id: appointment.seriesId, appointments: [appointment, ...more].map(appointmentDto) }, 201),
    );
  },
  moveSeries: async (c, principal) => {
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, moveSeriesBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const outcome = await moveSeries(c, principal, c.req.param("id"), key.value, body.value);
    return sendSeries(c, outcome, ({ appointment, more = [] }) => {
      const moved = [appointment, ...more].map((visit) => appointmentDto(factsOf(visit))); // as a list shows them
      return c.json({ id: c.req.param("id"), appointments: moved });
    });
  },
  cancelSeries: async (c, principal) => {
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const query = parseQuery(c, cancelSeriesQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { reasonCode, from } = query.value;
    const reason = reasonCode ?? (principal.role === "patient" ? "patient-request" : "other");
    const done = await cancelRestOfSeries(c, principal, c.req.param("id"), {
      key: key.value,
      reasonCode: reason,
      from,
    });
    if (!done.ok) return sendProblem(c, done.problem);
    return c.json({ id: c.req.param("id"), appointments: done.appointments.map(appointmentDto) });
  },
} satisfies Partial<Handlers>;
