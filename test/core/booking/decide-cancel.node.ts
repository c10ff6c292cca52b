/** Proves each rule of cancelling by name, and the order in which they are asked. */
import { describe, expect, it } from "vitest";
import type { Reach } from "../../../core/access/reach.ts";
import {
  type Appointment,
  type AppointmentStatus,
  CANCELLATION_REASONS,
} from "../../../core/booking/appointment.ts";
import type { RecentCommand } from "../../../core/booking/calendar-view.ts";
import type { StatusCommand } from "../../../core/booking/commands.ts";
import { decideStatus, type StatusDecision, statusAttempt } from "../../../core/booking/decide-status.ts";
import type { BookingRefusal } from "../../../core/booking/refusal.ts";
import { DAY_MS, HOUR_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aCancel,
  aConfig,
  anAppointment,
  attemptId,
  aVisit,
  commandId,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
  visitTypeId,
} from "../../support/core-builders.ts";

const refused = (refusal: BookingRefusal): StatusDecision => ({ kind: "refused", refusal });
const withAppointment = (
  more: Partial<Appointment> = {},
  recent: readonly RecentCommand[] = [],
): MemoryCalendar => new MemoryCalendar().put(anAppointment(1, more), recent);
const decide = (calendar: MemoryCalendar, more: Partial<StatusCommand> = {}, now = NOW): StatusDecision =>
  decideStatus(calendar, aCancel(1, more), now);
const STAFF: Reach = { kind: "clinics", locationIds: [locationId(1)] };

describe("a cancellation that keeps every rule", () => {
  it("[C1] raises the version by one, says when and why, and keeps everything else visible", () => {
    const before = anAppointment(1, { version: 3, reason: "cough", notes: "n", status: "confirmed" });
    expect(decide(new MemoryCalendar().put(before), { ifMatch: 3 }, plus(NOW, 7))).toEqual({
      kind: "commit",
      before,
      appointment: {
        ...before,
        status: "cancelled",
        version: 4,
        updatedAt: plus(NOW, 7),
        cancelledAt: plus(NOW, 7),
        cancellationReason: "patient-request",
      },
    });
  });

  it("[C1] [B2] frees the time at once: the next booking of the same start commits", () => {
    const calendar = withAppointment();
    expect(calendar.book(aBooking(2), NOW).kind).toBe("refused");
    calendar.cancel(aCancel(1), NOW);
    expect(calendar.book(aBooking(3), NOW).kind).toBe("done");
    expect(calendar.find(anAppointment(1).id)?.appointment.status).toBe("cancelled");
  });

  it("[C1] gives its reason as a code, each of the known ones", () => {
    for (const reasonCode of CANCELLATION_REASONS)
      expect(decide(withAppointment(), { reasonCode })).toMatchObject({
        appointment: { cancellationReason: reasonCode },
      });
  });
});

describe("repetition", () => {
  it("[C2] gets the first answer, though version, status and time speak against it by now", () => {
    const calendar = withAppointment();
    const first = calendar.cancel(aCancel(1), NOW);
    for (const now of [NOW, plus(NOW, HOUR_MS), plus(START, HOUR_MS)]) {
      const again = calendar.cancel(aCancel(1), now);
      expect(again).toEqual({ ...first, replayed: true });
    }
    expect(calendar.emitted).toHaveLength(1);
  });

  it("[C2] under the same key with another request is refused and changes nothing", () => {
    const calendar = withAppointment();
    calendar.cancel(aCancel(1), NOW);
    const other = aCancel(1, { fingerprint: "DELETE/2", reasonCode: "other" });
    expect(calendar.cancel(other, NOW)).toEqual({ kind: "refused", refusal: { reason: "key-reuse" } });
    expect(calendar.emitted).toHaveLength(1);
  });

  it("[C2] is known by the command alone: another key is another cancellation", () => {
    const calendar = withAppointment();
    calendar.cancel(aCancel(1), NOW);
    const other = { command: commandId(2) };
    expect(decide(calendar, other)).toEqual(refused({ reason: "stale-version" }));
    expect(decide(calendar, { ...other, ifMatch: 2 })).toEqual(
      refused({ reason: "rule", rule: "not-cancellable" }),
    );
    expect(statusAttempt(aCancel(1))).toBe(commandId(1));
  });
});

describe("rules of cancelling", () => {
  it("[A1] [A3] missing and out of reach are one answer, whatever version or key is shown", () => {
    const notFound = refused({ reason: "not-found" });
    const canary = entry("command-1", {
      answer: anAppointment(1, { reason: "canary" }),
      fingerprint: "DELETE/1",
    });
    const outside: Reach[] = [
      { kind: "patients", patientIds: [patientId(2)] },
      { kind: "clinics", locationIds: [] },
      { kind: "clinics", locationIds: [locationId(2)] },
      { kind: "provider", providerId: providerId(2) },
      { kind: "nothing" },
    ];
    for (const reach of outside) {
      for (const more of [{}, { ifMatch: 9 }, { fingerprint: "other" }, { command: commandId(2) }]) {
        expect(decide(new MemoryCalendar(), { reach, ...more })).toEqual(notFound);
        expect(decide(withAppointment({}, [canary]), { reach, ...more })).toEqual(notFound);
        expect(decide(withAppointment({ status: "cancelled" }), { reach, ...more })).toEqual(notFound);
      }
    }
  });

  it("[A2] whoever reaches it may cancel it", () => {
    const inside: Reach[] = [
      { kind: "patients", patientIds: [patientId(1)] },
      STAFF,
      { kind: "provider", providerId: providerId(1) },
      { kind: "everything" },
    ];
    for (const reach of inside) expect(decide(withAppointment(), { reach }).kind).toBe("commit");
  });

  it("[C3] names the version that the caller saw, neither an older nor a newer one", () => {
    for (const ifMatch of [1, 2, 4])
      expect(decide(withAppointment({ version: 3 }), { ifMatch })).toEqual(
        refused({ reason: "stale-version" }),
      );
  });

  it("[C4] only a booked or confirmed appointment can be cancelled", () => {
    const cancellable: Record<AppointmentStatus, boolean> = {
      booked: true,
      confirmed: true,
      "checked-in": false,
      "in-progress": false,
      completed: false,
      cancelled: false,
      "no-show": false,
    };
    for (const [status, may] of Object.entries(cancellable)) {
      const decision = decide(withAppointment({ status: status as AppointmentStatus }));
      if (may) expect([status, decision.kind]).toEqual([status, "commit"]);
      else expect([status, decision]).toEqual([status, refused({ reason: "rule", rule: "not-cancellable" })]);
    }
  });

  it("[C5] a patient cannot cancel from the moment it starts, everybody else can", () => {
    const started = refused({ reason: "rule", rule: "already-started" });
    expect(decide(withAppointment(), {}, plus(START, -1)).kind).toBe("commit");
    expect(decide(withAppointment(), {}, START)).toEqual(started);
    expect(decide(withAppointment(), {}, plus(START, DAY_MS))).toEqual(started);
    for (const reach of [
      STAFF,
      { kind: "everything" } as const,
      { kind: "provider", providerId: providerId(1) } as const,
    ])
      expect(decide(withAppointment(), { reach }, plus(START, DAY_MS)).kind).toBe("commit");
  });

  it("[C6] a patient cancels up to the window before the start, to the millisecond; the clinic at any time", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ cancelWindowMinutes: 1_440 })] }));
    calendar.put(anAppointment(1));
    const tooLate = refused({ reason: "rule", rule: "cancellation-window" });
    expect(decide(calendar, {}, plus(START, -DAY_MS)).kind).toBe("commit");
    expect(decide(calendar, {}, plus(START, -DAY_MS + 1))).toEqual(tooLate);
    expect(decide(calendar, {}, START)).toEqual(refused({ reason: "rule", rule: "already-started" }));
    for (const reach of [STAFF, { kind: "everything" } as const])
      expect(decide(calendar, { reach }, plus(START, -1)).kind).toBe("commit");
  });

  it("[C6] [C2] [S11] the window is the site's; a repetition is not asked about it", () => {
    const overrides = [
      { visitTypeId: visitTypeId(1), locationId: locationId(1), cancelWindowMinutes: 120 },
      { visitTypeId: visitTypeId(1), locationId: locationId(2), cancelWindowMinutes: 0 },
    ];
    const calendar = new MemoryCalendar(aConfig({ overrides })).put(anAppointment(1));
    expect(decide(calendar, {}, plus(START, -HOUR_MS))).toMatchObject({
      refusal: { rule: "cancellation-window" },
    });
    const first = calendar.cancel(aCancel(1), plus(START, -2 * HOUR_MS));
    expect(calendar.cancel(aCancel(1), plus(START, -HOUR_MS))).toEqual({ ...first, replayed: true });
    const gone = new MemoryCalendar(aConfig({ visitTypes: [] })).put(anAppointment(1));
    expect(decide(gone, {}, plus(START, -1)).kind).toBe("commit"); // a visit type that went away has no window
  });

  it("[M7] is always possible, however often the appointment was changed today", () => {
    const recent = Array.from({ length: 50 }, (_, index) => entry(`other.${index}`));
    expect(decide(withAppointment({}, recent)).kind).toBe("commit");
  });

  it("[C2] [C3] [C4] [C5] are asked in this order: reach, repetition, version, status, start", () => {
    const full = Array.from({ length: 50 }, (_, index) => entry(`other.${index}`));
    const done = entry("command-1", { answer: anAppointment(1), fingerprint: "DELETE/1" });
    const all = { version: 2, status: "completed" as const };
    expect(decide(withAppointment(all, [...full, done]), {}, START).kind).toBe("done");
    expect(decide(withAppointment(all, full), {}, START)).toEqual(refused({ reason: "stale-version" }));
    const rule = (more: Partial<Appointment>, now = START) =>
      decide(withAppointment(more, full), { ifMatch: 2 }, now);
    expect(rule(all)).toEqual(refused({ reason: "rule", rule: "not-cancellable" }));
    expect(rule({ version: 2 })).toEqual(refused({ reason: "rule", rule: "already-started" }));
  });
});

function entry(attempt: string, more: Partial<RecentCommand> = {}): RecentCommand {
  return { attempt: attemptId(attempt), at: NOW, answer: null, fingerprint: null, ...more };
}
