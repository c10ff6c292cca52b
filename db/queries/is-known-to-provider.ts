/** Whether a provider has, or will have, seen a patient: the question behind visit types for new patients. */
import { and, eq, ne, notInArray, sql } from "drizzle-orm";
import type { AppointmentId, PatientId, ProviderId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { appointment } from "../schema/index.ts";

/**
 * True when the projection has another appointment of the two, past or to come, that was neither cancelled nor missed.
 * [PA7] What stands under an id that was merged into this one counts. As old as the projection, a second or two. Walks one patient's rows of `appointment_patient_idx` (dozens, over years)
 * and stops at the first that fits.
 * @param except the appointment that is being moved.
 */
export async function isKnownToProvider(
  db: Db,
  patientId: PatientId,
  providerId: ProviderId,
  except: AppointmentId | null,
): Promise<boolean> {
  const found = await db
    .select({ id: appointment.id })
    .from(appointment)
    .where(
      and(
        sql`${appointment.patientId} IN (SELECT ${patientId}::text
          UNION ALL SELECT m.id FROM patient m WHERE m.merged_into = ${patientId})`,
        eq(appointment.providerId, providerId),
        notInArray(appointment.status, ["cancelled", "no-show"]),
        except === null ? undefined : ne(appointment.id, except),
      ),
    )
    .limit(1);
  return found.length > 0;
}
