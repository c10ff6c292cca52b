/** The whole directory in one HTTP call: an edge isolate keeps the answer and decides from it for a minute. */
import { asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Clinic, Provider, VisitType } from "../../core/directory/directory.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { Site, VisitTypeRules } from "../../core/schedule/config.ts";
import type { Db } from "../client.ts";
import { clinic, providerSite, visitType } from "../schema.ts";

/** Five times the network of 200 clinics; past that an isolate should not hold all of them. */
export const CLINICS_MAX = 1_000;
/** Five times the network of 2,000 providers: about 15 MB in an isolate of 128 MB. */
export const PROVIDERS_MAX = 10_000;
/** A visit type is a thing people choose from a list: hundreds would already be too many to read. */
export const VISIT_TYPES_MAX = 1_000;

export interface Directory {
  readonly clinics: Clinic[];
  readonly providers: Provider[];
  readonly visitTypes: VisitType[];
}

type ClinicRow = typeof clinic.$inferSelect;
type VisitTypeRow = typeof visitType.$inferSelect;

/** A site as the query packs it: three lists of one length, for the weekly hours in their order. */
type PackedSite = readonly [
  locationId: string,
  weekdays: readonly number[],
  opensAt: readonly number[],
  closesAt: readonly number[],
];

/** A provider as the query packs it; without sites or visit types there is `null` in their place. */
type PackedProvider = readonly [
  id: string,
  displayName: string,
  title: string,
  specialties: string[],
  languages: string[],
  acceptingNewPatients: boolean,
  configVersion: number,
  sites: readonly PackedSite[] | null,
  visitTypeIds: readonly string[] | null,
];

/** Narrows a statement to one provider; column names are ours. */
const where = (column: "id" | "provider_id", only: ProviderId | null): SQL =>
  only === null ? sql`` : sql`WHERE ${sql.identifier(column)} = ${only}`;

/**
 * All providers in one JSON value and one snapshot: 0.7 MB for 2,000 of them. As one row each with the hours as they
 * are stored it took about twice as long and twice the bytes (PGlite, through the shim). Reads three whole tables, no
 * index needed; worst case PROVIDERS_MAX providers, five times that.
 */
const packedProviders = (only: ProviderId | null): SQL => sql`
  SELECT json_agg(json_build_array(p.id, p.display_name, p.title, p.specialties, p.languages,
    p.accepting_new_patients, p.config_version, s.packed, v.ids) ORDER BY p.id) AS providers
  FROM (SELECT * FROM provider ${where("id", only)} ORDER BY id LIMIT ${PROVIDERS_MAX + 1}) AS p
  LEFT JOIN (
    SELECT provider_id, json_agg(json_build_array(location_id,
      jsonb_path_query_array(hours, '$[*].weekday'),
      jsonb_path_query_array(hours, '$[*].opensAt'),
      jsonb_path_query_array(hours, '$[*].closesAt')) ORDER BY position) AS packed
    FROM provider_site ${where("provider_id", only)} GROUP BY provider_id
  ) AS s ON s.provider_id = p.id
  LEFT JOIN (
    SELECT provider_id, json_agg(visit_type_id ORDER BY visit_type_id) AS ids
    FROM provider_visit_type ${where("provider_id", only)} GROUP BY provider_id
  ) AS v ON v.provider_id = p.id`;

/** The brands are given here: the id checks of `db/schema.ts` made sure of their shape. */
function toClinic(row: ClinicRow): Clinic {
  return {
    id: row.id as LocationId,
    name: row.name,
    address: row.address,
    city: row.city,
    state: row.state,
    postalCode: row.postalCode,
    phone: row.phone,
    timeZone: row.timeZone,
    latitude: row.latitude,
    longitude: row.longitude,
  };
}

function toVisitType(row: VisitTypeRow): VisitType {
  return { id: row.id as VisitTypeId, name: row.name, minutes: row.minutes, modality: row.modality };
}

function toRules(row: VisitTypeRow): VisitTypeRules {
  return {
    id: row.id as VisitTypeId,
    minutes: row.minutes,
    gridMinutes: row.gridMinutes,
    noticeMinutes: row.noticeMinutes,
    horizonDays: row.horizonDays,
  };
}

/** `found` must be there: providers are read first, and a clinic or visit type that is referred to is never deleted. */
function required<T>(found: T | undefined): T {
  invariant(found !== undefined, "a provider refers to clinics and visit types that exist");
  return found;
}

function toSite(
  [locationId, weekdays, opensAt, closesAt]: PackedSite,
  zones: ReadonlyMap<string, string>,
): Site {
  return {
    locationId: locationId as LocationId,
    timeZone: required(zones.get(locationId)),
    hours: weekdays.map((weekday, i) => ({
      weekday,
      opensAt: required(opensAt[i]),
      closesAt: required(closesAt[i]),
    })),
  };
}

function toProvider(
  packed: PackedProvider,
  zones: ReadonlyMap<string, string>,
  rules: ReadonlyMap<string, VisitTypeRules>,
): Provider {
  const sites = (packed[7] ?? []).map((site) => toSite(site, zones));
  const visitTypes = (packed[8] ?? []).map((visitTypeId) => required(rules.get(visitTypeId)));
  const id = packed[0] as ProviderId;
  return {
    id,
    displayName: packed[1],
    title: packed[2],
    specialties: packed[3],
    languages: packed[4],
    acceptingNewPatients: packed[5],
    locationIds: sites.map((site) => site.locationId),
    visitTypeIds: visitTypes.map((type) => type.id),
    calendar: { providerId: id, version: packed[6], sites, visitTypes },
  };
}

/** The clinics where one provider works, or all of them. */
const clinicsOf = (db: Db, only: ProviderId | null): SQL | undefined =>
  only === null
    ? undefined
    : inArray(
        clinic.id,
        db
          .select({ id: providerSite.locationId })
          .from(providerSite)
          .where(eq(providerSite.providerId, only)),
      );

/**
 * All clinics, providers and visit types, each sorted by id. Throws when a table outgrew its limit: a provider left out
 * in silence could be neither found nor booked. The three statements are one transaction but not one snapshot, hence
 * the order: what a provider refers to is read after the provider.
 * @param only one provider with its own clinics and all visit types: what an isolate needs that has just begun. By
 * primary key and the leading columns of the two link tables, a twentieth of the time of the whole.
 */
export async function loadDirectory(db: Db, only: ProviderId | null = null): Promise<Directory> {
  const [packed, clinics, visitTypes] = await db.batch([
    db.execute<{ providers: PackedProvider[] | null }>(packedProviders(only)),
    db
      .select()
      .from(clinic)
      .where(clinicsOf(db, only))
      .orderBy(asc(clinic.id))
      .limit(CLINICS_MAX + 1),
    db
      .select()
      .from(visitType)
      .orderBy(asc(visitType.id))
      .limit(VISIT_TYPES_MAX + 1),
  ]);
  const providers = packed.rows[0]?.providers ?? []; // null when there are none
  invariant(clinics.length <= CLINICS_MAX, "the directory holds at most CLINICS_MAX clinics");
  invariant(providers.length <= PROVIDERS_MAX, "the directory holds at most PROVIDERS_MAX providers");
  invariant(visitTypes.length <= VISIT_TYPES_MAX, "the directory holds at most VISIT_TYPES_MAX visit types");

  const zones = new Map(clinics.map((row) => [row.id, row.timeZone]));
  const rules = new Map(visitTypes.map((row) => [row.id, toRules(row)]));
  return {
    clinics: clinics.map(toClinic),
    providers: providers.map((provider) => toProvider(provider, zones, rules)),
    visitTypes: visitTypes.map(toVisitType),
  };
}
