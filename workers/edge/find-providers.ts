/** Who matches a search, a page at a time: the one path that the API and the pages share. */
import type { Provider } from "../../core/directory/directory.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { ProviderFilter } from "../../db/queries/list-providers.ts";
import type { EdgeSettings } from "../config.ts";
import { decodeCursor, encodeCursor } from "./api/paging.ts";
import type { Directory } from "./directory-cache.ts";
import { askPostgres } from "./postgres.ts";

export interface ProviderSearch extends Omit<ProviderFilter, "limit" | "after"> {
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ProviderPage {
  readonly providers: readonly Provider[];
  /** null = the last page. */
  readonly next: string | null;
}

const isNameAndId = (parts: readonly unknown[]): parts is readonly [string, string] =>
  parts.length === 2 && parts.every((part) => typeof part === "string");

/** null = the cursor is not one of ours. Asks Postgres who matches; what is shown of them is the isolate's own copy. */
export async function findProviders(
  settings: EdgeSettings,
  known: Directory,
  { limit, cursor, ...filters }: ProviderSearch,
): Promise<ProviderPage | null> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, isNameAndId);
  if (after === null) return null;
  const asked = {
    ...filters,
    limit: limit + 1,
    ...(after ? { after: { displayName: after[0], id: after[1] as ProviderId } } : {}),
  };
  const ids = await askPostgres(settings, (db, { listProviders }) => listProviders(db, asked));
  const found = ids.map((id) => known.providers.get(id)).filter((provider) => provider !== undefined);
  const providers = found.slice(0, limit);
  const last = providers.at(-1);
  return {
    providers,
    next: found.length > limit && last ? encodeCursor([last.displayName, last.id]) : null,
  };
}
