/** All SQL of a calendar. Takes and returns core types; rows stop here. Everything is synchronous. */
import type { Appointment } from "../../core/booking/appointment.ts";
import type { RecentCommand, StoredAppointment } from "../../core/booking/calendar-view.ts";
import { OCCUPIED_MAX, type Occupied } from "../../core/booking/explain.ts";
import type { CalendarEvent } from "../../core/events/event.ts";
import type { AppointmentId, AttemptId, LocationId, ProviderId } from "../../core/ids.ts";
import type { OutboxEntry } from "../../core/outbox/drain.ts";
import { type CalendarConfig, VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import { DAY_MS, type Instant, type Interval, MINUTE_MS } from "../../core/time.ts";

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
};

export class CalendarStore {
  readonly #sql: SqlStorage;
  readonly #providerId: ProviderId;

  constructor(sql: SqlStorage, providerId: ProviderId) {
    this.#sql = sql;
    this.#providerId = providerId;
  }

  find(id: AppointmentId): StoredAppointment | null {
    const row = this.#sql.exec<AppointmentRow>("SELECT * FROM appointment WHERE id = ?", id).toArray()[0];
    return row
      ? { appointment: this.#appointment(row), recent: JSON.parse(row.recent) as RecentCommand[] }
      : null;
  }

  /** Any appointment, other than `except`, that takes a minute of `interval`. */
  isTaken(interval: Interval, except: AppointmentId | null): boolean {
    return (
      this.#sql
        .exec(
          `SELECT 1 FROM appointment WHERE start_at < ? AND start_at > ? AND end_at > ? AND id <> ?
             AND status NOT IN ('cancelled', 'no-show') LIMIT 1`,
          interval.end,
          interval.start - VISIT_MS_MAX,
          interval.start,
          except ?? "",
        )
        .toArray().length > 0
    );
  }

  /** [X2] What takes a minute of `interval`, by time, as `explain` may tell it to the clinic: no ids of people or visits. */
  occupiedIn(interval: Interval): Occupied[] {
    return this.#sql
      .exec<{ start: number; end: number; location: string }>(
        `SELECT start_at AS start, end_at AS "end", location FROM appointment
           WHERE start_at < ? AND start_at > ? AND end_at > ? AND status NOT IN ('cancelled', 'no-show')
           ORDER BY start_at LIMIT ?`,
        interval.end,
        interval.start - VISIT_MS_MAX,
        interval.start,
        OCCUPIED_MAX,
      )
      .toArray()
      .map(({ start, end, location }) => ({
        kind: "appointment",
        start: start as Instant,
        end: end as Instant,
        locationId: location as LocationId,
      }));
  }

  /** Taken intervals that touch a UTC day; at most 288 by the five-minute step. */
  takenOn(day: number): Interval[] {
    const start = day * DAY_MS;
    return this.#sql
      .exec<{ start: number; end: number }>(
        `SELECT start_at AS start, end_at AS "end" FROM appointment WHERE start_at < ? AND start_at > ? AND end_at > ?
           AND status NOT IN ('cancelled', 'no-show')`,
        start + DAY_MS,
        start - VISIT_MS_MAX,
        start,
      )
      .toArray() as unknown as Interval[]; // the brand is given here: both columns hold instants
  }

  save(appointment: Appointment, recent: readonly RecentCommand[]): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO appointment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    );
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
      cancelledAt: row.cancelled_at,
      cancellationReason: row.cancellation_reason,
      reason: row.reason,
      notes: row.notes,
    } as Appointment;
  }
}
