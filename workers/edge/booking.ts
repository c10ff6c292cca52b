/**
 * Books, moves and changes the status for whoever may: the one path that the API and the pages share. Finds the objects, gives a
 * calendar its configuration when it asks, and waits out a short lock; decides nothing about time.
 */
import type { Context } from "hono";
import type { TakeAnswer, TakeRequest } from "../../core/agenda/command-row.ts";
import { factsOf } from "../../core/booking/appointment.ts";
import type { StatusCommand, StatusReply } from "../../core/booking/commands.ts";
import type { ProviderId } from "../../core/ids.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { openWritten } from "../sealed-text.ts";
import { forgetAvailability } from "./availability-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { type Configurable, configure } from "./provisioning.ts";
import { patientAgenda, providerCalendar } from "./stubs.ts";
import { providerIn, takeOverForPatient, tookOverAt } from "./take-over.ts";

/** A lock (a move in progress) lasts milliseconds; waits add up to about two seconds before a client is told. */
const BUSY_WAITS_MS = [50, 100, 200, 400, 600, 600] as const;
/** A calendar that asks for its configuration gets it; asking again right after means that something is broken. */
const CONFIG_PUSHES_MAX = 2;

const jittered = (ms: number): number => ms * (0.75 + Math.random() / 2);
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A command that takes time of these calendars, the holder first, resources after providers. `attempt` builds the request anew, because a new attempt needs a fresh id. */
export async function take(
  c: Context<EdgeEnv>,
  calendars: readonly Configurable[],
  attempt: () => TakeRequest,
): Promise<TakeAnswer> {
  const { env } = c;
  const first = attempt();
  await takeOverForPatient(c, first.patientId);
  const agenda = patientAgenda(env, first.patientId);
  let answer = await agenda.take(first);
  let busyFor = 0;
  let pushes = 0;
  for (;;) {
    const behind = answer.kind === "needs-config" ? answer.calendar : null;
    const known = calendars.find(({ id }) => id === behind);
    if (known && pushes < CONFIG_PUSHES_MAX * calendars.length) {
      pushes += 1;
      await configure(env, known);
    } else if (answer.kind === "busy" && busyFor < BUSY_WAITS_MS.length) {
      await sleep(jittered(BUSY_WAITS_MS[busyFor] as number));
      busyFor += 1;
    } else break;
    answer = await agenda.take(attempt());
  }
  if (answer.kind !== "refused" || !answer.replayed) for (const { id } of calendars) forgetAvailability(id);
  return answer.kind === "accepted" ? opened(c, answer) : answer;
}

/** [PD1] Nothing that was sealed leaves the edge so. */
function opened(
  c: Context<EdgeEnv>,
  answer: Extract<TakeAnswer, { kind: "accepted" }>,
): Extract<TakeAnswer, { kind: "accepted" }> {
  const keys = c.get("settings").TEXT_KEYS;
  const { appointment, more, ...rest } = answer;
  return {
    ...rest,
    appointment: openWritten(keys, appointment),
    ...(more ? { more: more.map((visit) => openWritten(keys, visit)) } : {}),
  };
}

export type StatusAnswer =
  | Exclude<StatusReply, { kind: "moved" | "needs-config" }>
  | { readonly kind: "unknown" };

/** [AD6] The appointment may wait for its home, or its home for a configuration. Whether to ask again. */
async function isReady(c: Context<EdgeEnv>, home: ProviderId, reply: StatusReply): Promise<boolean> {
  if (reply.kind === "refused" && reply.refusal.reason === "not-found") return tookOverAt(c, home);
  if (reply.kind !== "needs-config") return false;
  const provider = await providerIn(c, home);
  if (provider) await configure(c.env, provider);
  return provider !== undefined;
}

/**
 * Takes no time from anybody: straight to the calendar, then the patient's agenda is told before the client is.
 * @param send how the command is given to a calendar, if not as it is
 */
export async function changeStatus(
  c: Context<EdgeEnv>,
  calendar: ProviderId,
  command: StatusCommand,
  send: (at: ProviderId) => Promise<StatusReply> = (at) => providerCalendar(c.env, at).status(command),
): Promise<StatusAnswer> {
  const { env } = c;
  try {
    let at = calendar;
    let reply = await send(at);
    if (await isReady(c, at, reply)) reply = await send(at);
    for (const wait of BUSY_WAITS_MS) {
      if (reply.kind !== "busy" && reply.kind !== "moved") break;
      if (reply.kind === "moved")
        at = reply.to; // one hop; a second one only while it moves again
      else await sleep(jittered(wait));
      reply = await send(at);
    }
    forgetAvailability(at);
    if (reply.kind === "moved") return { kind: "busy" };
    if (reply.kind === "needs-config") return { kind: "refused", refusal: { reason: "not-found" } }; // no directory has it
    if (reply.kind === "done") {
      await patientAgenda(env, reply.appointment.patientId).observe([
        { facts: factsOf(reply.appointment), cause: reply.attempt },
      ]);
      return { ...reply, appointment: openWritten(c.get("settings").TEXT_KEYS, reply.appointment) };
    }
    return reply;
  } catch (error) {
    // The calendar may have done it and the answer was lost, or the agenda was not told: a retry repeats both.
    logFailure("edge.status_unknown", error, { provider: calendar });
    forgetAvailability(calendar);
    return { kind: "unknown" };
  }
}
