/** All SQL of a calendar. Takes and returns core types; rows stop here. Everything is synchronous. */
import type { Appointment } from "../../core/booking/appointment.ts";
import type { RecentCommand, StoredAppointment } from "../../core/booking/calendar-view.ts";
import { OCCUPIED_MAX, type Occupied } from "../../core/booking/explain.ts";
import type { Occupant } from "../../core/booking/occupancy.ts";
import type { CalendarEvent } from "../../core/events/event.ts";
import type { AppointmentId, AttemptId, ProviderId } from "../../core/ids.ts";
import type { OutboxEntry } from "../../core/outbox/drain.ts";
import { type CalendarConfig, VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import { type Instant, type Interval, MINUTE_MS } from "../../core/time.ts";
import { SagaStore } from "./saga-store.ts";

/** Bounds how far before an interval we look for what reaches into it. */
const VISIT_MS_MAX = VISIT_MINUTES_MAX * MINUTE_MS;
/** Bounds one alarm's tidying. */
const PRUNED_PER_ALARM_MAX = 200;

type AppointmentRow = {
  id: string;
  patient: string;
  location: string;
  visit_type: string;
  time_zone: string;
  start_at: number;
  end_at: number;
  status: string;
  version: number;
  source: string;
  created_at: number;
  updated_at: number;
  cancelled_at: number | null;
  cancellation_reason: string | null;
  reason: string | null;
  notes: string | null;
  recent: string;
  checked_in_at: number | null;
  resources: string;
};

const occupantColumns = (kind: Occupant["kind"], id: string): string =>
  `SELECT '${kind}' AS kind, ${id} AS id, start_at AS start, end_at AS "end", visit_type AS visitTypeId,
     location AS locationId`;
const IN_REACH = "start_at < ? AND start_at > ? AND end_at > ?";
const SHOWN_OCCUPANTS = `
  ${occupantColumns("appointment", "id")} FROM appointment WHERE ${IN_REACH} AND status NOT IN ('cancelled', 'no-show')
  UNION ALL ${occupantColumns("appointment", "appointment")} FROM reservation WHERE ${IN_REACH}
  UNION ALL ${occupantColumns("hold", "id")} FROM hold WHERE ${IN_REACH} AND state = 'held' AND expires_at > ?`;
/** A clock for cached bits: a hold is in them until its row says that it has ended. */
const UNTIL_TIDIED = 0;
const PREPARED_OCCUPANTS = `${occupantColumns("hold", "attempt")} FROM prepared WHERE ${IN_REACH}`;

type OccupantRow = {
  kind: string;
  id: string;
  start: number;
  end: number;
  visitTypeId: string;
  locationId: string;
};

export class CalendarStore {
  readonly #sql: SqlStorage;
  readonly #providerId: ProviderId;
  readonly sagas: SagaStore;

  constructor(sql: SqlStorage, providerId: ProviderId) {
    this.#sql = sql;
    this.sagas = new SagaStore(sql);
    this.#providerId = providerId;
  }

  find(id: AppointmentId): StoredAppointment | null {
    const row = this.#sql.exec<AppointmentRow>("SELECT * FROM appointment WHERE id = ?", id).toArray()[0];
    return row
      ? { appointment: this.#appointment(row), recent: JSON.parse(row.recent) as RecentCommand[] }
      : null;
  }

  /**
   * Everything that takes a minute of `interval` at `now`, for a decision: prepared time of sagas included. At most 288
   * rows a day by the five-minute step; what starts longer before it than the longest visit cannot reach into it.
   */
  occupantsIn(interval: Interval, now: Instant): Occupant[] {
    const reach = [interval.end, interval.start - VISIT_MS_MAX, interval.start];
    return this.#occupants(`${SHOWN_OCCUPANTS} UNION ALL ${PREPARED_OCCUPANTS}`, [
      ...reach,
      ...reach,
      ...reach,
      now,
      ...reach,
    ]);
  }

  /**
   * What screens show as taken. Prepared time is left out, because it is decided or gone within milliseconds; a hold that
   * has run out is in until it is tidied, because bits are cached.
   */
  shownIn(interval: Interval): Occupant[] {
    const reach = [interval.end, interval.start - VISIT_MS_MAX, interval.start];
    return this.#occupants(SHOWN_OCCUPANTS, [...reach, ...reach, ...reach, UNTIL_TIDIED]);
  }

  #occupants(query: string, bindings: readonly number[]): Occupant[] {
    return this.#sql.exec<OccupantRow>(query, ...bindings).toArray() as unknown as Occupant[]; // columns hold what they name
  }

  /** [X2] What takes a minute of `interval`, by time, as `explain` may tell it to the clinic: no ids of people or visits. */
  occupiedIn(interval: Interval, now: Instant): Occupied[] {
    return this.occupantsIn(interval, now)
      .sort((a, b) => a.start - b.start)
      .slice(0, OCCUPIED_MAX)
      .map(({ kind, start, end, locationId }) => ({ kind, start, end, locationId }));
  }

  save(appointment: Appointment, recent: readonly RecentCommand[]): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO appointment (id, patient, location, visit_type, time_zone, start_at, end_at, status, version,
         source, created_at, updated_at, cancelled_at, cancellation_reason, reason, notes, recent, resources, checked_in_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      appointment.id,
      appointment.patientId,
      appointment.locationId,
      appointment.visitTypeId,
      appointment.timeZone,
      appointment.start,
      appointment.end,
      appointment.status,
      appointment.version,
      appointment.source,
      appointment.createdAt,
      appointment.updatedAt,
      appointment.cancelledAt,
      appointment.cancellationReason,
      appointment.reason,
      appointment.notes,
      JSON.stringify(recent),
      JSON.stringify(appointment.resources ?? []),
      appointment.checkedInAt,
    );
  }

  /** It went to another calendar; `forwarding` says where. */
  delete(id: AppointmentId): void {
    this.#sql.exec("DELETE FROM appointment WHERE id = ?", id);
  }

  saveRecent(id: AppointmentId, recent: readonly RecentCommand[]): void {
    this.#sql.exec("UPDATE appointment SET recent = ? WHERE id = ?", JSON.stringify(recent), id);
  }

  isFenced(attempt: AttemptId): boolean {
    return this.#sql.exec("SELECT 1 FROM fence WHERE attempt = ?", attempt).toArray().length > 0;
  }

  fence(attempt: AttemptId, pruneAt: Instant): void {
    this.#sql.exec("INSERT OR IGNORE INTO fence VALUES (?, ?)", attempt, pruneAt);
  }

  pruneFences(now: Instant): void {
    this.#sql.exec(
      "DELETE FROM fence WHERE attempt IN (SELECT attempt FROM fence WHERE prune_at <= ? LIMIT ?)",
      now,
      PRUNED_PER_ALARM_MAX,
    );
  }

  /** Fences are rare (a call died), so the scan is of a handful of rows. */
  nextFencePrune(): Instant | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(prune_at) AS at FROM fence").one()
      .at as Instant | null;
  }

  appendEvent(sequence: number, event: CalendarEvent): void {
    this.#sql.exec("INSERT INTO outbox VALUES (?, ?)", sequence, JSON.stringify(event));
  }

  readOutbox(entriesMax: number): OutboxEntry<CalendarEvent>[] {
    return this.#sql
      .exec<{ sequence: number; event: string }>(
        "SELECT sequence, event FROM outbox ORDER BY sequence LIMIT ?",
        entriesMax,
      )
      .toArray()
      .map((row) => ({ sequence: row.sequence, event: JSON.parse(row.event) as CalendarEvent }));
  }

  /** Rows leave when the log has them; the cursor keeps the sequence growing. Call inside a transaction. */
  deleteOutboxThrough(sequence: number): void {
    this.#sql.exec("DELETE FROM outbox WHERE sequence <= ?", sequence);
    this.#setMeta("drained", String(sequence));
  }

  /** The last sequence ever given, which is also the revision of the calendar. */
  lastSequence(): number {
    const waiting = this.#sql
      .exec<{ last: number | null }>("SELECT max(sequence) AS last FROM outbox")
      .one().last;
    return waiting ?? Number(this.#meta("drained") ?? 0);
  }

  /** Changes of what is free that no event tells of; part of the revision. */
  quietChanges(): number {
    return Number(this.#meta("quiet") ?? 0);
  }

  saveQuietChanges(count: number): void {
    this.#setMeta("quiet", String(count));
  }

  hasWaitingEvents(): boolean {
    return this.#sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length > 0;
  }

  config(): CalendarConfig | null {
    const text = this.#meta("config");
    return text === null ? null : (JSON.parse(text) as CalendarConfig);
  }

  saveConfig(config: CalendarConfig): void {
    this.#setMeta("config", JSON.stringify(config));
  }

  #meta(key: string): string | null {
    return (
      this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value ??
      null
    );
  }

  #setMeta(key: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value);
  }

  /** The one place where a row gets its brands. */
  #appointment(row: AppointmentRow): Appointment {
    return {
      id: row.id,
      providerId: this.#providerId,
      patientId: row.patient,
      locationId: row.location,
      visitTypeId: row.visit_type,
      timeZone: row.time_zone,
      start: row.start_at,
      end: row.end_at,
      status: row.status,
      version: row.version,
      source: row.source,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      checkedInAt: row.checked_in_at,
      cancelledAt: row.cancelled_at,
      cancellationReason: row.cancellation_reason,
      reason: row.reason,
      notes: row.notes,
      ...(row.resources === "[]" ? {} : { resources: JSON.parse(row.resources) as ProviderId[] }),
    } as unknown as Appointment;
  }
}
