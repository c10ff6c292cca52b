/** What goes out, column by column. What an import reads is spelled as it reads it. */
import type { DateException, WeeklyHours } from "../schedule/config.ts";
import { writeExceptions, writeWeek } from "./hours-text.ts";
import type { ExportKind } from "./kinds.ts";

/** The columns of each kind, in the order of a file. */
export const EXPORT_COLUMNS: Readonly<Record<ExportKind, readonly string[]>> = {
  providers: [
    "id",
    "displayName",
    "title",
    "specialties",
    "languages",
    "acceptingNewPatients",
    "gender",
    "insurances",
    "visitTypeIds",
    "active",
  ],
  schedules: ["id", "providerId", "locationId", "hours", "breaks", "exceptions"],
  patients: [
    "id",
    "displayName",
    "birthDate",
    "email",
    "phone",
    "homeLocationId",
    "preferredLanguage",
    "interpreterLanguage",
    "accessNeeds",
    "active",
  ],
  appointments: [
    "id",
    "providerId",
    "patientId",
    "locationId",
    "visitTypeId",
    "start",
    "end",
    "status",
    "createdAt",
    "timeZone",
    "version",
    "source",
    "updatedAt",
    "checkedInAt",
    "cancelledAt",
    "cancellationReason",
  ],
  audit: [
    "id",
    "requestId",
    "at",
    "role",
    "subject",
    "operation",
    "outcome",
    "problem",
    "patientId",
    "appointmentId",
    "locationId",
    "count",
    "hash",
  ],
  locations: [
    "id",
    "name",
    "address",
    "city",
    "state",
    "postalCode",
    "phone",
    "timeZone",
    "latitude",
    "longitude",
    "regionId",
    "active",
  ],
  "visit-types": [
    "id",
    "name",
    "minutes",
    "gridMinutes",
    "noticeMinutes",
    "horizonDays",
    "modality",
    "bufferBeforeMinutes",
    "bufferAfterMinutes",
    "capacity",
    "newPatientsOnly",
    "ageMin",
    "ageMax",
    "specialty",
    "cancelWindowMinutes",
    "moveWindowMinutes",
    "perDayMax",
    "requires",
    "active",
  ],
  resources: ["id", "kind", "name", "locationId", "hours", "exceptions", "active"],
  staff: ["id", "displayName", "email", "role", "providerId", "locationIds", "active"],
};

export type ExportValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | readonly WeeklyHours[]
  | readonly DateException[];
export type ExportRow = Readonly<Record<string, ExportValue>>;

/** A value as a cell; a number stays one, so that a negative one is not taken for a formula. */
export function cellOf(value: ExportValue | undefined): string | number {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return value;
  if (typeof value !== "object") return String(value);
  const [first] = value;
  if (first === undefined) return "";
  if (typeof first === "string") return value.join("|");
  return "weekday" in first
    ? writeWeek(value as readonly WeeklyHours[])
    : writeExceptions(value as readonly DateException[]);
}
