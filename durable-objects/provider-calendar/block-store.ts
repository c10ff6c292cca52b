/** SQL of a calendar's blocks. Every read is bounded; call inside a transaction. */
import {
  BLOCK_ANSWER_LIFE_MS,
  BLOCK_MS_MAX,
  type Block,
  type BlockAnswer,
  type BlockCommandRow,
  COVERED_MAX,
  OPEN_BLOCKS_MAX,
} from "../../core/booking/block.ts";
import type { AppointmentId, BlockId, CommandId, LocationId, ProviderId } from "../../core/ids.ts";
import type { Instant, Interval } from "../../core/time.ts";
import { TAKEN_MS_MAX } from "./calendar-store.ts";

/** Tidied with each new command, so that no alarm has to wake for it. */
const PRUNED_PER_COMMAND_MAX = 100;

type BlockRow = {
  id: string;
  start_at: number;
  end_at: number;
  reason_code: string;
  location: string | null;
  source: string;
  external_id: string | null;
  created_at: number;
};

const COLUMNS = "id, start_at, end_at, reason_code, location, source, external_id, created_at";

export class BlockStore {
  readonly #sql: SqlStorage;
  readonly #providerId: ProviderId;

  constructor(sql: SqlStorage, providerId: ProviderId) {
    this.#sql = sql;
    this.#providerId = providerId;
  }

  find(id: BlockId): Block | null {
    return this.#blocks(`SELECT ${COLUMNS} FROM block WHERE id = ?`, id)[0] ?? null;
  }

  findExternal(externalId: string): Block | null {
    return this.#blocks(`SELECT ${COLUMNS} FROM block WHERE external_id = ?`, externalId)[0] ?? null;
  }

  /** A page of the blocks that touch `window`, by start, then id; `after` is the last one of the page before. */
  list(window: Interval, after: { start: Instant; id: string } | null, limit: number): Block[] {
    return this.#blocks(
      `SELECT ${COLUMNS} FROM block WHERE start_at < ? AND start_at > ? AND end_at > ? AND (start_at, id) > (?, ?)
       ORDER BY start_at, id LIMIT ?`,
      window.end,
      window.start - BLOCK_MS_MAX - 1,
      window.start,
      after?.start ?? 0,
      after?.id ?? "",
      limit,
    );
  }

  /** Not over yet; counts to OPEN_BLOCKS_MAX and no further. */
  countOpen(now: Instant): number {
    return this.#sql
      .exec<{ n: number }>(
        "SELECT count(*) AS n FROM (SELECT 1 FROM block WHERE start_at > ? AND end_at > ? LIMIT ?)",
        now - BLOCK_MS_MAX - 1,
        now,
        OPEN_BLOCKS_MAX,
      )
      .one().n;
  }

  save(block: Block): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO block (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      block.id,
      block.start,
      block.end,
      block.reasonCode,
      block.locationId,
      block.source,
      block.externalId,
      block.createdAt,
    );
  }

  delete(id: BlockId): void {
    this.#sql.exec("DELETE FROM block WHERE id = ?", id);
  }

  /** Appointments that take time within the block, by start; `locations` null = at any clinic. */
  coveredBy(interval: Interval, locations: readonly LocationId[] | null): AppointmentId[] {
    return this.#sql
      .exec<{ id: string }>(
        `SELECT id FROM appointment WHERE takes_from < ? AND takes_from > ? AND takes_to > ?
           AND status NOT IN ('cancelled', 'no-show')
           AND (? IS NULL OR location IN (SELECT value FROM json_each(?))) ORDER BY takes_from, id LIMIT ?`,
        interval.end,
        interval.start - TAKEN_MS_MAX,
        interval.start,
        locations && 1,
        JSON.stringify(locations ?? []),
        COVERED_MAX,
      )
      .toArray()
      .map(({ id }) => id as AppointmentId);
  }

  command(command: CommandId): BlockCommandRow | null {
    const row = this.#sql
      .exec<{ fingerprint: string; answer: string | null }>(
        "SELECT fingerprint, answer FROM block_command WHERE command = ?",
        command,
      )
      .toArray()[0];
    return row
      ? {
          fingerprint: row.fingerprint,
          answer: row.answer === null ? null : (JSON.parse(row.answer) as BlockAnswer),
        }
      : null;
  }

  /** [Q3] Remembers a call, and forgets those that nobody may repeat any more. */
  remember(
    { command, fingerprint }: { command: CommandId; fingerprint: string },
    answer: BlockAnswer | null,
    now: Instant,
  ): void {
    this.#sql.exec(
      "INSERT INTO block_command VALUES (?, ?, ?, ?)",
      command,
      fingerprint,
      answer && JSON.stringify(answer),
      now,
    );
    this.#sql.exec(
      "DELETE FROM block_command WHERE command IN (SELECT command FROM block_command WHERE at < ? LIMIT ?)",
      now - BLOCK_ANSWER_LIFE_MS,
      PRUNED_PER_COMMAND_MAX,
    );
  }

  #blocks(query: string, ...bindings: (string | number)[]): Block[] {
    return this.#sql
      .exec<BlockRow>(query, ...bindings)
      .toArray()
      .map(
        (row) =>
          ({
            id: row.id,
            providerId: this.#providerId,
            start: row.start_at,
            end: row.end_at,
            reasonCode: row.reason_code,
            locationId: row.location,
            source: row.source,
            externalId: row.external_id,
            createdAt: row.created_at,
          }) as Block,
      ); // the brands are given here: the columns hold what they name
  }
}
