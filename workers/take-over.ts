/**
 * Hands calendars what waits for them, and tells the patients' agendas. Safe to run twice, by two at once, and to die
 * anywhere: a row leaves the waiting room only after its calendar and its patient's agenda have it, and both leave alone what
 * they have ([AD3] [G9]).
 */
import { CLAIM_LIFE_MS } from "../core/agenda/command-row.ts";
import { type AppointmentFacts, bookingAttempt } from "../core/booking/appointment.ts";
import { canBeTakenOver, type HandedIn, TAKE_OVER_MAX } from "../core/booking/take-over.ts";
import type { Provider } from "../core/directory/directory.ts";
import { type AppointmentId, agendaShardOf } from "../core/ids.ts";
import type { ProviderCalendar } from "../durable-objects/provider-calendar/provider-calendar.ts";
import { logFailure } from "../durable-objects/shared/log.ts";

/** Bounds one run: 10,000 appointments are ten years of a full day. */
const PAGES_MAX = 20;

type Calendar = Pick<DurableObjectStub<ProviderCalendar>, "takeOver">;
type Configured = Pick<Provider, "calendar">;

/** The rows of one calendar with ids after `after`; see `nextIncomingOf` in db/incoming/waiting.ts. */
export type RowsAfter = (after: AppointmentId | "") => Promise<readonly HandedIn[]>;

export interface HandedOver {
  /** What may leave the waiting room once the agendas are told: all but those that were set aside. */
  readonly ids: readonly AppointmentId[];
  /** How they stand, without those that an agenda forgets anyway. */
  readonly facts: readonly AppointmentFacts[];
}

/** More of one page, and something else is wrong than single rows. Each costs some 20 calls to be found. */
const SET_ASIDE_MAX = 10;

/**
 * Up to TAKE_OVER_MAX rows of one calendar. A row that it cannot take is set aside: it stays in the waiting room, is named in
 * the log, and holds up nobody. @throws what the object throws when it is not the row's fault.
 */
export async function handIn(
  calendar: Calendar,
  { calendar: config }: Configured,
  rows: readonly HandedIn[],
): Promise<HandedOver> {
  const fine = rows.filter(canBeTakenOver);
  for (const row of rows) if (!canBeTakenOver(row)) logRow(row, new RangeError("no such date"));
  const aside = new Set<AppointmentId>();
  const here = fine.length > 0 ? await takenBy(calendar, config, fine, aside) : [];
  const facts = here.filter(({ end }) => end > Date.now() - CLAIM_LIFE_MS);
  return { ids: fine.flatMap(({ id }) => (aside.has(id) ? [] : [id])), facts };
}

/** All rows but those that it adds to `aside`. By halves, because of 500 rows one is bad. */
async function takenBy(
  calendar: Calendar,
  config: Configured["calendar"],
  rows: readonly HandedIn[],
  aside: Set<AppointmentId>,
): Promise<readonly AppointmentFacts[]> {
  try {
    return (await calendar.takeOver(config, rows)).here;
  } catch (error) {
    const [row] = rows;
    if (aside.size >= SET_ASIDE_MAX || !row) throw error;
    if (rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      const first = await takenBy(calendar, config, rows.slice(0, half), aside);
      return [...first, ...(await takenBy(calendar, config, rows.slice(half), aside))];
    }
    await calendar.takeOver(config, []); // throws when it is the calendar that is away, and not the row that is bad
    aside.add(row.id);
    logRow(row, error);
    return [];
  }
}

const logRow = ({ id }: HandedIn, error: unknown): void =>
  logFailure("take_over.row_failed", error, { appointment: id });

/** What waits for one calendar; `isAll` false = there is more than one run takes. @throws what the database or the object throws. */
export async function handInAll(
  calendar: Calendar,
  provider: Configured,
  rowsAfter: RowsAfter,
): Promise<HandedOver & { readonly isAll: boolean }> {
  const ids: AppointmentId[] = [];
  const facts: AppointmentFacts[] = [];
  let after: AppointmentId | "" = "";
  for (let page = 0; page < PAGES_MAX; page++) {
    const rows = await rowsAfter(after);
    after = rows.at(-1)?.id ?? "";
    if (rows.length > 0) {
      const handed = await handIn(calendar, provider, rows);
      ids.push(...handed.ids);
      facts.push(...handed.facts);
    }
    if (rows.length < TAKE_OVER_MAX) return { ids, facts, isAll: true };
  }
  return { ids, facts, isAll: false };
}

/**
 * One call for each shard concerned, however many calendars the facts come from: a call costs as much as some dozens of facts.
 * Directly and not by the log, whose readers may be minutes behind an import.
 */
export async function tellAgendas(
  agendas: Env["PATIENT_AGENDA"],
  facts: readonly AppointmentFacts[],
): Promise<void> {
  const byShard = Map.groupBy(facts, ({ patientId }) => agendaShardOf(patientId));
  await Promise.all(
    [...byShard].map(([shard, own]) =>
      agendas
        .getByName(`shard-${shard}`)
        .observe(own.map((one) => ({ facts: one, cause: bookingAttempt(one.id) }))),
    ),
  );
}
