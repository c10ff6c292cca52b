/** All SQL of an agenda shard. Takes and returns core types; every read is of one patient and bounded. */
import { ANSWER_LIFE_MS, CLAIM_LIFE_MS, type Claim, type CommandRow } from "../../core/agenda/command-row.ts";
import { commandWithoutTexts } from "../../core/agenda/without-texts.ts";
import {
  type AppointmentFacts,
  type AppointmentStatus,
  occupiesTime,
} from "../../core/booking/appointment.ts";
import type { AppointmentId, CommandId, PatientId, ProviderId } from "../../core/ids.ts";
import type { Instant, Interval } from "../../core/time.ts";

/** A patient's pending commands live for seconds and are capped by OPEN_BOOKINGS_MAX; this bounds a broken state. */
const PENDING_MAX = 50;
/** Bounds one alarm. */
const DUE_PER_ALARM_MAX = 50;
const PRUNED_PER_ALARM_MAX = 500;
/** Rows that one call of a deletion looks at: about 2 MB, some tens of milliseconds. */
const ERASED_PER_CALL_MAX = 1_000;
/** Overlaps of one wanted time with a patient's own appointments: more than a few cannot exist. */
const CONFLICTS_MAX = 5;

/** Commands without an end yet; word for word the condition of the partial indexes. */
const OPEN = "state IN ('pending', 'trying', 'decided')";

export class AgendaStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  command(id: CommandId): CommandRow | null {
    return this.#rows("SELECT state, row FROM command WHERE command = ?", id)[0] ?? null;
  }

  isPending(id: CommandId): boolean {
    return (
      this.#sql.exec("SELECT 1 FROM command WHERE command = ? AND state = 'pending'", id).toArray().length > 0
    );
  }

  /** Not everybody has heard a decision: when to tell them again. */
  askLater(id: CommandId, at: Instant): void {
    this.#sql.exec("UPDATE command SET ask_at = ? WHERE command = ?", at, id);
  }

  /** The command had its effect; its row says so and is otherwise as it was. */
  settle(id: CommandId): void {
    this.#sql.exec("UPDATE command SET state = 'done' WHERE command = ?", id);
  }

  saveCommand(row: CommandRow): void {
    const { request } = row;
    this.#sql.exec(
      "INSERT OR REPLACE INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      request.command,
      request.patientId,
      request.wanted.appointmentId,
      row.state,
      request.wanted.place.start,
      request.wanted.place.end,
      row.askAt,
      row.issuedAt,
      JSON.stringify(row),
    );
  }

  /** What became of a pending command; one that is settled meanwhile stays as it is. Place and ids never change. */
  endPending(row: CommandRow): void {
    this.#sql.exec(
      "UPDATE command SET state = ?, ask_at = ?, row = ? WHERE command = ? AND state = 'pending'",
      row.state,
      row.askAt,
      JSON.stringify(row),
      row.request.command,
    );
  }

  /**
   * [PD9] Destroys what these patients wrote, in one page of the shard's commands by key: a day of a shard, because settled ones leave
   * after that; an index by patient would cost every booking a write for something this rare.
   */
  eraseTexts(patients: readonly PatientId[], after: string): { readonly next: string | null } {
    const page = this.#sql
      .exec<{ command: string; patient: string; state: CommandRow["state"]; row: string }>(
        "SELECT command, patient, state, row FROM command WHERE command > ? ORDER BY command LIMIT ?",
        after,
        ERASED_PER_CALL_MAX,
      )
      .toArray();
    for (const { command, patient, state, row } of page) {
      if (!patients.includes(patient as PatientId)) continue;
      const emptied = commandWithoutTexts({ ...(JSON.parse(row) as CommandRow), state });
      this.#sql.exec("UPDATE command SET row = ? WHERE command = ?", JSON.stringify(emptied), command);
    }
    return { next: page.length < ERASED_PER_CALL_MAX ? null : (page.at(-1)?.command ?? null) };
  }

  openOf(patient: PatientId): CommandRow[] {
    return this.#rows(
      `SELECT state, row FROM command WHERE ${OPEN} AND patient = ? LIMIT ?`,
      patient,
      PENDING_MAX,
    );
  }

  openOn(patient: PatientId, appointment: AppointmentId): CommandRow[] {
    return this.#rows(
      `SELECT state, row FROM command WHERE ${OPEN} AND patient = ? AND appointment = ? LIMIT ?`,
      patient,
      appointment,
      PENDING_MAX,
    );
  }

  due(now: Instant): CommandRow[] {
    return this.#rows(
      `SELECT state, row FROM command WHERE ${OPEN} AND ask_at <= ? LIMIT ?`,
      now,
      DUE_PER_ALARM_MAX,
    );
  }

  nextDue(): Instant | null {
    const found = this.#sql
      .exec<{ at: number | null }>(`SELECT min(ask_at) AS at FROM command WHERE ${OPEN}`)
      .one();
    return found.at as Instant | null;
  }

  claim(appointment: AppointmentId): Claim | null {
    return this.#claims("SELECT facts FROM claim WHERE appointment = ?", appointment)[0] ?? null;
  }

  /** [G9] Versions only grow: an older or equal one changes nothing. Returns whether it was news. */
  observe(facts: AppointmentFacts): boolean {
    return (
      this.#sql.exec(
        `INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (appointment) DO UPDATE SET
           start_at = excluded.start_at, end_at = excluded.end_at, active = excluded.active,
           version = excluded.version, facts = excluded.facts
         WHERE claim.version < excluded.version`,
        facts.id,
        facts.patientId,
        facts.start,
        facts.end,
        occupiesTime(facts.status) ? 1 : 0,
        facts.version,
        JSON.stringify(facts),
      ).rowsWritten > 0
    );
  }

  /** @param except the appointments that the caller's command is about */
  overlapping(patient: PatientId, interval: Interval, except: readonly AppointmentId[]): Claim[] {
    return this.#claims(
      `SELECT facts FROM claim WHERE patient = ? AND start_at < ? AND end_at > ? AND active = 1
         AND appointment NOT IN (SELECT value FROM json_each(?)) LIMIT ?`,
      patient,
      interval.end,
      interval.start,
      JSON.stringify(except),
      CONFLICTS_MAX,
    );
  }

  countActiveFrom(patient: PatientId, now: Instant): number {
    return this.#sql
      .exec<{ n: number }>(
        "SELECT count(*) AS n FROM claim WHERE patient = ? AND start_at >= ? AND active = 1",
        patient,
        now,
      )
      .one().n;
  }

  /** [AB5] Open and booked by the patient themselves, by provider; a series is one. Bounded by OPEN_BOOKINGS_MAX. */
  countSelfBookedFrom(patient: PatientId, now: Instant): ReadonlyMap<ProviderId, number> {
    const rows = this.#sql
      .exec<{ provider: string; n: number }>(
        `SELECT facts ->> 'providerId' AS provider, count(DISTINCT coalesce(facts ->> 'seriesId', appointment)) AS n
         FROM claim WHERE patient = ? AND start_at >= ? AND active = 1 AND facts ->> 'source' = 'patient'
         GROUP BY facts ->> 'providerId'`,
        patient,
        now,
      )
      .toArray();
    return new Map(rows.map(({ provider, n }) => [provider as ProviderId, n]));
  }

  /** A page of the patient's list by start, then id; `after` is the last one of the page before. */
  claimsOf(
    patient: PatientId,
    window: Interval,
    status: AppointmentStatus | null,
    after: { start: Instant; id: string } | null,
    limit: number,
  ): Claim[] {
    return this.#claims(
      `SELECT facts FROM claim WHERE patient = ? AND start_at >= ? AND start_at < ? AND (start_at, appointment) > (?, ?)
         AND (? IS NULL OR facts ->> 'status' = ?) ORDER BY start_at, appointment LIMIT ?`,
      patient,
      window.start,
      window.end,
      after?.start ?? window.start - 1,
      after?.id ?? "",
      status,
      status,
      limit,
    );
  }

  /** Answers older than a day, claims 35 days after their appointment. Unsettled commands stay for ever. */
  prune(now: Instant): void {
    this.#sql.exec(
      `DELETE FROM command WHERE command IN
         (SELECT command FROM command WHERE NOT (${OPEN}) AND issued_at < ? LIMIT ?)`,
      now - ANSWER_LIFE_MS,
      PRUNED_PER_ALARM_MAX,
    );
    this.#sql.exec(
      "DELETE FROM claim WHERE appointment IN (SELECT appointment FROM claim WHERE end_at < ? LIMIT ?)",
      now - CLAIM_LIFE_MS,
      PRUNED_PER_ALARM_MAX,
    );
  }

  isEmpty(): boolean {
    return (
      this.#sql.exec("SELECT 1 FROM command UNION ALL SELECT 1 FROM claim LIMIT 1").toArray().length === 0
    );
  }

  #rows(query: string, ...bindings: (string | number)[]): CommandRow[] {
    return this.#sql
      .exec<{ state: CommandRow["state"]; row: string }>(query, ...bindings)
      .toArray()
      .map(({ state, row }) => ({ ...(JSON.parse(row) as CommandRow), state })); // settle() changes the column alone
  }

  #claims(query: string, ...bindings: (string | number | null)[]): Claim[] {
    return this.#sql
      .exec<{ facts: string }>(query, ...bindings)
      .toArray()
      .map(({ facts }) => JSON.parse(facts) as Claim);
  }
}
