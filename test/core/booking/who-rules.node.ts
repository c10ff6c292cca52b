/** Proves whom a visit type is for, and what cannot be said of a patient. The edge that finds it out: test/workers/edge. */
import { describe, expect, it } from "vitest";
import { calendarCommand, firstAnswer } from "../../../core/agenda/command-row.ts";
import type { Who } from "../../../core/booking/commands.ts";
import { decideBook } from "../../../core/booking/decide-book.ts";
import { decideMove } from "../../../core/booking/decide-move.ts";
import type { BookingRule } from "../../../core/booking/refusal.ts";
import { ageOn, asksWho } from "../../../core/booking/who-rules.ts";
import type { CalendarConfig, VisitTypeRules } from "../../../core/schedule/config.ts";
import { freeStarts } from "../../../core/schedule/free-starts.ts";
import { DAY_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aConfig,
  aMove,
  anAppointment,
  aPlace,
  aRequest,
  aRow,
  aVisit,
  locationId,
  MemoryCalendar,
  NOW,
  START,
  visitTypeId,
  wantedBooking,
  wantedMove,
} from "../../support/core-builders.ts";

const UNKNOWN: Who = { isNewPatient: null, ageYears: null };

/** null = it commits. */
function refusalOf(
  visit: Partial<VisitTypeRules>,
  who?: Who,
  more: Partial<CalendarConfig> = {},
): BookingRule | null {
  const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit(visit)], ...more }));
  const decision = decideBook(calendar, aBooking(1, who ? { who } : {}), NOW);
  if (decision.kind === "commit") return null;
  if (decision.kind !== "refused" || decision.refusal.reason !== "rule") throw new Error(decision.kind);
  return decision.refusal.rule;
}

describe("visit types for new patients", () => {
  const visit = { newPatientsOnly: true };

  it("[B19] refuse whom the provider knows, and nobody else", () => {
    expect(refusalOf(visit, { ...UNKNOWN, isNewPatient: false })).toBe("new-patients-only");
    expect(refusalOf(visit, { ...UNKNOWN, isNewPatient: true })).toBeNull();
    expect(refusalOf({}, { ...UNKNOWN, isNewPatient: false })).toBeNull();
    expect(refusalOf({ newPatientsOnly: false }, { ...UNKNOWN, isNewPatient: false })).toBeNull();
  });

  it("[B19] [B20] refuse nobody of whom nothing is known", () => {
    for (const who of [undefined, UNKNOWN]) {
      expect(refusalOf(visit, who)).toBeNull();
      expect(refusalOf({ ageMin: 18, ageMax: 18 }, who)).toBeNull();
    }
  });
});

describe("visit types for an age", () => {
  const ageYears = (years: number): Who => ({ ...UNKNOWN, ageYears: years });

  it("[B20] both ends are included", () => {
    const results = [17, 18, 65, 66].map((years) => refusalOf({ ageMin: 18, ageMax: 65 }, ageYears(years)));
    expect(results).toEqual(["age-limit", null, null, "age-limit"]);
  });

  it("[B20] either end may be missing, and 0 is an age", () => {
    expect(refusalOf({ ageMin: 18 }, ageYears(120))).toBeNull();
    expect(refusalOf({ ageMin: 1 }, ageYears(0))).toBe("age-limit");
    expect(refusalOf({ ageMax: 0 }, ageYears(0))).toBeNull();
    expect(refusalOf({ ageMax: 0 }, ageYears(1))).toBe("age-limit");
  });

  it("[B20] years are whole on the birthday and not a day before", () => {
    expect(ageOn("2008-11-24", "2026-11-23")).toBe(17);
    expect(ageOn("2008-11-24", "2026-11-24")).toBe(18);
    expect(ageOn("2008-12-01", "2026-11-30")).toBe(17);
    expect(ageOn("2026-11-24", "2026-11-24")).toBe(0);
    expect(ageOn("2026-11-25", "2026-11-24")).toBe(-1);
  });

  it("[B20] who was born on 29 February is older on 1 March, or on the day where there is one", () => {
    expect(ageOn("2008-02-29", "2026-02-28")).toBe(17);
    expect(ageOn("2008-02-29", "2026-03-01")).toBe(18);
    expect(ageOn("2008-02-29", "2028-02-29")).toBe(20);
  });

  it("[B20] the rules that hold are those of the site", () => {
    const overrides = [{ visitTypeId: visitTypeId(1), locationId: locationId(1), ageMin: 21 }];
    expect(refusalOf({ ageMin: 18 }, ageYears(20), { overrides })).toBe("age-limit");
  });
});

describe("visit types that need a specialty", () => {
  it("[B21] are refused without it and accepted with it", () => {
    expect(refusalOf({ specialty: "cardiology" })).toBe("specialty-required");
    expect(refusalOf({ specialty: "cardiology" }, undefined, { specialties: ["urology"] })).toBe(
      "specialty-required",
    );
    expect(
      refusalOf({ specialty: "cardiology" }, undefined, { specialties: ["urology", "cardiology"] }),
    ).toBeNull();
  });

  it("[B21] [S5] show no free start without it", () => {
    const window = { start: plus(START, -DAY_MS), end: plus(START, DAY_MS) };
    const shown = (specialties: string[]): number => {
      const { open } = new MemoryCalendar(
        aConfig({ visitTypes: [aVisit({ specialty: "cardiology" })], specialties }),
      );
      const visit = open.rules(visitTypeId(1), locationId(1)) as VisitTypeRules;
      return freeStarts(open, new MemoryCalendar().busy(), visit, open.config.sites, window, NOW).length;
    };
    expect(shown(["urology"])).toBe(0);
    expect(shown(["cardiology"])).toBeGreaterThan(20);
  });
});

describe("asking", () => {
  it("[B19] [B20] only visit types with such a rule ask who comes", () => {
    expect([{}, { newPatientsOnly: false }, { specialty: "x" }].map((more) => asksWho(aVisit(more)))).toEqual(
      [false, false, false],
    );
    expect(
      [{ newPatientsOnly: true }, { ageMin: 0 }, { ageMax: 0 }].map((more) => asksWho(aVisit(more))),
    ).toEqual([true, true, true]);
  });

  it("[B19] [B20] a move is held to them as well, at its new visit type", () => {
    const adults = aVisit({ id: visitTypeId(2), ageMin: 18, newPatientsOnly: true });
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit(), adults] })).put(anAppointment(1));
    const move = (who: Who) =>
      decideMove(calendar, aMove(1, { who, place: aPlace(START, { visitTypeId: visitTypeId(2) }) }), NOW);
    expect(move({ isNewPatient: true, ageYears: 18 }).kind).toBe("commit");
    expect(move({ isNewPatient: true, ageYears: 17 })).toMatchObject({ refusal: { rule: "age-limit" } });
    expect(move({ isNewPatient: false, ageYears: 18 })).toMatchObject({
      refusal: { rule: "new-patients-only" },
    });
  });

  it("[B19] [B20] [E6] what is known of a patient reaches the calendar and stays out of the appointment", () => {
    const who: Who = { isNewPatient: false, ageYears: 77 };
    const row = aRow(aRequest(wantedBooking(1, { who })));
    expect(calendarCommand(row, false)).toMatchObject({ who });
    expect(calendarCommand(aRow(aRequest(wantedMove(1, { who, byPatient: true }))), false)).toMatchObject({
      who,
      byPatient: true,
    });
    expect(calendarCommand(aRow(), false)).not.toHaveProperty("who");
    const decision = decideBook(new MemoryCalendar(), aBooking(1, { who }), NOW);
    for (const made of [firstAnswer(row), decision])
      expect(JSON.stringify(made)).not.toMatch(/77|isNewPatient|who/);
  });
});
