/** Whom the ids of a file mean: rows that came from the same system before, or rows of ours by our own ids. */
import { type SQL, sql } from "drizzle-orm";
import { hasOwnShape, type RowKind } from "../../core/exchange/kinds.ts";
import type { Reference } from "../../core/exchange/resolve-row.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";
import { texts } from "../directory/writes.ts";

export interface Known {
  /** Ours. */
  readonly id: string;
  /** Of the row as it was last imported; null = never, it is named by our own id. */
  readonly fingerprint: string | null;
  /** The other system's id. */
  readonly external: boolean;
}

/** A chunk of 1,000 rows, each with its own id and at most a list of fifty and four others. */
export const REFERENCES_MAX = 55_000;

/** Our ids among `values` that there are. By primary key each. */
function ours(kind: RowKind, values: readonly string[]): SQL {
  const table = {
    clinic: "clinic",
    provider: "provider",
    "visit-type": "visit_type",
    patient: "patient",
  } as const;
  if (kind === "schedule")
    return sql`SELECT 'schedule' AS kind, s.provider_id || '/' || s.location_id AS value
      FROM unnest(${texts(values)}) AS v
      JOIN provider_site s ON s.provider_id = split_part(v, '/', 1) AND s.location_id = split_part(v, '/', 2)`;
  if (kind === "appointment")
    return sql`SELECT 'appointment' AS kind, id AS value FROM appointment WHERE id = ANY(${texts(values)})
      UNION SELECT 'appointment', id FROM incoming_appointment WHERE id = ANY(${texts(values)})`;
  return sql`SELECT ${kind} AS kind, id AS value FROM ${sql.identifier(table[kind])} WHERE id = ANY(${texts(values)})`;
}

/** [IE4] At most REFERENCES_MAX; null = nobody knows it. An id of the other system goes before one of ours. */
export async function knownIds(
  db: Db,
  system: string,
  asked: readonly Reference[],
): Promise<(kind: RowKind, value: string) => Known | null> {
  invariant(asked.length <= REFERENCES_MAX, "at most REFERENCES_MAX ids are looked up at once");
  const own = Map.groupBy(
    asked.filter(({ kind, value }) => hasOwnShape(kind, value)),
    ({ kind }) => kind,
  );
  const ownParts = [...own].map(
    ([kind, list]) =>
      sql` UNION ALL SELECT kind, value, value AS id, NULL, false FROM (${ours(
        kind,
        list.map(({ value }) => value),
      )}) AS o`,
  );
  const { rows } = await db.execute<{
    kind: RowKind;
    value: string;
    id: string;
    fingerprint: string | null;
    external: boolean;
  }>(sql`
    SELECT e.kind, e.value, e.id, e.fingerprint, true AS external
    FROM unnest(${texts(asked.map(({ kind }) => kind))}, ${texts(asked.map(({ value }) => value))}) AS a (kind, value)
    JOIN external_id e ON e.kind = a.kind AND e.system = ${system} AND e.value = a.value
    ${sql.join(ownParts)}`);
  const found = new Map<string, Known>();
  for (const { kind, value, id, fingerprint, external } of rows) {
    const at = `${kind}\n${value}`;
    if (external || !found.has(at)) found.set(at, { id, fingerprint, external });
  }
  return (kind, value) => found.get(`${kind}\n${value}`) ?? null;
}
