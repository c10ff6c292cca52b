/** A stored patient as the core knows them. */
import type { Patient } from "../core/directory/directory.ts";
import type { LocationId, PatientId } from "../core/ids.ts";
import type { patient } from "./schema/index.ts";

/** The brands are true: `patient_id_shape` and the foreign key to `clinic` checked the ids where they were stored. */
export function toPatient(row: typeof patient.$inferSelect): Patient {
  return {
    id: row.id as PatientId,
    displayName: row.displayName,
    birthDate: row.birthDate,
    email: row.email,
    phone: row.phone,
    homeLocationId: row.homeLocationId as LocationId,
  };
}
