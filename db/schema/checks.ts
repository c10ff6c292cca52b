/** What is checked where a row is stored, and the column kinds that more than one table has. */
import { type SQL, sql } from "drizzle-orm";
import { integer, type PgColumn, timestamp } from "drizzle-orm/pg-core";
import { LOCATION_ID, VISIT_TYPE_ID } from "../../core/ids.ts";
import { VISIT_MINUTES_MAX } from "../../core/schedule/config.ts";
import { STEP_MINUTES } from "../../core/time.ts";

/** The shape of an id, checked where it is stored: that is what makes the brand given on reading true. */
export const hasShape = (column: PgColumn, shape: RegExp): SQL =>
  sql`${column} ~ ${sql.raw(`'${shape.source}'`)}`;
/** None, or on a step and no longer than the longest visit. */
export const buffer = (column: PgColumn): SQL =>
  sql`(${column} BETWEEN 0 AND ${sql.raw(String(VISIT_MINUTES_MAX))} AND ${column} % ${sql.raw(String(STEP_MINUTES))} = 0)`;
export const onStep = (column: PgColumn): SQL =>
  sql`${column} > 0 AND ${column} % ${sql.raw(String(STEP_MINUTES))} = 0`;

/** Minutes of a day on steps, in order. A missing member is no match, so the row is refused. */
const DAY_HOURS = `@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % ${STEP_MINUTES} == 0 && @.closesAt % ${STEP_MINUTES} == 0`;
const DATE = '"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"';
export const WEEKLY = `@.weekday >= 1 && @.weekday <= 7 && ${DAY_HOURS} &&
  (!exists(@.from) || @.from like_regex ${DATE}) && (!exists(@.until) || @.until like_regex ${DATE})`;
export const EXCEPTION = `@.date like_regex ${DATE} &&
  (@.kind == "closed" || ((@.kind == "instead" || @.kind == "extra") && exists(@.hours) &&
   !exists(@.hours[*] ? (!(${DAY_HOURS}) || (${DAY_HOURS}) is unknown))))`;
/** Absent, or a number of at least `min`, on a step where it is a length of time. */
const number = (name: string, min: number, more = ""): string =>
  `(!exists(@.${name}) || (@.${name} >= ${min}${more}))`;
const minutes = (name: string, min: number): string =>
  number(name, min, ` && @.${name} <= ${VISIT_MINUTES_MAX} && @.${name} % ${STEP_MINUTES} == 0`);
export const OVERRIDE = [
  `@.visitTypeId like_regex "${VISIT_TYPE_ID.source}" && @.locationId like_regex "${LOCATION_ID.source}"`,
  minutes("minutes", STEP_MINUTES),
  minutes("gridMinutes", STEP_MINUTES),
  minutes("bufferBeforeMinutes", 0),
  minutes("bufferAfterMinutes", 0),
  number("noticeMinutes", 0),
  number("horizonDays", 1),
  number("capacity", 1),
].join(" && ");

/** A JSON list of at most `max` entries, each of which matches: as many match as there are. Null passes. */
export const listOf = (column: PgColumn, match: string, max: number): SQL => sql`CASE
  WHEN jsonb_typeof(${column}) <> 'array' THEN false
  ELSE jsonb_array_length(${column}) <= ${sql.raw(String(max))}
    AND jsonb_array_length(${column}) =
      jsonb_array_length(jsonb_path_query_array(${column}, ${sql.raw(`'$[*] ? (${match})'`)})) END`;

/** Milliseconds are what we count in; as text, because Drizzle's dates would depend on the reader's zone. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "string" });

/** Grows with every change of the row: what `If-Match` names. */
export const version = () => integer("version").notNull().default(1);
/** Rows that others refer to are never deleted: from this moment on nobody finds them or books with them. */
export const deactivatedAt = () => moment("deactivated_at");
