/** The audit behind "nobody is booked twice": it must find nothing. For operators, and after every load test. */
import { and, eq, gt, lt, notInArray, or, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { AppointmentStatus } from "../../core/booking/appointment.ts";
import type { AppointmentId, ProviderId } from "../../core/ids.ts";
import type { Db } from "../client.ts";
import { appointment } from "../schema.ts";

/** Enough to see a pattern; one pair is already an alarm. */
export const OVERLAPS_MAX = 100;

/** The statuses for which `occupiesTime` in core/booking is false. */
const VACANT: AppointmentStatus[] = ["cancelled", "no-show"];

export interface Overlap {
  readonly providerId: ProviderId;
  readonly first: AppointmentId;
  readonly second: AppointmentId;
}

/**
 * Pairs of appointments of one provider over the same minute, both taking their time; at most OVERLAPS_MAX, each pair
 * once. Half-open: 09:00–09:30 and 09:30–10:00 do not overlap. Reads the whole projection once and looks up each
 * row's neighbours in `appointment_provider_idx`: linear in appointments, seconds per million.
 */
export async function findOverlaps(db: Db): Promise<Overlap[]> {
  const a = alias(appointment, "a");
  const b = alias(appointment, "b");
  const startsLater: SQL | undefined = or(
    gt(b.startAt, a.startAt),
    and(eq(b.startAt, a.startAt), gt(b.id, a.id)),
  );
  const rows = await db
    .select({ providerId: a.providerId, first: a.id, second: b.id })
    .from(a)
    .innerJoin(
      b,
      and(eq(b.providerId, a.providerId), lt(b.startAt, a.endAt), startsLater, notInArray(b.status, VACANT)),
    )
    .where(notInArray(a.status, VACANT))
    .limit(OVERLAPS_MAX);
  return rows.map((row) => ({
    providerId: row.providerId as ProviderId, // ids of the projection come from events, whose writer branded them
    first: row.first as AppointmentId,
    second: row.second as AppointmentId,
  }));
}
