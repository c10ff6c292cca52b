/**
 * Makes the record in Postgres say what the calendars say, calendar by calendar, while everybody goes on reading and
 * booking: rows are put right in place, and the tables are never empty. Each call is one request's worth of work; whoever
 * rebuilds asks for page after page.
 */
import { isAppointmentEvent } from "../../core/events/event.ts";
import { RECORDS_MAX } from "../../core/events/log.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { CalendarHash } from "../../db/index.ts";
import type { EdgeSettings } from "../config.ts";
import { askPostgres } from "./postgres.ts";
import { appointmentLogs, providerCalendar } from "./stubs.ts";

/** Facts in one answer of a calendar: as many as one statement of the projection takes. */
const PAGE_ROWS = 500;
/** Bounds one replay: 5,000 records take some seconds. */
const REPLAYED_PAGES_MAX = 10;

export interface RebuildPlan {
  readonly ask: readonly ProviderId[];
  /** [P10] Postgres has rows of them and nobody knows their calendar: left alone, for a person to look at. */
  readonly unknown: readonly ProviderId[];
  /** Where the next page begins; null = this is the last one. */
  readonly next: ProviderId | null;
}

/** [P10] The next `limit` calendars after `after`: those the log knows, and those of the directory that Postgres has rows of. */
export async function planRebuild(
  env: Env,
  settings: EdgeSettings,
  isInDirectory: (id: ProviderId) => boolean,
  after: string,
  limit: number,
): Promise<RebuildPlan> {
  const [inLog, stored] = await Promise.all([
    Promise.all(appointmentLogs(env).map((log) => log.calendars(after, limit))),
    askPostgres(settings, (db, { storedProviders }) => storedProviders(db, after, limit)),
  ]);
  const known = new Set(inLog.flat());
  const page = [...new Set([...known, ...stored])].sort().slice(0, limit);
  const mayAsk = (id: ProviderId): boolean => known.has(id) || isInDirectory(id);
  return {
    ask: page.filter(mayAsk),
    unknown: page.filter((id) => !mayAsk(id)),
    next: page.length < limit ? null : (page.at(-1) ?? null),
  };
}

export interface RebuiltCalendar extends CalendarHash {
  /** Rows that were missing or wrong. */
  readonly righted: number;
  /** Rows that no calendar has. */
  readonly withdrawn: number;
  /** What Postgres has of it now; null = nothing. */
  readonly stored: CalendarHash | null;
}

/** [P9] One calendar, page by page. What is booked meanwhile comes by the log as ever, and may make the two hashes differ. */
export async function rebuildCalendar(
  env: Env,
  settings: EdgeSettings,
  provider: ProviderId,
): Promise<RebuiltCalendar> {
  const { CalendarHasher } = await import("../../db/index.ts");
  const hasher = new CalendarHasher(provider);
  const calendar = providerCalendar(env, provider);
  let righted = 0;
  let withdrawn = 0;
  for (let after: string | null = ""; after !== null; ) {
    const from: string = after;
    const told = await calendar.exportAppointments(from, PAGE_ROWS);
    after = told.length < PAGE_ROWS ? null : (told.at(-1)?.id ?? null);
    hasher.add(told);
    righted += await askPostgres(settings, (db, { restateAppointments }) => restateAppointments(db, told));
    const range = { after: from, through: after };
    withdrawn += await withdraw(env, settings, provider, range, told);
  }
  // Openings are not asked for: what a calendar has told stands in a row of its own, and it tells no list twice in its time.
  const [stored] = await askPostgres(settings, (db, { storedHashesOf }) => storedHashesOf(db, [provider]));
  return { ...hasher.end(), righted, withdrawn, stored: stored ?? null };
}

/**
 * Rows of `range` that the calendar did not tell of: it is asked again about each, because it may have been booked since,
 * and what went to another calendar is that one's to tell.
 */
async function withdraw(
  env: Env,
  settings: EdgeSettings,
  provider: ProviderId,
  range: { readonly after: string; readonly through: string | null },
  told: Awaited<ReturnType<ReturnType<typeof providerCalendar>["exportAppointments"]>>,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined = range.after; after !== undefined; ) {
    const from: string = after;
    const doubts = await askPostgres(settings, (db, { doubtfulRows }) =>
      doubtfulRows(db, provider, { ...range, after: from }, told),
    );
    if (doubts.length === 0) return count;
    const { here, moved } = await providerCalendar(env, provider).confirmAppointments(
      doubts.map(({ id }) => id),
    );
    const elsewhere = new Set(moved);
    const standing = new Map(here.map((facts) => [facts.id, facts]));
    const wrong = doubts.filter(
      ({ id, version }) => !elsewhere.has(id) && (standing.get(id)?.version ?? 0) < version,
    );
    const instead = wrong.flatMap(({ id }) => standing.get(id) ?? []);
    count += await askPostgres(settings, (db, { withdrawRows }) =>
      withdrawRows(db, provider, wrong, instead),
    );
    after = doubts.length < PAGE_ROWS ? undefined : doubts.at(-1)?.id;
  }
  return count;
}

export interface Replayed {
  readonly records: number;
  /** The offset to go on from; null = the end was reached. */
  readonly next: number | null;
}

/**
 * [P6] Tells Postgres again what a partition of the log still has (7 days at least), from `offset` on. No group moves.
 * What is older stays in Postgres as it is.
 */
export async function replayHistory(
  env: Env,
  settings: EdgeSettings,
  partition: number,
  offset: number,
): Promise<Replayed> {
  const log = appointmentLogs(env)[partition];
  let next = offset;
  let count = 0;
  for (let page = 0; log && page < REPLAYED_PAGES_MAX; page++) {
    const { records } = await log.readFrom(next, RECORDS_MAX);
    const last = records.at(-1);
    if (!last) return { records: count, next: null };
    const events = records.map(({ event }) => event).filter(isAppointmentEvent);
    await askPostgres(settings, (db, { newsOf, projectAppointments }) =>
      projectAppointments(db, events.map(newsOf)),
    );
    count += records.length;
    next = last.offset + 1;
  }
  return { records: count, next };
}
