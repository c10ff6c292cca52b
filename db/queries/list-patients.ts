/** A page of patients, for staff (their clinics' patients) and administrators (all). */
import { and, asc, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { Patient } from "../../core/directory/directory.ts";
import type { LocationId, PatientId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";
import { toPatient } from "../patient-row.ts";
import { patient } from "../schema/index.ts";

/** The API's page limit is 100; one more tells whether there is a next page. */
export const PATIENTS_PAGE_MAX = 101;

export interface PatientPage {
  /** Only patients whose home clinic is among these; `null` means all. An empty list finds nobody. */
  readonly homeLocationIds: readonly LocationId[] | null;
  /** 1 to PATIENTS_PAGE_MAX. */
  readonly limit: number;
  /** The last patient of the page before. */
  readonly after?: PatientId | undefined;
}

function atHome(homeLocationIds: readonly LocationId[] | null): SQL | undefined {
  if (homeLocationIds === null) return undefined;
  return sql`${patient.homeLocationId} = ANY(${sql.param([...homeLocationIds])}::text[])`;
}

/**
 * Sorted by id. Without a clinic it walks `patient_pk` from the cursor; with clinics it reads `patient_home_idx`, or
 * `patient_pk` with a filter if the clinics hold most patients. Worst case: all patients of the given clinics are
 * read and sorted, one index range per clinic.
 */
export async function listPatients(db: Db, page: PatientPage): Promise<Patient[]> {
  invariant(page.limit >= 1 && page.limit <= PATIENTS_PAGE_MAX, "a page of patients has 1 to 101 rows");
  const rows = await db
    .select()
    .from(patient)
    .where(
      and(
        isNull(patient.deactivatedAt), // [PA4]
        isNull(patient.mergedInto),
        atHome(page.homeLocationIds),
        page.after === undefined ? undefined : gt(patient.id, page.after),
      ),
    )
    .orderBy(asc(patient.id))
    .limit(page.limit);
  return rows.map(toPatient);
}
