/** The columns of each kind of file. A FHIR resource becomes the same columns before it is read. */
import { CANCELLATION_REASONS } from "../booking/appointment.ts";
import { canBeTakenOver } from "../booking/take-over.ts";
import { GENDERS } from "../directory/directory.ts";
import { VISIT_MINUTES_MAX } from "../schedule/config.ts";
import { type Instant, instant } from "../time.ts";
import * as cell from "./cells.ts";
import type { ImportKind, RowKind } from "./kinds.ts";

export interface Column {
  readonly name: string;
  readonly cell: cell.Cell;
  /** `ignored`: our own export has it, and what it says is not for a file to change. */
  readonly need: "required" | "optional" | "ignored";
  /** What an empty cell means; without one it is a mistake. */
  readonly empty?: cell.CellValue;
  /** What a record that does not say it means, in a file where others do; without it as an empty cell. */
  readonly unsaid?: cell.CellValue;
  /** Whose id it is, the other system's or ours. */
  readonly refersTo?: RowKind;
}

const NAME_CHARS_MAX = 200;
const TITLE_CHARS_MAX = 50;
const REASON_CHARS_MAX = 500;

const name = cell.text(NAME_CHARS_MAX);
const ignored = (column: string): Column => ({ name: column, cell: name, need: "ignored", empty: null });
/** Unsaid: whoever has left here is not brought back by a file that does not speak of it. */
const active: Column = { name: "active", cell: cell.truth, need: "optional", empty: true, unsaid: null };
const key: Column = { name: "id", cell: cell.id, need: "required" };

/** What an import of providers may say of one. */
const PROVIDERS: readonly Column[] = [
  key,
  { name: "displayName", cell: name, need: "required" },
  { name: "title", cell: cell.text(TITLE_CHARS_MAX), need: "required" },
  { name: "specialties", cell: cell.listOf(cell.code), need: "required" },
  { name: "languages", cell: cell.listOf(cell.language), need: "required" },
  { name: "acceptingNewPatients", cell: cell.truth, need: "optional", empty: true },
  { name: "gender", cell: cell.oneOf(GENDERS), need: "optional", empty: null },
  { name: "insurances", cell: cell.listOf(cell.code), need: "optional", empty: [] },
  {
    name: "visitTypeIds",
    cell: cell.listOf(cell.id, true),
    need: "optional",
    empty: [],
    refersTo: "visit-type",
  },
  active,
];

const SCHEDULES: readonly Column[] = [
  key,
  { name: "providerId", cell: cell.id, need: "required", refersTo: "provider" },
  { name: "locationId", cell: cell.id, need: "required", refersTo: "clinic" },
  { name: "hours", cell: cell.week, need: "required", empty: [] },
  { name: "breaks", cell: cell.week, need: "optional", empty: [] },
  { name: "exceptions", cell: cell.exceptions, need: "optional", empty: [] },
];

const patients = (today: string): readonly Column[] => [
  key,
  { name: "displayName", cell: name, need: "required" },
  { name: "birthDate", cell: cell.birthDate(today), need: "required" },
  { name: "email", cell: cell.email, need: "optional", empty: null },
  { name: "phone", cell: cell.phone, need: "optional", empty: null },
  { name: "homeLocationId", cell: cell.id, need: "required", refersTo: "clinic" },
  { name: "preferredLanguage", cell: cell.language, need: "optional", empty: null },
  { name: "interpreterLanguage", cell: cell.language, need: "optional", empty: null },
  { name: "accessNeeds", cell: cell.listOf(cell.code), need: "optional", empty: [] },
  active,
];

const STATUSES = [
  "booked",
  "confirmed",
  "checked-in",
  "in-progress",
  "completed",
  "cancelled",
  "no-show",
] as const;

const APPOINTMENTS: readonly Column[] = [
  key,
  { name: "providerId", cell: cell.id, need: "required", refersTo: "provider" },
  { name: "patientId", cell: cell.id, need: "required", refersTo: "patient" },
  { name: "locationId", cell: cell.id, need: "required", refersTo: "clinic" },
  { name: "visitTypeId", cell: cell.id, need: "required", refersTo: "visit-type" },
  { name: "start", cell: cell.moment, need: "required" },
  { name: "end", cell: cell.moment, need: "required" },
  { name: "status", cell: cell.oneOf(STATUSES), need: "optional", empty: "booked" },
  { name: "createdAt", cell: cell.moment, need: "optional", empty: null },
  { name: "reason", cell: cell.text(REASON_CHARS_MAX), need: "optional", empty: null },
  ignored("timeZone"),
  ignored("version"),
  ignored("source"),
  { name: "updatedAt", cell: cell.moment, need: "optional", empty: null },
  { name: "checkedInAt", cell: cell.moment, need: "optional", empty: null },
  { name: "cancelledAt", cell: cell.moment, need: "optional", empty: null },
  {
    name: "cancellationReason",
    cell: cell.oneOf(CANCELLATION_REASONS),
    need: "optional",
    empty: null,
  },
];

/** @param today `YYYY-MM-DD`, the latest date that it is anywhere */
export function columnsOf(kind: ImportKind, today: string): readonly Column[] {
  switch (kind) {
    case "providers":
      return PROVIDERS;
    case "schedules":
      return SCHEDULES;
    case "patients":
      return patients(today);
    case "appointments":
      return APPOINTMENTS;
  }
}

/** What is wrong with a row whose cells are all right; null = nothing. */
export function mistakeIn(
  kind: ImportKind,
  values: Readonly<Record<string, cell.CellValue>>,
): { readonly column: string; readonly message: string } | null {
  if (kind !== "appointments") return null;
  const [start, end] = [values.start, values.end].map((text) => instant(Date.parse(text as string)));
  return canBeTakenOver({ start: start as Instant, end: end as Instant })
    ? null
    : {
        column: "end",
        message: `must be after start, by at most ${VISIT_MINUTES_MAX} minutes, in the years 1900 to 2099`,
      };
}
