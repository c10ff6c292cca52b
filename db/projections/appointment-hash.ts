/**
 * The hash by which a calendar and its rows in Postgres are compared: SHA-256 of the lines of `factsLine`, by id, one
 * under the other. One per calendar, so that a difference has a name; that of the whole is the hash of those.
 */
import { createHash } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import type { AppointmentFacts } from "../../core/booking/appointment.ts";
import { factsLine } from "../../core/booking/facts-line.ts";
import { invariant } from "../../core/invariant.ts";
import type { Db } from "../client.ts";

/** One calendar's appointments. */
export interface CalendarHash {
  readonly provider: string;
  readonly rows: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Calendars in one answer of Postgres. */
export const HASHES_MAX = 500;
/** 50,000 calendars: five times what the directory holds. */
const PAGES_MAX = 100;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** [P11] One calendar's hash, page by page: pages come by id, and nothing of them is kept. */
export class CalendarHasher {
  readonly #provider: string;
  readonly #hash = createHash("sha256");
  #rows = 0;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** @param facts by id, all after those of the page before */
  add(facts: readonly AppointmentFacts[]): void {
    for (const one of facts) this.#hash.update(`${this.#rows++ === 0 ? "" : "\n"}${factsLine(one)}`);
  }

  end(): CalendarHash {
    return { provider: this.#provider, rows: this.#rows, hash: this.#hash.digest("hex") };
  }
}

/** [P11] Of one calendar's appointments, in any order. */
export function hashOfCalendar(provider: string, facts: readonly AppointmentFacts[]): CalendarHash {
  const hasher = new CalendarHasher(provider);
  hasher.add(facts.toSorted((a, b) => byText(a.id, b.id)));
  return hasher.end();
}

/** [P11] Of several calendars, in any order; one without appointments counts as none. */
export function hashOfAll(calendars: readonly CalendarHash[]): string {
  const lines = calendars
    .filter(({ rows }) => rows > 0)
    .toSorted((a, b) => byText(a.provider, b.provider))
    .map(({ provider, hash }) => `${provider} ${hash}`);
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

const ms = (name: string): string => `coalesce((extract(epoch FROM ${name}) * 1000)::bigint::text, '')`;
const text = (name: string): string => `coalesce(${name}, '')`;
/** `factsLine` in SQL: concat_ws would leave nulls out, so nothing here is null. */
const LINE = sql.raw(
  `concat_ws('|', id, provider_id, patient_id, location_id, visit_type_id, time_zone, ${ms("start_at")}, ${ms("end_at")},
    status, version, source, ${ms("created_at")}, ${ms("updated_at")}, ${ms("cancelled_at")},
    ${text("cancellation_reason")}, ${ms("checked_in_at")}, ${text("override_reason")})`,
);

/** Hashes of the calendars that `which` picks. Reads their rows. */
async function hashesWhere(db: Db, which: SQL): Promise<CalendarHash[]> {
  const { rows } = await db.execute<{ provider: string; rows: string; hash: string }>(sql`
    SELECT provider_id AS provider, count(*) AS rows,
      encode(sha256(convert_to(string_agg(${LINE}, E'\\n' ORDER BY id COLLATE "C"), 'UTF8')), 'hex') AS hash
    FROM appointment WHERE ${which} GROUP BY provider_id ORDER BY provider_id COLLATE "C"`);
  return rows.map((row) => ({ provider: row.provider, rows: Number(row.rows), hash: row.hash }));
}

/** [P11] What Postgres has of these calendars, at most HASHES_MAX; one without rows is not in the answer. */
export async function storedHashesOf(db: Db, providers: readonly string[]): Promise<CalendarHash[]> {
  invariant(providers.length <= HASHES_MAX, "hashes of at most HASHES_MAX calendars are asked for");
  return hashesWhere(db, sql`provider_id = ANY(${sql.param([...providers])}::text[])`);
}

/** [P11] What Postgres has of the calendars after `after`, by id, at most HASHES_MAX. */
export const storedHashesAfter = (db: Db, after: string): Promise<CalendarHash[]> =>
  hashesWhere(
    db,
    sql`provider_id IN (
      SELECT DISTINCT provider_id COLLATE "C" FROM appointment WHERE provider_id COLLATE "C" > ${after}
      ORDER BY 1 LIMIT ${HASHES_MAX})`,
  );

/** [P11] The whole projection, page by page. */
export async function allStoredHashes(db: Db): Promise<CalendarHash[]> {
  const all: CalendarHash[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const found = await storedHashesAfter(db, all.at(-1)?.provider ?? "");
    all.push(...found);
    if (found.length < HASHES_MAX) break;
  }
  return all;
}
