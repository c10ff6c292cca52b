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

/** Rows of the outbox that one look goes through: some for each calendar of a large network. */
const LOOKED_AT_MAX = 10_000;

/**
 * Calendars that were not told yet, longest waiting first, at most `limit`, however many rows each has. Walks
 * `directory_change_unpushed_idx`.
 * @param only these
 * @param without them, at most PUSH_MAX
 */
export async function unpushed(
  db: Db,
  limit: number,
  only: readonly ProviderId[] | null = null,
  without: readonly ProviderId[] = [],
): Promise<Unpushed> {
  invariant(limit >= 1 && limit <= PUSH_MAX, "a push has 1 to PUSH_MAX calendars");
  invariant(without.length <= PUSH_MAX, "a push leaves out at most PUSH_MAX calendars");
  const { rows } = await db.execute<{ last: string; id: string }>(sql`
    SELECT id, max(seq) AS last FROM (
      SELECT seq, id FROM directory_change
      WHERE pushed_at IS NULL AND kind IN ('provider', 'resource')
        ${only === null ? sql`` : sql`AND id = ANY(${sql.param([...only])}::text[])`}
        ${without.length === 0 ? sql`` : sql`AND id <> ALL(${sql.param([...without])}::text[])`}
      ORDER BY seq LIMIT ${LOOKED_AT_MAX}
    ) AS looked_at
    GROUP BY id ORDER BY min(seq) LIMIT ${limit}`);
  return {
    ids: rows.map(({ id }) => id as ProviderId), // written by changeDirectory, from rows with checked ids
    seq: Math.max(0, ...rows.map(({ last }) => Number(last))),
  };
}

/**
 * These calendars have everything up to `seq`. Idempotent. Returns how many of them were not marked before: of two pushes that
 * tell the same calendars, one is the first.
 */
export async function markPushed(db: Db, ids: readonly ProviderId[], seq: number): Promise<number> {
  invariant(ids.length <= PUSH_MAX, "a push has at most PUSH_MAX calendars");
  const { rows } = await db.execute<{ id: string }>(sql`
    UPDATE directory_change SET pushed_at = now()
    WHERE pushed_at IS NULL AND kind IN ('provider', 'resource') AND seq <= ${seq}
      AND id = ANY(${sql.param([...ids])}::text[])
    RETURNING id`);
  return new Set(rows.map(({ id }) => id)).size;
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
