/** What one calendar decides from: its own, versioned copy of the directory. */
import type { LocationId, ProviderId, VisitTypeId } from "../ids.ts";

/** Wall-clock hours of one weekday at one site, in that site's zone. `closesAt` may be 1440 (midnight). */
export interface WeeklyHours {
  /** ISO: 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** Minutes after local midnight, on a five-minute step. */
  readonly opensAt: number;
  readonly closesAt: number;
}

export interface Site {
  readonly locationId: LocationId;
  /** IANA zone of the clinic. */
  readonly timeZone: string;
  readonly hours: readonly WeeklyHours[];
}

/** [S6] The longest visit there is. Bounds how far before an interval a row that reaches into it can start. */
export const VISIT_MINUTES_MAX = 8 * 60;

export interface VisitTypeRules {
  readonly id: VisitTypeId;
  readonly minutes: number;
  /** Starts lie on this grid, counted from local midnight; a multiple of five minutes. */
  readonly gridMinutes: number;
  /** A start closer than this is no longer offered. */
  readonly noticeMinutes: number;
  /** A start further away than this is not offered yet. */
  readonly horizonDays: number;
}

export interface CalendarConfig {
  readonly providerId: ProviderId;
  /** Grows with every change in the directory; a calendar never takes a lower one. */
  readonly version: number;
  readonly sites: readonly Site[];
  readonly visitTypes: readonly VisitTypeRules[];
}
