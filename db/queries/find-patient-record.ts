/** A patient's whole record, for whoever may change it, and the search of the desks. Personal data: nothing here is logged. */
import { eq, type SQL, sql } from "drizzle-orm";
import type { LocationId, PatientId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";
import type { PatientSettings } from "../directory/people-writes.ts";
import { patient } from "../schema/index.ts";
import { foldText } from "../search-text.ts";
import { likeWord } from "./search-conditions.ts";

/** Rows of one person that can stand behind one: more is not a duplicate, it is a mistake. */
export const MERGED_MAX = 20;
/** What a desk reads through; whoever has more narrows the search. One more tells that there is more. */
export const PATIENT_MATCHES_MAX = 51;

export interface PatientRecord extends PatientSettings {
  readonly id: PatientId;
  readonly version: number;
  readonly active: boolean;
  /** [PA7] Who stands for this row; null = itself. */
  readonly mergedInto: PatientId | null;
  /** [PA7] Rows that this one stands for, MERGED_MAX at most. Walks `patient_merged_idx`. */
  readonly mergedFrom: readonly PatientId[];
  /**
   * Appointments from elsewhere, still to come, that no calendar has taken over yet: of this row, and of those that it stands
   * for. Walks `patient_merged_idx` and `incoming_patient_idx`.
   */
  readonly waiting: boolean;
  /** [PD9] Nothing in it says any more who it was. */
  readonly deleted: boolean;
}

/** With its table: in a select of one table Drizzle writes columns without, and here they would be the inner one's. */
const OUTER_ID = sql.raw(`"patient"."id"`);
const MERGED_FROM = sql<PatientId[]>`coalesce((SELECT json_agg(m.id ORDER BY m.id) FROM
  (SELECT f.id FROM patient f WHERE f.merged_into = ${OUTER_ID} ORDER BY f.id LIMIT ${MERGED_MAX}) m), '[]'::json)`;
const WAITING = sql<boolean>`EXISTS (SELECT 1 FROM incoming_appointment i WHERE i.patient_id = ANY(ARRAY(
    SELECT ${OUTER_ID} UNION ALL SELECT f.id FROM patient f WHERE f.merged_into = ${OUTER_ID}))
  AND i.end_at > now() AND i.status NOT IN ('cancelled', 'no-show'))`;

const DELETED = sql<boolean>`EXISTS (SELECT 1 FROM patient_deletion d WHERE d.patient_id = ${OUTER_ID})`;

/** `null` when there is no such patient. One row by `patient_pk`, and three short walks. */
export async function findPatientRecord(db: Db, id: PatientId): Promise<PatientRecord | null> {
  const [found] = await db
    .select({ row: patient, mergedFrom: MERGED_FROM, waiting: WAITING, deleted: DELETED })
    .from(patient)
    .where(eq(patient.id, id))
    .limit(1);
  if (!found) return null;
  const { searchText: _searchText, deactivatedAt, homeLocationId, mergedInto, ...settings } = found.row;
  return {
    ...settings,
    id,
    homeLocationId: homeLocationId as LocationId, // a foreign key to a checked id
    active: deactivatedAt === null,
    mergedInto: mergedInto as PatientId | null,
    mergedFrom: found.mergedFrom,
    waiting: found.waiting,
    deleted: found.deleted,
  };
}

export interface PatientSearch {
  /** null = all. An empty list finds nobody. */
  readonly homeLocationIds: readonly LocationId[] | null;
  /** Words in any order, each somewhere in the name; accents and case aside. */
  readonly name?: string | undefined;
  readonly birthDate?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
}

/** Trigrams need three letters. */
const INDEXED_CHARS_MIN = 3;

const wordsOf = (name: string): string[] => foldText(name).split(/\s+/).filter(Boolean);

/**
 * [PA5] Whether an index can begin: a clinic, a birth date, or three letters of a name. Without one a search would read
 * every patient that there is.
 */
export const isNarrow = ({ homeLocationIds, name, birthDate }: PatientSearch): boolean =>
  homeLocationIds !== null ||
  birthDate !== undefined ||
  wordsOf(name ?? "").some((word) => word.length >= INDEXED_CHARS_MIN);

export function patientSearchStatement(search: PatientSearch): SQL {
  const { homeLocationIds, name, birthDate, phone, email } = search;
  invariant(isNarrow(search), "a search of patients begins at an index");
  const conditions = [
    sql`deactivated_at IS NULL AND merged_into IS NULL`,
    ...(homeLocationIds === null
      ? []
      : [sql`home_location_id = ANY(${sql.param([...homeLocationIds])}::text[])`]),
    ...wordsOf(name ?? "").map((word) => sql`search_text LIKE ${likeWord(word)}`),
    ...(birthDate === undefined ? [] : [sql`birth_date = ${birthDate}`]),
    ...(phone === undefined ? [] : [sql`phone = ${phone}`]),
    ...(email === undefined ? [] : [sql`lower(email) = lower(${email})`]),
  ];
  return sql`SELECT id, display_name, birth_date::text AS birth_date, home_location_id FROM patient
    WHERE ${sql.join(conditions, sql` AND `)} ORDER BY search_text, id LIMIT ${PATIENT_MATCHES_MAX}`;
}

export interface PatientMatch {
  readonly id: PatientId;
  readonly displayName: string;
  readonly birthDate: string;
  readonly homeLocationId: LocationId;
}

/** By name, then id; at most PATIENT_MATCHES_MAX. Begins at `patient_search_idx`, `patient_birth_idx` or `patient_home_idx`. */
export async function searchPatients(db: Db, search: PatientSearch): Promise<PatientMatch[]> {
  const { rows } = await db.execute<{
    id: PatientId;
    display_name: string;
    birth_date: string;
    home_location_id: LocationId;
  }>(patientSearchStatement(search));
  return rows.map((row) => ({
    id: row.id,
    displayName: row.display_name,
    birthDate: row.birth_date,
    homeLocationId: row.home_location_id,
  }));
}
