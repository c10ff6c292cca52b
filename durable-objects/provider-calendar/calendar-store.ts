/** All SQL of a calendar. Takes and returns core types; rows stop here. Everything is synchronous. */
import { type Appointment, type AppointmentFacts, factsOf } from "../../core/booking/appointment.ts";
import { BLOCK_MS_MAX } from "../../core/booking/block.ts";
import type { RecentCommand, StoredAppointment } from "../../core/booking/calendar-view.ts";
import { OCCUPIED_MAX, type Occupied } from "../../core/booking/explain.ts";
import type { Occupant } from "../../core/booking/occupancy.ts";
import type { CalendarEvent } from "../../core/events/event.ts";
import type { AppointmentId, AttemptId, ProviderId, SeriesId } from "../../core/ids.ts";
import type { OutboxEntry } from "../../core/outbox/drain.ts";
import { BUFFER_MINUTES_MAX, type CalendarConfig, VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import { type Opening, openingKey } from "../../core/schedule/openings.ts";
import { type Instant, type Interval, MINUTE_MS } from "../../core/time.ts";
import { SagaStore } from "./saga-store.ts";

/** What an appointment takes starts at most this long before its end: bounds how far back a query looks. */
export const TAKEN_MS_MAX = (VISIT_MINUTES_MAX + 2 * BUFFER_MINUTES_MAX) * MINUTE_MS;
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
  override: string | null;
  series: string | null;
};

/** Who takes time: columns in the order of OccupantRow. `from` and `to` are what it takes, with buffers. */
const occupants = (kind: Occupant["kind"], id: string, from: string, to: string, visit: string): string =>
  `SELECT '${kind}' AS kind, ${id} AS id, ${from} AS start, ${to} AS "end", ${visit}, location AS locationId`;
const VISIT = "visit_type AS visitTypeId, start_at AS visitStart";
const TAKEN_IN_REACH = "takes_from < ? AND takes_from > ? AND takes_to > ?";
const IN_REACH = "start_at < ? AND start_at > ? AND end_at > ?";
const SHOWN_OCCUPANTS = `
  ${occupants("appointment", "id", "takes_from", "takes_to", VISIT)} FROM appointment
    WHERE ${TAKEN_IN_REACH} AND status NOT IN ('cancelled', 'no-show')
  UNION ALL ${occupants("appointment", "appointment", "start_at", "end_at", VISIT)} FROM reservation WHERE ${IN_REACH}
  UNION ALL ${occupants("block", "id", "start_at", "end_at", "NULL, NULL")} FROM block
    WHERE start_at < ? AND start_at >= ? AND end_at > ?
  UNION ALL ${occupants("hold", "id", "takes_from", "takes_to", VISIT)} FROM hold
    WHERE ${TAKEN_IN_REACH} AND state = 'held' AND expires_at > ?`;
const PREPARED_OCCUPANTS = `${occupants("hold", "attempt", "takes_from", "takes_to", VISIT)} FROM prepared
    WHERE ${TAKEN_IN_REACH}`;
/** A clock for cached bits: a hold is in them until its row says that it has ended. */
const UNTIL_TIDIED = 0;
/** A year of a full calendar is about 5,000 visits; nobody plans so far ahead. Bounds a preview to a few milliseconds. */
export const STANDING_MAX = 5_000;

/** An index walk from the last thing that could reach into `interval` to the last that starts in it. */
const reachOf = (interval: Interval, longestMs: number): number[] => [
  interval.end,
  interval.start - longestMs,
  interval.start,
];
const shownBindings = (interval: Interval, now: number): number[] => [
  ...reachOf(interval, TAKEN_MS_MAX),
  ...reachOf(interval, TAKEN_MS_MAX),
  ...reachOf(interval, BLOCK_MS_MAX),
  ...reachOf(interval, TAKEN_MS_MAX),
  now,
];

type OccupantRow = {
  kind: string;
  id: string;
  start: number;
  end: number;
  visitTypeId: string | null;
  locationId: string | null;
  visitStart: number | null;
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
    return this.#occupants(`${SHOWN_OCCUPANTS} UNION ALL ${PREPARED_OCCUPANTS}`, [
      ...shownBindings(interval, now),
      ...reachOf(interval, TAKEN_MS_MAX),
    ]);
  }

  /**
   * What screens show as taken. Prepared time is left out, because it is decided or gone within milliseconds; a hold that
   * has run out is in until it is tidied, because bits are cached.
   */
  shownIn(interval: Interval): Occupant[] {
    return this.#occupants(SHOWN_OCCUPANTS, shownBindings(interval, UNTIL_TIDIED));
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

  /** [S10] What an appointment takes of the calendar, as it was promised; null when there is no such row. */
  takes(id: AppointmentId): Interval | null {
    return (
      (this.#sql
        .exec<{ start: number; end: number }>(
          'SELECT takes_from AS start, takes_to AS "end" FROM appointment WHERE id = ?',
          id,
        )
        .toArray()[0] as Interval | undefined) ?? null
    );
  }

  /** Appointments that take time and end after `now`, by start; at most STANDING_MAX. Walks `appointment_busy`. */
  standing(now: Instant): AppointmentFacts[] {
    return this.#sql
      .exec<AppointmentRow>(
        `SELECT * FROM appointment WHERE takes_from > ? AND end_at > ? AND status NOT IN ('cancelled', 'no-show')
         ORDER BY takes_from, takes_to LIMIT ?`,
        now - TAKEN_MS_MAX,
        now,
        STANDING_MAX,
      )
      .toArray()
      .map((row) => factsOf(this.#appointment(row)));
  }

  /** @param takes what it takes with its buffers */
  save(appointment: Appointment, recent: readonly RecentCommand[], takes: Interval): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO appointment (id, patient, location, visit_type, time_zone, start_at, end_at, status,
         version, source, created_at, updated_at, cancelled_at, cancellation_reason, reason, notes, recent, resources,
         checked_in_at, takes_from, takes_to, override, series)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      takes.start,
      takes.end,
      appointment.override,
      appointment.seriesId ?? null,
    );
  }

  /** It went to another calendar; `forwarding` says where. */
  delete(id: AppointmentId): void {
    this.#sql.exec("DELETE FROM appointment WHERE id = ?", id);
  }

  saveRecent(id: AppointmentId, recent: readonly RecentCommand[]): void {
    this.#sql.exec("UPDATE appointment SET recent = ? WHERE id = ?", JSON.stringify(recent), id);
  }

  /** [P9] A page of everything that stands here, by id: facts only. */
  exportFacts(after: string, max: number): AppointmentFacts[] {
    return this.#sql
      .exec<AppointmentRow>("SELECT * FROM appointment WHERE id > ? ORDER BY id LIMIT ?", after, max)
      .toArray()
      .map((row) => factsOf(this.#appointment(row)));
  }

  /** [P9] Of these ids: what stands here, and what is somewhere else. */
  confirm(ids: readonly AppointmentId[]): { here: AppointmentFacts[]; moved: AppointmentId[] } {
    const list = JSON.stringify(ids); // one binding: a statement takes 100 of them
    return {
      here: this.#sql
        .exec<AppointmentRow>("SELECT a.* FROM json_each(?) JOIN appointment a ON a.id = value", list)
        .toArray()
        .map((row) => factsOf(this.#appointment(row))),
      moved: this.#sql
        .exec<{ id: string }>(
          "SELECT appointment AS id FROM json_each(?) JOIN forwarding ON appointment = value",
          list,
        )
        .toArray()
        .map(({ id }) => id as AppointmentId),
    };
  }

  /** [AD3] Of these ids: what stands here, is on its way here or away, or went to another calendar. */
  knownAmong(ids: readonly AppointmentId[]): ReadonlySet<AppointmentId> {
    const known = this.#sql
      .exec<{ id: string }>(
        `SELECT value AS id FROM json_each(?) WHERE EXISTS (SELECT 1 FROM appointment WHERE id = value)
           OR EXISTS (SELECT 1 FROM forwarding WHERE appointment = value)
           OR EXISTS (SELECT 1 FROM prepared WHERE appointment = value)`,
        JSON.stringify(ids), // one binding: a statement takes 100 of them
      )
      .toArray();
    return new Set(known.map(({ id }) => id as AppointmentId));
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

  /** Changes of what is free that no event tells of, less events that change nothing of it; part of the revision. */
  quietChanges(): number {
    return Number(this.#meta("quiet") ?? 0);
  }

  saveQuietChanges(count: number): void {
    this.#setMeta("quiet", String(count));
  }

  /** [OP5] The lists of next open starts that the log was told last, by visit type and site. */
  toldOpenings(): Map<string, Opening> {
    const told = JSON.parse(this.#meta("openings") ?? "[]") as Opening[];
    return new Map(told.map((opening) => [openingKey(opening), opening]));
  }

  saveToldOpenings(told: ReadonlyMap<string, Opening>): void {
    this.#setMeta("openings", JSON.stringify([...told.values()]));
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
      override: row.override,
      reason: row.reason,
      notes: row.notes,
      ...(row.series === null ? {} : { seriesId: row.series as SeriesId }),
      ...(row.resources === "[]" ? {} : { resources: JSON.parse(row.resources) as ProviderId[] }),
    } as unknown as Appointment;
  }
}
