/** All SQL of a log partition. Synchronous; records are the JSON they came as. */
import type { ConsumerGroup, GroupState, LogEvent, LogRecord } from "../../core/events/log.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { Instant } from "../../core/time.ts";

/** Bounds one alarm's trimming. */
const TRIMMED_PER_ALARM_MAX = 1_000;

export class LogStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** [E1] Same event id, same offset, one record. Returns the offsets in input order. Call inside a transaction. */
  append(events: readonly LogEvent[], now: Instant): number[] {
    let end = this.end();
    const offsets = events.map((event) => {
      const known = this.#sql
        .exec<{ offset: number }>('SELECT "offset" FROM record WHERE event_id = ?', event.id)
        .toArray()[0];
      if (known) return known.offset;
      this.#sql.exec("INSERT INTO record VALUES (?, ?, ?, ?)", end, event.id, JSON.stringify(event), now);
      return end++;
    });
    this.#sql.exec("INSERT OR REPLACE INTO meta VALUES ('end', ?)", end);
    for (const calendar of new Set(
      events.flatMap((event) => ("partitionkey" in event ? event.partitionkey : [])),
    ))
      this.#sql.exec("INSERT OR IGNORE INTO calendar VALUES (?)", calendar); // writes once in its life
    return offsets;
  }

  /** [E1] Whether an event of this id is among the records that are still here. */
  knows(id: string): boolean {
    return this.#sql.exec("SELECT 1 FROM record WHERE event_id = ?", id).toArray().length > 0;
  }

  /** [P10] Calendars that ever appended something, by id. */
  calendars(after: string, max: number): ProviderId[] {
    return this.#sql
      .exec<{ id: string }>("SELECT id FROM calendar WHERE id > ? ORDER BY id LIMIT ?", after, max)
      .toArray()
      .map(({ id }) => id as ProviderId); // keys of events are their calendars' ids
  }

  read(from: number, max: number): LogRecord[] {
    return this.#sql
      .exec<{ offset: number; event: string }>(
        'SELECT "offset", event FROM record WHERE "offset" >= ? ORDER BY "offset" LIMIT ?',
        from,
        max,
      )
      .toArray()
      .map((row) => ({ offset: row.offset, event: JSON.parse(row.event) as LogEvent }));
  }

  /** First offset that does not exist yet. */
  end(): number {
    return (
      this.#sql.exec<{ value: number }>("SELECT value FROM meta WHERE key = 'end'").toArray()[0]?.value ?? 0
    );
  }

  group(name: ConsumerGroup): GroupState {
    const row = this.#sql
      .exec<{ next: number; owner: string | null; until: number | null }>(
        "SELECT next, owner, lease_until AS until FROM consumer_group WHERE name = ?",
        name,
      )
      .toArray()[0];
    if (!row) return { next: 0, lease: null };
    return {
      next: row.next,
      lease: row.owner === null ? null : { owner: row.owner, until: row.until as Instant },
    };
  }

  saveGroup(name: ConsumerGroup, state: GroupState): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO consumer_group VALUES (?, ?, ?, ?)",
      name,
      state.next,
      state.lease?.owner ?? null,
      state.lease?.until ?? null,
    );
  }

  /** [E5] Deletes old records that every group has read; what a group still needs stays, however old. */
  trim(below: number, appendedBefore: Instant): void {
    this.#sql.exec(
      `DELETE FROM record WHERE "offset" IN
         (SELECT "offset" FROM record WHERE "offset" < ? AND appended_at < ? ORDER BY "offset" LIMIT ?)`,
      below,
      appendedBefore,
      TRIMMED_PER_ALARM_MAX,
    );
  }

  oldestAppendedAt(): Instant | null {
    const row = this.#sql
      .exec<{ at: number }>('SELECT appended_at AS at FROM record ORDER BY "offset" LIMIT 1')
      .toArray()[0];
    return (row?.at ?? null) as Instant | null;
  }
}
