/**
 * [PD9] [PD10] The part of a deletion that is not in Postgres: what a patient wrote is destroyed in their agenda and at every calendar
 * that has an appointment of theirs, and their sign-in ends. Asked by whoever deletes, and by the consumers until it is done: each
 * step may run twice, and by two at once.
 */
import type { Erased } from "../core/booking/written.ts";
import { TEXTS_MAX } from "../core/booking/written.ts";
import { type AppointmentId, agendaShardOf, type PatientId, type ProviderId } from "../core/ids.ts";
import { type Instant, instant } from "../core/time.ts";
import type { Db, OpenDeletion } from "../db/index.ts";
import { logFailure } from "../durable-objects/shared/log.ts";

export interface Forgetting extends Pick<Env, "PATIENT_AGENDA" | "PROVIDER_CALENDAR"> {
  /** The issuer. */
  readonly IDENTITY: ForgettingIssuer;
}
type Queries = typeof import("../db/index.ts");

/** What of the issuer a deletion needs: every session ends, and what it knows of the person goes. Repeating it is harmless. */
export interface ForgettingIssuer {
  forgetPatient(patientId: PatientId): Promise<unknown>;
}

/** Calendars of one page; each is one call, a few at once. */
const CALENDARS_PER_PAGE = 20;
const TOGETHER_MAX = 4;
/** Bounds one run: a request has a thousand calls. The next run goes on where this one ended. */
const PAGES_MAX = 20;
/** An appointment is at most one hop away; more are met only while it moves on. */
const HOPS_MAX = 6;
const CLAIMS_PER_PAGE = 200;
const CLAIM_PAGES_MAX = 50;
const END_OF_TIME = Date.UTC(2100, 0, 1);

type ByCalendar = Map<ProviderId, Set<AppointmentId>>;

/** Whether nothing is left. @throws what the database, an object or the issuer throws: the next run goes on. */
export async function forgetPatient(
  env: Forgetting,
  db: Db,
  queries: Queries,
  { id, mergedFrom, after }: OpenDeletion,
): Promise<boolean> {
  const ids = [id, ...mergedFrom];
  const isAgendaEmpty = await eraseInAgendas(env, ids);
  // The log may not have told Postgres of the newest ones: the agendas know them.
  let done = await eraseAt(env, ids, await claimedBy(env, ids));
  let from = after;
  for (let page = 0; page < PAGES_MAX; page++) {
    const found = await queries.appointmentsByCalendar(db, ids, from, CALENDARS_PER_PAGE);
    const byCalendar = new Map(found.map(([provider, own]) => [provider, new Set(own)]));
    const isDone = await eraseAt(env, ids, byCalendar);
    done &&= isDone;
    const last = found.at(-1)?.[0];
    if (isDone && done && last) await queries.deletionReached(db, id, last);
    if (last) from = last;
    if (found.length < CALENDARS_PER_PAGE) break;
    if (page === PAGES_MAX - 1) done = false;
  }
  // In the end, so that somebody who is signed in can still ask what became of their order.
  for (const one of ids) await env.IDENTITY.forgetPatient(one);
  if (done && isAgendaEmpty) await queries.deletionDone(db, id);
  return done && isAgendaEmpty;
}

/** False = a command is not settled, so that a calendar may still be given what it says. */
async function eraseInAgendas({ PATIENT_AGENDA }: Forgetting, ids: readonly PatientId[]): Promise<boolean> {
  let isEmpty = true;
  for (const [shard, own] of Map.groupBy(ids, agendaShardOf)) {
    const agenda = PATIENT_AGENDA.getByName(`shard-${shard}`);
    for (let after: string | null = ""; after !== null; ) {
      const page: { readonly next: string | null; readonly busy: boolean } = await agenda.eraseTexts(
        own,
        after,
      );
      if (page.busy) isEmpty = false;
      after = page.next;
    }
  }
  return isEmpty;
}

async function claimedBy({ PATIENT_AGENDA }: Forgetting, ids: readonly PatientId[]): Promise<ByCalendar> {
  const byCalendar: ByCalendar = new Map();
  for (const id of ids) {
    const agenda = PATIENT_AGENDA.getByName(`shard-${agendaShardOf(id)}`);
    let after: { readonly start: Instant; readonly id: string } | null = null;
    for (let page = 0; page < CLAIM_PAGES_MAX; page++) {
      const window = { start: instant(0), end: instant(END_OF_TIME) };
      const found: Awaited<ReturnType<typeof agenda.list>> = await agenda.list(id, {
        window,
        status: null,
        after,
        limit: CLAIMS_PER_PAGE,
      });
      for (const facts of found) noted(byCalendar, facts.providerId, facts.id);
      after = found.at(-1) ?? null;
      if (found.length < CLAIMS_PER_PAGE) break;
    }
  }
  return byCalendar;
}

function noted(byCalendar: ByCalendar, provider: ProviderId, id: AppointmentId): void {
  const known = byCalendar.get(provider);
  if (known) known.add(id);
  else byCalendar.set(provider, new Set([id]));
}

/** Asks each calendar, and follows those that moved. False = a saga holds one of them. */
async function eraseAt(env: Forgetting, ids: readonly PatientId[], wanted: ByCalendar): Promise<boolean> {
  let isDone = true;
  let waiting = wanted;
  for (let hop = 0; hop < HOPS_MAX && waiting.size > 0; hop++) {
    const moved: ByCalendar = new Map();
    const orders = [...waiting].flatMap(([provider, own]) => {
      const all = [...own];
      return Array.from({ length: Math.ceil(all.length / TEXTS_MAX) }, (_, n) => ({
        provider,
        some: all.slice(n * TEXTS_MAX, (n + 1) * TEXTS_MAX),
      }));
    });
    for (let from = 0; from < orders.length; from += TOGETHER_MAX) {
      const answers: Erased[] = await Promise.all(
        orders
          .slice(from, from + TOGETHER_MAX)
          .map(({ provider, some }) => env.PROVIDER_CALENDAR.getByName(provider).eraseTexts(ids, some)),
      );
      for (const { elsewhere, busy } of answers) {
        if (busy) isDone = false;
        for (const { id, providerId } of elsewhere) noted(moved, providerId, id);
      }
    }
    waiting = moved;
  }
  return isDone && waiting.size === 0;
}

/** Deletions of one run of the consumers. */
const DELETIONS_PER_RUN = 5;

/** Goes on with what was begun and not finished. Never throws: one that fails does not keep the others. */
export async function goOnForgetting(env: Forgetting, db: Db, queries: Queries): Promise<void> {
  try {
    for (const deletion of await queries.openDeletions(db, DELETIONS_PER_RUN))
      await forgetPatient(env, db, queries, deletion).catch((error: unknown) =>
        logFailure("patient.forget_failed", error),
      );
  } catch (error) {
    logFailure("patient.forget_failed", error);
  }
}
