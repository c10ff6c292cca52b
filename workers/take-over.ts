/**
 * Hands a calendar what waits for it, and tells the patients' agendas. Safe to run twice, by two at once, and to die
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

type Agendas = Env["PATIENT_AGENDA"];
type Calendar = Pick<DurableObjectStub<ProviderCalendar>, "takeOver">;

/** Up to TAKE_OVER_MAX rows of one calendar. @throws what an object throws; then the rows must stay where they are. */
export async function handIn(
  agendas: Agendas,
  calendar: Calendar,
  { calendar: config }: Pick<Provider, "calendar">,
  rows: readonly HandedIn[],
): Promise<void> {
  const { here } = await calendar.takeOver(config, rows);
  const kept = here.filter(({ end }) => end > Date.now() - CLAIM_LIFE_MS); // an agenda forgets older ones anyway
  await tell(agendas, kept);
}

/** At once and not by the log, whose readers may be minutes behind an import: one call for each shard concerned. */
async function tell(agendas: Agendas, facts: readonly AppointmentFacts[]): Promise<void> {
  const byShard = Map.groupBy(facts, ({ patientId }) => agendaShardOf(patientId));
  await Promise.all(
    [...byShard].map(([shard, own]) =>
      agendas
        .getByName(`shard-${shard}`)
        .observe(own.map((one) => ({ facts: one, cause: bookingAttempt(one.id) }))),
    ),
  );
}

/** Removes `done`, then answers with what waits still; see `nextIncomingOf` in db/incoming/waiting.ts. */
export type NextRows = (done: readonly AppointmentId[]) => Promise<readonly HandedIn[]>;

/** @throws what the database or an object throws, and when more waits than one run takes: run again then. */
export async function takeOverAll(
  agendas: Agendas,
  calendar: Calendar,
  provider: Pick<Provider, "calendar">,
  next: NextRows,
): Promise<void> {
  let done: AppointmentId[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const rows = await next(done);
    if (rows.length > 0) await handIn(agendas, calendar, provider, rows);
    done = rows.map(({ id }) => id);
    if (rows.length < TAKE_OVER_MAX) {
      if (done.length > 0) await next(done);
      return;
    }
  }
  await next(done);
  throw new Error("more waits for one calendar than one run takes over");
}
