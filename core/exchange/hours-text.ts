/**
 * [IE10] A week in one cell, `mon-fri 09:00-12:00 | sat 10:00-13:00 [2026-01-01..2026-06-30]`, and dates with other hours,
 * `2026-12-24 closed | 2026-12-31 instead 09:00-12:00`. What was read and is written again reads the same.
 */
import { err, ok, type Result } from "../result.ts";
import {
  type DateException,
  type DayHours,
  EXCEPTIONS_MAX,
  WEEKLY_RULES_MAX,
  type WeeklyHours,
} from "../schedule/config.ts";
import { STEP_MINUTES } from "../time.ts";
import { isPlannableDate } from "./real-date.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DATE = "\\d{4}-\\d{2}-\\d{2}";
const CLOCK = "\\d{2}:\\d{2}";
const RULE = new RegExp(
  `^(?<first>[a-z]{3})(?:-(?<last>[a-z]{3}))?\\s+(?<opens>${CLOCK})-(?<closes>${CLOCK})(?:\\s+\\[(?<from>${DATE})?\\.\\.(?<until>${DATE})?\\])?$`,
);
const EXCEPTION = new RegExp(
  `^(?<date>${DATE})\\s+(?<kind>closed|instead|extra)(?<hours>(?:\\s+${CLOCK}-${CLOCK})*)$`,
);

const WEEK_EXPECTED = "must be weekdays with hours, such as mon-fri 09:00-12:00 | sat 10:00-13:00";
const EXCEPTION_EXPECTED = "must be dates, such as 2026-12-24 closed | 2026-12-31 instead 09:00-12:00";
const HOURS_EXPECTED = `must have hours in order, on steps of ${STEP_MINUTES} minutes, at most to 24:00`;

/** Minutes after midnight; null = no such time. */
function minutesOf(clock: string): number | null {
  const [hours, minutes] = [Number(clock.slice(0, 2)), Number(clock.slice(3))];
  const all = hours * 60 + minutes;
  return minutes < 60 && all <= 24 * 60 && all % STEP_MINUTES === 0 ? all : null;
}

function dayHours(opens: string, closes: string): DayHours | null {
  const [opensAt, closesAt] = [minutesOf(opens), minutesOf(closes)];
  return opensAt === null || closesAt === null || opensAt >= closesAt ? null : { opensAt, closesAt };
}

/** The days from the first to the last, over the end of the week too; null = no such day. */
function weekdays(first: string, last: string): number[] | null {
  const [from, to] = [DAYS.indexOf(first as never), DAYS.indexOf(last as never)];
  if (from === -1 || to === -1) return null;
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, n) => ((from + n) % 7) + 1);
}

function readRule(text: string): Result<WeeklyHours[], string> {
  const parts = RULE.exec(text.toLowerCase())?.groups;
  const days = parts && weekdays(parts.first as string, parts.last ?? (parts.first as string));
  if (!parts || !days) return err(WEEK_EXPECTED);
  const hours = dayHours(parts.opens as string, parts.closes as string);
  if (!hours) return err(HOURS_EXPECTED);
  const { from, until } = parts;
  if ([from, until].some((date) => date !== undefined && !isPlannableDate(date)))
    return err("must have dates that exist, between 2000 and 2099");
  if (from !== undefined && until !== undefined && from > until) return err("must not end before it begins");
  const dates = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
  return ok(days.map((weekday) => ({ weekday, ...hours, ...dates })));
}

const entriesOf = (text: string): string[] =>
  text
    .split("|")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** At most WEEKLY_RULES_MAX rules, day by day in the order of the text. */
export function readWeek(text: string): Result<WeeklyHours[], string> {
  const rules: WeeklyHours[] = [];
  for (const entry of entriesOf(text)) {
    const read = readRule(entry);
    if (!read.ok) return read;
    rules.push(...read.value);
    if (rules.length > WEEKLY_RULES_MAX) return err(`must be at most ${WEEKLY_RULES_MAX} rules`);
  }
  return ok(rules);
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const span = ({ opensAt, closesAt }: DayHours): string => `${clock(opensAt)}-${clock(closesAt)}`;

/** One entry a rule: short enough, and it keeps the order. */
export const writeWeek = (rules: readonly WeeklyHours[]): string =>
  rules
    .map((rule) => {
      const dates =
        rule.from === undefined && rule.until === undefined
          ? ""
          : ` [${rule.from ?? ""}..${rule.until ?? ""}]`;
      return `${DAYS[rule.weekday - 1]} ${span(rule)}${dates}`;
    })
    .join(" | ");

function readException(text: string): Result<DateException, string> {
  const parts = EXCEPTION.exec(text.toLowerCase())?.groups;
  const date = parts?.date;
  if (!parts || date === undefined || !isPlannableDate(date)) return err(EXCEPTION_EXPECTED);
  const spans = (parts.hours as string).split(/\s+/).filter((one) => one !== "");
  const hours = spans.map((one) => dayHours(one.slice(0, 5), one.slice(6)));
  if (hours.includes(null)) return err(HOURS_EXPECTED);
  if ((parts.kind === "closed") !== (hours.length === 0)) return err(EXCEPTION_EXPECTED);
  if (parts.kind === "closed") return ok({ date, kind: "closed" });
  return ok({ date, kind: parts.kind as "instead" | "extra", hours: hours as DayHours[] });
}

/** At most EXCEPTIONS_MAX, in the order of the text. */
export function readExceptions(text: string): Result<DateException[], string> {
  const found: DateException[] = [];
  for (const entry of entriesOf(text)) {
    const read = readException(entry);
    if (!read.ok) return read;
    found.push(read.value);
    if (found.length > EXCEPTIONS_MAX) return err(`must be at most ${EXCEPTIONS_MAX} dates`);
  }
  return ok(found);
}

export const writeExceptions = (exceptions: readonly DateException[]): string =>
  exceptions
    .map((one) => [one.date, one.kind, ...(one.kind === "closed" ? [] : one.hours.map(span))].join(" "))
    .join(" | ");
