/** A chunk of providers or schedules from a file: one change of the directory, with versions and news as any other. */
import { type SQL, sql } from "drizzle-orm";
import type { ProviderId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { changeDirectoryInBulk } from "../directory/change.ts";
import { hasRoom } from "../directory/room.ts";
import { termsStatement } from "../directory/search-words.ts";
import { searchText } from "../search-text.ts";
import {
  ACTIVE,
  assignments,
  type BulkChange,
  type BulkColumn,
  type BulkResult,
  type BulkRow,
  COUNTS,
  columnNames,
  differs,
  givenRows,
  presentIn,
  rememberIds,
  writtenValues,
} from "./bulk.ts";

export interface DirectoryResult extends BulkResult {
  /** Whose calendars have something new; none in a dry run. */
  readonly calendars: readonly ProviderId[];
}

const NOTHING: DirectoryResult = { created: 0, changed: 0, calendars: [] };

const SEARCH_TEXT = "searchText";
const PROVIDER_COLUMNS: readonly BulkColumn[] = [
  { name: "displayName", column: "display_name", type: "text" },
  { name: SEARCH_TEXT, column: "search_text", type: "text" },
  { name: "title", column: "title", type: "text" },
  { name: "specialties", column: "specialties", type: "text[]" },
  { name: "languages", column: "languages", type: "text[]" },
  { name: "acceptingNewPatients", column: "accepting_new_patients", type: "boolean" },
  { name: "gender", column: "gender", type: "text" },
  { name: "insurances", column: "insurances", type: "text[]" },
  ACTIVE,
];
const VISIT_TYPES: BulkColumn = { name: "visitTypeIds", column: "visit_type_id", type: "text[]" };

/** The rows of `ids` count as one change each: a version more, and news in the order of the outbox. */
const published = (ids: SQL): SQL => sql`
  news AS (
    INSERT INTO directory_change (kind, id) SELECT 'provider', id FROM (${ids}) AS n ORDER BY id RETURNING id
  )`;
const COUNTS_AND_IDS = sql`${COUNTS}, (SELECT coalesce(json_agg(id), '[]') FROM news) AS ids`;

type Answer = { readonly created: number; readonly changed: number; readonly ids?: ProviderId[] };
const resultOf = ([row]: readonly Answer[]): DirectoryResult =>
  row ? { created: row.created, changed: row.changed, calendars: row.ids ?? [] } : NOTHING;

const withSearchText = (row: BulkRow): BulkRow => ({
  ...row,
  values: {
    ...row.values,
    [SEARCH_TEXT]: searchText(row.values.displayName as string, row.values.specialties as string[]),
  },
});

/** What they offer, as a sorted list; the given one is sorted already. */
const OFFERED = sql`(SELECT coalesce(array_agg(v.visit_type_id ORDER BY v.visit_type_id COLLATE "C"), '{}')
  FROM provider_visit_type v WHERE v.provider_id = t.id)`;
const OFFERS = sql`, dropped AS (
    DELETE FROM provider_visit_type v USING differing d
    WHERE v.provider_id = d.id AND v.visit_type_id <> ALL(d."visitTypeIds")
  ), offered AS (
    INSERT INTO provider_visit_type (provider_id, visit_type_id)
    SELECT id, unnest("visitTypeIds") FROM (SELECT * FROM differing UNION ALL SELECT * FROM given WHERE fresh) AS o
    ON CONFLICT DO NOTHING
  )`;

/**
 * [IE3] [D12] Writes what is new and what differs; all of the chunk or nothing. A new provider works nowhere until a schedule
 * says so. @throws 23505 `external_id_pk` when another import of the same system was faster: repeat the chunk; `OS412` without room.
 */
export async function importProviders(db: Db, { system, rows, apply }: BulkChange): Promise<DirectoryResult> {
  if (rows.length === 0) return NOTHING;
  const searchable = rows.map(withSearchText);
  const columns = presentIn(PROVIDER_COLUMNS, searchable);
  const hasOffers = presentIn([VISIT_TYPES], searchable).length > 0;
  const compared = sql`WITH ${givenRows(hasOffers ? [...columns, VISIT_TYPES] : columns, searchable)},
    differing AS MATERIALIZED (
      SELECT g.* FROM given g JOIN provider t ON t.id = g.id
      WHERE NOT g.fresh AND (${differs(columns)} ${hasOffers ? sql`OR ${OFFERED} <> g."visitTypeIds"` : sql``})
    )`;
  if (!apply) return resultOf((await db.execute<Answer>(sql`${compared} ${COUNTS}`)).rows);
  const accepts = columns.some(({ name }) => name === "acceptingNewPatients")
    ? { column: sql``, value: sql`` }
    : { column: sql`accepting_new_patients,`, value: sql`true,` }; // a file without it leaves the others as they are
  const statement = sql`${compared}, made AS (
      INSERT INTO provider (id, config_version, ${accepts.column} ${columnNames(columns)})
      SELECT g.id, 1, ${accepts.value} ${writtenValues(columns)} FROM given g WHERE g.fresh
    ), raised AS (
      UPDATE provider t SET ${assignments(columns)}, config_version = t.config_version + 1
      FROM differing g WHERE t.id = g.id
    ) ${hasOffers ? OFFERS : sql``}, ${rememberIds("provider", system)},
    ${published(sql`SELECT id FROM differing UNION ALL SELECT id FROM given WHERE fresh`)}
    ${COUNTS_AND_IDS}`;
  const terms = termsStatement(rows.map(({ id }) => id as ProviderId));
  return resultOf(
    await changeDirectoryInBulk<Answer>(db, statement, [
      terms,
      sql`SELECT must_hold(${hasRoom("provider", 0)})`,
    ]),
  );
}

const optionalList = (name: string): BulkColumn => ({
  name,
  column: name,
  type: "jsonb",
  stands: `coalesce(t.${name}, '[]'::jsonb)`,
  written: `nullif(g."${name}", '[]'::jsonb)`,
});
const LISTS: readonly BulkColumn[] = [
  { name: "hours", column: "hours", type: "jsonb" },
  optionalList("breaks"),
  optionalList("exceptions"),
];
const PLACE: readonly BulkColumn[] = [
  { name: "providerId", column: "provider_id", type: "text" },
  { name: "locationId", column: "location_id", type: "text" },
];

/**
 * [IE3] [D12] A row is one site of a provider; a new one comes after those that they have. Sites that no row names stay.
 * Rows that change are told apart by site, news are of providers. @throws as importProviders
 */
export async function importSchedules(db: Db, { system, rows, apply }: BulkChange): Promise<DirectoryResult> {
  if (rows.length === 0) return NOTHING;
  const lists = presentIn(LISTS, rows);
  const compared = sql`WITH ${givenRows([...PLACE, ...lists], rows)},
    differing AS MATERIALIZED (
      SELECT g.* FROM given g
      JOIN provider_site t ON t.provider_id = g."providerId" AND t.location_id = g."locationId"
      WHERE NOT g.fresh AND ${differs(lists)}
    )`;
  if (!apply) return resultOf((await db.execute<Answer>(sql`${compared} ${COUNTS}`)).rows);
  const statement = sql`${compared}, made AS (
      INSERT INTO provider_site (provider_id, location_id, position, ${columnNames(lists)})
      SELECT g."providerId", g."locationId",
        coalesce((SELECT max(s.position) + 1 FROM provider_site s WHERE s.provider_id = g."providerId"), 0)
          + row_number() OVER (PARTITION BY g."providerId" ORDER BY g.nth) - 1,
        ${writtenValues(lists)}
      FROM (SELECT *, row_number() OVER () AS nth FROM given) AS g WHERE g.fresh
    ), changed AS (
      UPDATE provider_site t SET ${assignments(lists)}
      FROM differing g WHERE t.provider_id = g."providerId" AND t.location_id = g."locationId"
    ), raised AS (
      UPDATE provider SET config_version = config_version + 1
      WHERE id IN (SELECT "providerId" FROM differing UNION SELECT "providerId" FROM given WHERE fresh)
      RETURNING id
    ), ${rememberIds("schedule", system)}, ${published(sql`SELECT id FROM raised`)}
    ${COUNTS_AND_IDS}`;
  return resultOf(await changeDirectoryInBulk<Answer>(db, statement, []));
}
