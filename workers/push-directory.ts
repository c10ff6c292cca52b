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
/** Whose patients are told together. Bounds memory: 40 full calendars have about 40,000 recent appointments, 30 MB. */
const HANDED_TOGETHER_MAX = 40;

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
  env: Objects,
  db: Db,
  queries: Queries,
  limit: number,
  only: readonly ProviderId[] | null = null,
): Promise<Pushed> {
  const { ids, seq } = await queries.unpushed(db, limit, only);
  if (ids.length === 0) return { told: 0, failed: 0 };
  const [{ providers, resources, clinics }, awaited] = await Promise.all([
    queries.loadDirectory(db, ids),
    queries.awaitedAmong(db, ids),
  ]);
  const hints = new Map(clinics.map(({ id, locationHint }) => [id, locationHint]));
  const calendarOf = (one: Told) => stubOf(env, one, hints);
  const told: ProviderId[] = [];
  const wanted = new Set(ids);
  const waiting = [...providers, ...resources].filter(({ id }) => wanted.has(id));
  while (waiting.length > 0) {
    const group = waiting.splice(0, HANDED_TOGETHER_MAX);
    const late = await takeOver(
      env,
      db,
      queries,
      group.filter(({ id }) => awaited.has(id)),
      calendarOf,
    );
    const ready = group.filter(({ id }) => !late.has(id)); // [AD6]
    told.push(...(await eachOf(ready, (one) => calendarOf(one).applyConfig(one.calendar))));
  }
  await queries.markPushed(db, told, seq);
  return { told: told.length, failed: wanted.size - told.length };
}

/** [AD8] What waits for these calendars: to them, then to the agendas, then out of the waiting room. Returns who failed. */
async function takeOver(
  { PATIENT_AGENDA }: Objects,
  db: Db,
  { nextIncomingOf, removeIncoming, REMOVED_MAX }: Queries,
  group: readonly Told[],
  calendarOf: (one: Told) => ReturnType<typeof stubOf>,
): Promise<ReadonlySet<ProviderId>> {
  const ids: AppointmentId[] = [];
  const facts: AppointmentFacts[] = [];
  const done = await eachOf(group, async (one) => {
    const handed = await handInAll(calendarOf(one), one, (after) => nextIncomingOf(db, one.id, after));
    ids.push(...handed.ids);
    facts.push(...handed.facts);
  });
  try {
    await tellAgendas(PATIENT_AGENDA, facts);
    for (let from = 0; from < ids.length; from += REMOVED_MAX)
      await removeIncoming(db, ids.slice(from, from + REMOVED_MAX));
  } catch (error) {
    logFailure("directory.take_over_failed", error); // the rows stay, and so do these calendars' in the outbox
    return new Set(group.map(({ id }) => id));
  }
  const fine = new Set(done);
  return new Set(group.flatMap(({ id }) => (fine.has(id) ? [] : [id])));
}

/** TOGETHER_MAX at a time. Returns those that it worked for; the others are logged. */
async function eachOf(all: readonly Told[], work: (one: Told) => Promise<unknown>): Promise<ProviderId[]> {
  const fine: ProviderId[] = [];
  for (let from = 0; from < all.length; from += TOGETHER_MAX) {
    const batch = all.slice(from, from + TOGETHER_MAX);
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
