/** Which resources a caller may see and change. Foreign and missing look the same, so there is no third answer. */
import type { LocationId, PatientId, ProviderId } from "../ids.ts";

export type Reach =
  /** Oneself, and whom one stands for. */
  | { readonly kind: "patients"; readonly patientIds: readonly PatientId[] }
  | { readonly kind: "clinics"; readonly locationIds: readonly LocationId[] }
  | { readonly kind: "provider"; readonly providerId: ProviderId }
  | { readonly kind: "everything" }
  | { readonly kind: "nothing" };

interface Reachable {
  readonly patientId: PatientId;
  readonly locationId: LocationId;
  readonly providerId: ProviderId;
}

/** [A1] Whether `reach` includes this appointment. */
export function reaches(reach: Reach, appointment: Reachable): boolean {
  switch (reach.kind) {
    case "patients":
      return reach.patientIds.includes(appointment.patientId);
    case "clinics":
      return reach.locationIds.includes(appointment.locationId);
    case "provider":
      return appointment.providerId === reach.providerId;
    case "everything":
      return true;
    case "nothing":
      return false;
  }
}

interface PatientRecordKey {
  readonly id: PatientId;
  readonly homeLocationId: LocationId;
}

/** [PA1] Whether `reach` includes this patient's record (name, contact, needs): a clinic's are those at home there. */
export function reachesRecord(reach: Reach, record: PatientRecordKey): boolean {
  switch (reach.kind) {
    case "patients":
      return reach.patientIds.includes(record.id);
    case "clinics":
      return reach.locationIds.includes(record.homeLocationId);
    case "everything":
      return true;
    case "provider":
    case "nothing":
      return false;
  }
}

/** Whether `reach` includes what belongs to a clinic as a whole: its day, its lists. */
export const reachesClinic = (reach: Reach, locationId: LocationId): boolean =>
  reach.kind === "everything" || (reach.kind === "clinics" && reach.locationIds.includes(locationId));
