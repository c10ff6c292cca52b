/** Whose record (name, contact, needs) a caller may see and change. Appointments have a table of their own: `principal.ts`. */
import type { LocationId, PatientId } from "../ids.ts";
import type { Principal } from "./principal.ts";

export type RecordReach =
  | { readonly kind: "patient"; readonly patientId: PatientId }
  /** By home clinic. */
  | { readonly kind: "clinics"; readonly locationIds: readonly LocationId[] }
  | { readonly kind: "everything" }
  | { readonly kind: "nothing" };

/** [PA1] Administrators all, a desk its clinics' patients, a patient their own to read; nobody else any. */
export function recordReach(principal: Principal): RecordReach {
  switch (principal.role) {
    case "patient":
      return { kind: "patient", patientId: principal.patientId };
    case "staff":
      return { kind: "clinics", locationIds: principal.clinics };
    case "admin":
      return { kind: "everything" };
    case "provider":
    case "service":
    case "kiosk":
      return { kind: "nothing" };
  }
}

interface RecordKey {
  readonly id: PatientId;
  readonly homeLocationId: LocationId;
}

/** [PA1] Whether `reach` includes this record. Foreign and missing look the same, so there is no third answer. */
export function reachesRecord(reach: RecordReach, record: RecordKey): boolean {
  switch (reach.kind) {
    case "patient":
      return record.id === reach.patientId;
    case "clinics":
      return reach.locationIds.includes(record.homeLocationId);
    case "everything":
      return true;
    case "nothing":
      return false;
  }
}

/** [PA1] Whether this caller changes records at all. A patient's own wishes come through the desk until there is sign-in. */
export const mayKeepRecords = ({ role }: Principal): boolean => role === "staff" || role === "admin";
