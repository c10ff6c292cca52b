/** The rules about the patient: whom a visit type is for. What is not known breaks nothing. */
import type { CalendarDate } from "../schedule/clinic-time.ts";
import type { VisitTypeRules } from "../schedule/config.ts";
import type { Who } from "./commands.ts";
import type { BookingRule } from "./refusal.ts";

/** Whether anybody has to find out who comes. Most visit types do not ask, and then it costs nothing. */
export const asksAge = ({ ageMin, ageMax }: VisitTypeRules): boolean =>
  ageMin !== undefined || ageMax !== undefined;
export const asksWho = (visit: VisitTypeRules): boolean => visit.newPatientsOnly === true || asksAge(visit);

export function* brokenWhoRules(visit: VisitTypeRules, who: Who | undefined): Generator<BookingRule, void> {
  if (!who) return;
  if (visit.newPatientsOnly && who.isNewPatient === false) yield "new-patients-only"; // [B19]
  if (who.ageYears !== null && !isOfAge(visit, who.ageYears)) yield "age-limit"; // [B20]
}

const isOfAge = ({ ageMin = 0, ageMax = Number.POSITIVE_INFINITY }: VisitTypeRules, years: number): boolean =>
  ageMin <= years && years <= ageMax;

/**
 * [B20] Whole years on `date`; both are `YYYY-MM-DD`, compared as text from the month on, so that no clock is asked.
 * Who was born on 29 February is a year older on 1 March of the other years. Negative before birth.
 */
export function ageOn(birthDate: CalendarDate, date: CalendarDate): number {
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
