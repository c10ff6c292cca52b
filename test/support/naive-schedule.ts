/**
 * The schedule rules as a reader would apply them, to compare the bitmap engine with: a list of wall-clock moments in
 * the order in which they happen, gone through one by one. Shares no code with core/schedule but the types.
 */
import { Temporal } from "temporal-polyfill";
import type {
  CalendarConfig,
  DayHours,
  Site,
  VisitTypeRules,
  WeeklyHours,
} from "../../core/schedule/config.ts";
import { type Instant, type Interval, instant } from "../../core/time.ts";

const MINUTE = 60_000;

/** One moment as the clinic's wall shows it. */
interface Moment {
  readonly ms: number;
  readonly date: string;
  readonly minute: number;
}

/** Moments in order, a fixed distance apart; the first and the last date in it may be incomplete. */
export interface Wall {
  readonly moments: readonly Moment[];
  readonly stepMinutes: number;
  /** First index of each date, and the one after its last. */
  readonly dates: ReadonlyMap<string, readonly [number, number]>;
}

function wallOf(moments: readonly Moment[], stepMinutes: number): Wall {
  const dates = new Map<string, [number, number]>();
  for (const [i, { date }] of moments.entries()) dates.set(date, [dates.get(date)?.[0] ?? i, i + 1]);
  return { moments, stepMinutes, dates };
}

/** Every minute of [from, to). Temporal is asked every five: clocks change on steps, which clinic-time.node.ts proves. */
export function wallByTemporal(zone: string, from: number, to: number): Wall {
  const moments: Moment[] = [];
  for (let ms = from; ms < to; ms += 5 * MINUTE) {
    const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
    const [date, minute] = [at.toPlainDate().toString(), at.hour * 60 + at.minute];
    for (let k = 0; k < 5; k++) moments.push({ ms: ms + k * MINUTE, date, minute: minute + k });
  }
  return wallOf(moments, 1);
}

/** Every five minutes of [from, to), by the offset that Temporal named for each of them. */
export function wallByOffsets(from: number, to: number, offsetMsAt: (ms: number) => number): Wall {
  const moments: Moment[] = [];
  for (let ms = from; ms < to; ms += 5 * MINUTE) {
    const local = new Date(ms + offsetMsAt(ms));
    const date = local.toISOString().slice(0, 10);
    moments.push({ ms, date, minute: local.getUTCHours() * 60 + local.getUTCMinutes() });
  }
  return wallOf(moments, 5);
}

/** Index of the moment that a wall-clock time of `date` means: [T2] skipped = the change, [T3] twice = first or second. */
function indexOf(wall: Wall, date: string, minute: number, edge: "opening" | "closing"): number {
  const { moments } = wall;
  const [first, end] = wall.dates.get(date) ?? [0, 0];
  const shown: number[] = [];
  let later = end;
  for (let i = first; i < end; i++) {
    const m = (moments[i] as Moment).minute;
    if (m === minute) shown.push(i);
    if (m > minute && later === end) later = i;
  }
  return (edge === "opening" ? shown[0] : shown.at(-1)) ?? later;
}

/** [S1] [S7] [S8] [S9] Which moments are open at the site: one flag each. */
export function openMoments(wall: Wall, site: Site): boolean[] {
  const open = wall.moments.map(() => false);
  for (const date of wall.dates.keys()) {
    const weekday = Temporal.PlainDate.from(date).dayOfWeek;
    const paint = (hours: readonly DayHours[], value: boolean): void => {
      for (const { opensAt, closesAt } of hours) {
        const to = indexOf(wall, date, closesAt, "closing");
        for (let i = indexOf(wall, date, opensAt, "opening"); i < to; i++) open[i] = value;
      }
    };
    const holds = (rule: WeeklyHours): boolean =>
      rule.weekday === weekday && !(rule.from && date < rule.from) && !(rule.until && date > rule.until);
    const today = (site.exceptions ?? []).filter((exception) => exception.date === date);
    const isClosed = (site.closures ?? []).some(({ from, until }) => date >= from && date <= until);
    if (isClosed || today.some(({ kind }) => kind === "closed")) continue;
    if (!today.some(({ kind }) => kind === "instead")) {
      paint(site.hours.filter(holds), true);
      paint((site.breaks ?? []).filter(holds), false);
    }
    for (const exception of today) if (exception.kind !== "closed") paint(exception.hours, true);
  }
  return open;
}

/** [S11] */
export function naiveRules(config: CalendarConfig, visit: VisitTypeRules, site: Site): VisitTypeRules {
  let rules = visit;
  for (const { visitTypeId, locationId, ...own } of (config.overrides ?? []).toReversed())
    if (visitTypeId === visit.id && locationId === site.locationId) rules = { ...visit, ...own };
  return rules;
}

/** Every start inside `window` that the rules allow, in order. The wall reaches a day further on both sides. */
export function naiveFreeStarts(
  wall: Wall,
  config: CalendarConfig,
  site: Site,
  visit: VisitTypeRules,
  busy: readonly Interval[],
  window: Interval,
  now: Instant,
): Instant[] {
  const rules = naiveRules(config, visit, site);
  if (rules.specialty !== undefined && !config.specialties?.includes(rules.specialty)) return []; // [B21]
  const open = openMoments(wall, site);
  const isFree = wall.moments.map(
    ({ ms }, i) => open[i] === true && !busy.some((taken) => taken.start <= ms && ms < taken.end),
  );
  const length = rules.minutes / wall.stepMinutes;
  return wall.moments.flatMap(({ ms, minute }, i) => {
    const isOffered =
      ms >= now + rules.noticeMinutes * MINUTE && ms < now + rules.horizonDays * 24 * 60 * MINUTE;
    if (!isOffered || ms < window.start || ms >= window.end || minute % rules.gridMinutes !== 0) return [];
    for (let k = i; k < i + length; k++) if (!isFree[k]) return [];
    return [instant(ms)];
  });
}
