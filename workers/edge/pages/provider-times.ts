/** The free times of one week, as a page and its island need them. */
import type { Provider, VisitType } from "../../../core/directory/directory.ts";
import type { AvailabilityBody } from "../../../core/live/provider-feed.ts";
import { dateAt } from "../../../core/schedule/clinic-time.ts";
import { rulesAt } from "../../../core/schedule/rules-at.ts";
import { DAY_MS, instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import { availability } from "../availability-cache.ts";
import { addDays, type Week, weekFrom } from "./provider-week.ts";

/** How far an empty week looks ahead for the next free time: the longest answer a calendar gives. */
const LOOK_AHEAD_DAYS = 31;

export interface FreeWeek extends Week {
  readonly revision: number;
  /** The shortest of the provider's sites: the page strikes out by it, and booking has the last word. */
  readonly noticeMinutes: number;
  readonly days: readonly {
    readonly date: string;
    readonly slots: readonly { readonly start: string; readonly locationId: string }[];
  }[];
  /** When this week has nothing: the next date that has. */
  readonly firstFree: string | null;
}

/** null = the calendar cannot be reached, or does not know this visit type. */
async function read(
  env: Env,
  provider: Provider,
  visit: VisitType,
  dates: { readonly from: string; readonly to: string },
): Promise<AvailabilityBody | null> {
  try {
    const query = { visitTypeId: visit.id, locationId: null, ...dates };
    const answer = await availability(env, provider, query);
    return answer && (JSON.parse(answer.body) as AvailabilityBody); // our calendar wrote it
  } catch (error) {
    logFailure("pages.availability_failed", error, { provider: provider.id });
    return null;
  }
}

export async function freeWeek(
  env: Env,
  provider: Provider,
  visit: VisitType,
  asked: string | undefined,
): Promise<FreeWeek | null> {
  const { sites } = provider.calendar;
  const rules = sites.flatMap((site) => rulesAt(provider.calendar, visit.id, site.locationId) ?? []);
  const zone = sites[0]?.timeZone ?? "UTC";
  const now = Date.now();
  const last = dateAt(instant(now + Math.max(0, ...rules.map((r) => r.horizonDays)) * DAY_MS), zone);
  const week = weekFrom(asked, dateAt(instant(now), zone), last);
  const body = await read(env, provider, visit, week);
  if (!body) return null;
  const later =
    body.days.length === 0 && week.next
      ? await read(env, provider, visit, { from: week.next, to: addDays(week.next, LOOK_AHEAD_DAYS - 1) })
      : null;
  return {
    ...week,
    revision: body.revision,
    noticeMinutes: rules.length > 0 ? Math.min(...rules.map((r) => r.noticeMinutes)) : 0,
    days: body.days.map(({ date, slots }) => ({
      date,
      slots: slots.map(({ start, locationId }) => ({ start, locationId })),
    })),
    firstFree: later?.days[0]?.date ?? null,
  };
}
