/**
 * Hands calendars what waits for them, and tells the patients' agendas. Safe to run twice, by two at once, and to die
 * anywhere: a row leaves the waiting room only after its calendar and its patient's agenda have it, and both leave alone what
 * they have ([AD3] [G9]).
 */
import { CLAIM_LIFE_MS } from "../core/agenda/command-row.ts";
import { type AppointmentFacts, bookingAttempt } from "../core/booking/appointment.ts";
import { type HandedIn, TAKE_OVER_MAX } from "../core/booking/take-over.ts";
import type { Provider } from "../core/directory/directory.ts";
import { type AppointmentId, agendaShardOf } from "../core/ids.ts";
import type { ProviderCalendar } from "../durable-objects/provider-calendar/provider-calendar.ts";

/** Bounds one run: 10,000 appointments are ten years of a full day. */
const PAGES_MAX = 20;

type Calendar = Pick<DurableObjectStub<ProviderCalendar>, "takeOver">;
type Configured = Pick<Provider, "calendar">;

/** The rows of one calendar with ids after `after`; see `nextIncomingOf` in db/incoming/waiting.ts. */
export type RowsAfter = (after: AppointmentId | "") => Promise<readonly HandedIn[]>;

export interface HandedOver {
  /** Their ids: what may leave the waiting room once the agendas are told. */
  readonly ids: readonly AppointmentId[];
  /** How they stand, without those that an agenda forgets anyway. */
  readonly facts: readonly AppointmentFacts[];
}

/** Up to TAKE_OVER_MAX rows of one calendar. @throws what the object throws. */
export async function handIn(
  calendar: Calendar,
  { calendar: config }: Configured,
  rows: readonly HandedIn[],
): Promise<HandedOver> {
  const { here } = await calendar.takeOver(config, rows);
  const facts = here.filter(({ end }) => end > Date.now() - CLAIM_LIFE_MS);
  return { ids: rows.map(({ id }) => id), facts };
}

/** What waits for one calendar; `isAll` false = there is more than one run takes. @throws what the database or the object throws. */
export async function handInAll(
  calendar: Calendar,
  provider: Configured,
  rowsAfter: RowsAfter,
): Promise<HandedOver & { readonly isAll: boolean }> {
  const ids: AppointmentId[] = [];
  const facts: AppointmentFacts[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const rows = await rowsAfter(ids.at(-1) ?? "");
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
