/**
 * [D26] Whether there is room for more rows: past the limits of `load-directory.ts` nobody's isolate could read the directory, so
 * no write may get there. To be tested in the transaction that writes, which has the directory's turn: counts do not move under it.
 */
import { type SQL, sql } from "drizzle-orm";
import type { LocationId } from "../../core/ids.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import {
  CLINICS_MAX,
  CLOSURES_MAX,
  CLOSURES_PER_CLINIC_MAX,
  DIRECTORY_RESOURCES_MAX,
  PROVIDERS_MAX,
  RESOURCES_PER_CLINIC_MAX,
  VISIT_TYPES_MAX,
} from "../queries/load-directory.ts";

const LIMITS = {
  clinic: CLINICS_MAX,
  provider: PROVIDERS_MAX,
  visit_type: VISIT_TYPES_MAX,
  resource: DIRECTORY_RESOURCES_MAX,
  clinic_closure: CLOSURES_MAX,
} as const;
const PER_CLINIC = { resource: RESOURCES_PER_CLINIC_MAX, clinic_closure: CLOSURES_PER_CLINIC_MAX } as const;

/** Counts a table of at most its limit: milliseconds, for something that is rarely made. @param more 0 = the rows are in already */
export const hasRoom = (table: keyof typeof LIMITS, more = 1): SQL =>
  sql`(SELECT count(*) FROM ${sql.identifier(table)}) + ${more}::int <= ${LIMITS[table]}::int`;

/** One more of a clinic. By `resource_location_idx` or `clinic_closure_pk`. */
export const clinicHasRoom = (table: keyof typeof PER_CLINIC, id: LocationId): SQL =>
  sql`(SELECT count(*) FROM ${sql.identifier(table)} WHERE location_id = ${id}) < ${PER_CLINIC[table]}::int`;

/** One that is there is replaced, however many there are. */
export const closureHasRoom = (id: LocationId, from: CalendarDate): SQL =>
  sql`EXISTS (SELECT 1 FROM clinic_closure WHERE location_id = ${id} AND from_date = ${from})
    OR (${clinicHasRoom("clinic_closure", id)} AND ${hasRoom("clinic_closure")})`;
