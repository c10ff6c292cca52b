/** What can be brought in and taken out, and the shape of our own ids in files. */
import { APPOINTMENT_ID, isPatientId, LOCATION_ID, PROVIDER_ID, VISIT_TYPE_ID } from "../ids.ts";

export const IMPORT_KINDS = ["providers", "schedules", "patients", "appointments"] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const EXPORT_KINDS = [
  ...IMPORT_KINDS,
  "locations",
  "visit-types",
  "resources",
  "staff",
  "audit",
] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** As `external_id.kind` has them. */
export type RowKind = "clinic" | "provider" | "schedule" | "visit-type" | "patient" | "appointment";

export const ROW_KIND: Readonly<Record<ImportKind, RowKind>> = {
  providers: "provider",
  schedules: "schedule",
  patients: "patient",
  appointments: "appointment",
};

/** A schedule is a provider at a clinic, and so is its id. */
export const scheduleIdOf = (providerId: string, locationId: string): string => `${providerId}/${locationId}`;

/** Whether it could be one of ours; whether it is, the database says. */
export function hasOwnShape(kind: RowKind, text: string): boolean {
  switch (kind) {
    case "clinic":
      return LOCATION_ID.test(text);
    case "provider":
      return PROVIDER_ID.test(text);
    case "visit-type":
      return VISIT_TYPE_ID.test(text);
    case "patient":
      return isPatientId(text);
    case "appointment":
      return APPOINTMENT_ID.test(text);
    case "schedule": {
      const [provider = "", clinic = "", ...more] = text.split("/");
      return more.length === 0 && PROVIDER_ID.test(provider) && LOCATION_ID.test(clinic);
    }
  }
}
