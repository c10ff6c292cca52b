/** Hold a start, look at it, keep it longer, give it back. No account is needed: the token is what opens a hold. */
import type { Context } from "hono";
import { holdDto } from "../../../core/booking/hold-dto.ts";
import { type Instant, instant } from "../../../core/time.ts";
import type { EdgeEnv } from "../env.ts";
import { changeHold, type HoldOutcome, placeHold, readHold } from "../hold-start.ts";
import { tokenOf } from "../hold-token.ts";
import { HUMAN_CHECK, mayHold } from "../human-check.ts";
import type { Handlers } from "./handlers.ts";
import { holdToken, idempotencyKey } from "./headers.ts";
import { sendProblem } from "./problem.ts";
import { holdBody, parseBody } from "./schemas.ts";

/** A token stands in one answer only, and that one is not for any cache. */
function sendPlaced(c: Context<EdgeEnv>, outcome: HoldOutcome): Response {
  if (!outcome.ok) return sendProblem(c, outcome.problem);
  const { hold, providerId, replayed } = outcome;
  c.header("Location", `/v1/holds/${hold.id}`);
  if (replayed) c.header("Idempotency-Replayed", "true");
  // As of when it was made: a repetition is told what the first answer said.
  const body = holdDto(hold, providerId, hold.placedAt);
  return c.json({ ...body, token: tokenOf(c.get("settings").ID_KEYS, hold.id) }, 201);
}

function sendHold(c: Context<EdgeEnv>, outcome: HoldOutcome): Response {
  if (!outcome.ok) return sendProblem(c, outcome.problem);
  return c.json(holdDto(outcome.hold, outcome.providerId, now()), 200);
}

const now = (): Instant => instant(Date.now());

export const holds = {
  createHold: async (c) => {
    const key = idempotencyKey(c, "required");
    if (!key.ok) return sendProblem(c, key.problem);
    const body = await parseBody(c, holdBody);
    if (!body.ok) return sendProblem(c, body.problem);
    if (!(await mayHold(c))) return sendProblem(c, HUMAN_CHECK);
    return sendPlaced(c, await placeHold(c, key.value, body.value));
  },
  readHold: async (c) => sendHold(c, await readHold(c, c.req.param("id"), holdToken(c))),
  extendHold: async (c) => sendHold(c, await changeHold(c, c.req.param("id"), holdToken(c), "extendHold")),
  releaseHold: async (c) => {
    const outcome = await changeHold(c, c.req.param("id"), holdToken(c), "releaseHold");
    return outcome.ok ? c.body(null, 204) : sendProblem(c, outcome.problem);
  },
} satisfies Partial<Handlers>;
