/**
 * The directory as one isolate knows it: loaded whole, kept for a minute, served stale while Postgres is away. An id
 * that is not in it is unknown, and no object is ever asked about it.
 */
import type { Clinic, Provider, Resource, VisitType } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import type { EdgeSettings } from "../config.ts";
import { askPostgres, PostgresUnavailable } from "./postgres.ts";

/** How old the directory may be when Postgres is well. A calendar that is behind its directory is told at once. */
const FRESH_MS = MINUTE_MS;
/** After a failed load with nothing to serve: how long callers are told so without asking again. */
const RETRY_MS = SECOND_MS;
/** A restarted isolate answers first and then reads 2,000 providers, which costs it a tenth of a second. */
const REFRESH_DELAY_MS = 2 * SECOND_MS;
/** Bounds `parts` while Postgres gives single providers and not the whole: 1,000 of them are about 2 MB. */
const PARTS_MAX = 1_000;
/** A load that another request started may die with that request; after this long we load ourselves. */
const SHARED_LOAD_WAIT_MS = 5 * SECOND_MS;

export interface Directory {
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

let loaded: Loaded | undefined;
let loading: Promise<Loaded> | undefined;
let loadingSince = 0;
let failedAt = 0;
/** A refresh is on its way until then; it may die with its request, hence a time and not a flag. */
let refreshAfter = 0;
/** What was asked of Postgres provider by provider until the whole directory is here. */
const parts = new Map<ProviderId, Loaded>();

type WaitUntil = (work: Promise<unknown>) => void;

/** The directory; waits for Postgres only if this isolate never had one. Throws PostgresUnavailable. */
export async function directory(settings: EdgeSettings, waitUntil: WaitUntil): Promise<Directory> {
  if (loaded) {
    if (Date.now() - loaded.at >= FRESH_MS) refresh(settings, waitUntil);
    return loaded.directory;
  }
  if (Date.now() - failedAt < RETRY_MS) throw new PostgresUnavailable();
  const shared = isLoading()
    ? await Promise.race([loading?.catch(() => undefined), sleep(SHARED_LOAD_WAIT_MS)])
    : undefined;
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
  if (loaded) return directory(settings, waitUntil);
  refresh(settings, waitUntil);
  const part = parts.get(id);
  if (part && Date.now() - part.at < FRESH_MS) return part.directory;
  if (Date.now() - failedAt < RETRY_MS) throw new PostgresUnavailable();
  try {
    const fresh = await fetchDirectory(settings, id);
    if (!loaded && fresh.providers.has(id) && parts.size < PARTS_MAX)
      parts.set(id, { directory: fresh, at: Date.now() });
    return fresh;
  } catch (error) {
    failedAt = Date.now();
    throw error;
  }
}

/** One load at a time, behind somebody's answer and not in the way of the ones that follow it. */
function refresh(settings: EdgeSettings, waitUntil: WaitUntil): void {
  if (Date.now() - failedAt < RETRY_MS || isLoading() || Date.now() < refreshAfter) return;
  refreshAfter = Date.now() + REFRESH_DELAY_MS + SHARED_LOAD_WAIT_MS;
  waitUntil(
    sleep(REFRESH_DELAY_MS)
      .then(() => load(settings))
      .catch(() => undefined),
  ); // logged in askPostgres
}

/** A load dies with the request that began it, without a word; after a while it counts for nothing. */
const isLoading = (): boolean => loading !== undefined && Date.now() - loadingSince < SHARED_LOAD_WAIT_MS;

/** Forgets everything: what the next request sees is what Postgres says. */
export function forgetDirectory(): void {
  loaded = undefined;
  parts.clear();
  loading = undefined;
  failedAt = 0;
  refreshAfter = 0;
}

function load(settings: EdgeSettings): Promise<Loaded> {
  if (loading && isLoading()) return loading;
  loadingSince = Date.now();
  const ours = fetchDirectory(settings, null)
    .then((fresh) => {
      loaded = { directory: fresh, at: Date.now() };
      parts.clear();
      return loaded;
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

async function fetchDirectory(settings: EdgeSettings, only: ProviderId | null): Promise<Directory> {
  const rows = await askPostgres(settings, (db, { loadDirectory }) => loadDirectory(db, only));
  const byId = <T extends { readonly id: string }>(list: readonly T[]): Map<string, T> =>
    new Map(list.map((item) => [item.id, item]));
  return {
    providers: byId(rows.providers),
    clinics: byId(rows.clinics),
    visitTypes: byId(rows.visitTypes),
    resources: Map.groupBy(rows.resources, ({ locationId }) => locationId),
    specialties: [...new Set(rows.providers.flatMap((provider) => provider.specialties))].sort(),
  };
}

const sleep = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
