/** Puts appointments from elsewhere into the waiting room and tells their calendars that something waits. */
import { sql } from "drizzle-orm";
import { canBeTakenOver, type IncomingAppointment } from "../../core/booking/take-over.ts";
import { invariant } from "../../core/invariant.ts";
import type { Instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { changeDirectory, type DirectoryNews } from "../directory/change.ts";
import { incomingAppointment } from "../schema/index.ts";

/** Rows in one call: about 1 MB of JSON, half a second of a laptop's Postgres. */
export const PUT_INCOMING_MAX = 2_000;

const moment = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A row of the table, by its columns' names. */
export const incomingRow = (a: IncomingAppointment): Record<string, string | null> => ({
  id: a.id,
  provider_id: a.providerId,
  patient_id: a.patientId,
  location_id: a.locationId,
  visit_type_id: a.visitTypeId,
  start_at: moment(a.start),
  end_at: moment(a.end),
  status: a.status,
  created_at: moment(a.createdAt),
  updated_at: moment(a.updatedAt),
  checked_in_at: moment(a.checkedInAt),
  cancelled_at: moment(a.cancelledAt),
  cancellation_reason: a.cancellationReason,
  reason: a.reason,
});

/**
 * One transaction: the rows (1 to PUT_INCOMING_MAX; an id that waits already stays as it is), and a row of news for each of
 * their providers, whose calendars are then told by the directory's push ([AD8]). Putting the same rows again is harmless,
 * also after they were taken over. Ring the directory's bell, or push, after it.
 * @throws InvariantError when a row cannot be taken over (`canBeTakenOver`): ask before; class 23 of the driver's
 * `NeonDbError` when a provider, patient, clinic or visit type is not in the directory. Nothing was written then.
 */
export async function putIncoming(db: Db, rows: readonly IncomingAppointment[]): Promise<DirectoryNews[]> {
  invariant(
    rows.length >= 1 && rows.length <= PUT_INCOMING_MAX,
    "1 to PUT_INCOMING_MAX rows come in at once",
  );
  invariant(
    rows.every(canBeTakenOver),
    "an appointment from elsewhere has a year that can be, and is at most as long as the longest visit",
  );
  const json = JSON.stringify(rows.map(incomingRow));
  const providers = [...new Set(rows.map(({ providerId }) => providerId))].sort();
  return changeDirectory(db, {
    statements: [
      sql`INSERT INTO ${incomingAppointment}
          SELECT * FROM jsonb_populate_recordset(NULL::${incomingAppointment}, ${json}::jsonb)
          ON CONFLICT (id) DO NOTHING`,
    ],
    news: [
      sql`INSERT INTO directory_change (kind, id)
          SELECT 'provider', id FROM unnest(${sql.param(providers)}::text[]) AS id ORDER BY id RETURNING seq, kind, id`,
    ],
  });
}
