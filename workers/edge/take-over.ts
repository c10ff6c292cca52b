/**
 * Appointments from elsewhere reach their calendars before anybody is told what is free or what a patient has. All that an
 * isolate remembers is whom it has asked about since the directory's last change: then nothing more can wait for them.
 */
import type { Context } from "hono";
import { type HandedIn, TAKE_OVER_MAX } from "../../core/booking/take-over.ts";
import type { Provider } from "../../core/directory/directory.ts";
import type { PatientId, ProviderId } from "../../core/ids.ts";
import { SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import { handIn, handInAll, tellAgendas } from "../take-over.ts";
import { directoryFor, waitingRoom } from "./directory-cache.ts";
import type { EdgeEnv } from "./env.ts";
import { settingsOf } from "./middleware/request-context.ts";
import { askPostgres, PostgresUnavailable } from "./postgres.ts";
import { providerCalendar } from "./stubs.ts";

/** Bounds what is remembered: two numbers and an id each. */
const REMEMBERED_MAX = 20_000;
/** A list and a booking wait so long for a Postgres that hangs, and then go on without it. */
const WAIT_MS = SECOND_MS;
/** After that, or an error, nobody asks for so long. */
const AWAY_MS = 5 * SECOND_MS;
/** Pages of one patient's rows in one go. */
const PATIENT_PAGES_MAX = 4;

/** By patient or provider: the directory's `seq` when nothing waited for them any more. */
const settled = new Map<PatientId | ProviderId, number>();
let awayUntil = 0;

/** Null = nothing can be waiting; else what to remember when it has been seen to. */
function mayWait(id: PatientId | ProviderId): { readonly seq: number } | null {
  const room = waitingRoom();
  if (room && (!room.incoming || settled.get(id) === room.seq)) return null;
  return { seq: room?.seq ?? -1 };
}

function settle(id: PatientId | ProviderId, { seq }: { readonly seq: number }): void {
  if (settled.size >= REMEMBERED_MAX) settled.clear();
  settled.set(id, seq);
}

/**
 * [AD6] Everything that waits for this calendar. The rows stay where they are until the directory's push, which has a row for
 * each of their calendars, has told the patients' agendas too: that is a call to every shard. @throws PostgresUnavailable, and what the calendar throws.
 */
export async function takeOverFor(env: Env, provider: Pick<Provider, "id" | "calendar">): Promise<void> {
  const due = mayWait(provider.id);
  if (!due) return;
  const { isAll } = await handInAll(providerCalendar(env, provider.id), provider, (after) =>
    askPostgres(settingsOf(env), (db, { nextIncomingOf }) => nextIncomingOf(db, provider.id, after)),
  );
  if (!isAll) throw new Error("more waits for this calendar than one run takes over"); // the push goes on with it
  settle(provider.id, due);
}

/** [AD6] An id that its home does not know may wait there. Whether it is worth asking again. */
export async function tookOverAt(c: Context<EdgeEnv>, home: ProviderId): Promise<boolean> {
  if (!mayWait(home)) return false;
  try {
    const provider = await providerIn(c, home);
    if (!provider) return false;
    await takeOverFor(c.env, provider);
    return true;
  } catch (error) {
    if (error instanceof PostgresUnavailable) return false; // logged there; the calendar's word stands
    throw error;
  }
}

/**
 * [AD7] What waits for this patient: each row is handed to its calendar, and their agenda hears how it stands there.
 * Only their own rows, because one of their calendars may wait for a thousand of other people's; whoever configures it
 * hands it the rest first. Never throws: without Postgres, or a calendar, the list is as it is.
 */
export async function takeOverForPatient(c: Context<EdgeEnv>, patient: PatientId): Promise<void> {
  waitingRoom({ settings: c.get("settings"), waitUntil: (work) => c.executionCtx.waitUntil(work) });
  const due = mayWait(patient);
  if (!due || Date.now() < awayUntil) return;
  try {
    for (let page = 0; page < PATIENT_PAGES_MAX; page++) {
      const rows = await inTime(
        askPostgres(c.get("settings"), (db, { incomingOfPatient }) => incomingOfPatient(db, patient)),
      );
      await takeOverRows(c, rows);
      if (rows.length < TAKE_OVER_MAX) return settle(patient, due);
    }
  } catch (error) {
    if (error instanceof PostgresUnavailable) awayUntil = Date.now() + AWAY_MS;
    else logFailure("edge.take_over_failed", error);
  }
}

async function takeOverRows(c: Context<EdgeEnv>, rows: readonly HandedIn[]): Promise<void> {
  await Promise.all(
    [...Map.groupBy(rows, ({ providerId }) => providerId)].map(async ([id, own]) => {
      const provider = await providerIn(c, id);
      if (!provider) return;
      const { ids, facts } = await handIn(providerCalendar(c.env, id), provider, own);
      await tellAgendas(c.env.PATIENT_AGENDA, facts);
      await askPostgres(c.get("settings"), (db, { removeIncoming }) => removeIncoming(db, ids));
    }),
  );
}

/** Its part of the directory; undefined = nobody knows it. */
export const providerIn = async (c: Context<EdgeEnv>, id: ProviderId): Promise<Provider | undefined> =>
  (await directoryFor(c.get("settings"), (work) => c.executionCtx.waitUntil(work), id)).providers.get(id);

/** @throws PostgresUnavailable when it takes longer than WAIT_MS. */
async function inTime<T>(question: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PostgresUnavailable()), WAIT_MS);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}
