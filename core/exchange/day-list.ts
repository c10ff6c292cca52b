/** [IE13] A clinic's day as a list that can be printed: who comes, to whom, when. Sorted and spelled here, drawn elsewhere. */
import { dateAt, minuteOfDayAt } from "../schedule/clinic-time.ts";
import type { Instant } from "../time.ts";

export interface DayVisit {
  readonly providerId: string;
  readonly providerName: string;
  readonly patientName: string;
  /** `YYYY-MM-DD`; null when the patient is not in the directory. */
  readonly birthDate: string | null;
  readonly phone: string | null;
  readonly visit: string;
  readonly status: string;
  readonly start: Instant;
  readonly end: Instant;
}

export interface DayLine {
  /** As the clinic's wall shows it: `09:20`. */
  readonly from: string;
  readonly until: string;
  readonly patientName: string;
  readonly birthDate: string;
  readonly phone: string;
  readonly visit: string;
  readonly status: string;
}

export interface ProviderDay {
  readonly providerName: string;
  readonly lines: readonly DayLine[];
}

export interface DayList {
  readonly date: string;
  readonly count: number;
  /** By name, then id. */
  readonly providers: readonly ProviderDay[];
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `09:20`, as the clinic's wall shows it. */
export function wallClock(at: Instant, zone: string): string {
  const minute = Math.floor(minuteOfDayAt(at, zone));
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** `2026-11-24 09:20`. */
export const wallMoment = (at: Instant, zone: string): string => `${dateAt(at, zone)} ${wallClock(at, zone)}`;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Those of one local date, each provider's by time. What was cancelled or missed is not in it: nobody comes. */
export function dayList(date: string, zone: string, visits: readonly DayVisit[]): DayList {
  const coming = visits
    .filter(({ status, start }) => !["cancelled", "no-show"].includes(status) && dateAt(start, zone) === date)
    .toSorted(
      (a, b) =>
        text(a.providerName, b.providerName) ||
        text(a.providerId, b.providerId) ||
        a.start - b.start ||
        text(a.patientName, b.patientName),
    );
  const byProvider = Map.groupBy(coming, ({ providerId }) => providerId);
  return {
    date,
    count: coming.length,
    providers: [...byProvider.values()].map((own) => ({
      providerName: own[0]?.providerName ?? "",
      lines: own.map((one) => ({
        from: wallClock(one.start, zone),
        until: wallClock(one.end, zone),
        patientName: one.patientName,
        birthDate: one.birthDate ?? "",
        phone: one.phone ?? "",
        visit: one.visit,
        status: one.status,
      })),
    })),
  };
}
