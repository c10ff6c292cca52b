/** Proves each rule of moving by name, and the order in which they are asked. */
import { describe, expect, it } from "vitest";
import { type Appointment, type AppointmentStatus, factsOf } from "../../../core/booking/appointment.ts";
import type { RecentCommand } from "../../../core/booking/calendar-view.ts";
import { COMMAND_DEADLINE_MS, FENCE_LIFE_MS, type MoveCommand } from "../../../core/booking/commands.ts";
import { decideMove, type MoveDecision, samePlace } from "../../../core/booking/decide-move.ts";
import { blockerOf } from "../../../core/booking/occupancy.ts";
import { RECENT_COMMANDS_MAX } from "../../../core/booking/recent-commands.ts";
import type { BookingRule } from "../../../core/booking/refusal.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aConfig,
  aMove,
  anAppointment,
  aPlace,
  aSite,
  at,
  attemptId,
  aVisit,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const LATER = at("2026-11-24T10:00:00-06:00");
const refusedBy = (rule: BookingRule, fence = false): MoveDecision => ({
  kind: "refused",
  refusal: { reason: "rule", rule },
  fence,
});
const taken: MoveDecision = {
  kind: "refused",
  refusal: { reason: "slot-taken", blockedBy: "appointment" },
  fence: false,
};
const withAppointment = (
  more: Partial<Appointment> = {},
  recent: readonly RecentCommand[] = [],
): MemoryCalendar => new MemoryCalendar().put(anAppointment(1, more), recent);
const decide = (calendar: MemoryCalendar, more: Partial<MoveCommand> = {}, now = NOW): MoveDecision =>
  decideMove(calendar, aMove(1, more), now);
const entry = (attempt: string, more: Partial<RecentCommand> = {}): RecentCommand => ({
  attempt: attemptId(attempt),
  at: NOW,
  answer: null,
  fingerprint: null,
  ...more,
});

describe("a move that keeps every rule", () => {
  it("[M1] keeps the id and everything else, takes the new time, and is one version more", () => {
    const before = anAppointment(1, {
      version: 4,
      status: "confirmed",
      reason: "cough",
      notes: "n",
      source: "staff",
    });
    const calendar = new MemoryCalendar().put(before);
    const issuedAt = plus(NOW, 500);
    expect(decide(calendar, { ifMatch: 4, issuedAt }, plus(NOW, 900))).toEqual({
      kind: "commit",
      before,
      appointment: {
        ...before,
        start: LATER,
        end: plus(LATER, 20 * MINUTE_MS),
        version: 5,
        updatedAt: issuedAt,
      },
      takes: { start: LATER, end: plus(LATER, 20 * MINUTE_MS) },
    });
  });

  it("[M1] takes site, zone and visit type of the new place", () => {
    const sites = [aSite(), aSite({ locationId: locationId(2), timeZone: "America/Denver" })];
    const visitTypes = [aVisit(), aVisit({ id: visitTypeId(2), minutes: 40 })];
    const calendar = new MemoryCalendar(aConfig({ sites, visitTypes })).put(anAppointment(1));
    const place = aPlace(LATER, {
      locationId: locationId(2),
      visitTypeId: visitTypeId(2),
      end: plus(LATER, 40 * MINUTE_MS),
    });
    expect(decide(calendar, { place })).toMatchObject({
      kind: "commit",
      appointment: { ...place, timeZone: "America/Denver", version: 2 },
    });
  });

  it("[M1] leaves the reason, sets it or takes it away, as the command says", () => {
    const calendar = withAppointment({ reason: "cough" });
    const reasonAfter = (more: Partial<MoveCommand>): string | null | undefined => {
      const decision = decide(calendar, more);
      return decision.kind === "commit" ? decision.appointment.reason : undefined;
    };
    expect([reasonAfter({}), reasonAfter({ reason: "fever" }), reasonAfter({ reason: null })]).toEqual([
      "cough",
      "fever",
      null,
    ]);
  });

  it("[M1] [B1] the old time is free and the new one taken by the very same command", () => {
    const calendar = withAppointment();
    calendar.move(aMove(1), NOW);
    expect(blockerOf(calendar, aPlace(START), null, NOW)).toBeNull();
    expect(blockerOf(calendar, aPlace(LATER), null, NOW)).toBe("appointment");
  });

  it("[M6] its own old time does not block it: half an appointment further is free", () => {
    const fine = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ gridMinutes: 5 })] })).put(
      anAppointment(1),
    );
    expect(decide(fine, { place: aPlace(plus(START, 5 * MINUTE_MS)) }).kind).toBe("commit");
    fine.put(anAppointment(2, { start: plus(START, 20 * MINUTE_MS), end: plus(START, 40 * MINUTE_MS) }));
    expect(decide(fine, { place: aPlace(plus(START, 5 * MINUTE_MS)) })).toEqual(taken);
  });
});

describe("repetition, fence and deadline", () => {
  const moved = anAppointment(1, { start: LATER, version: 2 });

  it("[M2] a repeated attempt gets its first answer, whatever happened since", () => {
    const calendar = withAppointment({ version: 7, status: "cancelled" }, [
      entry("move-1.1", { answer: moved }),
    ]);
    for (const now of [NOW, plus(NOW, HOUR_MS), plus(START, DAY_MS)])
      expect(decide(calendar, { again: true }, now)).toEqual({ kind: "done", appointment: moved });
  });

  it("[M2] another attempt of the same command is not a repetition", () => {
    const calendar = withAppointment({}, [entry("move-1.1", { answer: moved })]);
    expect(decide(calendar, { attempt: attemptId("move-1.2") }).kind).toBe("commit");
  });

  it("[B14] a fenced attempt never commits", () => {
    const calendar = withAppointment();
    calendar.resolve({ ...aMove(1), kind: "move" }, NOW);
    for (const now of [NOW, plus(NOW, COMMAND_DEADLINE_MS + 1)])
      expect(decide(calendar, {}, now)).toEqual({ kind: "fenced" });
  });

  it("[B15] decides up to the deadline and not a millisecond later", () => {
    expect(decide(withAppointment(), {}, plus(NOW, COMMAND_DEADLINE_MS)).kind).toBe("commit");
    expect(decide(withAppointment(), {}, plus(NOW, COMMAND_DEADLINE_MS + 1))).toEqual({ kind: "late" });
  });

  it("[B16] a refusal of a re-send fences in the appointment's own row: the first copy cannot move it later", () => {
    const calendar = withAppointment().put(
      anAppointment(2, { start: LATER, end: plus(LATER, 20 * MINUTE_MS) }),
    );
    expect(decide(calendar)).toEqual(taken);
    expect(calendar.move(aMove(1, { again: true }), NOW).kind).toBe("refused");
    calendar.put(anAppointment(2, { status: "cancelled", version: 2 }));
    expect(calendar.move(aMove(1), NOW)).toEqual({ kind: "fenced" });
  });

  it("[M2] [B14] repetition and fence travel in the row for a day after the deadline, and the deadline guards from then on", () => {
    const calendar = withAppointment();
    const first = calendar.move(aMove(1), NOW);
    const aDayLater = plus(NOW, COMMAND_DEADLINE_MS + FENCE_LIFE_MS);
    const other = aMove(1, { attempt: attemptId("other.1"), ifMatch: 2, deadline: plus(aDayLater, 10_000) });
    calendar.move({ ...other, place: aPlace(at("2026-11-26T11:00:00-06:00")) }, plus(aDayLater, -1));
    expect(calendar.move(aMove(1), aDayLater)).toEqual(first);
    const third = { ...other, attempt: attemptId("third.1"), ifMatch: 3 };
    calendar.move({ ...third, place: aPlace(at("2026-11-26T12:00:00-06:00")) }, aDayLater);
    expect(calendar.move(aMove(1), aDayLater)).toEqual({ kind: "late" });
  });
});

describe("rules of moving", () => {
  it("[A1] missing and somebody else's are one answer, fenced or not, late or not", () => {
    const notFound = { kind: "refused", refusal: { reason: "not-found" }, fence: false };
    expect(decide(new MemoryCalendar())).toEqual(notFound);
    expect(decide(withAppointment({ patientId: patientId(2) }))).toEqual(notFound);
    expect(decide(withAppointment({ patientId: patientId(2) }), { again: true }, plus(NOW, DAY_MS))).toEqual(
      notFound,
    );
    const recent = [entry("move-1.1", { answer: anAppointment(1, { reason: "canary" }) })];
    expect(decide(withAppointment({ patientId: patientId(2) }, recent))).toEqual(notFound);
  });

  it("[M3] names the version that the caller saw, neither an older nor a newer one", () => {
    const stale = { kind: "refused", refusal: { reason: "stale-version" }, fence: false };
    for (const ifMatch of [1, 2, 4])
      expect(decide(withAppointment({ version: 3 }), { ifMatch })).toEqual(stale);
    expect(decide(withAppointment({ version: 3 }), { ifMatch: 3 }).kind).toBe("commit");
  });

  it("[M3] [J3] [A1] what went to another calendar is newer than what its patient saw here, and missing to everybody else", () => {
    const gone = (patient: number) =>
      new MemoryCalendar().putForwarding(
        factsOf(anAppointment(1, { version: 2, providerId: providerId(2), patientId: patientId(patient) })),
      );
    const told = (reason: string) => ({ kind: "refused", refusal: { reason }, fence: false });
    expect(decide(gone(1))).toEqual(told("stale-version"));
    expect(decide(gone(2))).toEqual(told("not-found"));
  });

  it("[M4] only a booked or confirmed appointment moves", () => {
    const movable: Record<AppointmentStatus, boolean> = {
      booked: true,
      confirmed: true,
      "checked-in": false,
      "in-progress": false,
      completed: false,
      cancelled: false,
      "no-show": false,
    };
    for (const [status, may] of Object.entries(movable)) {
      const decision = decide(withAppointment({ status: status as AppointmentStatus }));
      expect([status, decision.kind]).toEqual([status, may ? "commit" : "refused"]);
      if (!may) expect(decision).toEqual(refusedBy("not-movable"));
    }
  });

  it("[M4] a cancelled appointment does not come back by keeping its time", () => {
    const decision = decide(withAppointment({ status: "cancelled" }), { place: aPlace(START), reason: "x" });
    expect(decision).toEqual(refusedBy("not-movable"));
  });

  it("[M5] who keeps their time may change the reason inside the notice, when the site closed and the type went", () => {
    const calendar = new MemoryCalendar(aConfig({ sites: [], visitTypes: [] })).put(anAppointment(1));
    const now = plus(START, -MINUTE_MS);
    const decision = decide(
      calendar,
      { place: aPlace(START), reason: "fever", issuedAt: now, deadline: plus(now, 10_000) },
      now,
    );
    expect(decision).toMatchObject({
      kind: "commit",
      appointment: { start: START, reason: "fever", version: 2, timeZone: "America/Chicago" },
    });
  });

  it("[M5] keeping the time at another site, for another type or length is not keeping it", () => {
    const calendar = new MemoryCalendar(aConfig({ sites: [], visitTypes: [] })).put(anAppointment(1));
    for (const more of [
      { locationId: locationId(2) },
      { visitTypeId: visitTypeId(2) },
      { end: plus(START, 25 * MINUTE_MS) },
      { start: plus(START, 5 * MINUTE_MS) },
    ]) {
      const place = { ...aPlace(START), ...more };
      expect(samePlace(anAppointment(1), place)).toBe(false);
      expect(decide(calendar, { place }).kind).toBe("refused");
    }
    expect(samePlace(anAppointment(1), aPlace(START))).toBe(true);
  });

  it("[M1] [B10] [B11] [B12] [B5] [B6] [B7] [B8] [B4] the new time keeps every rule of booking", () => {
    const spelled = (text: string) => aPlace(at(text));
    const expected: [BookingRule, MoveCommand["place"]][] = [
      ["unknown-visit-type", aPlace(LATER, { visitTypeId: visitTypeId(9) })],
      ["location-not-served", aPlace(LATER, { locationId: locationId(9) })],
      ["wrong-length", aPlace(LATER, { end: plus(LATER, 15 * MINUTE_MS) })],
      ["starts-in-past", spelled("2026-11-22T09:20:00-06:00")],
      ["minimum-notice", spelled("2026-11-23T08:40:00-06:00")],
      ["beyond-horizon", spelled("2027-03-23T09:20:00-05:00")],
      ["off-grid", spelled("2026-11-24T09:25:00-06:00")],
      ["outside-open-hours", spelled("2026-11-24T18:00:00-06:00")],
    ];
    for (const [rule, place] of expected)
      expect(decide(withAppointment(), { place })).toEqual(refusedBy(rule));
  });

  it("[M8] what has started is not moved any more, to the millisecond; its reason may still change", () => {
    const at = (now: typeof START, place = aPlace(plus(START, DAY_MS))) =>
      decide(withAppointment(), { place, reason: "late", issuedAt: now, deadline: plus(now, 10_000) }, now);
    expect(at(plus(START, -1)).kind).toBe("commit");
    expect(at(START)).toEqual(refusedBy("already-started"));
    expect(at(START, aPlace(START)).kind).toBe("commit");
  });

  it("[M9] a patient moves up to the window before the visit starts, to the millisecond; the clinic later too", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ moveWindowMinutes: 1_440 })] }));
    calendar.put(anAppointment(1));
    const at = (now: typeof START, more: Partial<MoveCommand> = {}) => {
      const place = aPlace(plus(START, 2 * DAY_MS));
      return decide(
        calendar,
        { place, byPatient: true, issuedAt: now, deadline: plus(now, 10_000), ...more },
        now,
      );
    };
    expect(at(plus(START, -DAY_MS)).kind).toBe("commit");
    expect(at(plus(START, -DAY_MS + 1))).toEqual(refusedBy("move-window"));
    expect(at(plus(START, -DAY_MS + 1), { byPatient: false }).kind).toBe("commit");
    expect(at(plus(START, -1), { place: aPlace(START), reason: "late" }).kind).toBe("commit"); // [M5]
    expect(at(START)).toEqual(refusedBy("already-started")); // [M8]
  });

  it("[M9] the window is the one of the visit as it stands, not of what it would become", () => {
    const visitTypes = [aVisit({ moveWindowMinutes: 1_440 }), aVisit({ id: visitTypeId(2) })];
    const calendar = new MemoryCalendar(aConfig({ visitTypes }));
    const now = plus(START, -60 * MINUTE_MS);
    const move = (from: number, to: number) =>
      decide(
        calendar.put(anAppointment(1, { visitTypeId: visitTypeId(from) })),
        {
          place: aPlace(plus(START, 2 * DAY_MS), { visitTypeId: visitTypeId(to) }),
          byPatient: true,
          issuedAt: now,
          deadline: plus(now, 10_000),
        },
        now,
      );
    expect(move(1, 2)).toEqual(refusedBy("move-window"));
    expect(move(2, 1).kind).toBe("commit");
  });

  it("[M7] fifty commands a day are accepted, the next is not, and a day later it is", () => {
    const recent = (count: number) => Array.from({ length: count }, (_, index) => entry(`other.${index}`));
    expect(RECENT_COMMANDS_MAX).toBe(50);
    expect(decide(withAppointment({}, recent(49))).kind).toBe("commit");
    expect(decide(withAppointment({}, recent(50)))).toEqual(refusedBy("too-many-changes"));
    const aDayLater = plus(NOW, COMMAND_DEADLINE_MS + FENCE_LIFE_MS);
    const nextDay = { deadline: plus(aDayLater, 10_000), place: aPlace(at("2026-11-25T10:00:00-06:00")) };
    expect(decide(withAppointment({}, recent(50)), nextDay, plus(aDayLater, -1)).kind).toBe("refused");
    expect(decide(withAppointment({}, recent(50)), nextDay, aDayLater).kind).toBe("commit");
  });

  it("[M2] [M3] [M4] [M7] [M5] [B15] are asked in this order: repetition, deadline, version, status, number, time", () => {
    const past = aPlace(at("2026-11-22T09:20:00-06:00"));
    const full = Array.from({ length: 50 }, (_, index) => entry(`other.${index}`));
    const all = { version: 2, status: "completed" as const };
    const answer = anAppointment(1);
    const late = plus(NOW, COMMAND_DEADLINE_MS + 1);
    expect(
      decide(withAppointment(all, [...full, entry("move-1.1", { answer })]), { place: past }, late),
    ).toEqual({
      kind: "done",
      appointment: answer,
    });
    expect(decide(withAppointment(all, full), { place: past }, late).kind).toBe("late");
    expect(decide(withAppointment(all, full), { place: past })).toMatchObject({
      refusal: { reason: "stale-version" },
    });
    expect(decide(withAppointment(all, full), { place: past, ifMatch: 2 })).toEqual(refusedBy("not-movable"));
    expect(decide(withAppointment({}, full), { place: past })).toEqual(refusedBy("too-many-changes"));
    expect(decide(withAppointment(), { place: past })).toEqual(refusedBy("starts-in-past"));
  });

  it("[B9] [B1] a rival's start is refused by its class alone", () => {
    const calendar = withAppointment().put(
      anAppointment(2, { start: LATER, end: plus(LATER, 20 * MINUTE_MS), reason: "canary" }),
    );
    expect(decide(calendar)).toEqual(taken);
    expect(JSON.stringify(decide(calendar))).not.toContain("canary");
  });
});
