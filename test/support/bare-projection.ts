/** What Postgres says about the calendars, read through the same door as the Workers. */
import { sql } from "drizzle-orm";
import type { ApiClient } from "../../scripts/load/api-client.ts";
import type { Database } from "../../scripts/load/database.ts";
import type { StoredAppointment } from "./bare-objects.ts";
import { until, type WaitOptions } from "./bare-wait.ts";

export async function projectedAppointments(database: Database): Promise<StoredAppointment[]> {
  const { rows } = await database.db.execute(sql`
    SELECT id, patient_id, status, version,
      extract(epoch FROM start_at) * 1000 AS start_ms, extract(epoch FROM end_at) * 1000 AS end_ms
    FROM appointment`);
  return rows.map((row) => ({
    id: String(row.id),
    patient: String(row.patient_id),
    start: Number(row.start_ms),
    end: Number(row.end_ms),
    status: String(row.status),
    version: Number(row.version),
  }));
}

/** Both sides as one sorted list of lines, so that a difference shows itself. */
export const asLines = (rows: readonly StoredAppointment[]): string[] =>
  rows.map((r) => `${r.id} ${r.patient} v${r.version} ${r.status} ${r.start}–${r.end}`).toSorted();

interface Lag {
  readonly postgres: number;
  readonly agenda: number;
  /** Where a Kafka is configured. */
  readonly kafka?: number;
}

export async function lagOf(api: ApiClient): Promise<Lag | null> {
  const answer = await api.call("GET", "/v1/health?deep=1");
  if (answer.status !== 200) return null;
  return (JSON.parse(answer.text) as { log: { lag: Lag } }).log.lag; // workers/edge/api/health.ts
}

/** Until every consumer group has read the whole log; milliseconds. Say nothing about outboxes: those drain in 20 ms. */
export const untilLagIsZero = (api: ApiClient, options: Omit<WaitOptions, "what">): Promise<number> =>
  until(
    async () => {
      const lag = await lagOf(api);
      return lag !== null && lag.postgres === 0 && lag.agenda === 0 && (lag.kafka ?? 0) === 0;
    },
    { what: "lag 0", everyMs: 200, ...options },
  );
