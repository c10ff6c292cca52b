/**
 * How clinics, providers, visit types and resources change after they were made. Each is one change of the directory
 * (`change.ts`); `version` is the one that its author saw, and another one is `OS412`.
 */
import { eq, type SQL, sql } from "drizzle-orm";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import type {
  DateException,
  ResourceKind,
  VisitTypeOverride,
  VisitTypeRules,
  WeeklyHours,
} from "../../core/schedule/config.ts";
import type { Db } from "../client.ts";
import { clinic, resource, visitType } from "../schema/index.ts";
import { searchText } from "../search-text.ts";
import { changeDirectory, type DirectoryNews, noted, providersWhere, resourcesWhere } from "./change.ts";
import { clinicHasRoom, hasRoom } from "./room.ts";
import { termsStatement } from "./search-words.ts";
import {
  atClinic,
  calendarAt,
  deactivation,
  json,
  type MadeBy,
  madeBy,
  type NewClinic,
  type NewProvider,
  texts,
} from "./writes.ts";

type Versioned = "clinic" | "visit_type";
const at = (table: Versioned, id: string, version: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} WHERE id = ${id} AND version = ${version})`;

/**
 * Everybody with a calendar there is told only when the zone changes: nothing else of a clinic is in a calendar.
 * @throws `OS412` when the clinic is no longer at `version`, or when its zone would change and should not.
 */
export const updateClinic = (
  db: Db,
  { id, ...row }: NewClinic,
  version: number,
  zoneChanges: boolean,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [
      at("clinic", id, version),
      // [D21] Whoever looked for appointments decided by a row that may be an older one than `version`.
      ...(zoneChanges
        ? []
        : [sql`EXISTS (SELECT 1 FROM clinic WHERE id = ${id} AND time_zone = ${row.timeZone})`]),
    ],
    statements: [
      db
        .update(clinic)
        .set({ ...row, version: version + 1 })
        .where(eq(clinic.id, id))
        .getSQL(),
    ],
    news: zoneChanges ? atClinic(id) : [noted("clinic", id)],
  });

/** [D10] A clinic that nobody is seen at any more leaves the calendars of everybody who works there. */
export const setClinicActive = (
  db: Db,
  id: LocationId,
  version: number,
  active: boolean,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [at("clinic", id, version)],
    statements: [
      sql`UPDATE clinic SET deactivated_at = ${deactivation(active)}, version = version + 1 WHERE id = ${id}`,
    ],
    news: atClinic(id),
  });

/** Who a provider is and what they offer; where and when is `replaceSchedule`. */
export interface ProviderProfile extends Omit<NewProvider, "sites"> {
  readonly overrides: readonly VisitTypeOverride[];
  readonly travelMinutes: number | null;
}

/**
 * [D19] Visit types that are deactivated stay with whoever offered them: whoever writes this did not see them.
 * @throws class 23 when a visit type does not exist.
 */
export const updateProvider = (db: Db, row: ProviderProfile, version: number): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [calendarAt("provider", row.id, version)],
    statements: [
      sql`UPDATE provider SET display_name = ${row.displayName},
            search_text = ${searchText(row.displayName, row.specialties)}, title = ${row.title},
            specialties = ${texts(row.specialties)}, languages = ${texts(row.languages)},
            accepting_new_patients = ${row.acceptingNewPatients}, gender = ${row.gender},
            insurances = ${texts(row.insurances)}, travel_minutes = ${row.travelMinutes},
            overrides = ${json(row.overrides.length > 0 ? row.overrides : undefined)}
          WHERE id = ${row.id}`,
      sql`DELETE FROM provider_visit_type o WHERE o.provider_id = ${row.id}
          AND EXISTS (SELECT 1 FROM visit_type v WHERE v.id = o.visit_type_id AND v.deactivated_at IS NULL)`,
      sql`INSERT INTO provider_visit_type (provider_id, visit_type_id)
          SELECT ${row.id}, unnest(${texts(row.visitTypeIds)}) ON CONFLICT DO NOTHING`,
      termsStatement([row.id]),
    ],
    news: [providersWhere(sql`id = ${row.id}`)],
  });

/** A visit type as it is written; null = no such rule. */
export type VisitTypeSettings = {
  readonly [Rule in keyof Omit<VisitTypeRules, "id">]-?: undefined extends VisitTypeRules[Rule]
    ? Exclude<VisitTypeRules[Rule], undefined> | null
    : VisitTypeRules[Rule];
} & { readonly name: string; readonly modality: "in-person" | "video" | "phone" };

const visitTypeRow = (settings: VisitTypeSettings) => ({
  ...settings,
  requires: settings.requires && [...settings.requires],
});

/** [D16] @throws `external_id_pk` (23505) when the key was used, `OS412` without room. */
export const insertVisitType = (
  db: Db,
  id: VisitTypeId,
  settings: VisitTypeSettings,
  by: MadeBy,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [hasRoom("visit_type")],
    statements: [
      db
        .insert(visitType)
        .values({ ...visitTypeRow(settings), id })
        .getSQL(),
      madeBy("visit-type", id, by),
    ],
    news: [noted("visit-type", id)],
  });

/** [D20] Every calendar that offers it: one statement, however many they are, by `provider_visit_type_visit_type_idx`. */
const offering = (id: VisitTypeId): SQL[] => [
  providersWhere(sql`id IN (SELECT provider_id FROM provider_visit_type WHERE visit_type_id = ${id})`),
  noted("visit-type", id),
];

export const updateVisitType = (
  db: Db,
  id: VisitTypeId,
  settings: VisitTypeSettings,
  version: number,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [at("visit_type", id, version)],
    statements: [
      db
        .update(visitType)
        .set({ ...visitTypeRow(settings), version: version + 1 })
        .where(eq(visitType.id, id))
        .getSQL(),
    ],
    news: offering(id),
  });

export const setVisitTypeActive = (
  db: Db,
  id: VisitTypeId,
  version: number,
  active: boolean,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [at("visit_type", id, version)],
    statements: [
      sql`UPDATE visit_type SET deactivated_at = ${deactivation(active)}, version = version + 1 WHERE id = ${id}`,
    ],
    news: offering(id),
  });

export interface ResourceSettings {
  readonly name: string;
  readonly hours: readonly WeeklyHours[];
  readonly exceptions: readonly DateException[];
}

const exceptionsOf = ({ exceptions }: ResourceSettings) => (exceptions.length > 0 ? exceptions : null);

/** [D16] [R1] @throws `external_id_pk` (23505) when the key was used, `OS412` without room. */
export const insertResource = (
  db: Db,
  row: ResourceSettings & {
    readonly id: ProviderId;
    readonly kind: ResourceKind;
    readonly locationId: LocationId;
  },
  by: MadeBy,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [clinicHasRoom("resource", row.locationId), hasRoom("resource")],
    statements: [
      db
        .insert(resource)
        .values({ ...row, exceptions: exceptionsOf(row), configVersion: 1 })
        .getSQL(),
      madeBy("resource", row.id, by),
    ],
    news: [noted("resource", row.id)],
  });

export const updateResource = (
  db: Db,
  id: ProviderId,
  row: ResourceSettings,
  version: number,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [calendarAt("resource", id, version)],
    statements: [
      db
        .update(resource)
        .set({ name: row.name, hours: row.hours, exceptions: exceptionsOf(row) })
        .where(eq(resource.id, id))
        .getSQL(),
    ],
    news: [resourcesWhere(sql`id = ${id}`)],
  });

export const setResourceActive = (
  db: Db,
  id: ProviderId,
  version: number,
  active: boolean,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [calendarAt("resource", id, version)],
    statements: [sql`UPDATE resource SET deactivated_at = ${deactivation(active)} WHERE id = ${id}`],
    news: [resourcesWhere(sql`id = ${id}`)],
  });
