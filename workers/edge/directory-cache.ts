/**
 * The directory as one isolate knows it: loaded whole, then followed through the directory's outbox, served stale while
 * Postgres is away. An id that is not in it is unknown, and no object is ever asked about it.
 */
import type { Clinic, Provider, Resource, VisitType } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import type { EdgeSettings } from "../config.ts";
import { askPostgres, PostgresUnavailable } from "./postgres.ts";

/** How often an isolate that is in use asks what is new: one small question. Calendars are told at once by whoever writes. */
const FRESH_MS = 2 * SECOND_MS;
/** An id that we do not know may be a new one: then we ask at once, but not for every id that somebody invents. */
const UNKNOWN_MS = SECOND_MS;
/** How old one provider's part may be: it only lives until the whole is here. */
const PART_FRESH_MS = MINUTE_MS;
/** After a failed load with nothing to serve: how long callers are told so without asking again. */
const RETRY_MS = SECOND_MS;
/** A restarted isolate answers first and then reads 2,000 providers, which costs it a tenth of a second. */
const REFRESH_DELAY_MS = 2 * SECOND_MS;
/** Bounds `parts` while Postgres gives single providers and not the whole: 1,000 of them are about 2 MB. */
const PARTS_MAX = 1_000;
/** So many changed providers are read one by one; more, and the whole is as cheap. */
const FOLLOW_MAX = 50;
/** A load that another request started may die with that request; after this long we load ourselves. */
const SHARED_LOAD_WAIT_MS = 5 * SECOND_MS;

export interface Directory {
  /** How far the directory's outbox was followed. */
  readonly seq: number;
  /** [AD7] Appointments from elsewhere wait for their calendars, somebody's. */
  readonly incoming: boolean;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly clinics: ReadonlyMap<string, Clinic>;
  readonly visitTypes: ReadonlyMap<string, VisitType>;
  /** [R1] By clinic. Never among `providers`: nobody looks for a room. */
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
  readonly specialties: readonly string[];
}

interface Loaded {
  readonly directory: Directory;
  readonly at: number;
}

/** `at`: when we last heard that this is all there is. */
let loaded: Loaded | undefined;
let loading: Promise<Loaded> | undefined;
let loadingSince = 0;
let failedAt = 0;
/** Grows when everything is forgotten: what was asked for before is not kept when it comes. */
let era = 0;
/** A refresh is on its way until then; it may die with its request, hence a time and not a flag. */
let refreshAfter = 0;
/** Of whatever was asked last, the whole or a part. */
let waiting: WaitingRoom | undefined;
/** What was asked of Postgres provider by provider until the whole directory is here. */
const parts = new Map<ProviderId, Loaded>();

/** What an isolate knows of appointments that wait for their calendars. */
export type WaitingRoom = Pick<Directory, "seq" | "incoming">;

type WaitUntil = (work: Promise<unknown>) => void;

/** The directory; waits for Postgres only if this isolate never had one. Throws PostgresUnavailable. */
export async function directory(settings: EdgeSettings, waitUntil: WaitUntil): Promise<Directory> {
  if (loaded) {
    if (Date.now() - loaded.at >= FRESH_MS) refresh(settings, waitUntil);
    return loaded.directory;
  }
  if (Date.now() - failedAt < RETRY_MS) throw new PostgresUnavailable();
  const shared = isLoading() ? await settledOrLost() : undefined;
  return (shared ?? loaded ?? (await load(settings))).directory;
}

/**
 * Enough of the directory for one provider: the whole of it if this isolate has it, else that provider with its own
 * clinics and all visit types, while the whole is loaded behind the answer. A restart then costs its first callers a few
 * milliseconds, and Postgres one small question a provider. What is missing in it may still be in `directory`.
 */
export async function directoryFor(
  settings: EdgeSettings,
  waitUntil: WaitUntil,
  id: ProviderId,
): Promise<Directory> {
  if (loaded) {
    const known = loaded.directory.providers.has(id) || Date.now() - loaded.at < UNKNOWN_MS;
    if (known || Date.now() - failedAt < RETRY_MS) return directory(settings, waitUntil);
    // The old copy while Postgres is away: what it says was logged in askPostgres.
    return (await load(settings).catch(() => loaded as Loaded)).directory;
  }
  refresh(settings, waitUntil);
  const part = parts.get(id);
  if (part && Date.now() - part.at < PART_FRESH_MS) return part.directory;
  if (Date.now() - failedAt < RETRY_MS) throw new PostgresUnavailable();
  const began = era;
  try {
    const fresh = await fetchDirectory(settings, [id]);
    if (began === era && !loaded && fresh.providers.has(id) && parts.size < PARTS_MAX)
      parts.set(id, { directory: fresh, at: Date.now() });
    return fresh;
  } catch (error) {
    failedAt = Date.now();
    throw error;
  }
}

/** [AD7] As this isolate heard last; null = it never did. With `keep` it is asked again behind the answer when that is a while ago. */
export function waitingRoom(keep?: {
  readonly settings: EdgeSettings;
  readonly waitUntil: WaitUntil;
}): WaitingRoom | null {
  if (keep && (!loaded || Date.now() - loaded.at >= FRESH_MS)) refresh(keep.settings, keep.waitUntil);
  return waiting ?? null;
}

/** One load at a time, behind somebody's answer and, while it is the whole, not in the way of the ones that follow it. */
function refresh(settings: EdgeSettings, waitUntil: WaitUntil): void {
  if (Date.now() - failedAt < RETRY_MS || isLoading() || Date.now() < refreshAfter) return;
  const pause = loaded ? 0 : REFRESH_DELAY_MS;
  refreshAfter = Date.now() + pause + SHARED_LOAD_WAIT_MS;
  waitUntil(
    sleep(pause)
      .then(() => load(settings))
      .catch(() => undefined),
  ); // logged in askPostgres
}

/** A load dies with the request that began it, without a word; after a while it counts for nothing. */
const isLoading = (): boolean => loading !== undefined && Date.now() - loadingSince < SHARED_LOAD_WAIT_MS;

/** What this isolate wrote is in its own copy at once: whoever wrote reads it with the next request. */
export async function followDirectory(settings: EdgeSettings): Promise<void> {
  if (isLoading()) await settledOrLost(); // it may have begun before the write
  if (isLoading() && (await settledOrLost())) return; // begun since then, by somebody who waited with us
  await load(settings);
}

/** The load under way, as long as it counts; undefined = it failed, or its request ended and took it along. */
const settledOrLost = (): Promise<Loaded | undefined> =>
  Promise.race([loading?.catch(() => undefined), sleep(SHARED_LOAD_WAIT_MS)]);

/** Forgets everything: what the next request sees is what Postgres says. */
export function forgetDirectory(): void {
  era += 1;
  loaded = undefined;
  waiting = undefined;
  parts.clear();
  loading = undefined;
  failedAt = 0;
  refreshAfter = 0;
}

function load(settings: EdgeSettings): Promise<Loaded> {
  if (loading && isLoading()) return loading;
  loadingSince = Date.now();
  const began = era;
  const ours = (loaded ? follow(settings, loaded.directory) : fetchDirectory(settings, null))
    .then((directory) => {
      const fresh = { directory, at: Date.now() };
      if (began !== era) return fresh;
      loaded = fresh;
      refreshAfter = 0;
      parts.clear();
      return fresh;
    })
    .catch((error: unknown) => {
      failedAt = Date.now();
      throw error;
    })
    .finally(() => {
      if (loading === ours) loading = undefined;
    });
  loading = ours;
  return ours;
}

/** What is new since `known`: usually nothing; some providers, which are read again; else everything. */
async function follow(settings: EdgeSettings, known: Directory): Promise<Directory> {
  const { news, incoming } = await askPostgres(settings, (db, { newsAndWaiting }) =>
    newsAndWaiting(db, known.seq),
  );
  const last = news.at(-1);
  if (!last) {
    waiting = { seq: known.seq, incoming };
    return known.incoming === incoming ? known : { ...known, incoming };
  }
  const changed = new Set(news.map(({ id }) => id as ProviderId));
  if (changed.size > FOLLOW_MAX || news.some(({ kind }) => kind !== "provider"))
    return fetchDirectory(settings, null);
  const fresh = await fetchDirectory(settings, [...changed]);
  const providers = new Map([...known.providers, ...fresh.providers]);
  // Visit types come whole with every part; a change of clinics or rooms would have been news of another kind.
  const specialties = specialtiesOf(providers.values());
  return { ...known, seq: last.seq, incoming: fresh.incoming, providers, specialties };
}

async function fetchDirectory(
  settings: EdgeSettings,
  only: readonly ProviderId[] | null,
): Promise<Directory> {
  const rows = await askPostgres(settings, (db, { loadDirectory }) => loadDirectory(db, only));
  const byId = <T extends { readonly id: string }>(list: readonly T[]): Map<string, T> =>
    new Map(list.map((item) => [item.id, item]));
  waiting = { seq: rows.seq, incoming: rows.incoming };
  return {
    seq: rows.seq,
    incoming: rows.incoming,
    providers: byId(rows.providers),
    clinics: byId(rows.clinics),
    visitTypes: byId(rows.visitTypes),
    resources: Map.groupBy(
      rows.resources.filter(({ active }) => active),
      ({ locationId }) => locationId,
    ),
    specialties: specialtiesOf(rows.providers),
  };
}

const specialtiesOf = (providers: Iterable<Provider>): string[] =>
  [...new Set([...providers].flatMap(({ active, specialties }) => (active ? specialties : [])))].sort();

const sleep = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
