/**
 * Proves that an appointment's status goes along the agreed paths and no other, who may do what and when, and the order
 * in which that is asked. The list of paths below is written anew on purpose: it must not come from the table it checks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../core/access/principal.ts";
import type { Reach } from "../../../core/access/reach.ts";
import { RULES } from "../../../core/access/rules.ts";
import {
  type Appointment,
  type AppointmentStatus,
  isLateCancellation,
  occupiesTime,
} from "../../../core/booking/appointment.ts";
import type { RecentCommand } from "../../../core/booking/calendar-view.ts";
import type { StatusCommand } from "../../../core/booking/commands.ts";
import { decideStatus, type StatusDecision } from "../../../core/booking/decide-status.ts";
import { type BookingRefusal, broken } from "../../../core/booking/refusal.ts";
import { STATUS_ACTIONS, type StatusAction } from "../../../core/booking/status-rules.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aCancel,
  anAppointment,
  aPlace,
  aStatus,
  at,
  attemptId,
  commandId,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
} from "../../support/core-builders.ts";

const STATUSES: readonly AppointmentStatus[] = [
  "booked",
  "confirmed",
  "checked-in",
  "in-progress",
  "completed",
  "cancelled",
  "no-show",
];

/** from, command, to, whether a patient may. */
const PATHS: readonly (readonly [AppointmentStatus, StatusAction, AppointmentStatus, boolean])[] = [
  ["booked", "confirm", "confirmed", true],
  ["booked", "check-in", "checked-in", true],
  ["booked", "cancel", "cancelled", true],
  ["booked", "no-show", "no-show", false],
  ["confirmed", "check-in", "checked-in", true],
  ["confirmed", "cancel", "cancelled", true],
  ["confirmed", "no-show", "no-show", false],
  ["checked-in", "start", "in-progress", false],
  ["checked-in", "no-show", "no-show", false],
  ["checked-in", "cancel", "cancelled", false],
  ["checked-in", "reopen", "booked", false],
  ["in-progress", "complete", "completed", false],
  ["no-show", "reopen", "booked", false],
];

const CLINIC: readonly Reach[] = [
  { kind: "clinics", locationIds: [locationId(1)] },
  { kind: "provider", providerId: providerId(1) },
  { kind: "everything" },
];
const PATIENT: Reach = { kind: "patients", patientIds: [patientId(1)] };

/** When each command keeps the rules of time, for a patient too. */
const GOOD_TIME: Readonly<Record<StatusAction, Instant>> = {
  confirm: plus(START, -HOUR_MS),
  "check-in": plus(START, -HOUR_MS),
  cancel: plus(START, -HOUR_MS),
  start: START,
  complete: plus(START, 10 * MINUTE_MS),
  "no-show": plus(START, 10 * MINUTE_MS),
  reopen: plus(START, 10 * MINUTE_MS),
};

const command = (action: StatusAction, more: Partial<StatusCommand> = {}): StatusCommand =>
  action === "cancel" ? aCancel(1, { ifMatch: null, ...more }) : aStatus(action, 1, more);
const calendarWith = (more: Partial<Appointment>, recent: readonly RecentCommand[] = []): MemoryCalendar =>
  new MemoryCalendar().put(anAppointment(1, more), recent);
const decide = (
  more: Partial<Appointment>,
  action: StatusAction,
  now: Instant,
  given: Partial<StatusCommand> = {},
): StatusDecision => decideStatus(calendarWith(more), command(action, given), now);
const refused = (refusal: BookingRefusal): StatusDecision => ({ kind: "refused", refusal });
const illegal = (action: StatusAction): StatusDecision =>
  refused(broken(action === "cancel" ? "not-cancellable" : "illegal-transition"));
const TARGET = Object.fromEntries(PATHS.map(([, action, to]) => [action, to])) as Record<
  StatusAction,
  AppointmentStatus
>;

describe("paths", () => {
  for (const status of STATUSES) {
    for (const action of STATUS_ACTIONS) {
      const path = PATHS.find(([from, by]) => from === status && by === action);
      it(`[H1] [H5] ${action} on ${status} ${path ? `leads to ${path[2]}` : "is no path"}`, () => {
        for (const reach of [...CLINIC, PATIENT]) {
          const decision = decide({ status, version: 4 }, action, GOOD_TIME[action], { reach });
          const mine = path && (reach.kind !== "patients" || path[3]);
          if (mine)
            expect(decision).toMatchObject({ kind: "commit", appointment: { status: path[2], version: 5 } });
          else if (action !== "cancel" && TARGET[action] === status) expect(decision.kind).toBe("holds");
          else expect(decision).toEqual(illegal(action));
        }
      });
    }
  }

  it("[H1] [H12] any commands at any times only ever follow the paths, one version at a time", () => {
    const steps = fc.array(
      fc.record({
        action: fc.constantFrom(...STATUS_ACTIONS),
        reach: fc.constantFrom<Reach>(PATIENT, ...CLINIC),
        minutes: fc.integer({ min: -300, max: 300 }),
        repeatable: fc.boolean(),
      }),
      { maxLength: 40, size: "max" },
    );
    let walked = 0;
    fc.assert(
      fc.property(steps, (given) => {
        const calendar = calendarWith({});
        for (const [index, { action, reach, minutes, repeatable }] of given.entries()) {
          const before = calendar.find(anAppointment(1).id)?.appointment as Appointment;
          const emitted = calendar.emitted.length;
          const asked = command(action, { command: commandId(index + 10), reach, repeatable });
          calendar.status(asked, plus(START, minutes * MINUTE_MS));
          const after = calendar.find(before.id)?.appointment as Appointment;
          if (after === before || after.version === before.version) {
            expect(after).toEqual(before);
            expect(calendar.emitted).toHaveLength(emitted);
            continue;
          }
          walked += 1;
          const byPatient = reach.kind === "patients";
          const path = PATHS.find(
            ([from, by, to, patient]) =>
              from === before.status && by === action && to === after.status && (patient || !byPatient),
          );
          expect([before.status, action, after.status, path !== undefined]).toEqual([
            before.status,
            action,
            after.status,
            true,
          ]);
          expect(after.version).toBe(before.version + 1);
          expect(calendar.emitted).toHaveLength(emitted + 1);
        }
      }),
      { numRuns: 300 },
    );
    expect(walked).toBeGreaterThan(500);
  });

  it("[H1] completed and cancelled are final for everybody, at any time", () => {
    for (const status of ["completed", "cancelled"] as const)
      for (const action of STATUS_ACTIONS)
        for (const now of [plus(START, -DAY_MS), plus(START, -HOUR_MS), START, plus(START, DAY_MS)])
          for (const reach of [...CLINIC, PATIENT])
            expect(decide({ status }, action, now, { reach }).kind).not.toBe("commit");
  });
});

describe("who", () => {
  it("[H5] [A2] each role and each command, as a table of its own", () => {
    const everything = [...STATUS_ACTIONS];
    const may: Record<Role, readonly StatusAction[]> = {
      patient: ["confirm", "check-in", "cancel"],
      kiosk: [],
      staff: everything,
      provider: everything,
      admin: everything,
      service: everything,
    };
    for (const [role, actions] of Object.entries(may))
      for (const action of STATUS_ACTIONS)
        expect([role, action, RULES[`appointment.${action}`][role as Role] !== "none"]).toEqual([
          role,
          action,
          actions.includes(action),
        ]);
  });

  it("[A1] [A3] out of reach and missing are one answer, whatever status, version or key is shown", () => {
    const outside: Reach[] = [
      { kind: "patients", patientIds: [patientId(2)] },
      { kind: "clinics", locationIds: [locationId(2)] },
      { kind: "provider", providerId: providerId(2) },
      { kind: "nothing" },
    ];
    for (const action of STATUS_ACTIONS)
      for (const reach of outside)
        for (const more of [{}, { ifMatch: 9 }, { repeatable: true }]) {
          const asked = command(action, { reach, ...more });
          const missing = decideStatus(new MemoryCalendar(), asked, GOOD_TIME[action]);
          expect(missing).toEqual(refused({ reason: "not-found" }));
          for (const status of STATUSES)
            expect(decideStatus(calendarWith({ status }), asked, GOOD_TIME[action])).toEqual(missing);
        }
  });
});

describe("when", () => {
  it("[H6] nobody confirms what has started", () => {
    for (const reach of [...CLINIC, PATIENT]) {
      expect(decide({}, "confirm", plus(START, -1), { reach }).kind).toBe("commit");
      expect(decide({}, "confirm", START, { reach })).toEqual(refused(broken("already-started")));
    }
  });

  it("[H7] a patient checks in from 120 minutes before the start to the end of that date", () => {
    const no = refused(broken("not-check-in-time"));
    const by = (spelled: string) => decide({}, "check-in", at(spelled), { reach: PATIENT });
    expect(by("2026-11-24T07:19:59-06:00")).toEqual(no);
    expect(by("2026-11-24T07:20:00-06:00").kind).toBe("commit");
    expect(by("2026-11-24T23:59:59-06:00").kind).toBe("commit");
    expect(by("2026-11-25T00:00:00-06:00")).toEqual(no);
  });

  it("[H7] the clinic checks in on the whole local date, not on the UTC one", () => {
    const no = refused(broken("not-check-in-time"));
    const by = (spelled: string) => decide({}, "check-in", at(spelled));
    expect(by("2026-11-23T23:59:59-06:00")).toEqual(no); // 05:59 UTC on the visit's UTC date
    expect(by("2026-11-24T00:00:00-06:00").kind).toBe("commit");
    expect(by("2026-11-24T23:59:59-06:00").kind).toBe("commit"); // the next UTC date
    expect(by("2026-11-25T00:00:00-06:00")).toEqual(no);
  });

  it("[H7] two hours before a visit at half past midnight is another date, and closed", () => {
    const start = at("2026-11-24T00:30:00-06:00");
    const visit = { start, end: plus(start, 20 * MINUTE_MS) };
    const by = (spelled: string) => decide(visit, "check-in", at(spelled), { reach: PATIENT });
    expect(by("2026-11-23T23:00:00-06:00")).toEqual(refused(broken("not-check-in-time")));
    expect(by("2026-11-24T00:00:00-06:00").kind).toBe("commit");
  });

  it("[H7] [H10] checkedInAt says when, stays through the visit and is forgotten by a reopening", () => {
    const calendar = calendarWith({});
    const seen: (number | null | undefined)[] = [];
    const walk: [StatusAction, number][] = [
      ["check-in", -20],
      ["reopen", -19],
      ["check-in", -10],
      ["start", 1],
      ["complete", 20],
    ];
    walk.forEach(([action, minutes], index) => {
      const asked = command(action, { command: commandId(index + 10) });
      calendar.status(asked, plus(START, minutes * MINUTE_MS));
      seen.push(calendar.find(anAppointment(1).id)?.appointment.checkedInAt);
    });
    const second = plus(START, -10 * MINUTE_MS);
    expect(seen).toEqual([plus(START, -20 * MINUTE_MS), null, second, second, second]);
    expect(calendar.emitted.map(({ type }) => type)).toEqual([
      "checked-in",
      "reopened",
      "checked-in",
      "started",
      "completed",
    ]);
  });

  it("[H8] nobody is missed before the start", () => {
    for (const status of ["booked", "confirmed", "checked-in"] as const) {
      expect(decide({ status }, "no-show", plus(START, -1))).toEqual(refused(broken("not-started-yet")));
      expect(decide({ status }, "no-show", START).kind).toBe("commit");
    }
  });

  it("[H11] a late cancellation is what stored times say, to the millisecond", () => {
    const cancelled = (before: number) => anAppointment(1, { cancelledAt: plus(START, -before) });
    expect(isLateCancellation(cancelled(DAY_MS), 24 * 60)).toBe(false);
    expect(isLateCancellation(cancelled(DAY_MS - 1), 24 * 60)).toBe(true);
    expect(isLateCancellation(cancelled(0), 0)).toBe(false);
    expect(isLateCancellation(cancelled(-1), 0)).toBe(true); // by the clinic, after the start
    expect(isLateCancellation(anAppointment(1), 24 * 60)).toBe(false);
  });
});

describe("time taken and given back", () => {
  it("[H9] [B2] a no-show frees its time at once: the rest of it can be booked", () => {
    const calendar = calendarWith({ end: plus(START, 3 * HOUR_MS) });
    const later = aBooking(2, { place: aPlace(plus(START, 2 * HOUR_MS)) });
    expect(calendar.book(later, NOW).kind).toBe("refused");
    calendar.status(command("no-show"), START);
    expect(calendar.book(aBooking(3, { place: later.place }), NOW).kind).toBe("done");
  });

  it("[H10] a missed visit is reopened while its time is free, and told the class of what is in the way", () => {
    const calendar = calendarWith({ status: "no-show", version: 2, checkedInAt: START });
    const asked = command("reopen");
    expect(decideStatus(calendar, asked, plus(START, MINUTE_MS))).toMatchObject({
      kind: "commit",
      appointment: { status: "booked", version: 3, checkedInAt: null },
    });
    calendar.put(anAppointment(2, { start: plus(START, 5 * MINUTE_MS) }));
    expect(decideStatus(calendar, asked, plus(START, MINUTE_MS))).toEqual(
      refused({ reason: "slot-taken", blockedBy: "appointment" }),
    );
  });

  it("[H1] [H10] only a reopening ever takes time that was free", () => {
    for (const [from, action, to] of PATHS)
      expect(!occupiesTime(from) && occupiesTime(to)).toBe(from === "no-show" && action === "reopen");
  });
});

describe("repetition and versions", () => {
  it("[H2] gets the first answer, though version, status and time speak against it by now", () => {
    const calendar = calendarWith({});
    const asked = command("check-in", { ifMatch: 1, repeatable: true });
    const first = calendar.status(asked, START);
    calendar.status(command("start", { command: commandId(3) }), START);
    expect(first).toMatchObject({ kind: "done", replayed: false, appointment: { version: 2 } });
    expect(calendar.status(asked, plus(START, DAY_MS - HOUR_MS))).toEqual({ ...first, replayed: true });
    expect(calendar.emitted).toHaveLength(2);
  });

  it("[H2] under the same key with another request is refused and changes nothing", () => {
    const calendar = calendarWith({});
    calendar.status(command("check-in"), START);
    const other = command("start", { fingerprint: "POST/other" });
    expect(calendar.status(other, START)).toEqual(refused({ reason: "key-reuse" }));
    expect(calendar.emitted).toHaveLength(1);
  });

  it("[H3] a stale version is refused, no version means the present one", () => {
    for (const action of STATUS_ACTIONS) {
      const [status] = PATHS.find(([, by]) => by === action) as (typeof PATHS)[number];
      for (const ifMatch of [1, 2, 4])
        expect(decide({ status, version: 3 }, action, GOOD_TIME[action], { ifMatch })).toEqual(
          refused({ reason: "stale-version" }),
        );
      for (const ifMatch of [3, null])
        expect(decide({ status, version: 3 }, action, GOOD_TIME[action], { ifMatch }).kind).toBe("commit");
    }
  });

  it("[H4] what holds already is answered as it stands, at any time, without a change or an event", () => {
    for (const action of STATUS_ACTIONS.filter((other) => other !== "cancel")) {
      const calendar = calendarWith({ status: TARGET[action], version: 3 });
      const reply = calendar.status(command(action), plus(START, 9 * DAY_MS));
      expect(reply).toMatchObject({ kind: "done", replayed: false, appointment: { version: 3 } });
      expect(calendar.emitted).toEqual([]);
      expect(calendar.find(anAppointment(1).id)?.recent).toEqual([]);
    }
    expect(decide({ status: "cancelled" }, "cancel", NOW)).toEqual(illegal("cancel")); // [C4] as before
  });

  it("[H4] [H2] under a key that answer is kept, though the status changes after it", () => {
    const calendar = calendarWith({ status: "checked-in", version: 3 });
    const asked = command("check-in", { repeatable: true });
    const first = calendar.status(asked, START);
    calendar.status(command("reopen", { command: commandId(3) }), START);
    expect(calendar.status(asked, START)).toEqual({ ...first, replayed: true });
    expect(calendar.find(anAppointment(1).id)?.appointment.status).toBe("booked");
  });

  it("[M7] fifty commands a day, then everything but cancelling is refused", () => {
    const full = Array.from({ length: 50 }, (_, index) => ({
      attempt: attemptId(`other.${index}`),
      at: START,
      answer: null,
      fingerprint: null,
    }));
    const on = (status: AppointmentStatus, action: StatusAction, more: Partial<StatusCommand> = {}) =>
      decideStatus(calendarWith({ status }, full), command(action, more), GOOD_TIME[action]);
    for (const [status, action] of PATHS)
      if (action === "cancel")
        expect(on(status, action, { reach: { kind: "everything" } }).kind).toBe("commit");
      else expect(on(status, action)).toEqual(refused(broken("too-many-changes")));
    expect(on("checked-in", "check-in").kind).toBe("holds"); // nothing to remember
    expect(on("checked-in", "check-in", { repeatable: true }).kind).toBe("refused");
  });

  it("[H1] [H2] [H3] [H4] [H8] [H10] are asked in this order: reach, repetition, version, state, time, rivals", () => {
    const done = {
      attempt: attemptId(commandId(2)),
      at: START,
      answer: anAppointment(1),
      fingerprint: "POST/no-show",
    };
    const all = { status: "no-show" as const, version: 2 };
    const early = plus(START, -HOUR_MS);
    const stale = { ifMatch: 1 };
    expect(decideStatus(calendarWith(all, [done]), command("no-show", stale), early).kind).toBe("done");
    expect(decide(all, "no-show", early, stale)).toEqual(refused({ reason: "stale-version" }));
    expect(decide(all, "no-show", early).kind).toBe("holds");
    expect(decide({ status: "completed" }, "no-show", early)).toEqual(illegal("no-show"));
    expect(decide({}, "no-show", early)).toEqual(refused(broken("not-started-yet")));
  });
});
