/** The part of the directory's push that nobody waits for: what was left over, and networks that were imported whole. */
import { DIRECTORY_BELL } from "../../core/directory/bell.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { pushDirectory } from "../push-directory.ts";
import type { EventsEnv } from "./env.ts";

/** A second of a laptop's work at most, so that bookings do not queue behind a network of 2,000. */
const CALENDARS_PER_RING = 40;
const PAUSE_SECONDS = 1;

/** Pushes some and rings again for the rest. A calendar that does not answer waits for the next minute's cron. */
export async function pushSome(env: EventsEnv): Promise<void> {
  const queries = await import("../../db/index.ts");
  try {
    const { told, failed } = await pushDirectory(env, queries.makeDb(env), queries, CALENDARS_PER_RING);
    if (told > 0 && failed === 0)
      await env.WAKE.send({ partition: DIRECTORY_BELL }, { delaySeconds: PAUSE_SECONDS });
  } catch (error) {
    logFailure("directory.push_failed", error); // nothing is marked; the cron comes by every minute
  }
}
