/** How patients and staff are made and change. `version` is the one that the author saw; another one is `OS412`. */
import { eq, type SQL, sql } from "drizzle-orm";
import type { PatientPreferences } from "../../core/directory/directory.ts";
import type { LocationId, PatientId, ProviderId, StaffId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { endConsentsOf } from "../consent/consents.ts";
import { MERGED_MAX } from "../queries/find-patient-record.ts";
import { patient, staff } from "../schema/index.ts";
import { foldText } from "../search-text.ts";
import { changePeople } from "./change.ts";
import { deactivation, type MadeBy, madeBy, texts } from "./writes.ts";

/** A patient as the desk writes them. */
export interface PatientSettings {
  readonly displayName: string;
  readonly birthDate: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly homeLocationId: LocationId;
  readonly preferredLanguage: string | null;
  readonly interpreterLanguage: string | null;
  readonly accessNeeds: readonly string[];
  readonly preferences: PatientPreferences | null;
}

const patientRow = (settings: PatientSettings) => ({
  ...settings,
  accessNeeds: [...settings.accessNeeds],
  searchText: foldText(settings.displayName),
});

/**
 * A merged row is nobody's to change: the other one stands for both. Locked, because changes of people take no turns: of two
 * at once the second one waits here, and then finds a newer version.
 */
const patientAt = (id: PatientId, version: number): SQL =>
  sql`EXISTS (SELECT 1 FROM patient WHERE id = ${id} AND version = ${version} AND merged_into IS NULL FOR UPDATE)`;

/** [PA2] @throws `external_id_pk` (23505) when the key was used, `patient_home_clinic_fk` (23503) for an unknown clinic. */
export const insertPatient = (db: Db, id: PatientId, settings: PatientSettings, by: MadeBy): Promise<void> =>
  changePeople(db, {
    statements: [
      db
        .insert(patient)
        .values({ ...patientRow(settings), id })
        .getSQL(),
      madeBy("patient", id, by),
    ],
  });

/** [PA3] */
export const updatePatient = (
  db: Db,
  id: PatientId,
  settings: PatientSettings,
  version: number,
): Promise<void> =>
  changePeople(db, {
    conditions: [patientAt(id, version)],
    statements: [
      db
        .update(patient)
        .set({ ...patientRow(settings), version: version + 1 })
        .where(eq(patient.id, id))
        .getSQL(),
    ],
  });

/** [PA4] */
export const setPatientActive = (db: Db, id: PatientId, version: number, active: boolean): Promise<void> =>
  changePeople(db, {
    conditions: [patientAt(id, version)],
    statements: [
      sql`UPDATE patient SET deactivated_at = ${deactivation(active)}, version = version + 1 WHERE id = ${id}`,
      ...(active ? [] : [endConsentsOf([id])]),
    ],
  });

/**
 * [PA6] From now on `into` stands for both. Its version rises too, because what is shown of it says so.
 * Rows that were merged into `id` before follow, so that every id is one step from who stands for it.
 * @throws `OS412` when `id` has changed, one of them was merged meanwhile, or more than MERGED_MAX would stand behind `into`.
 */
export const mergePatient = (db: Db, id: PatientId, into: PatientId, version: number): Promise<void> =>
  changePeople(db, {
    conditions: [
      // Both rows are locked in one order before they are looked at: two merges at once must not make a circle.
      sql`(SELECT count(*) FROM (SELECT 1 FROM patient WHERE id IN (${id}, ${into}) ORDER BY id FOR UPDATE) both_rows) = 2`,
      patientAt(id, version),
      sql`EXISTS (SELECT 1 FROM patient WHERE id = ${into} AND merged_into IS NULL AND deactivated_at IS NULL)`,
      sql`(SELECT count(*) FROM patient WHERE merged_into IN (${id}, ${into})) < ${MERGED_MAX}`, // and one more: `id` itself
    ],
    statements: [
      sql`UPDATE patient SET merged_into = ${into}, version = version + 1 WHERE id = ${id} OR merged_into = ${id}`,
      sql`UPDATE patient SET version = version + 1 WHERE id = ${into}`,
      endConsentsOf([id]),
    ],
  });

export interface StaffSettings {
  readonly displayName: string;
  readonly email: string;
  readonly role: "staff" | "admin" | "provider";
  /** Whose calendar is theirs, of the role provider; null of every other. */
  readonly providerId: ProviderId | null;
  readonly clinics: readonly LocationId[];
}

const staffAt = (id: StaffId, version: number): SQL =>
  sql`EXISTS (SELECT 1 FROM staff WHERE id = ${id} AND version = ${version} FOR UPDATE)`;
const clinicRows = (id: StaffId, clinics: readonly LocationId[]): SQL =>
  sql`INSERT INTO staff_clinic (staff_id, location_id) SELECT ${id}, unnest(${texts(clinics)})`;

/** [D30] Null unless they are there and active, and then `staff_provider_link` refuses the row of a provider. */
const activeProvider = (id: ProviderId | null): SQL =>
  sql`(SELECT id FROM provider WHERE id = ${id} AND deactivated_at IS NULL)`;

/** The same, or whose calendar they have already: who has left can still be corrected, and gains nothing by it. */
const activeOrOwn = (staffId: StaffId, id: ProviderId | null): SQL =>
  sql`(SELECT p.id FROM provider p WHERE p.id = ${id}
    AND (p.deactivated_at IS NULL OR p.id = (SELECT s.provider_id FROM staff s WHERE s.id = ${staffId})))`;

/**
 * @throws `external_id_pk`, `staff_email` or `staff_provider` (23505), `staff_clinic_clinic_fk` (23503), `staff_provider_link`
 * (23514) for a provider who is not there or not active.
 */
export const insertStaff = (
  db: Db,
  id: StaffId,
  { clinics, ...row }: StaffSettings,
  by: MadeBy,
): Promise<void> =>
  changePeople(db, {
    statements: [
      madeBy("staff", id, by), // first: the same request twice at once meets here, not at its own e-mail address
      db
        .insert(staff)
        .values({ ...row, providerId: activeProvider(row.providerId), id })
        .getSQL(),
      clinicRows(id, clinics),
    ],
  });

/** @throws `OS412`, else as `insertStaff`; the provider they have already is taken also when deactivated. */
export const updateStaff = (
  db: Db,
  id: StaffId,
  { clinics, ...row }: StaffSettings,
  version: number,
): Promise<void> =>
  changePeople(db, {
    conditions: [staffAt(id, version)],
    statements: [
      db
        .update(staff)
        .set({ ...row, providerId: activeOrOwn(id, row.providerId), version: version + 1 })
        .where(eq(staff.id, id))
        .getSQL(),
      sql`DELETE FROM staff_clinic WHERE staff_id = ${id}`,
      clinicRows(id, clinics),
    ],
  });

/** @throws `OS412`; `staff_provider` (23505) when somebody else signs in as their provider by now. */
export const setStaffActive = (db: Db, id: StaffId, version: number, active: boolean): Promise<void> =>
  changePeople(db, {
    conditions: [staffAt(id, version)],
    statements: [
      sql`UPDATE staff SET deactivated_at = ${deactivation(active)}, version = version + 1 WHERE id = ${id}`,
    ],
  });
