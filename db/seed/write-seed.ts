/** Writes a network into empty directory tables. For laptops and tests; production is filled through the API. */
import { getTableColumns, type InferInsertModel, sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT, PgTable } from "drizzle-orm/pg-core";
import type { IncomingAppointment } from "../../core/booking/take-over.ts";
import type { Clinic } from "../../core/directory/directory.ts";
import type { Instant } from "../../core/time.ts";
import { refreshTerms } from "../directory/search-words.ts";
import {
  clinic,
  clinicClosure,
  incomingAppointment,
  patient,
  postalArea,
  provider,
  providerSite,
  providerVisitType,
  region,
  resource,
  visitType,
} from "../schema/index.ts";
import { foldText, searchText } from "../search-text.ts";
import { CITIES } from "./cities.ts";
import { HOLIDAYS } from "./clinics.ts";
import type { Network } from "./network.ts";

/** Rows a statement: at most 0.7 MB of JSON (sites with their hours), and few enough round trips. */
const ROWS_PER_INSERT = 1_000;

/**
 * Rows as one JSON parameter a statement: about three times as fast as a parameter per value (PGlite: 0.6 s for everything).
 * Columns that no row has keep their defaults; one that some rows have is null in the others.
 */
async function insertAll<H extends PgQueryResultHKT, T extends PgTable>(
  db: PgDatabase<H>,
  table: T,
  rows: readonly InferInsertModel<T>[],
): Promise<void> {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => rows.some((row) => key in row));
  const names = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  );
  const json = rows.map((row) =>
    Object.fromEntries(columns.map(([key, column]) => [column.name, row[key as keyof typeof row]])),
  );
  for (let from = 0; from < json.length; from += ROWS_PER_INSERT) {
    const chunk = JSON.stringify(json.slice(from, from + ROWS_PER_INSERT));
    await db.execute(
      sql`INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, ${chunk}::jsonb)`,
    );
  }
}

/** Two are enough to see that calendars are made where their clinic is. */
const REGIONS: readonly (typeof region.$inferInsert)[] = [
  { id: "us-west", name: "United States, west", locationHint: "wnam" },
  { id: "us-east", name: "United States, east", locationHint: "enam" },
];
const regionOf = ({ locationHint }: Clinic): string | null =>
  REGIONS.find((one) => one.locationHint === locationHint)?.id ?? null;

const providerRow = (p: Network["providers"][number]): typeof provider.$inferInsert => ({
  id: p.id,
  displayName: p.displayName,
  searchText: searchText(p.displayName, p.specialties),
  title: p.title,
  specialties: [...p.specialties],
  languages: [...p.languages],
  acceptingNewPatients: p.acceptingNewPatients,
  configVersion: p.calendar.version,
  gender: p.gender,
  insurances: [...p.insurances],
});

const siteRows = (p: Network["providers"][number]): (typeof providerSite.$inferInsert)[] =>
  p.calendar.sites.map((site, position) => ({
    providerId: p.id,
    locationId: site.locationId,
    position,
    hours: site.hours,
    breaks: site.breaks ?? null,
    exceptions: site.exceptions ?? null,
  }));

const resourceRow = ({
  calendar,
  active: _active,
  ...r
}: Network["resources"][number]): typeof resource.$inferInsert => ({
  ...r,
  hours: calendar.sites[0]?.hours ?? [],
  exceptions: calendar.sites[0]?.exceptions ?? null,
  configVersion: calendar.version,
});

/** Into the waiting room: each calendar takes its own over. After `writeSeed`, of the same network. */
export const writeAppointments = <H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  rows: readonly IncomingAppointment[],
): Promise<void> =>
  insertAll(
    db,
    incomingAppointment,
    rows.map(({ start, end, createdAt, updatedAt, checkedInAt, cancelledAt, ...row }) => ({
      ...row,
      startAt: moment(start),
      endAt: moment(end),
      createdAt: moment(createdAt),
      updatedAt: moment(updatedAt),
      checkedInAt: checkedInAt === null ? null : moment(checkedInAt),
      cancelledAt: cancelledAt === null ? null : moment(cancelledAt),
    })),
  );

const moment = (at: Instant): string => new Date(at).toISOString();

/** Any Drizzle database of Postgres. The caller wraps it in a transaction; a row that exists already throws (23505). */
export async function writeSeed<H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  network: Network,
): Promise<void> {
  const { clinics, visitTypes, providers, resources, patients } = network;
  const offers = providers.flatMap((p) =>
    p.visitTypeIds.map((visitTypeId) => ({ providerId: p.id, visitTypeId })),
  );
  await insertAll(db, region, REGIONS);
  await insertAll(
    db,
    clinic,
    clinics.map((row) => ({ ...row, regionId: regionOf(row) })),
  );
  await insertAll(
    db,
    clinicClosure,
    clinics.flatMap(({ id }) => HOLIDAYS.map((holiday) => ({ locationId: id, ...holiday }))),
  );
  await insertAll(
    db,
    visitType,
    visitTypes.map(({ requires, ...type }) => ({ ...type, requires: requires ? [...requires] : null })),
  );
  await insertAll(db, provider, providers.map(providerRow));
  await insertAll(db, providerSite, providers.flatMap(siteRows));
  await insertAll(db, providerVisitType, offers);
  await insertAll(db, resource, resources.map(resourceRow));
  await refreshTerms(db, "all");
  await insertAll(
    db,
    postalArea,
    CITIES.map(({ postalCode, latitude, longitude }) => ({ code: postalCode, latitude, longitude })),
  );
  await insertAll(
    db,
    patient,
    patients.map((row) => ({ ...row, searchText: foldText(row.displayName) })),
  );
}
