/** Book, read, move, cancel. Handlers find out who may; whether a time can be had is the calendar's word. */
import type { Context } from "hono";
import type { Principal } from "../../../core/access/principal.ts";
import { admission } from "../../../core/access/rules.ts";
import type { Appointment } from "../../../core/booking/appointment.ts";
import { appointmentDto, staffAppointmentDto } from "../../../core/booking/appointment-dto.ts";
import type { StatusAction } from "../../../core/booking/status-rules.ts";
import {
  bookAppointment,
  cancelAppointment,
  commandStatus,
  findAppointment,
  moveAppointment,
  problemOfTake,
  type TakeOutcome,
} from "../book-appointment.ts";
import type { StatusAnswer } from "../booking.ts";
import type { EdgeEnv } from "../env.ts";
import { reopenProblem } from "../reopen.ts";
import { parseAppointmentId } from "../routing-ids.ts";
import type { Handlers } from "./handlers.ts";
import { holdToken, idempotencyKey, ifMatchVersion, ifMatchVersionIfGiven } from "./headers.ts";
import {
  BUSY,
  FORBIDDEN,
  invalid,
  NOT_FOUND,
  OUTCOME_UNKNOWN,
  type Problem,
  problemFor,
  sendProblem,
} from "./problem.ts";
import { bookingBody, cancelQuery, moveBody, parseBody, parseQuery } from "./schemas.ts";

type TransitionAction = Exclude<StatusAction, "cancel">; // which is DELETE
/** Some clients send an empty object with every POST. */
const EMPTY_BODY = /^\s*(\{\s*\})?\s*$/;

const etagOf = (version: number): string => `"v${version}"`;

function sendAppointment(
  c: Context<EdgeEnv>,
  status: 200 | 201,
  appointment: Appointment,
  replayed: boolean,
): Response {
  c.header("ETag", etagOf(appointment.version));
  if (status === 201) c.header("Location", `/v1/appointments/${appointment.id}`);
  if (replayed) c.header("Idempotency-Replayed", "true");
  const principal = c.get("principal");
  const dto = principal && mayOverride(principal) ? staffAppointmentDto : appointmentDto;
  return c.json(dto(appointment), status);
}

/** What the agenda said, as HTTP. */
function sendTaken(c: Context<EdgeEnv>, outcome: TakeOutcome, status: 200 | 201): Response {
  if (!outcome.ok) return sendProblem(c, outcome.problem);
  const { answer, timeZone } = outcome;
  if (answer.kind === "accepted") return sendAppointment(c, status, answer.appointment, answer.replayed);
  if (answer.kind === "refused" && answer.replayed) c.header("Idempotency-Replayed", "true");
  return sendProblem(c, problemOfTake(answer, timeZone));
}

const mayOverride = (principal: Principal): boolean => admission(principal, "appointment.override") === "yes";

const commands =
  (action: TransitionAction) =>
  (c: Context<EdgeEnv, "/:id">, principal: Principal): Promise<Response> =>
    transition(c, principal, c.req.param("id"), action);

export const appointments = {
  bookAppointment: async (c, principal) => {
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, bookingBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const token = holdToken(c);
    if (body.value.holdId !== undefined && token === null)
      return sendProblem(c, invalid([{ pointer: "/header/Hold-Token", message: "is required with holdId" }]));
    if (body.value.override && !mayOverride(principal)) return sendProblem(c, FORBIDDEN);
    return sendTaken(c, await bookAppointment(c, principal, key.value, body.value, token), 201);
  },
  readAppointment: async (c, principal) => {
    const found = await findAppointment(c, principal, c.req.param("id"));
    return found.ok ? sendAppointment(c, 200, found.appointment, false) : sendProblem(c, found.problem);
  },
  moveAppointment: async (c, principal) => {
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, moveBody);
    if (!body.ok) return sendProblem(c, body.problem);
    if (body.value.override && !mayOverride(principal)) return sendProblem(c, FORBIDDEN);
    const found = await findAppointment(c, principal, c.req.param("id"));
    if (!found.ok) return sendProblem(c, found.problem);
    const version = ifMatchVersion(c);
    if (!version.ok) return sendProblem(c, version.problem);
    const terms = { ifMatch: version.value, key: key.value };
    return sendTaken(c, await moveAppointment(c, principal, found, terms, body.value), 200);
  },
  cancelAppointment: async (c, principal) => {
    const key = idempotencyKey(c, "optional");
    if (!key.ok) return sendProblem(c, key.problem);
    const query = parseQuery(c, cancelQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const parsed = parseAppointmentId(c.get("settings").ID_KEYS, c.req.param("id"));
    if (!parsed) return sendProblem(c, NOT_FOUND); // one that parses was made by us, so its calendar exists
    const version = ifMatchVersion(c);
    if (!version.ok) return sendProblem(c, await unlessHidden(c, principal, version.problem));
    const reasonCode = query.value.reasonCode ?? (principal.role === "patient" ? "patient-request" : "other");
    const terms = { ifMatch: version.value, key: key.value };
    const answer = await cancelAppointment(c, principal, parsed, terms, reasonCode);
    return sendChanged(c, answer);
  },
  confirmAppointment: commands("confirm"),
  checkInAppointment: commands("check-in"),
  startAppointment: commands("start"),
  completeAppointment: commands("complete"),
  missAppointment: commands("no-show"),
  reopenAppointment: commands("reopen"),
} satisfies Partial<Handlers>;

/** What the calendar said, as HTTP. */
function sendChanged(c: Context<EdgeEnv>, answer: StatusAnswer): Response {
  switch (answer.kind) {
    case "done":
      return sendAppointment(c, 200, answer.appointment, answer.replayed);
    case "refused":
      return sendProblem(c, problemFor({ refusal: answer.refusal, alternatives: [] }, "UTC"));
    case "busy":
      return sendProblem(c, BUSY);
    case "unknown":
      return sendProblem(c, OUTCOME_UNKNOWN);
  }
}

/** [H3] Neither key nor version is required; a version that is given must be the present one. */
async function transition(
  c: Context<EdgeEnv>,
  principal: Principal,
  text: string,
  action: TransitionAction,
): Promise<Response> {
  const key = idempotencyKey(c, "optional");
  if (!key.ok) return sendProblem(c, key.problem);
  const version = ifMatchVersionIfGiven(c);
  if (!version.ok) return sendProblem(c, version.problem);
  if (!EMPTY_BODY.test(await c.req.text()))
    return sendProblem(c, invalid([{ pointer: "", message: "must be empty: the address says it all" }]));
  const parsed = parseAppointmentId(c.get("settings").ID_KEYS, text);
  if (!parsed) return sendProblem(c, NOT_FOUND);
  if (action === "reopen") {
    const problem = await reopenProblem(c, principal, text);
    if (problem) return sendProblem(c, problem);
  }
  const repeatable = c.req.header("idempotency-key") !== undefined;
  const terms = { ifMatch: version.value, key: key.value, repeatable };
  return sendChanged(c, await commandStatus(c, principal, parsed, action, terms));
}

/** [A3] A missing header must not tell a stranger that the appointment exists. */
async function unlessHidden(c: Context<EdgeEnv>, principal: Principal, problem: Problem): Promise<Problem> {
  const found = await findAppointment(c, principal, c.req.param("id") ?? "");
  return found.ok ? problem : found.problem;
}
