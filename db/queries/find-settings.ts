/** What the administration reads before it writes: one row as it stands, with its version. Not from an isolate's copy. */
import { asc, desc, eq, gt, inArray, sql } from "drizzle-orm";
import type { LocationId, ProviderId, StaffId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Closure, VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import type { Db } from "../client.ts";
import type { StaffSettings } from "../directory/people-writes.ts";
import { clinic, clinicClosure, providerVisitType, resource, staff, visitType } from "../schema/index.ts";
import { CLOSURES_PER_CLINIC_MAX } from "./load-directory.ts";

/** Fifty work at a large clinic; more is a mistake, and the rest is told from the outbox. */
export const CLINIC_CALENDARS_MAX = 1_000;
/** The API's page limit is 100; one more tells whether there is a next page. */
export const STAFF_PAGE_MAX = 101;

/** By `clinic_pk`. */
export async function findClinic(db: Db, id: LocationId) {
  const [row] = await db.select().from(clinic).where(eq(clinic.id, id)).limit(1);
  if (!row) return null;
  const { deactivatedAt, ...settings } = row;
  return { ...settings, active: deactivatedAt === null };
}

/** By `visit_type_pk`. */
export async function findVisitType(db: Db, id: VisitTypeId) {
  const [row] = await db.select().from(visitType).where(eq(visitType.id, id)).limit(1);
  if (!row) return null;
  const { deactivatedAt, ...settings } = row;
  return { ...settings, active: deactivatedAt === null };
}

/** By `resource_pk`. */
export async function findResource(db: Db, id: ProviderId) {
  const [row] = await db.select().from(resource).where(eq(resource.id, id)).limit(1);
  return row ? toResource(row) : null;
}

/** A clinic's rooms and machines, by id. Walks `resource_location_idx`. */
export async function listResources(db: Db, locationId: LocationId) {
  const rows = await db
    .select()
    .from(resource)
    .where(eq(resource.locationId, locationId))
    .orderBy(asc(resource.id))
    .limit(CLINIC_CALENDARS_MAX);
  return rows.map(toResource);
}

function toResource({ deactivatedAt, configVersion, exceptions, ...settings }: typeof resource.$inferSelect) {
  return {
    ...settings,
    exceptions: exceptions ?? [],
    version: configVersion,
    active: deactivatedAt === null,
  };
}

/**
 * Everybody with a site at this clinic, also while it is deactivated, and who left it with visits to come, as far as the log has
 * told. Walks `provider_site_location_idx`, and of `appointment_location_idx` what is to come at one clinic.
 */
export async function providersAtClinic(db: Db, id: LocationId): Promise<ProviderId[]> {
  const { rows } = await db.execute<{ id: ProviderId }>(
    sql`SELECT provider_id AS id FROM provider_site WHERE location_id = ${id}
        UNION SELECT provider_id FROM appointment
        WHERE location_id = ${id} AND start_at > now() - make_interval(mins => ${VISIT_MINUTES_MAX}::int)
        ORDER BY 1 LIMIT ${CLINIC_CALENDARS_MAX}`,
  );
  return rows.map((row) => row.id);
}

/** Everybody who offers this visit type, also while it is deactivated. Walks `provider_visit_type_visit_type_idx`. */
export async function providersOffering(db: Db, id: VisitTypeId, limit: number): Promise<ProviderId[]> {
  const rows = await db
    .select({ id: providerVisitType.providerId })
    .from(providerVisitType)
    .where(eq(providerVisitType.visitTypeId, id))
    .orderBy(asc(providerVisitType.providerId))
    .limit(limit);
  return rows.map((row) => row.id as ProviderId); // a foreign key to a checked id
}

/** On which dates these clinics are closed, oldest first. Walks `clinic_closure_pk`. At most 10 clinics. */
export async function closuresAt(
  db: Db,
  ids: readonly LocationId[],
): Promise<ReadonlyMap<LocationId, readonly Closure[]>> {
  const rows = await db
    .select()
    .from(clinicClosure)
    .where(inArray(clinicClosure.locationId, [...ids]))
    .orderBy(asc(clinicClosure.locationId), asc(clinicClosure.from))
    .limit(ids.length * CLOSURES_PER_CLINIC_MAX);
  return Map.groupBy(
    rows.map(({ from, until, locationId }) => ({ from, until, locationId })),
    ({ locationId }) => locationId as LocationId, // a foreign key to a checked id
  );
}

/** A clinic's closures with their names, from the newest back, at most CLOSURES_PER_CLINIC_MAX. Walks `clinic_closure_pk` backwards. */
export const listClosures = (db: Db, id: LocationId) =>
  db
    .select({ from: clinicClosure.from, until: clinicClosure.until, name: clinicClosure.name })
    .from(clinicClosure)
    .where(eq(clinicClosure.locationId, id))
    .orderBy(desc(clinicClosure.from))
    .limit(CLOSURES_PER_CLINIC_MAX);

export interface StaffMember extends StaffSettings {
  readonly id: StaffId;
  readonly version: number;
  readonly active: boolean;
}

const CLINICS = sql<LocationId[]>`coalesce((SELECT json_agg(c.location_id ORDER BY c.location_id)
  FROM staff_clinic c WHERE c.staff_id = "staff"."id"), '[]'::json)`;

const staffColumns = {
  id: staff.id,
  displayName: staff.displayName,
  email: staff.email,
  role: staff.role,
  providerId: sql<ProviderId | null>`${staff.providerId}`,
  version: staff.version,
  active: sql<boolean>`${staff.deactivatedAt} IS NULL`,
  clinics: CLINICS,
};

/** By `staff_pk`. */
export async function findStaff(db: Db, id: StaffId): Promise<StaffMember | null> {
  const [row] = await db.select(staffColumns).from(staff).where(eq(staff.id, id)).limit(1);
  return row ? { ...row, id } : null;
}

/** Sorted by id, from the cursor on. Walks `staff_pk`. @param limit 1 to STAFF_PAGE_MAX */
export async function listStaff(db: Db, limit: number, after: string): Promise<StaffMember[]> {
  invariant(limit >= 1 && limit <= STAFF_PAGE_MAX, "a page of staff has 1 to STAFF_PAGE_MAX rows");
  const rows = await db
    .select(staffColumns)
    .from(staff)
    .where(gt(staff.id, after))
    .orderBy(asc(staff.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, id: row.id as StaffId })); // staff_id_shape
}
