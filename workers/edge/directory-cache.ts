/**
 * The directory as one isolate knows it: loaded whole, kept for a minute, served stale while Postgres is away. An id
 * that is not in it is unknown, and no object is ever asked about it.
 */
import type { Clinic, Provider, VisitType } from "../../core/directory/directory.ts";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import { makeDb } from "../../db/client.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../config.ts";

/** How old the directory may be when Postgres is well. A calendar that is behind its directory is told at once. */
const FRESH_MS = MINUTE_MS;
/** After a failed load with nothing to serve: how long callers are told so without asking again. */
const RETRY_MS = SECOND_MS;
/** A load that another request started may die with that request; after this long we load ourselves. */
const SHARED_LOAD_WAIT_MS = 5 * SECOND_MS;

export interface Directory {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly clinics: ReadonlyMap<string, Clinic>;
  readonly visitTypes: ReadonlyMap<string, VisitType>;
  readonly specialties: readonly string[];
}

export class DirectoryUnavailable extends Error {
  override readonly name = "DirectoryUnavailable";
}

interface Loaded {
  readonly directory: Directory;
  readonly at: number;
}

let loaded: Loaded | undefined;
let loading: Promise<Loaded> | undefined;
let failedAt = 0;

/** The directory; waits for Postgres only if this isolate never had one. Throws DirectoryUnavailable. */
export async function directory(
  settings: EdgeSettings,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Directory> {
  if (loaded && Date.now() - loaded.at < FRESH_MS) return loaded.directory;
  if (loaded) {
    if (Date.now() - failedAt > RETRY_MS && !loading) waitUntil(load(settings).catch(() => undefined)); // logged in load
    return loaded.directory;
  }
  if (Date.now() - failedAt < RETRY_MS) throw new DirectoryUnavailable();
  const shared = loading
    ? await Promise.race([loading.catch(() => undefined), sleep(SHARED_LOAD_WAIT_MS)])
    : undefined;
  return (shared ?? loaded ?? (await load(settings))).directory;
}

/** Forgets everything: what the next request sees is what Postgres says. */
export function forgetDirectory(): void {
  loaded = undefined;
  loading = undefined;
  failedAt = 0;
}

function load(settings: EdgeSettings): Promise<Loaded> {
  loading ??= fetchDirectory(settings)
    .then((fresh) => {
      loaded = { directory: fresh, at: Date.now() };
      return loaded;
    })
    .catch((error: unknown) => {
      failedAt = Date.now();
      logFailure("directory.load_failed", error);
      throw new DirectoryUnavailable();
    })
    .finally(() => {
      loading = undefined;
    });
  return loading;
}

async function fetchDirectory(settings: EdgeSettings): Promise<Directory> {
  const rows = await loadDirectory(makeDb(settings));
  const byId = <T extends { readonly id: string }>(list: readonly T[]): Map<string, T> =>
    new Map(list.map((item) => [item.id, item]));
  return {
    providers: byId(rows.providers),
    clinics: byId(rows.clinics),
    visitTypes: byId(rows.visitTypes),
    specialties: [...new Set(rows.providers.flatMap((provider) => provider.specialties))].sort(),
  };
}

const sleep = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
