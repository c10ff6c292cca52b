/** Which seven days a provider's page shows: never the past, never beyond what can be booked. */
import { DAY_MS } from "../../../core/time.ts";

const WEEK_DAYS = 7;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export interface Week {
  /** `YYYY-MM-DD` in the clinic's zone, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly dates: readonly string[];
  readonly previous: string | null;
  readonly next: string | null;
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

const isDate = (text: string | undefined): text is string =>
  text !== undefined && DATE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

/** `today` and `last` bound what is shown; whatever was asked for becomes the nearest week inside. */
export function weekFrom(asked: string | undefined, today: string, last: string): Week {
  const wanted = isDate(asked) ? asked : today;
  const inside = wanted > last ? last : wanted;
  const from = inside < today ? today : inside;
  const before = addDays(from, -WEEK_DAYS);
  const after = addDays(from, WEEK_DAYS);
  return {
    from,
    to: addDays(from, WEEK_DAYS - 1),
    dates: Array.from({ length: WEEK_DAYS }, (_, day) => addDays(from, day)),
    previous: from > today ? (before < today ? today : before) : null,
    next: after <= last ? after : null,
  };
}
