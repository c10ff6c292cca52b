/** A chunk of patients from a file: one statement. */
import { sql } from "drizzle-orm";
import type { Db } from "../client.ts";
import { DELETED_NAME } from "../directory/patient-deletion.ts";
import { texts } from "../directory/writes.ts";
import { foldText } from "../search-text.ts";
import {
  ACTIVE,
  assignments,
  type BulkChange,
  type BulkColumn,
  type BulkResult,
  COUNTS,
  columnNames,
  differs,
  givenRows,
  presentIn,
  rememberIds,
  writtenValues,
} from "./bulk.ts";

const SEARCH_TEXT = "searchText";
const COLUMNS: readonly BulkColumn[] = [
  { name: "displayName", column: "display_name", type: "text" },
  { name: SEARCH_TEXT, column: "search_text", type: "text" },
  { name: "birthDate", column: "birth_date", type: "date" },
  { name: "email", column: "email", type: "text" },
  { name: "phone", column: "phone", type: "text" },
  { name: "homeLocationId", column: "home_location_id", type: "text" },
  { name: "preferredLanguage", column: "preferred_language", type: "text" },
  { name: "interpreterLanguage", column: "interpreter_language", type: "text" },
  { name: "accessNeeds", column: "access_needs", type: "text[]" },
  ACTIVE,
];

export type PatientsResult = BulkResult & {
  /** [PD15] Records that were deleted: nothing of their rows was written or remembered. */
  readonly standing: readonly string[];
};

/** Those of `ids` whose record was deleted, or stands behind one that was. */
export async function deletedPatients(db: Db, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT p.id FROM patient p JOIN patient_deletion d ON d.patient_id = coalesce(p.merged_into, p.id)
    WHERE p.id = ANY(${texts(ids)}) ORDER BY p.id`);
  return rows.map(({ id }) => id);
}

/**
 * [IE3] Writes what is new and what differs, and nothing else; all of the chunk or nothing. A row that was merged into
 * another one [PA7] stays as it is.
 * @throws 23505 `external_id_pk` when another import of the same system was faster: repeat the chunk.
 */
export async function importPatients(db: Db, change: BulkChange): Promise<PatientsResult> {
  const { system, apply } = change;
  const here = change.rows.filter(({ fresh }) => !fresh).map(({ id }) => id);
  const standing = here.length === 0 ? [] : await deletedPatients(db, here);
  const isDeleted = new Set(standing);
  const rows = change.rows.filter(({ id }) => !isDeleted.has(id));
  if (rows.length === 0) return { created: 0, changed: 0, standing };
  const searchable = rows.map((row) => ({
    ...row,
    values: { ...row.values, [SEARCH_TEXT]: foldText(row.values.displayName as string) },
  }));
  const columns = presentIn(COLUMNS, searchable);
  const compared = sql`WITH ${givenRows(columns, searchable)}, differing AS MATERIALIZED (
    SELECT g.* FROM given g JOIN patient t ON t.id = g.id
    WHERE NOT g.fresh AND t.merged_into IS NULL AND ${differs(columns)})`;
  const written = sql`, made AS (
      INSERT INTO patient (id, ${columnNames(columns)})
      SELECT g.id, ${writtenValues(columns)} FROM given g WHERE g.fresh
    ), changed AS (
      UPDATE patient t SET ${assignments(columns)}, version = t.version + 1 FROM differing g
      WHERE t.id = g.id AND NOT (t.display_name = ${DELETED_NAME} AND t.search_text = '') -- deleted a moment ago
    ), ${rememberIds("patient", system)}`;
  const result = await db.execute<{ created: number; changed: number }>(
    apply ? sql`${compared} ${written} ${COUNTS}` : sql`${compared} ${COUNTS}`,
  );
  const [counts] = result.rows;
  return { created: counts?.created ?? 0, changed: counts?.changed ?? 0, standing };
}
