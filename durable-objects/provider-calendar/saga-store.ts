/** SQL of a calendar's part in sagas: what it agreed to, where appointments went, what it keeps for others. */
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import type { Forwarding, Prepared, Reservation } from "../../core/booking/saga.ts";
import type { AppointmentId, AttemptId, ProviderId } from "../../core/ids.ts";
import type { Instant } from "../../core/time.ts";

/** Attempts that a prepare looks back at. Whoever tried more often in a row finds older ones gone by their question. */
const OLDER_MAX = 5;
/** Bounds one alarm: each row costs a call to an agenda or to a resource. */
const DUE_PER_ALARM_MAX = 50;

export interface ReleaseDue {
  readonly appointmentId: AppointmentId;
  readonly calendar: ProviderId;
  readonly version: number;
}

export class SagaStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  preparedOn(appointment: AppointmentId): Prepared | null {
    return this.#prepared("SELECT row FROM prepared WHERE appointment = ?", appointment)[0] ?? null;
  }

  savePrepared(row: Prepared, askAt: Instant): void {
    this.#sql.exec(
      "INSERT INTO prepared VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.attempt,
      row.appointmentId,
      row.takes?.start ?? null,
      row.takes?.end ?? null,
      row.take?.start ?? null,
      row.take?.visitTypeId ?? null,
      row.take?.locationId ?? null,
      askAt,
      JSON.stringify(row),
    );
  }

  deletePrepared(attempt: AttemptId, appointment: AppointmentId): void {
    this.#sql.exec("DELETE FROM prepared WHERE attempt = ? AND appointment = ?", attempt, appointment);
  }

  /** [Z11] With every visit that this calendar was asked for. */
  deleteAttempt(attempt: AttemptId): void {
    this.#sql.exec("DELETE FROM prepared WHERE attempt = ?", attempt);
  }

  /** Earlier attempts of the same command, `<command>.<n>`: the latest of them, since older ones were deleted by those. */
  deleteOlderAttempts(attempt: AttemptId): void {
    const dot = attempt.lastIndexOf(".");
    const command = attempt.slice(0, dot);
    const number = Number(attempt.slice(dot + 1));
    for (let n = Math.max(1, number - OLDER_MAX); n < number; n++)
      this.deleteAttempt(`${command}.${n}` as AttemptId);
  }

  /** Whoever heard nothing by now. */
  inDoubt(now: Instant): Prepared[] {
    return this.#prepared("SELECT row FROM prepared WHERE ask_at <= ? LIMIT ?", now, DUE_PER_ALARM_MAX);
  }

  askAt(attempt: AttemptId, at: Instant): void {
    this.#sql.exec("UPDATE prepared SET ask_at = ? WHERE attempt = ?", at, attempt);
  }

  forwardingOf(appointment: AppointmentId): Forwarding | null {
    const row = this.#sql
      .exec<{ facts: string }>("SELECT facts FROM forwarding WHERE appointment = ?", appointment)
      .toArray()[0];
    return row ? { facts: JSON.parse(row.facts) as AppointmentFacts } : null;
  }

  /** Versions only grow: news that came by a slower way changes nothing. */
  forward(facts: AppointmentFacts): void {
    this.#sql.exec(
      `INSERT INTO forwarding VALUES (?, ?, ?) ON CONFLICT (appointment) DO UPDATE SET
         version = excluded.version, facts = excluded.facts WHERE forwarding.version < excluded.version`,
      facts.id,
      facts.version,
      JSON.stringify(facts),
    );
  }

  deleteForwarding(appointment: AppointmentId): void {
    this.#sql.exec("DELETE FROM forwarding WHERE appointment = ?", appointment);
  }

  reservationOf(appointment: AppointmentId): Reservation | null {
    const row = this.#sql
      .exec<{ row: string }>("SELECT row FROM reservation WHERE appointment = ?", appointment)
      .toArray()[0];
    return row ? (JSON.parse(row.row) as Reservation) : null;
  }

  reserve(reservation: Reservation): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO reservation VALUES (?, ?, ?, ?, ?, ?)",
      reservation.appointmentId,
      reservation.start,
      reservation.end,
      reservation.visitTypeId,
      reservation.locationId,
      JSON.stringify(reservation),
    );
  }

  deleteReservation(appointment: AppointmentId): void {
    this.#sql.exec("DELETE FROM reservation WHERE appointment = ?", appointment);
  }

  /** Written with the cancellation; the alarm tells each resource until it has acknowledged. */
  owe(due: ReleaseDue, askAt: Instant): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO release_due VALUES (?, ?, ?, ?)",
      due.appointmentId,
      due.calendar,
      due.version,
      askAt,
    );
  }

  owed(now: Instant): ReleaseDue[] {
    return this.#sql
      .exec<{ appointmentId: string; calendar: string; version: number }>(
        "SELECT appointment AS appointmentId, calendar, version FROM release_due WHERE ask_at <= ? LIMIT ?",
        now,
        DUE_PER_ALARM_MAX,
      )
      .toArray() as unknown as ReleaseDue[]; // the brands are given here
  }

  acknowledged({ appointmentId, calendar, version }: ReleaseDue): void {
    this.#sql.exec(
      "DELETE FROM release_due WHERE appointment = ? AND calendar = ? AND version = ?",
      appointmentId,
      calendar,
      version,
    );
  }

  notAcknowledged({ appointmentId, calendar }: ReleaseDue, askAt: Instant): void {
    this.#sql.exec(
      "UPDATE release_due SET ask_at = ? WHERE appointment = ? AND calendar = ?",
      askAt,
      appointmentId,
      calendar,
    );
  }

  /** When somebody has to be asked or told next; null = nothing is open. Few rows at any time, both indexed. */
  nextDue(): Instant | null {
    const { at } = this.#sql
      .exec<{ at: number | null }>(
        `SELECT min(at) AS at FROM (SELECT min(ask_at) AS at FROM prepared UNION ALL SELECT min(ask_at) FROM release_due)`,
      )
      .one();
    return at as Instant | null;
  }

  #prepared(query: string, ...bindings: (string | number)[]): Prepared[] {
    return this.#sql
      .exec<{ row: string }>(query, ...bindings)
      .toArray()
      .map(({ row }) => JSON.parse(row) as Prepared);
  }
}
