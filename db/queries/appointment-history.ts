/** What became of one appointment. Who may see it is decided by the caller. */
import { asc, desc, eq } from "drizzle-orm";
import type { AppointmentStatus } from "../../core/booking/appointment.ts";
import type { AppointmentChange } from "../../core/events/event.ts";
import type { AppointmentId, LocationId, ProviderId } from "../../core/ids.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { appointmentHistory, clinic } from "../schema/index.ts";

/** An appointment has a handful of versions; 50 commands a day (M7) for four days is somebody's loop. */
export const HISTORY_MAX = 200;

export interface HistoryEntry {
  readonly version: number;
  readonly change: AppointmentChange;
  readonly status: AppointmentStatus;
  readonly start: Instant;
  readonly end: Instant;
  readonly providerId: ProviderId;
  readonly locationId: LocationId;
  /** Of the clinic it was at; null when the directory does not know that clinic any more. */
  readonly timeZone: string | null;
  readonly at: Instant;
}

/** The last HISTORY_MAX versions, oldest first; none = unknown, or not projected yet. By primary key, backwards. */
export async function appointmentHistoryOf(db: Db, id: AppointmentId): Promise<HistoryEntry[]> {
  const last = db
    .select()
    .from(appointmentHistory)
    .where(eq(appointmentHistory.appointmentId, id))
    .orderBy(desc(appointmentHistory.version))
    .limit(HISTORY_MAX)
    .as("last");
  const rows = await db
    .select({
      version: last.version,
      change: last.change,
      status: last.status,
      start: last.startAt,
      end: last.endAt,
      providerId: last.providerId,
      locationId: last.locationId,
      timeZone: clinic.timeZone,
      at: last.at,
    })
    .from(last)
    .leftJoin(clinic, eq(clinic.id, last.locationId))
    .orderBy(asc(last.version))
    .limit(HISTORY_MAX);
  const moment = (text: string): Instant => instant(Date.parse(text));
  // Codes and ids come from events, whose writer branded them.
  return rows.map((row) => ({
    ...row,
    change: row.change as AppointmentChange,
    status: row.status as AppointmentStatus,
    providerId: row.providerId as ProviderId,
    locationId: row.locationId as LocationId,
    start: moment(row.start),
    end: moment(row.end),
    at: moment(row.at),
  }));
}
