/** The part of the directory's push that nobody waits for: what was left over, and networks that were imported whole. */
import { DIRECTORY_BELL } from "../../core/directory/bell.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { pushDirectory } from "../push-directory.ts";
import type { EventsEnv } from "./env.ts";

const CALENDARS_PER_RING = 40;
/**
 * At most 16 a second. A calendar that is made by this costs 20 to 40 ms of a core with everything that follows: its tables, its
 * openings, their way through the log into Postgres. Bookings queue behind as many as come at once; one by one they cost
 * twice as much, because each runs the consumers for itself.
 */
const PACE = { together: 4, pauseMs: 250 };
/** After a calendar that did not answer. The cron of a deployed system comes as soon; a laptop has none. */
const AGAIN_SECONDS = 60;

/** Pushes some and rings again for the rest; who did not answer is asked again in a minute. */
export async function pushSome(env: EventsEnv): Promise<void> {
  const queries = await import("../../db/index.ts");
  try {
    const { told, failed } = await pushDirectory(
      env,
      queries.makeDb(env),
      queries,
      CALENDARS_PER_RING,
      null,
      PACE,
    );
    const delaySeconds = failed === 0 ? 0 : AGAIN_SECONDS;
    if (told + failed > 0) await env.WAKE.send({ partition: DIRECTORY_BELL }, { delaySeconds });
  } catch (error) {
    logFailure("directory.push_failed", error); // nothing is marked; the cron comes by every minute
  }
}
