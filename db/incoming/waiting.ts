/** The waiting room as its calendars' side sees it: who is awaited, and what leaves. */
import { type SQL, sql } from "drizzle-orm";
import type { AppointmentStatus, CancellationReason } from "../../core/booking/appointment.ts";
import { type HandedIn, TAKE_OVER_MAX } from "../../core/booking/take-over.ts";
import type { AppointmentId, LocationId, PatientId, ProviderId, VisitTypeId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import { type Instant, instant } from "../../core/time.ts";
import type { Db } from "../client.ts";
import { PUSH_MAX } from "../directory/outbox.ts";
import { epochMs } from "../queries/search-conditions.ts";

type Row = Record<string, string | number | null> & { readonly id: string };

const text = (row: Row, name: string): string => {
  const value = row[name];
  invariant(typeof value === "string", "a row of the waiting room has what its columns say");
  return value;
};
const textOrNull = (row: Row, name: string): string | null => (row[name] == null ? null : text(row, name));
/** A number or its text, as the driver has it. Not finite for what is no date: `canBeTakenOver` is asked before it is used. */
const momentOrNull = (row: Row, name: string): Instant | null =>
  row[name] == null ? null : instant(Number(row[name]));
const moment = (row: Row, name: string): Instant => instant(Number(row[name]));

/** Brands and codes are given here: ids refer to rows whose ids were checked, codes come from `putIncoming`. */
const handedIn = (row: Row): HandedIn => ({
  id: row.id as AppointmentId,
  providerId: text(row, "provider_id") as ProviderId,
  patientId: text(row, "patient_id") as PatientId,
  locationId: text(row, "location_id") as LocationId,
  visitTypeId: text(row, "visit_type_id") as VisitTypeId,
  timeZone: text(row, "time_zone"),
  start: moment(row, "start_at"),
  end: moment(row, "end_at"),
  status: text(row, "status") as AppointmentStatus,
  createdAt: moment(row, "created_at"),
  updatedAt: moment(row, "updated_at"),
  checkedInAt: momentOrNull(row, "checked_in_at"),
  cancelledAt: momentOrNull(row, "cancelled_at"),
  cancellationReason: textOrNull(row, "cancellation_reason") as CancellationReason | null,
  reason: textOrNull(row, "reason"),
});

/** As milliseconds: the text of a year before 100, or after 9999, is another date to JavaScript, or none. */
const MOMENTS = sql.join(
  ["start_at", "end_at", "created_at", "updated_at", "checked_in_at", "cancelled_at"].map((name) => {
    const column = sql.identifier(name);
    return sql`${epochMs(sql`i.${column}`)} AS ${column}`;
  }),
  sql`, `,
);

const take = (where: SQL, order: SQL) => sql`
  SELECT i.id, i.provider_id, i.patient_id, i.location_id, i.visit_type_id, i.status, i.cancellation_reason, i.reason,
    ${MOMENTS}, c.time_zone
  FROM incoming_appointment AS i JOIN clinic AS c ON c.id = i.location_id
  WHERE ${where} ORDER BY ${order} LIMIT ${TAKE_OVER_MAX}`;

/**
 * What waits for one calendar, by id after `after`, at most TAKE_OVER_MAX: a shorter answer is the last one. Walks
 * `incoming_provider_idx`.
 */
export async function nextIncomingOf(
  db: Db,
  provider: ProviderId,
  after: AppointmentId | "",
): Promise<HandedIn[]> {
  const { rows } = await db.execute<Row>(
    take(sql`i.provider_id = ${provider} AND i.id > ${after}`, sql`i.id`),
  );
  return rows.map(handedIn);
}

/**
 * What waits for one patient at all calendars, by calendar, then id, after the row `after` (null = from the beginning); at most
 * TAKE_OVER_MAX. Walks `incoming_patient_idx`.
 */
export async function incomingOfPatient(
  db: Db,
  patient: PatientId,
  after: Pick<HandedIn, "providerId" | "id"> | null,
): Promise<HandedIn[]> {
  const next = sql`(i.provider_id, i.id) > (${after?.providerId ?? ""}, ${after?.id ?? ""})`;
  const { rows } = await db.execute<Row>(
    take(sql`i.patient_id = ${patient} AND ${next}`, sql`i.provider_id, i.id`),
  );
  return rows.map(handedIn);
}

/** Rows that leave in one statement. */
export const REMOVED_MAX = 5_000;

/** Their calendars and their patients' agendas have them: at most REMOVED_MAX rows leave. By primary key. */
export async function removeIncoming(db: Db, ids: readonly AppointmentId[]): Promise<void> {
  invariant(ids.length <= REMOVED_MAX, "at most REMOVED_MAX rows leave at once");
  await db.execute(sql`DELETE FROM incoming_appointment WHERE id = ANY(${sql.param([...ids])}::text[])`);
}

/** More than one run takes over of one calendar (10,000), and still a short walk. */
const COUNTED_MAX = 10_001;

/** How many rows wait for each of at most PUSH_MAX calendars, none left out; counted up to COUNTED_MAX by `incoming_provider_idx`. */
export async function countAwaited(
  db: Db,
  providers: readonly ProviderId[],
): Promise<ReadonlyMap<ProviderId, number>> {
  invariant(providers.length <= PUSH_MAX, "at most PUSH_MAX calendars are asked about at once");
  const { rows } = await db.execute<{ asked: string; waiting: string }>(sql`
    SELECT asked, (
      SELECT count(*) FROM (
        SELECT 1 FROM incoming_appointment WHERE provider_id = asked LIMIT ${COUNTED_MAX}
      ) AS counted
    ) AS waiting FROM unnest(${sql.param([...providers])}::text[]) AS asked`);
  return new Map(rows.map(({ asked, waiting }) => [asked as ProviderId, Number(waiting)]));
}
