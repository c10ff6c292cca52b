/** What a request turns out to be about, for the audit: said by whoever finds the object, read when the answer is there. */
import type { Context } from "hono";
import type { AppointmentId, LocationId, PatientId } from "../../core/ids.ts";
import type { EdgeEnv } from "./env.ts";

export interface Audited {
  readonly patientId?: PatientId;
  readonly appointmentId?: AppointmentId;
  readonly locationId?: LocationId;
  /** People whose rows the answer has. */
  readonly count?: number;
  /** Which of several things the operation does, such as the kind of an export; the device, partner or member of staff. */
  readonly of?: string;
}

/**
 * [AU1] Say it as soon as the object is known to be there, before it is asked whether the caller reaches it: a refusal is kept too.
 * Said again, it adds to what was said.
 */
export function concerns(c: Context<EdgeEnv>, about: Audited): void {
  c.set("audited", { ...c.get("audited"), ...about });
}

interface Whereabouts {
  readonly id: AppointmentId;
  readonly patientId: PatientId;
  readonly locationId: LocationId;
}

export const concernsAppointment = (c: Context<EdgeEnv>, { id, patientId, locationId }: Whereabouts): void =>
  concerns(c, { appointmentId: id, patientId, locationId });
