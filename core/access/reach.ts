/** Which appointments a caller may see and change. Foreign and missing look the same, so there is no third answer. */
import type { LocationId, PatientId, ProviderId } from "../ids.ts";

export type Reach =
  | { readonly kind: "patient"; readonly patientId: PatientId }
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
    case "patient":
      return appointment.patientId === reach.patientId;
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
