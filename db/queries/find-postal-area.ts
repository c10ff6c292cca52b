/** Where a ZIP code lies. */
import { sql } from "drizzle-orm";
import type { Point } from "../../core/directory/distance.ts";
import type { Db } from "../client.ts";

/**
 * [SE5] The middle of a five-digit ZIP code; of one that we do not know, the middle of those with its first three digits,
 * which is the same city or county; null when there are none. `postal_area_pk`, at most 101 rows.
 */
export async function findPostalArea(db: Db, code: string): Promise<Point | null> {
  const region = code.slice(0, 3);
  const { rows } = await db.execute<{ latitude: number; longitude: number }>(sql`
    SELECT latitude, longitude FROM (
      SELECT 0 AS rank, latitude, longitude FROM postal_area WHERE code = ${code}
      UNION ALL
      SELECT 1, avg(latitude), avg(longitude) FROM (
        SELECT latitude, longitude FROM postal_area
        WHERE code BETWEEN ${`${region}00`} AND ${`${region}99`} LIMIT 100
      ) around HAVING count(*) > 0
    ) found ORDER BY rank LIMIT 1`);
  const [row] = rows;
  return row ? { latitude: row.latitude, longitude: row.longitude } : null;
}
