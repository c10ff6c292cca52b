/** What one calendar decides from: its own, versioned copy of the directory. */
import type { LocationId, ProviderId, VisitTypeId } from "../ids.ts";
import type { CalendarDate } from "./clinic-time.ts";

/** Wall-clock hours of one weekday at one site, in that site's zone. `closesAt` may be 1440 (midnight). */
export interface WeeklyHours {
  /** ISO: 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** Minutes after local midnight, on a five-minute step. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** First and last local date (both included) on which the rule holds; absent = always. */
  readonly from?: CalendarDate;
  readonly until?: CalendarDate;
}

/** Hours of one date. On a step, like weekly ones. */
export interface DayHours {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** [S7] What one date has instead of, or on top of, the week's hours. `closed` wins over the others of its date. */
export type DateException =
  | { readonly date: CalendarDate; readonly kind: "closed" }
  /** In the place of the weekly hours and breaks. */
  | { readonly date: CalendarDate; readonly kind: "instead"; readonly hours: readonly DayHours[] }
  /** On top of the weekly hours; breaks do not cut it. */
  | { readonly date: CalendarDate; readonly kind: "extra"; readonly hours: readonly DayHours[] };

/** [S8] Local dates, both included, on which the whole clinic is closed: a holiday, a move, a flood. */
export interface Closure {
  readonly from: CalendarDate;
  readonly until: CalendarDate;
}

/** Bounds of the lists of one site: every weekday several times with its dates; every date of a year, once. */
export const WEEKLY_RULES_MAX = 200;
export const EXCEPTIONS_MAX = 366;
/** Bounds the visit types of one provider that have other rules somewhere. */
export const OVERRIDES_MAX = 100;

export interface Site {
  readonly locationId: LocationId;
  /** IANA zone of the clinic. */
  readonly timeZone: string;
  /** Several intervals a day are several entries. */
  readonly hours: readonly WeeklyHours[];
  /** [S9] Cut out of the weekly hours. */
  readonly breaks?: readonly WeeklyHours[];
  readonly exceptions?: readonly DateException[];
  readonly closures?: readonly Closure[];
}

/** [S6] The longest visit there is. Bounds how far before an interval a row that reaches into it can start. */
export const VISIT_MINUTES_MAX = 8 * 60;

/**
 * [S10] The longest buffer on either side, and [B23] the longest way between two sites. Both bound how far around a
 * visit somebody can be in its way: everything that decides about a UTC day lies in that day and its two neighbours.
 */
export const BUFFER_MINUTES_MAX = 4 * 60;
export const TRAVEL_MINUTES_MAX = 4 * 60;

/** What a visit type needs beside the provider: one free calendar of each kind, at the same clinic. */
export type ResourceKind = "room" | "device" | "interpreter";

/** Rules of one visit type at one provider. Absent = no such rule. */
export interface VisitTypeRules {
  readonly id: VisitTypeId;
  readonly minutes: number;
  /** Starts lie on this grid, counted from local midnight; a multiple of five minutes. */
  readonly gridMinutes: number;
  /** A start closer than this is no longer offered. */
  readonly noticeMinutes: number;
  /** A start further away than this is not offered yet. */
  readonly horizonDays: number;
  /** [S10] Kept free before and after the visit, on steps, BUFFER_MINUTES_MAX each. The patient does not see them. */
  readonly bufferBeforeMinutes?: number;
  readonly bufferAfterMinutes?: number;
  /** [B18] Seats of a group visit: as many appointments may share one start. Absent = 1. */
  readonly capacity?: number;
  /** [B19] For patients this provider has not seen. */
  readonly newPatientsOnly?: boolean;
  /** [B20] Whole years on the day of the visit, both included. */
  readonly ageMin?: number;
  readonly ageMax?: number;
  /** [B21] The provider must have it. */
  readonly specialty?: string;
  /** [C6] [M9] How long before the start a patient may still cancel, or move, without the clinic. */
  readonly cancelWindowMinutes?: number;
  readonly moveWindowMinutes?: number;
  /** [B22] Appointments of this type on one local date. */
  readonly perDayMax?: number;
  /** Kinds of calendars that must be free too. */
  readonly requires?: readonly ResourceKind[];
}

/** [S11] Other rules for one visit type at one of the provider's sites; what is absent stays as it is. */
export type VisitTypeOverride = Partial<Omit<VisitTypeRules, "id">> & {
  readonly visitTypeId: VisitTypeId;
  readonly locationId: LocationId;
};

export interface CalendarConfig {
  readonly providerId: ProviderId;
  /** Grows with every change in the directory; a calendar never takes a lower one. */
  readonly version: number;
  readonly sites: readonly Site[];
  readonly visitTypes: readonly VisitTypeRules[];
  readonly overrides?: readonly VisitTypeOverride[];
  /** [B23] Minutes between visits at two different sites, at most TRAVEL_MINUTES_MAX; absent = none. */
  readonly travelMinutes?: number;
  /** Of the provider; a visit type may ask for one. */
  readonly specialties?: readonly string[];
}
