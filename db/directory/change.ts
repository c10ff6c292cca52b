/**
 * How the directory is written: one transaction tests its conditions, writes, raises the version of every calendar that is
 * concerned, and leaves a row for each in the directory's outbox. Everything that follows from a change reads that outbox.
 */
import { type SQL, sql } from "drizzle-orm";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";

/** Any number. Changes take turns by it, so that `seq` grows in the order in which they are committed: a reader misses none. */
const DIRECTORY_LOCK = 823_772;
/** Bounds one transaction: a provider with everything is about 20 statements. */
export const CHANGE_STATEMENTS_MAX = 100;

export type ChangeKind = "provider" | "resource" | "clinic" | "visit-type";

export interface DirectoryNews {
  readonly seq: number;
  readonly kind: ChangeKind;
  readonly id: string;
}

export interface DirectoryChange {
  /** Boolean expressions; one that is not true ends everything with SQLSTATE `OS412`, and nothing was written. */
  readonly conditions?: readonly SQL[];
  readonly statements: readonly SQL[];
  /** Made by `providersWhere`, `resourcesWhere` and `noted`: what the change is news for. */
  readonly news: readonly SQL[];
}

/** Whose calendar decides differently from now on. `where` is about `provider`. */
export const providersWhere = (where: SQL): SQL => raised("provider", where);
/** `where` is about `resource`. */
export const resourcesWhere = (where: SQL): SQL => raised("resource", where);

const raised = (kind: "provider" | "resource", where: SQL): SQL => sql`
  WITH raised AS (
    UPDATE ${sql.identifier(kind)} SET config_version = config_version + 1 WHERE ${where} RETURNING id
  )
  INSERT INTO directory_change (kind, id) SELECT ${kind}, id FROM raised ORDER BY id RETURNING seq, kind, id`;

/** Something that has no calendar, or one whose first version was just written. */
export const noted = (kind: ChangeKind, id: string): SQL =>
  sql`INSERT INTO directory_change (kind, id) VALUES (${kind}, ${id}) RETURNING seq, kind, id`;

/**
 * [PA3] Patients and staff stand in no copy of the directory: the same transaction without a turn and without news, so that a
 * busy desk waits for nobody. @throws as `changeDirectory`.
 */
export async function changePeople(
  db: Db,
  { conditions = [], statements }: Omit<DirectoryChange, "news">,
): Promise<void> {
  invariant(
    conditions.length + statements.length <= CHANGE_STATEMENTS_MAX,
    "a change of people has at most CHANGE_STATEMENTS_MAX statements",
  );
  const [first, ...rest] = [
    ...conditions.map((condition) => sql`SELECT must_hold(${condition})`),
    ...statements,
  ].map((statement) => db.execute(statement));
  invariant(first, "a change has a statement");
  await db.batch([first, ...rest]);
}

/**
 * All of it or nothing. Returns what it is news for, by `seq`.
 * @throws the driver's `NeonDbError`: `OS412` when a condition does not hold, class 23 when a constraint refuses.
 */
export async function changeDirectory(db: Db, change: DirectoryChange): Promise<DirectoryNews[]> {
  const { conditions = [], statements, news } = change;
  invariant(
    conditions.length + statements.length + news.length <= CHANGE_STATEMENTS_MAX,
    "a change of the directory has at most CHANGE_STATEMENTS_MAX statements",
  );
  const results = await db.batch([
    db.execute(sql`SELECT pg_advisory_xact_lock(${DIRECTORY_LOCK})`),
    ...conditions.map((condition) => db.execute(sql`SELECT must_hold(${condition})`)),
    ...statements.map((statement) => db.execute(statement)),
    ...news.map((statement) => db.execute<{ seq: string; kind: ChangeKind; id: string }>(statement)),
  ]);
  return results
    .slice(results.length - news.length)
    .flatMap(({ rows }) => rows as { seq: string; kind: ChangeKind; id: string }[])
    .map(({ seq, kind, id }) => ({ seq: Number(seq), kind, id }));
}

/**
 * A change of many rows, with the same promises: `statement` writes the rows, raises the versions and leaves the news itself,
 * whose number it knows better than a list of statements; `after` follows in the same transaction.
 * @throws as `changeDirectory`
 */
export async function changeDirectoryInBulk<Row extends Record<string, unknown>>(
  db: Db,
  statement: SQL,
  after: readonly SQL[],
): Promise<Row[]> {
  const [, result] = await db.batch([
    db.execute(sql`SELECT pg_advisory_xact_lock(${DIRECTORY_LOCK})`),
    db.execute<Row>(statement),
    ...after.map((one) => db.execute(one)),
  ]);
  return result.rows;
}
