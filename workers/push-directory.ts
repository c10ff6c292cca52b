/**
 * Brings the directory's outbox to the calendars: each is given its newest configuration, then its rows are marked. Called by
 * whoever has written, and by the consumers for whatever was left over. Safe to run twice, and by two at once: a calendar
 * never takes a configuration that is not newer ([D3]).
 */
import type { Provider } from "../core/directory/directory.ts";
import type { ProviderId } from "../core/ids.ts";
import type { Db } from "../db/index.ts";
import { logFailure } from "../durable-objects/shared/log.ts";
import { type NextRows, takeOverAll } from "./take-over.ts";

type Calendars = Pick<Env, "PATIENT_AGENDA" | "PROVIDER_CALENDAR">;
type Queries = typeof import("../db/index.ts");

/** At once, so that a long push does not wake hundreds of calendars in one moment. */
const TOGETHER_MAX = 10;

/** How fast a push may go when nobody waits for it. */
export interface Pace {
  /** Calendars at once, 1 to TOGETHER_MAX. */
  readonly together: number;
  /** Between one batch and the next. */
  readonly pauseMs: number;
}
const AT_ONCE: Pace = { together: TOGETHER_MAX, pauseMs: 0 };

export interface Pushed {
  readonly told: number;
  /** Calendars that did not answer; their rows stay in the outbox. */
  readonly failed: number;
}

/**
 * Tells up to `limit` (1 to PUSH_MAX) calendars, longest waiting first. @throws what the database throws.
 * @param only these, for a writer who wants to see what they wrote
 */
export async function pushDirectory(
  env: Calendars,
  db: Db,
  { awaitedAmong, loadDirectory, markPushed, nextIncomingOf, unpushed }: Queries,
  limit: number,
  only: readonly ProviderId[] | null = null,
  { together, pauseMs }: Pace = AT_ONCE,
): Promise<Pushed> {
  const { ids, seq } = await unpushed(db, limit, only);
  if (ids.length === 0) return { told: 0, failed: 0 };
  const [{ providers, resources, clinics }, awaited] = await Promise.all([
    loadDirectory(db, ids),
    awaitedAmong(db, ids),
  ]);
  const waits = (id: ProviderId): NextRows | null =>
    awaited.has(id) ? (done) => nextIncomingOf(db, id, done) : null;
  const hints = new Map(clinics.map(({ id, locationHint }) => [id, locationHint]));
  const told: ProviderId[] = [];
  const wanted = new Set(ids);
  const waiting = [...providers, ...resources].filter(({ id }) => wanted.has(id));
  while (waiting.length > 0) {
    if (told.length > 0 && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const batch = waiting.splice(0, together);
    const answers = await Promise.allSettled(batch.map((one) => tell(env, one, waits(one.id), hints)));
    answers.forEach((answer, index) => {
      const { id } = batch[index] as { id: ProviderId }; // as many answers as calendars
      if (answer.status === "fulfilled") told.push(id);
      else logFailure("directory.push_failed", answer.reason, { provider: id });
    });
  }
  await markPushed(db, told, seq);
  return { told: told.length, failed: wanted.size - told.length };
}

/** @param next what waits for it from elsewhere; null = nothing. A calendar that is made by this is made where its main clinic says. Later the hint means nothing. */
async function tell(
  env: Calendars,
  one: Pick<Provider, "id" | "calendar">,
  next: NextRows | null,
  hints: ReadonlyMap<string, DurableObjectLocationHint | null>,
): Promise<void> {
  const { id, calendar } = one;
  const hint = hints.get(calendar.sites[0]?.locationId ?? "") ?? null;
  const stub = env.PROVIDER_CALENDAR.getByName(id, hint ? { locationHint: hint } : {});
  if (next) await takeOverAll(env.PATIENT_AGENDA, stub, one, next); // [AD6] [AD8]
  await stub.applyConfig(calendar);
}
