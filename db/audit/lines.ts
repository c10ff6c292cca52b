/** The stored audit as its chains see it: for verification, and for what retention takes away. */
import { type SQL, sql } from "drizzle-orm";
import { AUDIT_PARTITIONS } from "../../core/audit/entry.ts";
import type { StoredLine } from "../../core/audit/verify.ts";
import type { Db } from "../client.ts";

/** One page is about 1.2 MB of text. Postgres joins the rows, because taking a row apart costs a client more than hashing it. */
export const AUDIT_LINES_MAX = 5_000;

/** `canonicalLine` of core/audit/entry.ts, out of the columns. `concat`, because null columns must be seen, not swallow a row. */
const LINE: SQL = sql`concat(a.hash, E'\t1\t', a.partition, E'\t', a.seq, E'\t', a.id, E'\t', a.at, E'\t', a.role, E'\t',
  a.subject, E'\t', a.operation, E'\t', a.outcome, E'\t', ':' || a.problem, E'\t', ':' || a.patient_id, E'\t',
  ':' || a.appointment_id, E'\t', ':' || a.location_id, E'\t', ':' || a.people)`;

export interface LinesPage {
  readonly lines: StoredLine[];
  /** Rows; another number than that of the lines means that a line end was put into a column. */
  readonly rows: number;
  /** The last row's sequence; null = there are no more. */
  readonly last: string | null;
}

const toLine = (text: string): StoredLine => {
  const tab = text.indexOf("\t");
  return { hash: text.slice(0, Math.max(tab, 0)), line: text.slice(tab + 1) };
};

/**
 * [AU4] The next rows of a chain, in its order. Walks `audit_entry_pk`; the aggregate takes them as they come, and sorting them again
 * would cost as much as everything else (in another order they would be a gap, so nothing is overlooked). @param after null = from the first row there is
 */
export async function auditLines(db: Db, partition: number, after: string | null): Promise<LinesPage> {
  const { rows } = await db.execute<{ rows: string; last: string | null; text: string | null }>(sql`
    SELECT count(*) AS rows, max(a.seq)::text AS last, string_agg(${LINE}, E'\n') AS text
    FROM (SELECT * FROM audit_entry WHERE partition = ${partition}
          AND (${after}::bigint IS NULL OR seq > ${after}::bigint) ORDER BY seq LIMIT ${AUDIT_LINES_MAX}) AS a`);
  const page = rows[0];
  if (!page || page.last === null) return { lines: [], rows: 0, last: null };
  return { lines: (page.text ?? "").split("\n").map(toLine), rows: Number(page.rows), last: page.last };
}

/** [AU4] Rows of a chain up to `last`, counted: a second row in one place may lie between two pages. */
export async function countAuditRows(db: Db, partition: number, last: string | null): Promise<number> {
  const { rows } = await db.execute<{ n: string }>(sql`
    SELECT count(*) AS n FROM audit_entry WHERE partition = ${partition} AND seq <= ${last}::bigint`);
  return Number(rows[0]?.n ?? 0);
}

/** [AU4] Rows of chains that there are not. */
export async function countStrayAuditRows(db: Db): Promise<number> {
  const { rows } = await db.execute<{ n: string }>(sql`
    SELECT count(*) AS n FROM audit_entry WHERE partition NOT BETWEEN 0 AND ${AUDIT_PARTITIONS - 1} OR partition IS NULL`);
  return Number(rows[0]?.n ?? 0);
}

/** The first sequence of a chain that is still stored; null = none. */
export async function firstAuditSeq(db: Db, partition: number): Promise<number | null> {
  const { rows } = await db.execute<{ first: string | null }>(sql`
    SELECT min(seq) AS first FROM audit_entry WHERE partition = ${partition}`);
  const first = rows[0]?.first ?? null;
  return first === null ? null : Number(first);
}

/** The last sequence of a chain that is stored; 0 = none. */
export async function lastAuditSeq(db: Db, partition: number): Promise<number> {
  const { rows } = await db.execute<{ last: string | null }>(sql`
    SELECT max(seq) AS last FROM audit_entry WHERE partition = ${partition}`);
  return Number(rows[0]?.last ?? 0);
}

/** [AU10] One segment, in one statement: a chain never begins between two checkpoints. Returns how many rows went. */
export async function removeAuditSegment(db: Db, partition: number, through: number): Promise<number> {
  const { rowCount } = await db.execute(
    sql`DELETE FROM audit_entry WHERE partition = ${partition} AND seq <= ${through}`,
  );
  return rowCount;
}
