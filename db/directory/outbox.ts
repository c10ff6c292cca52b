/** The directory's outbox, for its two readers: isolates that keep a copy, and the push to the calendars. */
import { type SQL, sql } from "drizzle-orm";
import type { ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";
import { ANYTHING_WAITS } from "../incoming/anything-waits.ts";
import { changeDirectory, type DirectoryNews } from "./change.ts";

/** More than this, and reading the whole directory again is cheaper than following. */
export const NEWS_MAX = 500;
/** Calendars in one push: as many calls as one invocation should make. */
export const PUSH_MAX = 200;

type NewsRow = { readonly seq: string; readonly kind: DirectoryNews["kind"]; readonly id: string };

const newsStatement = (seq: number): SQL =>
  sql`SELECT seq, kind, id FROM directory_change WHERE seq > ${seq} ORDER BY seq LIMIT ${NEWS_MAX}`;
const toNews = ({ seq, kind, id }: NewsRow): DirectoryNews => ({ seq: Number(seq), kind, id });

/** What was committed after `seq`, oldest first, at most NEWS_MAX. Walks `directory_change_pk`. */
export async function newsSince(db: Db, seq: number): Promise<DirectoryNews[]> {
  return (await db.execute<NewsRow>(newsStatement(seq))).rows.map(toNews);
}

/** The same, and whether appointments from elsewhere wait for anybody: all that an isolate asks every few seconds. */
export async function newsAndWaiting(
  db: Db,
  seq: number,
): Promise<{ readonly news: DirectoryNews[]; readonly incoming: boolean }> {
  const [news, waiting] = await db.batch([
    db.execute<NewsRow>(newsStatement(seq)),
    db.execute<{ incoming: boolean }>(sql`SELECT ${ANYTHING_WAITS}`),
  ]);
  return { news: news.rows.map(toNews), incoming: waiting.rows[0]?.incoming === true };
}

export interface Unpushed {
  readonly ids: readonly ProviderId[];
  /** Everything up to here was looked at. */
  readonly seq: number;
}

/** Calendars that were not told yet, longest waiting first, at most `limit`. Walks `directory_change_unpushed_idx`. @param only these */
export async function unpushed(
  db: Db,
  limit: number,
  only: readonly ProviderId[] | null = null,
): Promise<Unpushed> {
  invariant(limit >= 1 && limit <= PUSH_MAX, "a push has 1 to PUSH_MAX calendars");
  const { rows } = await db.execute<{ seq: string; id: string }>(sql`
    SELECT seq, id FROM directory_change
    WHERE pushed_at IS NULL AND kind IN ('provider', 'resource')
      ${only === null ? sql`` : sql`AND id = ANY(${sql.param([...only])}::text[])`}
    ORDER BY seq LIMIT ${limit}`);
  return {
    ids: [...new Set(rows.map(({ id }) => id as ProviderId))], // written by changeDirectory, from rows with checked ids
    seq: Math.max(0, ...rows.map(({ seq }) => Number(seq))),
  };
}

/** These calendars have everything up to `seq`. Idempotent. */
export async function markPushed(db: Db, ids: readonly ProviderId[], seq: number): Promise<void> {
  invariant(ids.length <= PUSH_MAX, "a push has at most PUSH_MAX calendars");
  await db.execute(sql`
    UPDATE directory_change SET pushed_at = now()
    WHERE pushed_at IS NULL AND kind IN ('provider', 'resource') AND seq <= ${seq}
      AND id = ANY(${sql.param([...ids])}::text[])`);
}

/**
 * Puts every calendar that the outbox has never named into it, and returns how many those are: a network that was written
 * into the tables and not through the API. Idempotent. Reads the outbox once; for starts and imports, not for requests.
 */
export async function noteUntold(db: Db): Promise<number> {
  const news = await changeDirectory(db, {
    statements: [],
    news: [
      sql`INSERT INTO directory_change (kind, id)
        SELECT kind, id FROM (
          SELECT 'provider' AS kind, id FROM provider UNION ALL SELECT 'resource', id FROM resource
        ) AS c
        WHERE NOT EXISTS (SELECT 1 FROM directory_change d WHERE d.kind = c.kind AND d.id = c.id)
        ORDER BY kind, id RETURNING seq, kind, id`,
    ],
  });
  return news.length;
}
