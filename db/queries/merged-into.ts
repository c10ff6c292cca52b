import { sql } from "drizzle-orm";
import type { PatientId } from "../../core/ids.ts";
import type { Db } from "../client.ts";

/** [PA7] Who stands for those of `ids` that were merged into another row; the others are not in it. By primary key. */
export async function mergedInto(
  db: Db,
  ids: readonly PatientId[],
): Promise<ReadonlyMap<PatientId, PatientId>> {
  const { rows } = await db.execute<{ id: PatientId; merged_into: PatientId }>(
    sql`SELECT id, merged_into FROM patient
      WHERE id = ANY(${sql.param([...ids])}::text[]) AND merged_into IS NOT NULL`,
  );
  return new Map(rows.map(({ id, merged_into }) => [id, merged_into]));
}
