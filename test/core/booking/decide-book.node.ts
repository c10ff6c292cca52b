/** Proves each rule of booking by name, and the order in which they are asked. Rivals in any order: no-double-booking.node.ts */
import { describe, expect, it } from "vitest";
import type { AppointmentStatus } from "../../../core/booking/appointment.ts";
import { type BookCommand, COMMAND_DEADLINE_MS, type Place } from "../../../core/booking/commands.ts";
import { type BookDecision, bookedAppointment, decideBook } from "../../../core/booking/decide-book.ts";
import type { BookingRule } from "../../../core/booking/refusal.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aConfig,
  anAppointment,
  aPlace,
  appointmentId,
  aSite,
  at,
  attemptId,
  aVisit,
  everyDay,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const refusedBy = (rule: BookingRule, fence = false): BookDecision => ({
  kind: "refused",
  refusal: { reason: "rule", rule },
  fence,
});
const taken: BookDecision = {
  kind: "refused",
  refusal: { reason: "slot-taken", blockedBy: "appointment" },
  fence: false,
};

/** Decides a booking of `place` at NOW, or at another time with a deadline to match. */
function decide(place: Partial<Place>, calendar = new MemoryCalendar(), now: Instant = NOW): BookDecision {
  const start = place.start ?? START;
  const command = aBooking(1, { place: aPlace(start, place), deadline: plus(now, COMMAND_DEADLINE_MS) });
  return decideBook(calendar, command, now);
}

describe("a booking that keeps every rule", () => {
  it("[B1] commits as version 1, made of its command and the calendar's own provider and zone", () => {
    const command = aBooking(1, { reason: "cough", notes: "call first", source: "staff" });
    expect(decideBook(new MemoryCalendar(), command, plus(NOW, 3))).toEqual({
      kind: "commit",
      appointment: anAppointment(1, { reason: "cough", notes: "call first", source: "staff" }),
      takes: { start: START, end: plus(START, 20 * MINUTE_MS) },
    });
  });

  it("[B3] is dated by its command, not by the moment of the decision: a re-send says the same", () => {
    const decision = decideBook(new MemoryCalendar(), aBooking(1, { again: true }), plus(NOW, 9_000));
    expect(decision).toEqual(decideBook(new MemoryCalendar(), aBooking(1), NOW));
  });

  it("[B4] takes the zone of the site it is at", () => {
    const denver = aSite({ locationId: locationId(2), timeZone: "America/Denver" });
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite(), denver] }));
    const decision = decide({ locationId: locationId(2), ...from("2026-11-24T09:20:00-07:00") }, calendar);
    expect(decision).toMatchObject({ kind: "commit", appointment: { timeZone: "America/Denver" } });
  });
});

const from = (spelled: string): Pick<Place, "start" | "end"> => ({
  start: at(spelled),
  end: plus(at(spelled), 20 * MINUTE_MS),
});

describe("repetition, fence and deadline", () => {
  it("[B3] answers a repeated attempt with the booking, though by now everything speaks against it", () => {
    const appointment = anAppointment(1);
    const calendar = new MemoryCalendar(aConfig({ version: 2, sites: [], visitTypes: [] })).put(appointment);
    const command = aBooking(1, { again: true });
    for (const now of [NOW, plus(NOW, HOUR_MS), plus(START, 7 * DAY_MS)])
      expect(decideBook(calendar, command, now)).toEqual({ kind: "done", appointment });
  });

  it("[B3] goes before the fence: what is booked is booked", () => {
    const calendar = new MemoryCalendar();
    const question = {
      kind: "book",
      attempt: attemptId(appointmentId(1)),
      appointmentId: appointmentId(1),
    } as const;
    calendar.resolve({ ...question, deadline: NOW }, NOW);
    calendar.put(anAppointment(1));
    expect(decideBook(calendar, aBooking(1), NOW).kind).toBe("done");
  });

  it("[B14] a fenced attempt never commits, before its deadline or after it", () => {
    const calendar = new MemoryCalendar();
    const command = aBooking(1);
    calendar.resolve({ ...command, kind: "book" }, NOW);
    for (const now of [plus(NOW, -1), NOW, command.deadline, plus(command.deadline, 1)])
      expect(decideBook(calendar, command, now)).toEqual({ kind: "fenced" });
    expect(decideBook(calendar, aBooking(2), NOW).kind).toBe("commit");
  });

  it("[B15] decides up to the deadline and not a millisecond later", () => {
    const command = aBooking(1);
    expect(decideBook(new MemoryCalendar(), command, command.deadline).kind).toBe("commit");
    expect(decideBook(new MemoryCalendar(), command, plus(command.deadline, 1))).toEqual({ kind: "late" });
  });

  it("[B15] goes before the rules: a late attempt is not refused, so nobody records a refusal", () => {
    const command = aBooking(1, { place: aPlace(plus(NOW, -DAY_MS)), again: true });
    expect(decideBook(new MemoryCalendar(), command, plus(command.deadline, 1))).toEqual({ kind: "late" });
  });

  it("[B16] a refusal of a re-send fences, of a first send does not", () => {
    const calendar = new MemoryCalendar().put(anAppointment(2));
    expect(decideBook(calendar, aBooking(1), NOW)).toEqual(taken);
    expect(decideBook(calendar, aBooking(1, { again: true }), NOW)).toEqual({ ...taken, fence: true });
    const closed = aPlace(at("2026-11-24T07:00:00-06:00"));
    const again = aBooking(1, { place: closed, again: true });
    expect(decideBook(calendar, again, NOW)).toEqual(refusedBy("outside-open-hours", true));
  });

  it("[B16] [B14] after a refused re-send the first copy cannot book, though the start is free again", () => {
    const calendar = new MemoryCalendar().put(anAppointment(2));
    const first = aBooking(1);
    expect(calendar.book({ ...first, again: true }, NOW).kind).toBe("refused");
    calendar.put(anAppointment(2, { status: "cancelled", version: 2 }));
    expect(calendar.book(first, plus(NOW, 1))).toEqual({ kind: "fenced" });
  });
});

describe("rules of place and time", () => {
  it("[B10] the provider offers the visit type", () => {
    expect(decide({ visitTypeId: visitTypeId(9) })).toEqual(refusedBy("unknown-visit-type"));
  });

  it("[B11] the provider works at the clinic", () => {
    expect(decide({ locationId: locationId(9) })).toEqual(refusedBy("location-not-served"));
  });

  it("[B12] the length is the visit type's, to the millisecond", () => {
    for (const ms of [
      0,
      19 * MINUTE_MS,
      20 * MINUTE_MS - 1,
      20 * MINUTE_MS + 1,
      40 * MINUTE_MS,
      -20 * MINUTE_MS,
    ])
      expect(decide({ end: plus(START, ms) })).toEqual(refusedBy("wrong-length"));
  });

  const noNotice = () => new MemoryCalendar(aConfig({ visitTypes: [aVisit({ noticeMinutes: 0 })] }));

  it("[B5] does not start in the past, but may start this very moment", () => {
    expect(decide({}, noNotice(), START).kind).toBe("commit");
    expect(decide({}, noNotice(), plus(START, 1))).toEqual(refusedBy("starts-in-past"));
  });

  it("[B6] the minimum notice is kept to the millisecond", () => {
    expect(decide({}, undefined, plus(START, -HOUR_MS)).kind).toBe("commit");
    expect(decide({}, undefined, plus(START, -HOUR_MS + 1))).toEqual(refusedBy("minimum-notice"));
  });

  it("[B7] starts before the end of the horizon, to the millisecond", () => {
    expect(decide({}, undefined, plus(START, -90 * DAY_MS + 1)).kind).toBe("commit");
    expect(decide({}, undefined, plus(START, -90 * DAY_MS))).toEqual(refusedBy("beyond-horizon"));
  });

  it("[B8] starts on the visit type's grid, in the zone of the site", () => {
    expect(decide(from("2026-11-24T09:30:00-06:00"))).toEqual(refusedBy("off-grid"));
    expect(decide(from("2026-11-24T09:20:30-06:00"))).toEqual(refusedBy("off-grid"));
    const kathmandu = new MemoryCalendar(aConfig({ sites: [aSite({ timeZone: "Asia/Kathmandu" })] }));
    expect(decide(from("2026-11-24T09:20:00+05:45"), kathmandu).kind).toBe("commit");
    expect(decide(from("2026-11-24T03:40:00Z"), kathmandu)).toEqual(refusedBy("off-grid"));
  });

  it("[B4] lies in open time from its first minute to its last", () => {
    expect(decide(from("2026-11-24T09:00:00-06:00")).kind).toBe("commit");
    expect(decide(from("2026-11-24T16:40:00-06:00")).kind).toBe("commit");
    expect(decide(from("2026-11-24T08:40:00-06:00"))).toEqual(refusedBy("outside-open-hours"));
    expect(decide(from("2026-11-24T17:00:00-06:00"))).toEqual(refusedBy("outside-open-hours"));
    const long = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ minutes: 40 })] }));
    const last = { ...from("2026-11-24T16:40:00-06:00"), end: at("2026-11-24T17:20:00-06:00") };
    expect(decide(last, long)).toEqual(refusedBy("outside-open-hours"));
  });

  it("[B4] lies in the hours of the site that it names, not of another one", () => {
    const evening = aSite({ locationId: locationId(2), hours: everyDay(18 * 60, 20 * 60) });
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite(), evening] }));
    const six = from("2026-11-24T18:00:00-06:00");
    expect(decide(six, calendar)).toEqual(refusedBy("outside-open-hours"));
    expect(decide({ ...six, locationId: locationId(2) }, calendar).kind).toBe("commit");
  });

  it("[B4] does not fit into two spans with a break between them", () => {
    const hours = [...everyDay(9 * 60, 9 * 60 + 30), ...everyDay(9 * 60 + 35, 17 * 60)];
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite({ hours })] }));
    expect(decide({}, calendar)).toEqual(refusedBy("outside-open-hours"));
  });
});

describe("rivals", () => {
  const rival = (more: Parameters<typeof anAppointment>[1]) =>
    new MemoryCalendar().put(anAppointment(2, more));

  it("[B1] [B9] whoever loses is told the class of what is in the way, and nothing of whose it is", () => {
    const decision = decide({}, rival({ reason: "canary-reason", notes: "canary-notes" }));
    expect(decision).toEqual(taken);
    const text = JSON.stringify(decision);
    for (const secret of [patientId(2), appointmentId(2), "canary"]) expect(text).not.toContain(secret);
  });

  it("[B9] the loser gets up to three free starts, nearest first, each of which would be accepted", () => {
    const calendar = rival({});
    const reply = calendar.book(aBooking(1), NOW);
    if (reply.kind !== "refused") throw new Error(`not refused but ${reply.kind}`);
    expect(reply.alternatives.map(({ start }) => (start - START) / MINUTE_MS)).toEqual([-20, 20, 40]);
    for (const { start } of reply.alternatives) expect(decide({ start }, calendar).kind).toBe("commit");
  });

  it("[B1] one shared minute is too much, a shared edge is none", () => {
    const tenMinutes = { start: plus(START, -10 * MINUTE_MS), end: plus(START, 5 * MINUTE_MS) };
    expect(decide({}, rival(tenMinutes))).toEqual(taken);
    expect(decide({}, rival({ start: plus(START, -20 * MINUTE_MS), end: START })).kind).toBe("commit");
    const next = plus(START, 20 * MINUTE_MS);
    expect(decide({}, rival({ start: next, end: plus(next, HOUR_MS) })).kind).toBe("commit");
    expect(decide({}, rival({ start: plus(next, -1), end: plus(next, HOUR_MS) }))).toEqual(taken);
    expect(decide({}, rival({ start: plus(START, -HOUR_MS), end: plus(START, HOUR_MS) }))).toEqual(taken);
  });

  it("[B1] a minute taken at one site is taken at the other", () => {
    const calendar = new MemoryCalendar(aConfig({ sites: [aSite(), aSite({ locationId: locationId(2) })] }));
    calendar.put(anAppointment(2, { locationId: locationId(2) }));
    expect(decide({}, calendar)).toEqual(taken);
  });

  it("[B2] a cancelled or missed appointment takes no time, every other one does", () => {
    const takesTime: Record<AppointmentStatus, boolean> = {
      booked: true,
      confirmed: true,
      "checked-in": true,
      "in-progress": true,
      completed: true,
      cancelled: false,
      "no-show": false,
    };
    for (const [status, takes] of Object.entries(takesTime)) {
      const decision = decide({}, rival({ status: status as AppointmentStatus }));
      expect([status, decision.kind]).toEqual([status, takes ? "refused" : "commit"]);
    }
  });
});

describe("order of the tests", () => {
  /** A calendar that speaks against every command below: 09:00–17:00, notice 10 days, horizon 5 days, a rival. */
  const strict = () =>
    new MemoryCalendar(aConfig({ visitTypes: [aVisit({ noticeMinutes: 10 * 1440, horizonDays: 5 })] })).put(
      anAppointment(2, { start: plus(START, -40 * DAY_MS), end: plus(START, 40 * DAY_MS) }),
    );
  /** Off the grid, outside the hours, and taken. */
  const night = from("2026-11-24T03:33:00-06:00");
  const past = from("2026-11-22T03:33:00-06:00");

  const firstBroken: [BookingRule, Partial<Place>][] = [
    ["unknown-visit-type", { ...past, visitTypeId: visitTypeId(9), locationId: locationId(9), end: START }],
    ["location-not-served", { ...past, locationId: locationId(9), end: START }],
    ["wrong-length", { ...past, end: START }],
    ["starts-in-past", past],
    ["minimum-notice", from("2026-11-30T03:33:00-06:00")], // beyond the horizon as well
    ["minimum-notice", night],
  ];
  for (const [rule, place] of firstBroken) {
    it(`[B10] [B11] [B12] [B5] [B6] says ${rule} first of all that ${place.start} breaks`, () => {
      expect(decide(place, strict())).toEqual(refusedBy(rule));
    });
  }

  it("[B7] [B8] [B4] [B1] then horizon, grid, hours, and only then who else is there", () => {
    const busy = () =>
      new MemoryCalendar(aConfig()).put(anAppointment(2, { start: NOW, end: plus(NOW, 200 * DAY_MS) }));
    expect(decide(from("2027-04-24T03:33:00-05:00"), busy())).toEqual(refusedBy("beyond-horizon"));
    expect(decide(night, busy())).toEqual(refusedBy("off-grid"));
    expect(decide(from("2026-11-24T03:40:00-06:00"), busy())).toEqual(refusedBy("outside-open-hours"));
    expect(decide({}, busy())).toEqual(taken);
  });

  it("[B3] [B14] [B15] repetition, then fence, then deadline, then rules", () => {
    const calendar = strict();
    const command: BookCommand = aBooking(1, { place: aPlace(past.start) });
    const afterDeadline = plus(command.deadline, 1);
    expect(decideBook(calendar, command, afterDeadline)).toEqual({ kind: "late" });
    calendar.resolve({ ...command, kind: "book" }, NOW);
    expect(decideBook(calendar, command, afterDeadline)).toEqual({ kind: "fenced" });
    calendar.put(anAppointment(1));
    expect(decideBook(calendar, command, afterDeadline).kind).toBe("done");
  });
});

describe("the first version", () => {
  it("[G5] is made of its command alone, field by field: nothing else travels into it", () => {
    const command = { ...aBooking(1), secret: "must not travel" };
    expect(bookedAppointment(command, anAppointment().providerId, "America/Chicago")).toEqual(
      anAppointment(1),
    );
  });
});
