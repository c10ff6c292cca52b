/** Proves who is on the list of a day, in which order, and by which clock. */
import { describe, expect, it } from "vitest";
import { type DayVisit, dayList, wallMoment } from "../../../core/exchange/day-list.ts";
import { instant } from "../../../core/time.ts";

const ZONE = "America/Chicago";
const at = (text: string) => instant(Date.parse(text));
const visit = (start: string, more: Partial<DayVisit> = {}): DayVisit => ({
  providerId: "prv_1",
  providerName: "Ada",
  patientName: "Pat",
  birthDate: "1980-01-01",
  phone: null,
  visit: "Check-up",
  status: "booked",
  start: at(start),
  end: instant(at(start) + 20 * 60_000),
  ...more,
});

describe("the list of a day", () => {
  it("[IE13] has who comes on that date of the clinic's clock, by provider and time", () => {
    const list = dayList("2026-11-24", ZONE, [
      visit("2026-11-24T15:00:00Z", { patientName: "Nine" }),
      visit("2026-11-25T05:50:00Z", { patientName: "Late" }), // ten to midnight in Chicago
      visit("2026-11-25T06:00:00Z", { patientName: "Tomorrow" }),
      visit("2026-11-24T14:00:00Z", { patientName: "Gone", status: "cancelled" }),
      visit("2026-11-24T14:00:00Z", { patientName: "Missed", status: "no-show" }),
      visit("2026-11-24T14:00:00Z", { patientName: "Eight", providerName: "Bo", providerId: "prv_2" }),
      visit("2026-11-24T13:00:00Z", { patientName: "Seven", status: "checked-in" }),
    ]);
    expect(list.count).toBe(4);
    expect(
      list.providers.map((p) => [p.providerName, ...p.lines.map((l) => `${l.from} ${l.patientName}`)]),
    ).toEqual([
      ["Ada", "07:00 Seven", "09:00 Nine", "23:50 Late"],
      ["Bo", "08:00 Eight"],
    ]);
    expect(list.providers[0]?.lines[2]?.until).toBe("00:10");
  });

  it("[IE13] two providers of one name are two lists; an empty day is one too", () => {
    const two = dayList("2026-11-24", ZONE, [
      visit("2026-11-24T15:00:00Z"),
      visit("2026-11-24T14:00:00Z", { providerId: "prv_2" }),
    ]);
    expect(two.providers).toHaveLength(2);
    expect(dayList("2026-11-24", ZONE, [])).toEqual({ date: "2026-11-24", count: 0, providers: [] });
  });

  it("[IE13] says when it was printed by the clinic's clock, also in the hour that comes twice", () => {
    expect(wallMoment(at("2026-11-01T06:30:00Z"), ZONE)).toBe("2026-11-01 01:30");
    expect(wallMoment(at("2026-11-01T07:30:00Z"), ZONE)).toBe("2026-11-01 01:30");
  });
});
