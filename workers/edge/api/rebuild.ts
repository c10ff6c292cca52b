import type { Context } from "hono";
import { stream } from "hono/streaming";
import { DIRECTORY_BELL } from "../../../core/directory/bell.ts";
import type { ProviderId } from "../../../core/ids.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { directory } from "../directory-cache.ts";
import type { EdgeEnv } from "../env.ts";
import { askPostgres } from "../postgres.ts";
import { planRebuild, type RebuildPlan, rebuildCalendar, replayHistory } from "../rebuild.ts";
import { resealCalendar } from "../reseal.ts";
import type { Handlers } from "./handlers.ts";
import { rebuildBody, replayBody } from "./network-schemas.ts";
import { sendProblem } from "./problem.ts";
import { parseBody } from "./schemas.ts";

/** Calendars that are asked at once; Postgres gets as many statements. */
const AT_ONCE = 8;

/** A line for each calendar as it is done, AT_ONCE at a time, and a last one with `next`; a failure is the last line. */
function calendarByCalendar(
  c: Context<EdgeEnv>,
  plan: RebuildPlan,
  work: (id: ProviderId) => Promise<unknown>,
): Response {
  c.header("content-type", "application/x-ndjson");
  return stream(c, async (out) => {
    const tell = (line: unknown) => out.write(`${JSON.stringify(line)}\n`);
    const waiting = [...plan.ask];
    const next = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && !out.aborted; id = waiting.shift())
        await tell(await work(id));
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      for (const provider of plan.unknown) await tell({ provider, unknown: true });
      await tell({ done: true, next: plan.next });
    } catch (error) {
      waiting.length = 0; // the others end after the calendar they are at
      logFailure("rebuild.failed", error);
      await tell({ done: false });
    }
  });
}

export const rebuild = {
  /** A line of JSON for each calendar as it is done, and a last one with `next`; a failure is the last line. */
  rebuildRecord: async (c) => {
    const body = await parseBody(c, rebuildBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const settings = c.get("settings");
    const { providers } = await directory(settings, (work) => c.executionCtx.waitUntil(work));
    const { after, limit } = body.value;
    const plan = await planRebuild(c.env, settings, (id) => providers.has(id), after, limit);
    return calendarByCalendar(c, plan, (id) => rebuildCalendar(c.env, settings, id));
  },
  /** [PD7] The same lines of what is put under the newest of TEXT_KEYS. */
  resealTexts: async (c) => {
    const body = await parseBody(c, rebuildBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const settings = c.get("settings");
    const { providers } = await directory(settings, (work) => c.executionCtx.waitUntil(work));
    const { after, limit } = body.value;
    const plan = await planRebuild(c.env, settings, (id) => providers.has(id), after, limit);
    return calendarByCalendar(c, plan, (id) => resealCalendar(c.env, settings, id));
  },
  replayHistory: async (c) => {
    const body = await parseBody(c, replayBody);
    if (!body.ok) return sendProblem(c, body.problem);
    const { partition, offset } = body.value;
    return c.json(await replayHistory(c.env, c.get("settings"), partition, offset));
  },
  /**
   * [D25] A network that was written into the tables: calendars that were never given their configuration are, at the pace of
   * the consumers, and tell their openings to the search. Idempotent; the answer is how many they are.
   */
  tellCalendars: async (c) => {
    const calendars = await askPostgres(c.get("settings"), (db, { noteUntold }) => noteUntold(db));
    await c.env.WAKE.send({ partition: DIRECTORY_BELL }); // also for those that an interrupted push left over
    return c.json({ calendars }, 202);
  },
  /** [P11] The hash of the whole record, as Postgres has it. */
  hashRecord: async (c) => {
    const answer = await askPostgres(c.get("settings"), async (db, { allStoredHashes, hashOfAll }) => {
      const all = await allStoredHashes(db);
      return { rows: all.reduce((sum, { rows }) => sum + rows, 0), hash: hashOfAll(all) };
    });
    return c.json(answer);
  },
} satisfies Partial<Handlers>;
