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
/** So long for a Postgres that hangs. */
const POSTGRES_MS = SECOND_MS;
/** A list, a booking and a configured calendar wait so long for all of it, and then go on without. */
const WAIT_MS = 1.5 * SECOND_MS;
/** After that, or an error, nobody asks for so long. */
const AWAY_MS = 5 * SECOND_MS;
/** Nor for one patient or calendar that could not be seen to. */
const REST_MS = 10 * SECOND_MS;
/** Pages of one patient's rows in one go. */
const PATIENT_PAGES_MAX = 4;

/** By patient or provider: the directory's `seq` when nothing waited for them any more. */
const settled = new Map<PatientId | ProviderId, number>();
/** By patient or provider that could not be seen to: until when nobody tries again. */
const resting = new Map<PatientId | ProviderId, number>();
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

function rest(id: PatientId | ProviderId): void {
  if (resting.size >= REMEMBERED_MAX) resting.clear();
  resting.set(id, Date.now() + REST_MS);
}

const isResting = (id: PatientId | ProviderId): boolean =>
  Date.now() < awayUntil || Date.now() < (resting.get(id) ?? 0);

/** `work` may need WAIT_MS and may fail: then it is logged, and nobody tries again for a while. */
async function ifItCan(id: PatientId | ProviderId, work: Promise<void>): Promise<void> {
  try {
    await inTime(work, WAIT_MS);
  } catch (error) {
    rest(id);
    if (!(error instanceof PostgresUnavailable)) logFailure("edge.take_over_failed", error);
  }
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

/** The same for a calendar that goes on without: it is tried, for WAIT_MS at most, and a failure is not the caller's. */
export async function takeOverIfItCan(env: Env, provider: Pick<Provider, "id" | "calendar">): Promise<void> {
  if (mayWait(provider.id) && !isResting(provider.id)) await ifItCan(provider.id, takeOverFor(env, provider));
}

/** Whether something may wait for this calendar, as far as this isolate knows. */
export const mayWaitFor = (id: ProviderId): boolean => mayWait(id) !== null;

/** [AD6] An id that its home does not know may wait there. Whether it is worth asking again. */
export async function tookOverAt(c: Context<EdgeEnv>, home: ProviderId): Promise<boolean> {
  if (!mayWait(home) || isResting(home)) return false;
  try {
    const provider = await providerIn(c, home);
    if (!provider) return false;
    await takeOverFor(c.env, provider); // however long it takes: "there is no such id" would be wrong
    return true;
  } catch (error) {
    rest(home);
    if (error instanceof PostgresUnavailable) return false; // logged there; the calendar's word stands
    throw error;
  }
}

/**
 * [AD7] What waits for this patient: each row is handed to its calendar, and their agenda hears how it stands there.
 * Only their own rows, because one of their calendars may wait for a thousand of other people's; whoever configures it
 * hands it the rest first. Never throws, and takes WAIT_MS at most: without Postgres, or a calendar, the list is as it is.
 */
export async function takeOverForPatient(c: Context<EdgeEnv>, patient: PatientId): Promise<void> {
  waitingRoom({ settings: c.get("settings"), waitUntil: (work) => c.executionCtx.waitUntil(work) });
  const due = mayWait(patient);
  if (!due || isResting(patient)) return;
  const work = takeOverRowsOf(c, patient, due);
  c.executionCtx.waitUntil(work.catch(() => undefined)); // it goes on when nobody waits for it any more
  await ifItCan(patient, work);
}

async function takeOverRowsOf(
  c: Context<EdgeEnv>,
  patient: PatientId,
  due: { readonly seq: number },
): Promise<void> {
  let last: HandedIn | null = null;
  for (let page = 0; page < PATIENT_PAGES_MAX; page++) {
    const after: HandedIn | null = last;
    const rows = await inTime(
      askPostgres(c.get("settings"), (db, { incomingOfPatient }) => incomingOfPatient(db, patient, after)),
      POSTGRES_MS,
    ).catch((error: unknown) => {
      if (error instanceof PostgresUnavailable) awayUntil = Date.now() + AWAY_MS;
      throw error;
    });
    await takeOverRows(c, rows);
    if (rows.length < TAKE_OVER_MAX) return settle(patient, due);
    last = rows.at(-1) ?? null;
  }
}

/** @throws the first of what its calendars throw, after all of them were asked: a row of each may be the one that counts. */
async function takeOverRows(c: Context<EdgeEnv>, rows: readonly HandedIn[]): Promise<void> {
  const answers = await Promise.allSettled(
    [...Map.groupBy(rows, ({ providerId }) => providerId)].map(async ([id, own]) => {
      const provider = await providerIn(c, id);
      if (!provider) throw new Error("nobody knows the calendar of a row that waits"); // not yet, in this isolate
      const { ids, facts } = await handIn(providerCalendar(c.env, id), provider, own);
      await tellAgendas(c.env.PATIENT_AGENDA, facts);
      const left = askPostgres(c.get("settings"), (db, { removeIncoming }) => removeIncoming(db, ids));
      c.executionCtx.waitUntil(left.catch(() => undefined)); // logged there; the push takes them out
    }),
  );
  for (const answer of answers) if (answer.status === "rejected") throw answer.reason;
}

/** Its part of the directory; undefined = nobody knows it. */
export const providerIn = async (c: Context<EdgeEnv>, id: ProviderId): Promise<Provider | undefined> =>
  (await directoryFor(c.get("settings"), (work) => c.executionCtx.waitUntil(work), id)).providers.get(id);

/** @throws PostgresUnavailable when it takes longer. */
async function inTime<T>(question: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PostgresUnavailable()), ms);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}
