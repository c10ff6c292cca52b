/** The part of the directory's push that nobody waits for: what was left over, and networks that were imported whole. */
import { DIRECTORY_BELL } from "../../core/directory/bell.ts";
import type { ProviderId } from "../../core/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
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
const AGAIN_MS = MINUTE_MS;
/** Calendars that one chain of rings leaves alone; more that fail, and it is not the calendars. */
const FAILING_MAX = 200;

/** What a ring of the directory's bell may say. */
export interface DirectoryRing {
  readonly partition: typeof DIRECTORY_BELL;
  /** Calendars that did not answer this chain of rings: the others first. */
  readonly without?: readonly ProviderId[];
}

/** One retry at a time from this isolate, however many chains meet a calendar that does not answer. */
let againAt = 0;

/**
 * Pushes some and rings again for the rest. Each ring leads to one ring at most, and of two chains that come upon the same
 * calendars only the one that was first to mark them goes on, so that they do not become more and more. Who did not answer is
 * left out by the chain, and asked again a minute after its end.
 * @param isRung false = by the cron, which comes again by itself
 */
export async function pushSome(
  env: EventsEnv,
  isRung: boolean,
  without: readonly ProviderId[] = [],
): Promise<void> {
  const queries = await import("../../db/index.ts");
  const left = without.slice(0, FAILING_MAX);
  try {
    const { told, failed, isMore } = await pushDirectory(
      env,
      queries.makeDb(env),
      queries,
      CALENDARS_PER_RING,
      null,
      PACE,
      left,
    );
    const failing = [...left, ...failed].slice(0, FAILING_MAX);
    if (isMore && (told > 0 || failing.length > left.length))
      await env.WAKE.send({ partition: DIRECTORY_BELL, without: failing } satisfies DirectoryRing);
    else if (failing.length > 0 && isRung) await ringLater(env);
  } catch (error) {
    logFailure("directory.push_failed", error); // nothing is marked
    if (isRung) await ringLater(env);
  }
}

async function ringLater({ WAKE }: EventsEnv): Promise<void> {
  if (Date.now() < againAt) return;
  againAt = Date.now() + AGAIN_MS / 2; // half, so that the retry itself, which may come early, does not find it
  await WAKE.send({ partition: DIRECTORY_BELL } satisfies DirectoryRing, {
    delaySeconds: AGAIN_MS / SECOND_MS,
  });
}
