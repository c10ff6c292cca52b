/** A network of another size in place of the seeded one, before the Workers have read any of it. */
import { sql } from "drizzle-orm";
import { makeNetwork, type NetworkSize, SAMPLE_SEED } from "../../db/seed/network.ts";
import { Random } from "../../db/seed/random.ts";
import { writeSeed } from "../../db/seed/write-seed.ts";
import type { Database } from "./database.ts";

/** Empties the directory and fills it anew. Only in a database of this run's own: a server of somebody's is left alone. */
export async function replaceNetwork({ db }: Database, size: NetworkSize): Promise<void> {
  if (process.env.DATABASE_URL !== undefined)
    throw new Error("the network of a server that DATABASE_URL names is not replaced: unset it");
  await db.execute(
    sql`TRUNCATE region, clinic, visit_type, provider, resource, postal_area, patient, directory_change CASCADE`,
  );
  await writeSeed(db, makeNetwork(new Random(SAMPLE_SEED), size));
}
