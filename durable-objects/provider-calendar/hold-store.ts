/** All SQL of a calendar's holds. Takes and returns core types; everything is synchronous. */
import { ENDED_HOLD_LIFE_MS, type HolderHash, type StoredHold } from "../../core/booking/hold.ts";
import type { CommandId, HoldId } from "../../core/ids.ts";
import { HOUR_MS, type Instant, type Interval, plus } from "../../core/time.ts";

/** Bounds one alarm's tidying; what is left is due again at once. */
const TIDIED_PER_ALARM_MAX = 200;
/** [S6] [S10] The longest visit with the longest buffer on both sides: what takes a time begins at most so long before it. */
const TAKES_MAX_MS = 16 * HOUR_MS;

type HoldRow = {
  id: string;
  command: string;
  fingerprint: string;
  token_hash: string;
  holder: string;
  anonymous: number;
  location: string;
  visit_type: string;
  time_zone: string;
  start_at: number;
  end_at: number;
  takes_from: number;
  takes_to: number;
  placed_at: number;
  expires_at: number;
  state: string;
  ended_at: number | null;
  live_max: number;
  network: string | null;
};

export class HoldStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(id: HoldId): StoredHold | null {
    return this.#rows("SELECT * FROM hold WHERE id = ?", id)[0] ?? null;
  }

  under(command: CommandId): StoredHold | null {
    return this.#rows("SELECT * FROM hold WHERE command = ?", command)[0] ?? null;
  }

  countLiveOf(holder: HolderHash, now: Instant): number {
    return this.#count(
      "SELECT count(*) AS n FROM hold WHERE holder = ? AND state = 'held' AND expires_at > ?",
      holder,
      now,
    );
  }

  countOf(holder: HolderHash): number {
    return this.#count("SELECT count(*) AS n FROM hold WHERE holder = ?", holder);
  }

  /** By start; bounded by the share of a day that may be held. */
  countAnonymousIn({ start, end }: Interval, now: Instant): number {
    return this.#count(
      `SELECT count(*) AS n FROM hold
       WHERE state = 'held' AND start_at >= ? AND start_at < ? AND anonymous = 1 AND expires_at > ?`,
      start,
      end,
      now,
    );
  }

  /** [AB2] Bounded by ANONYMOUS_HOLDS_MAX. */
  countAnonymous(now: Instant): number {
    return this.#count(
      "SELECT count(*) AS n FROM hold WHERE state = 'held' AND anonymous = 1 AND expires_at > ?",
      now,
    );
  }

  countLiveFrom(network: HolderHash, now: Instant): number {
    return this.#count(
      "SELECT count(*) AS n FROM hold WHERE network = ? AND state = 'held' AND expires_at > ?",
      network,
      now,
    );
  }

  countFrom(network: HolderHash): number {
    return this.#count("SELECT count(*) AS n FROM hold WHERE network = ?", network);
  }

  /** [AB3] Ended without a booking, also those that no alarm has tidied yet. */
  countEndedIn({ start, end }: Interval, now: Instant): number {
    return this.#count(
      `SELECT count(*) AS n FROM hold
       WHERE takes_from >= ? AND takes_from < ? AND takes_to > ?
         AND state <> 'converted' AND (state <> 'held' OR expires_at <= ?)`,
      start - TAKES_MAX_MS,
      end,
      start,
      now,
    );
  }

  /** `endedAt`: when it stopped being held; ignored while it is. */
  save(hold: StoredHold, endedAt: Instant): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      hold.id,
      hold.command,
      hold.fingerprint,
      hold.tokenHash,
      hold.holder,
      hold.anonymous ? 1 : 0,
      hold.place.locationId,
      hold.place.visitTypeId,
      hold.timeZone,
      hold.place.start,
      hold.place.end,
      hold.takes.start,
      hold.takes.end,
      hold.placedAt,
      hold.expiresAt,
      hold.state,
      hold.state === "held" ? null : endedAt,
      hold.liveMax,
      hold.network,
    );
  }

  /** [W8] [R7] It ends with the appointment that it became, in the same transaction. */
  convert(id: HoldId, at: Instant): void {
    const hold = this.find(id);
    if (hold) this.save({ ...hold, state: "converted" }, at);
  }

  /** What has run out and says `held` still. */
  expired(now: Instant): StoredHold[] {
    return this.#rows(
      "SELECT * FROM hold WHERE state = 'held' AND expires_at <= ? ORDER BY expires_at LIMIT ?",
      now,
      TIDIED_PER_ALARM_MAX,
    );
  }

  prune(now: Instant): void {
    this.#sql.exec(
      "DELETE FROM hold WHERE id IN (SELECT id FROM hold WHERE state <> 'held' AND ended_at <= ? LIMIT ?)",
      now - ENDED_HOLD_LIFE_MS,
      TIDIED_PER_ALARM_MAX,
    );
  }

  /** When the next hold runs out; null when nothing is held. */
  nextExpiry(): Instant | null {
    return this.#first("SELECT min(expires_at) AS at FROM hold WHERE state = 'held'");
  }

  nextPrune(): Instant | null {
    const ended = this.#first("SELECT min(ended_at) AS at FROM hold WHERE state <> 'held'");
    return ended === null ? null : plus(ended, ENDED_HOLD_LIFE_MS);
  }

  #first(query: string): Instant | null {
    return this.#sql.exec<{ at: number | null }>(query).one().at as Instant | null;
  }

  #count(query: string, ...bindings: (string | number)[]): number {
    return this.#sql.exec<{ n: number }>(query, ...bindings).one().n;
  }

  #rows(query: string, ...bindings: (string | number)[]): StoredHold[] {
    return this.#sql
      .exec<HoldRow>(query, ...bindings)
      .toArray()
      .map(storedHold);
  }
}

/** The one place where a row gets its brands. */
function storedHold(row: HoldRow): StoredHold {
  return {
    id: row.id,
    place: {
      locationId: row.location,
      visitTypeId: row.visit_type,
      start: row.start_at,
      end: row.end_at,
    },
    takes: { start: row.takes_from, end: row.takes_to },
    timeZone: row.time_zone,
    placedAt: row.placed_at,
    expiresAt: row.expires_at,
    state: row.state,
    tokenHash: row.token_hash,
    holder: row.holder,
    anonymous: row.anonymous === 1,
    liveMax: row.live_max,
    network: row.network,
    command: row.command,
    fingerprint: row.fingerprint,
  } as StoredHold;
}
