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
}

export const ACTIVE: BulkColumn = {
  name: "active",
  column: "deactivated_at",
  type: "boolean",
  stands: "(t.deactivated_at IS NULL)",
  written: "CASE WHEN g.active THEN NULL ELSE now() END",
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
  list(columns.map((one) => one.written ?? given(one)));
export const assignments = (columns: readonly BulkColumn[]): SQL =>
  list(columns.map((one) => `"${one.column}" = ${one.written ?? given(one)}`));

/** [IE3] What the next import finds: who the new rows are, and what the changed ones were given. `differing` is the rows that change. */
export const rememberIds = (kind: RowKind, system: string): SQL => sql`
  named AS (
    INSERT INTO external_id (kind, system, value, id, fingerprint)
    SELECT ${kind}, ${system}, "externalId", id, fingerprint FROM given WHERE fresh AND named
  ), renamed AS (
    UPDATE external_id e SET fingerprint = d.fingerprint FROM differing d
    WHERE d.named AND e.kind = ${kind} AND e.system = ${system} AND e.value = d."externalId"
  )`;

/** How many; to stand last. */
export const COUNTS = sql`SELECT (SELECT count(*)::int FROM given WHERE fresh) AS created,
  (SELECT count(*)::int FROM differing) AS changed`;
