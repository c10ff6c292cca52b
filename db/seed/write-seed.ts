/** Writes a network into empty directory tables. For laptops and tests; production is filled through the API. */
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { clinic, patient, provider, providerSite, providerVisitType, visitType } from "../schema.ts";
import { searchText } from "../search-text.ts";
import type { Network } from "./network.ts";

/** Rows a statement: with ten columns well below Postgres's 65,535 parameters, and few enough round trips. */
const ROWS_PER_INSERT = 1_000;

function* chunks<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT)
    yield rows.slice(from, from + ROWS_PER_INSERT);
}

const providerRow = (p: Network["providers"][number]): typeof provider.$inferInsert => ({
  id: p.id,
  displayName: p.displayName,
  searchText: searchText(p.displayName, p.specialties),
  title: p.title,
  specialties: [...p.specialties],
  languages: [...p.languages],
  acceptingNewPatients: p.acceptingNewPatients,
  configVersion: p.calendar.version,
});

const siteRows = (p: Network["providers"][number]): (typeof providerSite.$inferInsert)[] =>
  p.calendar.sites.map((site, position) => ({
    providerId: p.id,
    locationId: site.locationId,
    position,
    hours: site.hours,
  }));

/** Any Drizzle database of Postgres. The caller wraps it in a transaction; a row that exists already throws (23505). */
export async function writeSeed<H extends PgQueryResultHKT>(
  db: PgDatabase<H>,
  network: Network,
): Promise<void> {
  for (const rows of chunks(network.clinics)) await db.insert(clinic).values(rows);
  for (const rows of chunks(network.visitTypes)) await db.insert(visitType).values(rows);
  for (const rows of chunks(network.providers)) await db.insert(provider).values(rows.map(providerRow));
  for (const rows of chunks(network.providers.flatMap(siteRows))) await db.insert(providerSite).values(rows);
  const offers = network.providers.flatMap((p) =>
    p.visitTypeIds.map((visitTypeId) => ({ providerId: p.id, visitTypeId })),
  );
  for (const rows of chunks(offers)) await db.insert(providerVisitType).values(rows);
  for (const rows of chunks(network.patients)) await db.insert(patient).values(rows);
}
