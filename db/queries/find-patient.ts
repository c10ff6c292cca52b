/** One patient by id. Who may see them is decided by the caller: staff by `homeLocationId`. */
import { eq } from "drizzle-orm";
import type { Patient } from "../../core/directory/directory.ts";
import type { PatientId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { toPatient } from "../patient-row.ts";
import { patient } from "../schema/index.ts";

/** `null` when there is no such patient. One row by primary key (`patient_pk`). */
export async function findPatient(db: Db, id: PatientId): Promise<Patient | null> {
  const [row] = await db.select().from(patient).where(eq(patient.id, id)).limit(1);
  return row ? toPatient(row) : null;
}
