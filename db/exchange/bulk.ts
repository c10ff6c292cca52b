/** What the imports of all kinds share: rows as one JSON parameter, the columns that a file has, the ids of other systems. */
import { type SQL, sql } from "drizzle-orm";
import type { CellValue } from "../../core/exchange/cells.ts";
import type { RowKind } from "../../core/exchange/kinds.ts";
import { invariant } from "../../core/invariant.ts";

/** Rows of one statement: about 0.3 MB of JSON, and some tens of milliseconds. */
export const CHUNK_ROWS_MAX = 1_000;

export interface BulkRow {
  /** Ours. */
  readonly id: string;
  /** The other system's. */
  readonly externalId: string;
  readonly fingerprint: string;
  /** There is no row of this id yet. */
  readonly fresh: boolean;
  /** `externalId` is to be remembered: it is not our own id. */
  readonly named: boolean;
  /** By the names of the file's columns. */
  readonly values: Readonly<Record<string, CellValue>>;
}

export interface BulkChange {
  readonly system: string;
  /** At most CHUNK_ROWS_MAX, all with the same columns. */
  readonly rows: readonly BulkRow[];
  /** false = a dry run: the same is compared, and nothing written. */
  readonly apply: boolean;
}

export interface BulkResult {
  readonly created: number;
  readonly changed: number;
}

/** How a column of a file stands in a table. `t` is the table, `g` what is given. */
export interface BulkColumn {
  readonly name: string;
  readonly column: string;
  readonly type: "text" | "date" | "boolean" | "text[]" | "jsonb" | "timestamptz";
  /** What stands there, in the file's terms; else the column itself. */
  readonly stands?: string;
  /** What is written; else the given value itself. */
  readonly written?: string;
  /** What a new row has; else as `written`. */
  readonly made?: string;
}

/** NULL where the file does not say it: as it stands. Whoever has left keeps the moment at which they did. */
export const ACTIVE: BulkColumn = {
  name: "active",
  column: "deactivated_at",
  type: "boolean",
  stands: "CASE WHEN g.active IS NOT NULL THEN t.deactivated_at IS NULL END",
  written: `CASE WHEN g.active THEN NULL WHEN g.active IS NULL THEN t.deactivated_at
    ELSE coalesce(t.deactivated_at, now()) END`,
  made: "CASE WHEN NOT g.active THEN now() END",
};

const given = ({ name }: BulkColumn): string => `g."${name}"`;
const list = (parts: readonly string[]): SQL => sql.raw(parts.join(", "));

/** The columns that these rows have. */
export function presentIn(columns: readonly BulkColumn[], rows: readonly BulkRow[]): readonly BulkColumn[] {
  invariant(rows.length <= CHUNK_ROWS_MAX, "a chunk has at most CHUNK_ROWS_MAX rows");
  const names = Object.keys(rows[0]?.values ?? {});
  return columns.filter(({ name }) => names.includes(name));
}

/** `given` as a table expression; to stand first in a WITH. */
export function givenRows(columns: readonly BulkColumn[], rows: readonly BulkRow[]): SQL {
  const json = rows.map(({ values, ...row }) => ({ ...row, ...values }));
  const types = list([
    'id text, "externalId" text, fingerprint text, fresh boolean, named boolean',
    ...columns.map(({ name, type }) => `"${name}" ${type}`),
  ]);
  return sql`given AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${JSON.stringify(json)}::jsonb) AS g (${types}))`;
}

/** Whether the row `t` differs from the given `g` in any of the columns. */
export const differs = (columns: readonly BulkColumn[]): SQL =>
  sql`ROW(${list(columns.map(({ column, stands }) => stands ?? `t.${column}`))})
    IS DISTINCT FROM ROW(${list(columns.map(given))})`;

export const columnNames = (columns: readonly BulkColumn[]): SQL =>
  list(columns.map(({ column }) => `"${column}"`));
export const writtenValues = (columns: readonly BulkColumn[]): SQL =>
  list(columns.map((one) => one.made ?? one.written ?? given(one)));
export const assignments = (columns: readonly BulkColumn[]): SQL =>
  list(columns.map((one) => `"${one.column}" = ${one.written ?? given(one)}`));

/**
 * [IE3] What the next import finds: who the new rows are, and what each was given, also one that has it already. New names are
 * inserted plainly, so that of two imports at once only one makes their rows.
 */
export const rememberIds = (kind: RowKind, system: string): SQL => {
  const names = (fresh: boolean): SQL => sql`
    INSERT INTO external_id (kind, system, value, id, fingerprint)
    SELECT ${kind}, ${system}, "externalId", id, fingerprint FROM given WHERE named AND fresh = ${fresh}`;
  return sql`named AS (${names(true)}), renamed AS (
    ${names(false)} ON CONFLICT (kind, system, value) DO UPDATE SET fingerprint = excluded.fingerprint
  )`;
};

/** How many; to stand last. */
export const COUNTS = sql`SELECT (SELECT count(*)::int FROM given WHERE fresh) AS created,
  (SELECT count(*)::int FROM differing) AS changed`;
