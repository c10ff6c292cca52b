/** A patient's list, for everybody who reads it: what waits for them from elsewhere is in it ([AD7]). */
import type { Context } from "hono";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { PatientId } from "../../core/ids.ts";
import type { ListQuery } from "../../durable-objects/patient-agenda/patient-agenda.ts";
import type { EdgeEnv } from "./env.ts";
import { patientAgenda } from "./stubs.ts";
import { takeOverForPatient } from "./take-over.ts";

/** @throws when the agenda does not answer. */
export async function patientList(
  c: Context<EdgeEnv>,
  patient: PatientId,
  query: ListQuery,
): Promise<AppointmentFacts[]> {
  await takeOverForPatient(c, patient);
  return patientAgenda(c.env, patient).list(patient, query);
}
