/** A chunk of appointments from a file: into the waiting room of their calendars (`db/incoming`), with the ids that others know them by. */
import { sql } from "drizzle-orm";
import type { ProviderId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { changeDirectoryInBulk } from "../directory/change.ts";
import { type BulkChange, type BulkColumn, givenRows, presentIn } from "./bulk.ts";

export interface AppointmentsResult {
  readonly created: number;
  /** Ours: here already, and not as the row says. */
  readonly standing: readonly string[];
  /** Whose calendars have something waiting; none in a dry run. */
  readonly calendars: readonly ProviderId[];
}

const NOTHING: AppointmentsResult = { created: 0, standing: [], calendars: [] };

/** Who, where, what and when: what another system may say of an appointment that we have. */
const FACTS: readonly BulkColumn[] = [
  { name: "providerId", column: "provider_id", type: "text" },
  { name: "patientId", column: "patient_id", type: "text" },
  { name: "locationId", column: "location_id", type: "text" },
  { name: "visitTypeId", column: "visit_type_id", type: "text" },
  { name: "start", column: "start_at", type: "timestamptz" },
  { name: "end", column: "end_at", type: "timestamptz" },
  { name: "status", column: "status", type: "text" },
];
/** What it was given when it was made. */
const MORE: readonly BulkColumn[] = [
  { name: "createdAt", column: "created_at", type: "timestamptz" },
  { name: "updatedAt", column: "updated_at", type: "timestamptz" },
  { name: "checkedInAt", column: "checked_in_at", type: "timestamptz" },
  { name: "cancelledAt", column: "cancelled_at", type: "timestamptz" },
  { name: "cancellationReason", column: "cancellation_reason", type: "text" },
  { name: "reason", column: "reason", type: "text" },
];

/** [PA7] Who stands for a row of a patient: visits of one person are theirs, whichever of their rows was named. */
const personOf = (id: string): string =>
  `coalesce((SELECT p.merged_into FROM patient p WHERE p.id = ${id}), ${id})`;
const factsOf = (table: string) =>
  sql.raw(
    FACTS.map(({ name, column }) => {
      const fact = table === "g" ? `g."${name}"` : `${table}.${column}`;
      return name === "patientId" ? personOf(fact) : fact;
    }).join(", "),
  );

type Answer = { readonly created: number; readonly standing: string[]; readonly ids?: ProviderId[] };

/**
 * [IE12] New ones wait for their calendars from then on, whose push is news of the directory; one that is here already is its
 * calendar's, and no file changes it. All of the chunk or nothing, external ids too: that is why it is not `putIncoming`.
 * Rows must be such that a calendar can take them over. @throws 23505 `external_id_pk` as importPatients
 */
export async function importAppointments(
  db: Db,
  { system, rows, apply }: BulkChange,
): Promise<AppointmentsResult> {
  if (rows.length === 0) return NOTHING;
  const withStatus = rows.map((row) => ({ ...row, values: { status: "booked", ...row.values } }));
  const more = presentIn(MORE, withStatus);
  const at = (name: string) => (more.some((one) => one.name === name) ? sql.raw(`g."${name}"`) : sql`NULL`);
  const createdAt = sql`coalesce(${at("createdAt")}, now())`;
  const updatedAt = sql`coalesce(${at("updatedAt")}, ${createdAt})`;
  const compared = sql`WITH ${givenRows([...FACTS, ...more], withStatus)}, standing AS MATERIALIZED (
      SELECT g.id FROM given g
      LEFT JOIN incoming_appointment i ON i.id = g.id
      LEFT JOIN appointment a ON a.id = g.id
      WHERE NOT g.fresh
        AND ROW(${factsOf("g")}) IS DISTINCT FROM ROW(${factsOf("a")})
        AND ROW(${factsOf("g")}) IS DISTINCT FROM ROW(${factsOf("i")})
    )`;
  const counts = sql`SELECT (SELECT count(*)::int FROM given WHERE fresh) AS created,
    (SELECT coalesce(json_agg(id), '[]') FROM standing) AS standing`;
  if (!apply) return resultOf((await db.execute<Answer>(sql`${compared} ${counts}`)).rows);
  const statement = sql`${compared}, made AS (
      INSERT INTO incoming_appointment (id, provider_id, patient_id, location_id, visit_type_id, start_at, end_at, status,
        created_at, updated_at, checked_in_at, cancelled_at, cancellation_reason, reason)
      SELECT g.id, ${factsOf("g")}, ${createdAt}, ${updatedAt}, ${at("checkedInAt")},
        CASE WHEN g.status = 'cancelled' THEN coalesce(${at("cancelledAt")}, ${updatedAt}) END,
        CASE WHEN g.status = 'cancelled' THEN ${at("cancellationReason")} END, ${at("reason")}
      FROM given g WHERE g.fresh
    ), named AS (
      INSERT INTO external_id (kind, system, value, id, fingerprint)
      SELECT 'appointment', ${system}, "externalId", id, fingerprint FROM given WHERE fresh AND named
    ), news AS (
      INSERT INTO directory_change (kind, id)
      SELECT 'provider', id FROM (SELECT DISTINCT "providerId" AS id FROM given WHERE fresh) AS n ORDER BY id RETURNING id
    ) ${counts}, (SELECT coalesce(json_agg(id), '[]') FROM news) AS ids`;
  return resultOf(await changeDirectoryInBulk<Answer>(db, statement, []));
}

const resultOf = ([row]: readonly Answer[]): AppointmentsResult =>
  row ? { created: row.created, standing: row.standing, calendars: row.ids ?? [] } : NOTHING;
