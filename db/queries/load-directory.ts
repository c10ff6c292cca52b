/** The whole directory in one HTTP call: an edge isolate keeps the answer and decides from it for a minute. */
import { asc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type {
  Clinic,
  Gender,
  LocationHint,
  Provider,
  Resource,
  VisitType,
} from "../../core/directory/directory.ts";
import type { LocationId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type {
  CalendarConfig,
  Closure,
  DateException,
  Site,
  VisitTypeOverride,
  VisitTypeRules,
  WeeklyHours,
} from "../../core/schedule/config.ts";
import type { Db } from "../client.ts";
import { ANYTHING_WAITS } from "../incoming/anything-waits.ts";
import { clinic, clinicClosure, region, resource, visitType } from "../schema/index.ts";

/** Five times the network of 200 clinics; past that an isolate should not hold all of them. */
export const CLINICS_MAX = 1_000;
/** Five times the network of 2,000 providers: about 15 MB in an isolate of 128 MB. */
export const PROVIDERS_MAX = 10_000;
/** A visit type is a thing people choose from a list: hundreds would already be too many to read. */
export const VISIT_TYPES_MAX = 1_000;

/** Fifty for each of CLINICS_MAX clinics: ten holidays a year for five years. */
export const CLOSURES_MAX = 50_000;
/** Ten holidays a year for ten years, and as many days of snow. One clinic alone must not fill the directory. */
export const CLOSURES_PER_CLINIC_MAX = 200;

/** Ten for each of CLINICS_MAX clinics. */
export const DIRECTORY_RESOURCES_MAX = 10_000;
/** A large clinic has some dozens of rooms and machines. One clinic alone must not fill the directory. */
export const RESOURCES_PER_CLINIC_MAX = 200;

/** Providers and resources that may be asked for by id in one load. */
export const ONLY_MAX = 200;

export interface Directory {
  /** The newest row of the directory's outbox that this knows of, or an older one. */
  readonly seq: number;
  /** [AD7] Appointments from elsewhere wait for their calendars, somebody's. */
  readonly incoming: boolean;
  readonly resources: Resource[];
  readonly clinics: Clinic[];
  readonly providers: Provider[];
  readonly visitTypes: VisitType[];
}

type ClinicRow = typeof clinic.$inferSelect;
type VisitTypeRow = typeof visitType.$inferSelect;

/** Weekly hours as the query packs them: three lists of one length, in their order; as stored if any has dates. */
type PackedHours =
  | readonly [weekdays: readonly number[], opensAt: readonly number[], closesAt: readonly number[]]
  | { readonly dated: readonly WeeklyHours[] };

/** A site as the query packs it. */
type PackedSite = readonly [
  locationId: string,
  hours: PackedHours,
  breaks: PackedHours | null,
  exceptions: readonly DateException[] | null,
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
  travelMinutes: number | null,
  overrides: readonly VisitTypeOverride[] | null,
  active: boolean,
  gender: Gender | null,
  insurances: string[],
];

/** Narrows a statement to some providers; column names are ours. */
const where = (column: "id" | "provider_id", only: readonly ProviderId[] | null): SQL =>
  only === null ? sql`` : sql`WHERE ${sql.identifier(column)} = ANY(${sql.param([...only])}::text[])`;

const packedHours = (column: "hours" | "breaks"): SQL => {
  const name = sql.identifier(column);
  return sql`CASE
    WHEN ${name} IS NULL THEN NULL
    WHEN jsonb_path_exists(${name}, '$[*] ? (exists(@.from) || exists(@.until))')
      THEN json_build_object('dated', ${name})
    ELSE json_build_array(
      jsonb_path_query_array(${name}, '$[*].weekday'),
      jsonb_path_query_array(${name}, '$[*].opensAt'),
      jsonb_path_query_array(${name}, '$[*].closesAt')) END`;
};

/**
 * All providers in one JSON value and one snapshot: 0.7 MB for 2,000 of them. As one row each with the hours as they
 * are stored it took about twice as long and twice the bytes (PGlite, through the shim). Reads three whole tables, no
 * index needed; worst case PROVIDERS_MAX providers, five times that.
 */
const packedProviders = (only: readonly ProviderId[] | null): SQL => sql`
  SELECT json_agg(json_build_array(p.id, p.display_name, p.title, p.specialties, p.languages,
    p.accepting_new_patients, p.config_version, s.packed, v.ids,
    p.travel_minutes, p.overrides, p.deactivated_at IS NULL, p.gender, p.insurances) ORDER BY p.id) AS providers
  FROM (SELECT * FROM provider ${where("id", only)} ORDER BY id LIMIT ${PROVIDERS_MAX + 1}) AS p
  LEFT JOIN (
    SELECT provider_id, json_agg(json_build_array(location_id,
      ${packedHours("hours")}, ${packedHours("breaks")}, exceptions) ORDER BY position) AS packed
    FROM provider_site ${where("provider_id", only)} GROUP BY provider_id
  ) AS s ON s.provider_id = p.id
  LEFT JOIN (
    SELECT provider_id, json_agg(visit_type_id ORDER BY visit_type_id) AS ids
    FROM provider_visit_type ${where("provider_id", only)} GROUP BY provider_id
  ) AS v ON v.provider_id = p.id`;

/** The brands are given here: the id checks of `db/schema/` made sure of their shape. */
function toClinic(row: ClinicRow & { readonly locationHint: LocationHint | null }): Clinic {
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
    active: row.deactivatedAt === null,
    locationHint: row.locationHint,
  };
}

function toVisitType(row: VisitTypeRow): VisitType {
  const { id, name, minutes, modality, deactivatedAt } = row;
  return { id: id as VisitTypeId, name, minutes, modality, active: deactivatedAt === null };
}

/** The rules of one row; what is null there is absent here. */
function toRules({
  name: _name,
  modality: _modality,
  version: _version,
  deactivatedAt: _deactivatedAt,
  id,
  ...rules
}: VisitTypeRow): VisitTypeRules {
  const present = Object.entries(rules).filter(([, value]) => value !== null);
  return { id: id as VisitTypeId, ...Object.fromEntries(present) } as unknown as VisitTypeRules; // columns are named alike
}

/** `found` must be there: providers are read first, and a clinic or visit type that is referred to is never deleted. */
function required<T>(found: T | undefined): T {
  invariant(found !== undefined, "a provider refers to clinics and visit types that exist");
  return found;
}

function toHours(packed: PackedHours): readonly WeeklyHours[] {
  if ("dated" in packed) return packed.dated;
  const [weekdays, opensAt, closesAt] = packed;
  return weekdays.map((weekday, i) => ({
    weekday,
    opensAt: required(opensAt[i]),
    closesAt: required(closesAt[i]),
  }));
}

/** What every provider of a clinic shares with the others there. */
interface Clinics {
  readonly zones: ReadonlyMap<string, string>;
  /** Deactivated: nobody is seen there any more. */
  readonly gone: ReadonlySet<string>;
  readonly closures: ReadonlyMap<string, readonly Closure[]>;
}

function toSite([locationId, hours, breaks, exceptions]: PackedSite, { zones, closures }: Clinics): Site {
  const closed = closures.get(locationId);
  return {
    locationId: locationId as LocationId,
    timeZone: required(zones.get(locationId)),
    hours: toHours(hours),
    ...(breaks && { breaks: toHours(breaks) }),
    ...(exceptions && { exceptions }),
    ...(closed && { closures: closed }),
  };
}

function toCalendar(
  packed: PackedProvider,
  sites: readonly Site[],
  visitTypes: readonly VisitTypeRules[],
): CalendarConfig {
  const [travelMinutes, overrides] = [packed[9], packed[10]];
  const calendar: CalendarConfig = {
    providerId: packed[0] as ProviderId,
    version: packed[6],
    sites,
    visitTypes,
    ...(overrides && { overrides }),
    ...(travelMinutes !== null && { travelMinutes }),
  };
  // Only where somebody asks: most calendars need not know what their provider is good at.
  const asks = [...visitTypes, ...(overrides ?? [])].some(({ specialty }) => specialty !== undefined);
  return asks ? { ...calendar, specialties: packed[3] } : calendar;
}

/** [D10] Who is deactivated keeps their name and their sites, and offers nothing; nor does anybody what is deactivated. */
function toProvider(
  packed: PackedProvider,
  clinics: Clinics,
  rules: ReadonlyMap<string, VisitTypeRules | null>,
): Provider {
  const active = packed[11];
  const sites = (packed[7] ?? [])
    .filter(([locationId]) => !clinics.gone.has(locationId))
    .map((site) => toSite(site, clinics));
  const visitTypes = (active ? (packed[8] ?? []) : [])
    .map((visitTypeId) => required(rules.get(visitTypeId)))
    .filter((visit) => visit !== null);
  return {
    id: packed[0] as ProviderId,
    displayName: packed[1],
    title: packed[2],
    specialties: packed[3],
    languages: packed[4],
    acceptingNewPatients: packed[5],
    gender: packed[12],
    insurances: packed[13],
    active,
    locationIds: sites.map((site) => site.locationId),
    visitTypeIds: visitTypes.map((type) => type.id),
    calendar: toCalendar(packed, sites, visitTypes),
  };
}

type ResourceRow = Omit<typeof resource.$inferSelect, "hours"> & { readonly hours: PackedHours };

function toResource(row: ResourceRow, clinics: Clinics): Resource {
  const id = row.id as ProviderId;
  const site = toSite([row.locationId, row.hours, null, row.exceptions], clinics);
  return {
    id,
    kind: row.kind,
    name: row.name,
    locationId: site.locationId,
    active: row.deactivatedAt === null && !clinics.gone.has(row.locationId),
    calendar: { providerId: id, version: row.configVersion, sites: [site], visitTypes: [] },
  };
}

function closuresByClinic(
  rows: readonly (typeof clinicClosure.$inferSelect)[],
): ReadonlyMap<string, readonly Closure[]> {
  const closures = new Map<string, Closure[]>();
  for (const { locationId, from, until } of rows) {
    const known = closures.get(locationId);
    if (known) known.push({ from, until });
    else closures.set(locationId, [{ from, until }]);
  }
  return closures;
}

/** The clinics of some providers and resources, or all of them. */
const clinicsOf = (
  only: readonly ProviderId[] | null,
  column: typeof clinic.id | typeof clinicClosure.locationId | typeof resource.locationId,
): SQL | undefined =>
  only === null
    ? undefined
    : sql`${column} IN (
        SELECT location_id FROM provider_site ${where("provider_id", only)}
        UNION SELECT location_id FROM resource ${where("id", only)})`;

/** Every column by name, with the hours packed. */
const RESOURCE_COLUMNS = { ...getTableColumns(resource), hours: sql<PackedHours>`${packedHours("hours")}` };

/**
 * All clinics, providers, resources and visit types, each sorted by id. Throws when a table outgrew its limit: a provider
 * left out in silence could be neither found nor booked. The six statements are one transaction but not one snapshot,
 * hence the order: the outbox first, so that nothing newer than `seq` is taken for known; what providers and resources refer
 * to after them.
 * @param only some providers and resources with their own clinics, what is in these, and all visit types: what an isolate
 * needs that has just begun. At most ONLY_MAX, by primary key and the leading columns of the link tables.
 */
export async function loadDirectory(db: Db, only: readonly ProviderId[] | null = null): Promise<Directory> {
  invariant((only?.length ?? 0) <= ONLY_MAX, "a part of the directory has at most ONLY_MAX ids");
  const [newest, packed, resources, clinics, visitTypes, closures] = await db.batch([
    db.execute<{ seq: string; incoming: boolean }>(
      sql`SELECT coalesce(max(seq), 0) AS seq, ${ANYTHING_WAITS} FROM directory_change`,
    ),
    db.execute<{ providers: PackedProvider[] | null }>(packedProviders(only)),
    db
      .select(RESOURCE_COLUMNS)
      .from(resource)
      .where(clinicsOf(only, resource.locationId))
      .orderBy(asc(resource.id))
      .limit(DIRECTORY_RESOURCES_MAX + 1),
    db
      .select({ ...getTableColumns(clinic), locationHint: region.locationHint })
      .from(clinic)
      .leftJoin(region, eq(region.id, clinic.regionId))
      .where(clinicsOf(only, clinic.id))
      .orderBy(asc(clinic.id))
      .limit(CLINICS_MAX + 1),
    db
      .select()
      .from(visitType)
      .orderBy(asc(visitType.id))
      .limit(VISIT_TYPES_MAX + 1),
    db
      .select()
      .from(clinicClosure)
      .where(clinicsOf(only, clinicClosure.locationId))
      .orderBy(asc(clinicClosure.locationId), asc(clinicClosure.from))
      .limit(CLOSURES_MAX + 1),
  ]);
  const providers = packed.rows[0]?.providers ?? []; // null when there are none
  invariant(clinics.length <= CLINICS_MAX, "the directory holds at most CLINICS_MAX clinics");
  invariant(providers.length <= PROVIDERS_MAX, "the directory holds at most PROVIDERS_MAX providers");
  invariant(
    resources.length <= DIRECTORY_RESOURCES_MAX,
    "the directory holds at most DIRECTORY_RESOURCES_MAX resources",
  );
  invariant(visitTypes.length <= VISIT_TYPES_MAX, "the directory holds at most VISIT_TYPES_MAX visit types");
  invariant(closures.length <= CLOSURES_MAX, "the directory holds at most CLOSURES_MAX closures");

  const shared = {
    zones: new Map(clinics.map((row) => [row.id, row.timeZone])),
    gone: new Set(clinics.filter((row) => row.deactivatedAt !== null).map((row) => row.id)),
    closures: closuresByClinic(closures),
  };
  const rules = new Map(visitTypes.map((row) => [row.id, row.deactivatedAt === null ? toRules(row) : null]));
  return {
    seq: Number(newest.rows[0]?.seq ?? 0),
    incoming: newest.rows[0]?.incoming === true,
    clinics: clinics.map(toClinic),
    providers: providers.map((provider) => toProvider(provider, shared, rules)),
    resources: resources.map((row) => toResource(row, shared)),
    visitTypes: visitTypes.map(toVisitType),
  };
}
