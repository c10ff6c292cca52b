/** Proves each rule of occupancy by name: buffers, groups, limits per day, ways between sites, overrides. */
import { describe, expect, it } from "vitest";
import type { OverrideReason } from "../../../core/booking/appointment.ts";
import { appointmentDto, staffAppointmentDto } from "../../../core/booking/appointment-dto.ts";
import type { Place } from "../../../core/booking/commands.ts";
import { decideBook } from "../../../core/booking/decide-book.ts";
import { decideMove } from "../../../core/booking/decide-move.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { freeStarts } from "../../../core/schedule/free-starts.ts";
import { type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aConfig,
  aMove,
  anAppointment,
  aPlace,
  aSite,
  at,
  aVisit,
  everyDay,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const on = (time: string): Instant => at(`2026-11-24T${time}:00-06:00`);
const placeAt = (time: string, more: Partial<Place> = {}): Place => aPlace(on(time), more);
/** "done", the rule, or what is in the way. */
function outcome(calendar: MemoryCalendar, n: number, place: Place, override?: OverrideReason): string {
  const reply = calendar.book(aBooking(n, { place, ...(override ? { override } : {}) }), NOW);
  if (reply.kind !== "refused") return reply.kind;
  const { refusal } = reply;
  if (refusal.reason === "slot-taken") return refusal.blockedBy;
  return refusal.reason === "rule" ? refusal.rule : refusal.reason;
}
/** Free starts of the day as the clinic's wall shows them. */
function offered(calendar: MemoryCalendar, n = 1, site = 1): string[] {
  const { open } = calendar;
  const visit = open.config.visitTypes.find(({ id }) => id === visitTypeId(n));
  const where = open.config.sites.find(({ locationId: id }) => id === locationId(site));
  if (!visit || !where) throw new Error("the configuration lacks it");
  const window = { start: on("00:00"), end: plus(on("00:00"), 24 * 60 * MINUTE_MS) };
  return freeStarts(open, calendar.busy(), visit, [where], window, NOW).map(({ start }) =>
    spellInZone(start, where.timeZone).slice(11, 16),
  );
}

describe("buffers", () => {
  const config = aConfig({
    sites: [aSite({ hours: everyDay(9 * 60, 11 * 60) })],
    visitTypes: [aVisit({ gridMinutes: 10, bufferBeforeMinutes: 10, bufferAfterMinutes: 20 })],
  });

  it("[S10] lie free of visits and of other buffers, and touching is no overlap", () => {
    const calendar = new MemoryCalendar(config);
    expect(outcome(calendar, 1, placeAt("09:40"))).toBe("done"); // takes 09:30–10:20
    expect(outcome(calendar, 2, placeAt("10:20"))).toBe("appointment"); // its own buffer begins at 10:10
    expect(outcome(calendar, 3, placeAt("09:10"))).toBe("appointment"); // its buffer ends at 09:50
    expect(outcome(calendar, 4, placeAt("10:30"))).toBe("done");
  });

  it("[S10] [S5] may reach over opening and closing time, the visit may not", () => {
    const calendar = new MemoryCalendar(config);
    expect(offered(calendar)[0]).toBe("09:00");
    expect(offered(calendar).at(-1)).toBe("10:40");
    expect(outcome(calendar, 1, placeAt("09:00"))).toBe("done");
    expect(outcome(calendar, 2, placeAt("10:50"))).toBe("outside-open-hours");
    expect(outcome(calendar, 3, placeAt("10:40"))).toBe("done");
    expect(offered(calendar)).toEqual(["09:50"]);
  });

  it("[S10] are the calendar's: the appointment has the patient's time alone, also across midnight UTC", () => {
    const evening = aConfig({
      sites: [aSite({ hours: everyDay(16 * 60, 20 * 60) })],
      visitTypes: [aVisit({ bufferBeforeMinutes: 60 })],
    });
    const start = on("18:20"); // 00:20 UTC of the next day
    const decision = decideBook(new MemoryCalendar(evening), aBooking(1, { place: aPlace(start) }), NOW);
    expect(decision).toMatchObject({
      kind: "commit",
      appointment: { start, end: plus(start, 20 * MINUTE_MS) },
      takes: { start: on("17:20"), end: plus(start, 20 * MINUTE_MS) },
    });
    const calendar = new MemoryCalendar(evening);
    calendar.block("b", { start: on("17:30"), end: on("17:35") });
    expect(outcome(calendar, 1, aPlace(start))).toBe("block");
    expect(offered(calendar)).toEqual([
      "16:00",
      "16:20",
      "16:40",
      "17:00",
      "18:40",
      "19:00",
      "19:20",
      "19:40",
    ]);
  });

  it("[S10] [M5] a change of the reason alone takes nothing anew; a move takes today's buffers", () => {
    const calendar = new MemoryCalendar(config).put(
      anAppointment(1, { start: on("09:40"), end: on("10:00") }),
    );
    const stay = { ...aMove(1), place: placeAt("09:40"), reason: "cough" };
    expect(decideMove(calendar, stay, NOW)).toMatchObject({ kind: "commit", takes: null });
    const go = { ...aMove(1), place: placeAt("10:00") };
    expect(decideMove(calendar, go, NOW)).toMatchObject({
      kind: "commit",
      takes: { start: on("09:50"), end: on("10:40") },
    });
  });
});

describe("groups", () => {
  const config = aConfig({
    sites: [
      aSite({ hours: everyDay(9 * 60, 11 * 60) }),
      aSite({ locationId: locationId(2), hours: everyDay(9 * 60, 11 * 60) }),
    ],
    visitTypes: [aVisit({ capacity: 2, gridMinutes: 10 }), aVisit({ id: visitTypeId(2), gridMinutes: 10 })],
  });

  it("[B18] share one start up to their seats; the next one is told capacity, and a seat given back is free", () => {
    const calendar = new MemoryCalendar(config);
    expect([1, 2, 3].map((n) => outcome(calendar, n, placeAt("09:20")))).toEqual([
      "done",
      "done",
      "capacity",
    ]);
    const leave = {
      command: "c" as never,
      fingerprint: "f",
      appointmentId: aBooking(1).appointmentId,
      action: "cancel" as const,
      repeatable: true,
      ifMatch: 1,
      reasonCode: "other" as const,
      reach: { kind: "everything" as const },
    };
    expect(calendar.cancel(leave, NOW).kind).toBe("done");
    expect(outcome(calendar, 4, placeAt("09:20"))).toBe("done");
  });

  it("[B18] are one visit type, one clinic and one start: everybody else is blocked", () => {
    const calendar = new MemoryCalendar(config);
    expect(outcome(calendar, 1, placeAt("09:20"))).toBe("done");
    expect(outcome(calendar, 2, placeAt("09:20", { visitTypeId: visitTypeId(2) }))).toBe("appointment");
    expect(outcome(calendar, 3, placeAt("09:20", { locationId: locationId(2) }))).toBe("appointment");
    expect(outcome(calendar, 4, placeAt("09:30"))).toBe("appointment");
    expect(outcome(calendar, 5, placeAt("09:10"))).toBe("appointment");
  });

  it("[B18] [S5] are offered at their own start while there is a seat, to their own type at their own clinic", () => {
    const calendar = new MemoryCalendar(config);
    outcome(calendar, 1, placeAt("09:20"));
    const around = ["09:00", "09:10", "09:20", "09:30", "09:40"];
    const near = (starts: string[]): string[] => starts.filter((start) => around.includes(start));
    expect(near(offered(calendar, 1, 1))).toEqual(["09:00", "09:20", "09:40"]);
    expect(near(offered(calendar, 1, 2))).toEqual(["09:00", "09:40"]);
    expect(near(offered(calendar, 2, 1))).toEqual(["09:00", "09:40"]);
    outcome(calendar, 2, placeAt("09:20"));
    expect(near(offered(calendar, 1, 1))).toEqual(["09:00", "09:40"]);
  });

  it("[B18] [Q4] with a block over them offer no seat, and say block", () => {
    const calendar = new MemoryCalendar(config);
    outcome(calendar, 1, placeAt("09:20"));
    calendar.block("b", { start: on("09:30"), end: on("09:35") });
    expect(outcome(calendar, 2, placeAt("09:20"))).toBe("block");
    expect(offered(calendar)).not.toContain("09:20");
  });

  it("[B18] [M6] a member of a full group may move, and its own seat is not in its way", () => {
    const calendar = new MemoryCalendar(config);
    outcome(calendar, 1, placeAt("09:20"));
    outcome(calendar, 2, placeAt("09:20"));
    const move = { ...aMove(1), place: placeAt("09:30") };
    expect(decideMove(calendar, move, NOW)).toMatchObject({ refusal: { blockedBy: "appointment" } });
    expect(decideMove(calendar, { ...move, place: placeAt("09:40") }, NOW).kind).toBe("commit");
  });
});

describe("limits per day", () => {
  const config = aConfig({
    sites: [
      aSite(),
      aSite({ locationId: locationId(2), timeZone: "Asia/Tokyo", hours: everyDay(0, 24 * 60) }),
    ],
    visitTypes: [aVisit({ perDayMax: 2 }), aVisit({ id: visitTypeId(2) })],
  });

  it("[B22] count visits of the type on the local date of the site, at all sites, without the cancelled", () => {
    const calendar = new MemoryCalendar(config);
    calendar.put(anAppointment(11, { start: on("09:00"), end: on("09:20") }));
    calendar.put(anAppointment(12, { start: on("10:00"), end: on("10:20"), status: "cancelled" }));
    calendar.put(anAppointment(13, { start: on("11:00"), end: on("11:20"), visitTypeId: visitTypeId(2) }));
    expect(outcome(calendar, 1, placeAt("12:00"))).toBe("done");
    expect(outcome(calendar, 2, placeAt("13:00"))).toBe("day-limit-reached");
    expect(offered(calendar)).toEqual([]);
    expect(offered(calendar, 2)).toContain("13:00");
    // In Tokyo, 09:00 and 12:00 in Chicago are both the 25th: that date is full, too, and the 26th is not.
    const tokyo = (time: string): Place =>
      aPlace(at(`2026-11-${time}:00+09:00`), { locationId: locationId(2) });
    expect(outcome(calendar, 3, tokyo("25T05:00"))).toBe("day-limit-reached");
    expect(outcome(calendar, 4, tokyo("26T05:00"))).toBe("done");
    expect(outcome(calendar, 5, aPlace(at("2026-11-25T09:00:00-06:00")))).toBe("done");
  });

  it("[B22] [M6] are not in the way of a move within the day", () => {
    const calendar = new MemoryCalendar(config);
    outcome(calendar, 1, placeAt("09:00"));
    outcome(calendar, 2, placeAt("09:20"));
    expect(decideMove(calendar, { ...aMove(1), place: placeAt("15:00") }, NOW).kind).toBe("commit");
  });

  it("[B22] are a rule and asked before who is there", () => {
    const calendar = new MemoryCalendar(config);
    outcome(calendar, 1, placeAt("09:00"));
    outcome(calendar, 2, placeAt("09:20"));
    expect(outcome(calendar, 3, placeAt("09:00"))).toBe("day-limit-reached");
  });
});

describe("the way between two sites", () => {
  const config = aConfig({
    sites: [aSite(), aSite({ locationId: locationId(2) })],
    travelMinutes: 40,
  });
  const there = { locationId: locationId(2) };

  it("[B23] lies between visits at two sites in both directions, and not within one", () => {
    const calendar = new MemoryCalendar(config);
    expect(outcome(calendar, 1, placeAt("12:00"))).toBe("done");
    expect(outcome(calendar, 2, placeAt("12:40", there))).toBe("appointment");
    expect(outcome(calendar, 3, placeAt("11:20", there))).toBe("appointment");
    expect(offered(calendar, 1, 2)).not.toContain("12:40");
    expect(outcome(calendar, 4, placeAt("12:20"))).toBe("done");
    expect(outcome(calendar, 5, placeAt("13:20", there))).toBe("done"); // leaves at 12:40
    expect(outcome(calendar, 6, placeAt("11:00", there))).toBe("done"); // ends at 11:20
  });

  it("[B23] [Q1] counts from a block with a clinic, and not from one without", () => {
    const calendar = new MemoryCalendar(config);
    calendar.block("b1", { start: on("12:00"), end: on("12:20") }, locationId(1));
    calendar.block("b2", { start: on("15:00"), end: on("15:20") });
    expect(outcome(calendar, 1, placeAt("12:40", there))).toBe("block");
    expect(outcome(calendar, 2, placeAt("12:20"))).toBe("done");
    expect(outcome(calendar, 3, placeAt("15:20", there))).toBe("done");
    expect(outcome(calendar, 4, placeAt("15:00", there))).toBe("block");
  });
});

describe("an override", () => {
  const config = aConfig({ visitTypes: [aVisit({ perDayMax: 1, noticeMinutes: 60 })] });

  it("[B25] lifts notice, horizon, grid, open hours, the limit per day and rivals, and is written down", () => {
    const calendar = new MemoryCalendar(config);
    expect(outcome(calendar, 1, placeAt("09:20"))).toBe("done");
    const places = [
      placeAt("09:20"),
      placeAt("09:25"),
      placeAt("20:00"),
      aPlace(plus(NOW, 5 * MINUTE_MS)),
      aPlace(at("2027-11-24T09:20:00-06:00")),
    ];
    places.forEach((place, index) => {
      expect(outcome(calendar, 10 + index, place, "clinical-need")).toBe("done");
      const stored = calendar.find(aBooking(10 + index).appointmentId)?.appointment;
      expect(stored?.override).toBe("clinical-need");
    });
    expect(outcome(calendar, 20, aPlace(on("20:00")))).toBe("outside-open-hours"); // it is nobody's precedent
  });

  it("[B25] lifts blocks and seats, too", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ capacity: 2 })] }));
    calendar.block("b", { start: on("11:00"), end: on("12:00") });
    expect(outcome(calendar, 1, placeAt("11:20"), "other")).toBe("done");
    for (const n of [2, 3]) outcome(calendar, n, placeAt("09:20"));
    expect(outcome(calendar, 4, placeAt("09:20"), "other")).toBe("done");
  });

  it("[B25] never lifts what is offered and where, the length, the past, or the five-minute step", () => {
    const calendar = new MemoryCalendar(config);
    const refusals = [
      placeAt("09:20", { visitTypeId: visitTypeId(9) }),
      placeAt("09:20", { locationId: locationId(9) }),
      placeAt("09:20", { end: on("09:45") }),
      aPlace(plus(NOW, -5 * MINUTE_MS)),
      aPlace(plus(on("09:20"), MINUTE_MS)),
    ].map((place, index) => outcome(calendar, index + 1, place, "clinical-need"));
    expect(refusals).toEqual([
      "unknown-visit-type",
      "location-not-served",
      "wrong-length",
      "starts-in-past",
      "off-grid",
    ]);
  });

  it("[B25] [B3] [B14] [B15] comes after repetition, fence and deadline", () => {
    const command = aBooking(1, { override: "other" });
    const calendar = new MemoryCalendar(config).put(anAppointment(1));
    expect(decideBook(calendar, command, NOW)).toMatchObject({
      kind: "done",
      appointment: { override: null },
    });
    const late = plus(command.deadline, 1);
    expect(decideBook(new MemoryCalendar(config), command, late)).toEqual({ kind: "late" });
    const fenced = new MemoryCalendar(config);
    fenced.resolve({ ...command }, NOW);
    expect(decideBook(fenced, command, NOW)).toEqual({ kind: "fenced" });
  });

  it("[B25] stays for as long as the appointment keeps that time, and leaves with a move that needs none", () => {
    const over = new MemoryCalendar(config).put(anAppointment(1, { override: "staff-error" }));
    const overrideAfter = (place: Place, override?: OverrideReason) => {
      const move = { ...aMove(1), place, ...(override ? { override } : {}) };
      const decision = decideMove(over, { ...move, patientId: patientId(1) }, NOW);
      return decision.kind === "commit" ? decision.appointment.override : decision;
    };
    expect(overrideAfter(aPlace(START))).toBe("staff-error");
    expect(overrideAfter(placeAt("10:00"))).toBeNull();
    expect(overrideAfter(placeAt("20:00"), "patient-waiting")).toBe("patient-waiting");
    expect(overrideAfter(placeAt("20:00"))).toMatchObject({ kind: "refused" });
  });

  it("[B25] is shown to the clinic and to nobody else", () => {
    const appointment = anAppointment(1, { override: "clinical-need" });
    expect(staffAppointmentDto(appointment).override).toEqual({ reasonCode: "clinical-need" });
    expect(appointmentDto(appointment)).not.toHaveProperty("override");
    expect(staffAppointmentDto(anAppointment())).not.toHaveProperty("override");
  });
});
