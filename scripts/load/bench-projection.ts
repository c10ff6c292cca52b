/** Waits for the work that bookings leave behind. */
import { sql } from "drizzle-orm";
import type { BareSystem } from "./bare-system.ts";

/** The projection is behind by milliseconds; a minute means that it is stuck. */
const SETTLE_MAX_MS = 60_000;
const SETTLE_POLL_MS = 50;

/** How many appointments the projection has. */
async function bookedInPostgres(system: BareSystem): Promise<number> {
  const { rows } = await system.database.db.execute(sql`SELECT count(*) AS n FROM appointment`);
  return Number(rows[0]?.n);
}

/** Until every booking is in Postgres. */
export async function untilProjected(system: BareSystem, bookings: number): Promise<void> {
  const deadline = performance.now() + SETTLE_MAX_MS;
  while ((await bookedInPostgres(system)) < bookings) {
    if (performance.now() > deadline) throw new Error("the projection did not follow within a minute");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}
