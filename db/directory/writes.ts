/**
 * What the administration writes, each as one change of the directory (`change.ts`): the rows, the versions that follow from
 * them, and the news of it. Column checks refuse what the edge's schemas let through; nothing here decides who may.
 */
import { type SQL, sql } from "drizzle-orm";
import type { Gender } from "../../core/directory/directory.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import type { CalendarDate } from "../../core/schedule/clinic-time.ts";
import type { DateException, WeeklyHours } from "../../core/schedule/config.ts";
import type { Db } from "../client.ts";
import { searchText } from "../search-text.ts";
import { changeDirectory, type DirectoryNews, noted, providersWhere, resourcesWhere } from "./change.ts";
import { closureHasRoom, hasRoom } from "./room.ts";
import { termsStatement } from "./search-words.ts";

/** Which request made a row: the same one again finds it instead of making another. */
export interface MadeBy {
  /** Hash of caller and Idempotency-Key. */
  readonly command: string;
  readonly fingerprint: string;
}

export interface NewClinic {
  readonly id: LocationId;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly phone: string;
  readonly timeZone: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly regionId: string | null;
}

export interface SiteHours {
  readonly locationId: LocationId;
  readonly hours: readonly WeeklyHours[];
  readonly breaks?: readonly WeeklyHours[] | undefined;
  readonly exceptions?: readonly DateException[] | undefined;
}

export interface NewProvider {
  readonly id: ProviderId;
  readonly displayName: string;
  readonly title: string;
  readonly specialties: readonly string[];
  readonly languages: readonly string[];
  readonly acceptingNewPatients: boolean;
  readonly gender: Gender | null;
  readonly insurances: readonly string[];
  readonly sites: readonly SiteHours[];
  readonly visitTypeIds: readonly VisitTypeId[];
}

/** Callers' keys stand beside the ids of other systems: both say "this is that row". */
const CALLERS = "openslot:idempotency";

export const texts = (values: readonly string[]): SQL => sql`${sql.param([...values])}::text[]`;
export const json = (value: unknown): SQL =>
  sql`${value === undefined ? null : JSON.stringify(value)}::jsonb`;

/** [D17] That this calendar is still at the version its author saw. */
export const calendarAt = (table: "provider" | "resource", id: string, version: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} WHERE id = ${id} AND config_version = ${version})`;

/** What can be made under a key. */
export type MadeKind = "clinic" | "provider" | "visit-type" | "resource" | "patient" | "staff";

export const madeBy = (kind: MadeKind, id: string, { command, fingerprint }: MadeBy): SQL => sql`
  INSERT INTO external_id (kind, system, value, id, fingerprint)
  VALUES (${kind}, ${CALLERS}, ${command}, ${id}, ${fingerprint})`;

/** What a key made before; null = nothing. By `external_id_pk`. */
export async function findMade(
  db: Db,
  kind: MadeKind,
  command: string,
): Promise<{ readonly id: string; readonly fingerprint: string } | null> {
  const { rows } = await db.execute<{ id: string; fingerprint: string }>(sql`
    SELECT id, fingerprint FROM external_id WHERE kind = ${kind} AND system = ${CALLERS} AND value = ${command}`);
  return rows[0] ?? null;
}

/** @throws `external_id_pk` (23505) when the key was used, `clinic_region_fk` (23503) for an unknown region, `OS412` without room. */
export const insertClinic = (db: Db, row: NewClinic, by: MadeBy): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [hasRoom("clinic")],
    statements: [
      sql`INSERT INTO clinic (id, name, address, city, state, postal_code, phone, time_zone, latitude, longitude, region_id)
          VALUES (${row.id}, ${row.name}, ${row.address}, ${row.city}, ${row.state}, ${row.postalCode}, ${row.phone},
            ${row.timeZone}, ${row.latitude}, ${row.longitude}, ${row.regionId})`,
      madeBy("clinic", row.id, by),
    ],
    news: [noted("clinic", row.id)],
  });

const siteRow = (providerId: ProviderId, site: SiteHours, position: number): SQL => sql`
  INSERT INTO provider_site (provider_id, location_id, position, hours, breaks, exceptions)
  VALUES (${providerId}, ${site.locationId}, ${position}, ${json(site.hours)}, ${json(site.breaks)}, ${json(site.exceptions)})`;

/** @throws `external_id_pk` (23505) when the key was used, class 23 when a clinic or visit type does not exist, `OS412` without room. */
export const insertProvider = (db: Db, row: NewProvider, by: MadeBy): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [hasRoom("provider")],
    statements: [
      sql`INSERT INTO provider (id, display_name, search_text, title, specialties, languages, accepting_new_patients,
            config_version, gender, insurances)
          VALUES (${row.id}, ${row.displayName}, ${searchText(row.displayName, row.specialties)}, ${row.title},
            ${texts(row.specialties)}, ${texts(row.languages)}, ${row.acceptingNewPatients}, 1, ${row.gender},
            ${texts(row.insurances)})`,
      ...row.sites.map((site, position) => siteRow(row.id, site, position)),
      sql`INSERT INTO provider_visit_type (provider_id, visit_type_id)
          SELECT ${row.id}, unnest(${texts(row.visitTypeIds)})`,
      termsStatement([row.id]),
      madeBy("provider", row.id, by),
    ],
    news: [noted("provider", row.id)],
  });

/**
 * [D19] The whole schedule anew, but for clinics that are deactivated: whoever writes this did not see them, and they may come back.
 * @throws `OS412` when the provider is no longer at `version`.
 */
export const replaceSchedule = (
  db: Db,
  id: ProviderId,
  version: number,
  sites: readonly SiteHours[],
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [calendarAt("provider", id, version)],
    statements: [
      sql`DELETE FROM provider_site s WHERE s.provider_id = ${id}
          AND EXISTS (SELECT 1 FROM clinic c WHERE c.id = s.location_id AND c.deactivated_at IS NULL)`,
      ...sites.map(
        (site, position) => sql`${siteRow(id, site, position)}
          ON CONFLICT ON CONSTRAINT provider_site_pk DO UPDATE SET position = excluded.position, hours = excluded.hours,
            breaks = excluded.breaks, exceptions = excluded.exceptions`, // its clinic was deactivated a moment ago
      ),
    ],
    news: [providersWhere(sql`id = ${id}`)],
  });

/** The first moment stays: a repetition changes nothing of it. */
export const deactivation = (active: boolean): SQL =>
  active ? sql`NULL` : sql`coalesce(deactivated_at, now())`;

/** @throws `OS412` when the provider is no longer at `version`. */
export const setProviderActive = (
  db: Db,
  id: ProviderId,
  version: number,
  active: boolean,
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [calendarAt("provider", id, version)],
    statements: [sql`UPDATE provider SET deactivated_at = ${deactivation(active)} WHERE id = ${id}`],
    news: [providersWhere(sql`id = ${id}`)],
  });

/** Everybody with a calendar at this clinic. */
export const atClinic = (id: LocationId): SQL[] => [
  providersWhere(sql`id IN (SELECT provider_id FROM provider_site WHERE location_id = ${id})`),
  resourcesWhere(sql`location_id = ${id}`),
  noted("clinic", id),
];

/** [S8] Closes the whole clinic on these dates, both included; the same first date again replaces it. @throws `OS412` without room. */
export const putClosure = (
  db: Db,
  id: LocationId,
  { from, until, name }: { from: CalendarDate; until: CalendarDate; name: string | null },
): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [closureHasRoom(id, from)],
    statements: [
      sql`INSERT INTO clinic_closure (location_id, from_date, until_date, name) VALUES (${id}, ${from}, ${until}, ${name})
          ON CONFLICT (location_id, from_date) DO UPDATE SET until_date = excluded.until_date, name = excluded.name`,
    ],
    news: atClinic(id),
  });

/** @throws `OS412` when there is no such closure. */
export const removeClosure = (db: Db, id: LocationId, from: CalendarDate): Promise<DirectoryNews[]> =>
  changeDirectory(db, {
    conditions: [
      sql`EXISTS (SELECT 1 FROM clinic_closure WHERE location_id = ${id} AND from_date = ${from})`,
    ],
    statements: [sql`DELETE FROM clinic_closure WHERE location_id = ${id} AND from_date = ${from}`],
    news: atClinic(id),
  });
