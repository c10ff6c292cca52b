/**
 * Brings the directory's outbox to the calendars: each is given what waits for it from elsewhere and its newest configuration,
 * then its rows are marked. Called by whoever has written, and by the consumers for whatever was left over. Safe to run
 * twice, and by two at once: a calendar never takes a configuration that is not newer ([D3]), nor an appointment that it has.
 */
import type { AppointmentFacts } from "../core/booking/appointment.ts";
import type { Provider } from "../core/directory/directory.ts";
import type { AppointmentId, ProviderId } from "../core/ids.ts";
import type { Db } from "../db/index.ts";
import { logFailure } from "../durable-objects/shared/log.ts";
import { handInAll, tellAgendas } from "./take-over.ts";

type Objects = Pick<Env, "PATIENT_AGENDA" | "PROVIDER_CALENDAR">;
type Queries = typeof import("../db/index.ts");
type Told = Pick<Provider, "id" | "calendar">;

/** At once, so that a long push does not wake hundreds of calendars in one moment. */
const TOGETHER_MAX = 10;
/**
 * Appointments from elsewhere in one push, if not one calendar alone has more: some seconds of a laptop's work, what follows
 * from them included, and a few megabytes of facts. Calendars beyond that wait for the next push.
 */
const ROWS_PER_PUSH_MAX = 3_000;

/** How fast a push may go when nobody waits for it. */
export interface Pace {
  /** Calendars at once, 1 to TOGETHER_MAX. */
  readonly together: number;
  /** Between one batch and the next. */
  readonly pauseMs: number;
}
const AT_ONCE: Pace = { together: TOGETHER_MAX, pauseMs: 0 };

export interface Pushed {
  /** Calendars that nobody else told in the same moment. */
  readonly told: number;
  /** Calendars that did not answer; their rows stay in the outbox. */
  readonly failed: readonly ProviderId[];
  /** Calendars that a push has no room for; theirs stay too. */
  readonly postponed: number;
  /** More may be due: some were postponed, or there were as many as were asked for. */
  readonly isMore: boolean;
}

/**
 * Tells up to `limit` (1 to PUSH_MAX) calendars, longest waiting first. @throws what the database throws.
 * @param only these, for a writer who wants to see what they wrote
 * @param without them, at most PUSH_MAX
 */
export async function pushDirectory(
  env: Objects,
  db: Db,
  queries: Queries,
  limit: number,
  only: readonly ProviderId[] | null = null,
  pace: Pace = AT_ONCE,
  without: readonly ProviderId[] = [],
): Promise<Pushed> {
  const { ids: due, seq } = await queries.unpushed(db, limit, only, without);
  if (due.length === 0) return { told: 0, failed: [], postponed: 0, isMore: false };
  const awaited = await queries.countAwaited(db, due);
  const ids = withRoom(due, awaited);
  const { providers, resources, clinics } = await queries.loadDirectory(db, ids);
  const hints = new Map(clinics.map(({ id, locationHint }) => [id, locationHint]));
  const calendarOf = (one: Told) => stubOf(env, one, hints);
  const wanted = new Set(ids);
  const all = [...providers, ...resources].filter(({ id }) => wanted.has(id));
  const full = all.filter(({ id }) => (awaited.get(id) ?? 0) > 0);
  const late =
    full.length > 0 ? await takeOver(env, db, queries, full, calendarOf, pace) : new Set<ProviderId>();
  const ready = all.filter(({ id }) => !late.has(id)); // [AD6]
  const done = await eachOf(ready, pace, (one) => calendarOf(one).applyConfig(one.calendar));
  const told = await queries.markPushed(db, done, seq);
  const fine = new Set(done);
  const postponed = due.length - ids.length;
  return {
    told,
    failed: ids.filter((id) => !fine.has(id)),
    postponed,
    isMore: postponed > 0 || due.length === limit,
  };
}

/** Those that one push has room for: all for whom nothing waits, and of the others as many as fit, in their order; one at least. */
function withRoom(due: readonly ProviderId[], awaited: ReadonlyMap<ProviderId, number>): ProviderId[] {
  let rows = 0;
  return due.filter((id) => {
    const own = awaited.get(id) ?? 0;
    if (rows > 0 && own > 0 && rows + own > ROWS_PER_PUSH_MAX) return false;
    rows += own;
    return true;
  });
}

/** [AD8] What waits for these calendars: to them, then to the agendas, then out of the waiting room. Returns who is not done. */
async function takeOver(
  { PATIENT_AGENDA }: Objects,
  db: Db,
  { nextIncomingOf, removeIncoming, REMOVED_MAX }: Queries,
  group: readonly Told[],
  calendarOf: (one: Told) => ReturnType<typeof stubOf>,
  pace: Pace,
): Promise<ReadonlySet<ProviderId>> {
  const ids: AppointmentId[] = [];
  const facts: AppointmentFacts[] = [];
  const partly = new Set<ProviderId>();
  const done = await eachOf(group, pace, async (one) => {
    const handed = await handInAll(calendarOf(one), one, (after) => nextIncomingOf(db, one.id, after));
    ids.push(...handed.ids);
    facts.push(...handed.facts);
    if (!handed.isAll) partly.add(one.id);
  });
  try {
    await tellAgendas(PATIENT_AGENDA, facts);
    for (let from = 0; from < ids.length; from += REMOVED_MAX)
      await removeIncoming(db, ids.slice(from, from + REMOVED_MAX));
  } catch (error) {
    logFailure("directory.take_over_failed", error); // the rows stay, and so do these calendars' in the outbox
    return new Set(group.map(({ id }) => id));
  }
  const fine = new Set(done.filter((id) => !partly.has(id)));
  return new Set(group.flatMap(({ id }) => (fine.has(id) ? [] : [id])));
}

/** Returns those that it worked for; the others are logged. */
async function eachOf(
  all: readonly Told[],
  { together, pauseMs }: Pace,
  work: (one: Told) => Promise<unknown>,
): Promise<ProviderId[]> {
  const fine: ProviderId[] = [];
  for (let from = 0; from < all.length; from += together) {
    if (from > 0 && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const batch = all.slice(from, from + together);
    const answers = await Promise.allSettled(batch.map(work));
    answers.forEach((answer, index) => {
      const { id } = batch[index] as Told; // as many answers as calendars
      if (answer.status === "fulfilled") fine.push(id);
      else logFailure("directory.push_failed", answer.reason, { provider: id });
    });
  }
  return fine;
}

/** A calendar that is made by this is made where its main clinic says. Later the hint means nothing. */
function stubOf(
  env: Objects,
  { id, calendar }: Told,
  hints: ReadonlyMap<string, DurableObjectLocationHint | null>,
) {
  const hint = hints.get(calendar.sites[0]?.locationId ?? "") ?? null;
  return env.PROVIDER_CALENDAR.getByName(id, hint ? { locationHint: hint } : {});
}
