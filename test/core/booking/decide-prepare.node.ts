/** Proves each rule of a calendar's word in a saga by name, and the order in which they are asked. */
import { describe, expect, it } from "vitest";
import type { Reach } from "../../../core/access/reach.ts";
import { type Appointment, type AppointmentStatus, factsOf } from "../../../core/booking/appointment.ts";
import type { PrepareDecision } from "../../../core/booking/decide-prepare.ts";
import type { BookingRefusal } from "../../../core/booking/refusal.ts";
import type { PrepareCommand } from "../../../core/booking/saga.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, plus } from "../../../core/time.ts";
import {
  aBooking,
  aCancel,
  aConfig,
  aMove,
  anAppointment,
  aPlace,
  aPrepare,
  at,
  attemptId,
  aVisit,
  commandId,
  locationId,
  MemoryCalendar,
  NOW,
  patientId,
  providerId,
  START,
} from "../../support/core-builders.ts";

const LATER = at("2026-11-24T10:00:00-06:00");
const refused = (refusal: BookingRefusal): PrepareDecision => ({ kind: "refused", refusal });
const stale = refused({ reason: "stale-version" });
const source = (more: Partial<Appointment> = {}): MemoryCalendar =>
  new MemoryCalendar().put(anAppointment(1, more));
const aRelease = (more: Partial<PrepareCommand> = {}): PrepareCommand =>
  aPrepare(1, { take: null, release: true, ...more });
const forAResource = (more: Partial<PrepareCommand> = {}): PrepareCommand =>
  aPrepare(1, { resource: true, ...more });
/** A room: hours, and no visit types. */
const aRoom = (): MemoryCalendar => new MemoryCalendar(aConfig({ visitTypes: [] }));

describe("a yes", () => {
  it("[J1] is written before it is said, with buffers as promised, and says what is here", () => {
    const calendar = new MemoryCalendar(
      aConfig({ visitTypes: [aVisit({ bufferBeforeMinutes: 10, bufferAfterMinutes: 5 })] }),
    );
    expect(calendar.prepare(aPrepare(), NOW)).toEqual({
      kind: "yes",
      held: null,
      write: {
        attempt: "saga-1.1",
        appointmentId: aPrepare().appointmentId,
        patientId: patientId(1),
        take: aPlace(LATER),
        takes: { start: plus(LATER, -10 * MINUTE_MS), end: plus(LATER, 25 * MINUTE_MS) },
        release: false,
        resource: false,
      },
    });
    const recent = [{ attempt: attemptId("c"), at: NOW, answer: null, fingerprint: "f" }];
    const holder = new MemoryCalendar().put(anAppointment(1), recent);
    expect(holder.prepare(aRelease(), NOW)).toMatchObject({
      kind: "yes",
      held: { appointment: anAppointment(1), recent },
      write: { take: null, takes: null, release: true },
    });
  });

  it("[J1] is repeated without writing again, also past the deadline and whatever the rules say by then", () => {
    const calendar = new MemoryCalendar();
    calendar.prepare(aPrepare(), NOW);
    const again = { kind: "yes", held: null, write: null };
    expect(calendar.prepare(aPrepare(), NOW)).toEqual(again);
    expect(calendar.prepare(aPrepare(), plus(LATER, DAY_MS))).toEqual(again);
    calendar.put(anAppointment(2, { start: LATER, end: plus(LATER, 20 * MINUTE_MS) }));
    expect(calendar.prepare(aPrepare(), NOW)).toEqual(again);
  });

  it("[J1] that is new is not given past the deadline", () => {
    const calendar = new MemoryCalendar();
    const { deadline } = aPrepare();
    expect(calendar.prepare(aPrepare(), plus(deadline, 1))).toEqual({ kind: "late" });
    expect(calendar.preparedOn(aPrepare().appointmentId)).toBeNull();
    expect(calendar.prepare(aPrepare(), deadline).kind).toBe("yes");
  });
});

describe("the lock", () => {
  it("[J2] answers every other command on the appointment with busy", () => {
    const calendar = source();
    calendar.prepare(aRelease(), NOW);
    expect(calendar.prepare(aRelease({ attempt: attemptId("saga-2.1") }), NOW)).toEqual({ kind: "busy" });
    expect(calendar.prepare(aRelease({ attempt: attemptId("saga-1.2") }), NOW)).toEqual({ kind: "busy" });
    expect(calendar.move(aMove(), NOW)).toEqual({ kind: "busy" });
    expect(calendar.cancel(aCancel(), NOW)).toEqual({ kind: "busy" });
    expect(calendar.find(anAppointment(1).id)?.appointment).toEqual(anAppointment(1));
  });

  it("[J2] lets a repetition of what was accepted before through", () => {
    const answer = anAppointment(1, { status: "confirmed", version: 2 });
    const entry = { attempt: attemptId(commandId(2)), at: NOW, answer, fingerprint: "POST/confirm" };
    const calendar = new MemoryCalendar().put(answer, [entry]);
    calendar.prepare(aRelease({ ifMatch: 2 }), NOW);
    const confirm = aCancel(1, {
      command: commandId(2),
      fingerprint: "POST/confirm",
      action: "confirm",
      reasonCode: null,
    });
    expect(calendar.status(confirm, NOW)).toMatchObject({
      kind: "done",
      replayed: true,
      appointment: answer,
    });
  });

  it("[J2] [A1] of what is on its way here is told to whoever will reach it, and to nobody else", () => {
    const calendar = new MemoryCalendar();
    calendar.prepare(aPrepare(), NOW);
    const told = (reach: Reach) => calendar.cancel(aCancel(1, { reach }), NOW);
    const missing = { kind: "refused", refusal: { reason: "not-found" } };
    expect(told({ kind: "patients", patientIds: [patientId(1)] })).toEqual({ kind: "busy" });
    expect(told({ kind: "clinics", locationIds: [aPlace().locationId] })).toEqual({ kind: "busy" });
    expect(told({ kind: "everything" })).toEqual({ kind: "busy" });
    expect(told({ kind: "patients", patientIds: [patientId(9)] })).toEqual(missing);
    expect(told({ kind: "clinics", locationIds: [locationId(9)] })).toEqual(missing);
    expect(told({ kind: "provider", providerId: providerId(9) })).toEqual(missing);
  });

  it("[J2] is this appointment's alone", () => {
    const calendar = source().put(anAppointment(2, { start: LATER, end: plus(LATER, 20 * MINUTE_MS) }));
    calendar.prepare(aRelease(), NOW);
    expect(calendar.cancel(aCancel(2), NOW).kind).toBe("done");
  });
});

describe("what is let go of", () => {
  const missing = { reason: "not-found" } as const;
  const gone = new MemoryCalendar().putForwarding(
    factsOf(anAppointment(1, { version: 2, providerId: providerId(2) })),
  );
  it.each([
    ["[J3] is here", new MemoryCalendar(), {}, { reason: "not-found" }],
    ["[J3] is this patient's", source(), { patientId: patientId(9) }, { reason: "not-found" }],
    ["[J3] has the version that the caller saw", source({ version: 2 }), {}, { reason: "stale-version" }],
    ["[J3] did not go elsewhere before we asked", gone, {}, { reason: "stale-version" }],
    ["[J3] [A1] did not go, unseen, from somebody else", gone, { patientId: patientId(9) }, missing],
  ] as const)("%s", (_title, calendar, more, refusal) => {
    expect(calendar.prepare(aRelease(more), NOW)).toEqual(refused(refusal));
  });

  it.each<AppointmentStatus>(["checked-in", "in-progress", "completed", "cancelled", "no-show"])(
    "[J3] [M4] is not %s",
    (status) => {
      expect(source({ status }).prepare(aRelease(), NOW)).toEqual(
        refused({ reason: "rule", rule: "not-movable" }),
      );
    },
  );

  it("[J3] [M8] has not started", () => {
    const soon = { deadline: plus(START, 10_000) };
    expect(source().prepare(aRelease(soon), START)).toEqual(
      refused({ reason: "rule", rule: "already-started" }),
    );
    expect(source().prepare(aRelease(soon), plus(START, -1)).kind).toBe("yes");
  });

  it("[J3] [M9] keeps its move window against the patient, not against the clinic", () => {
    const calendar = new MemoryCalendar(aConfig({ visitTypes: [aVisit({ moveWindowMinutes: 60 })] }));
    calendar.put(anAppointment(1));
    const edge = plus(START, -HOUR_MS);
    const late = { deadline: plus(START, 0) };
    expect(calendar.prepare(aRelease({ ...late, byPatient: true }), plus(edge, 1))).toEqual(
      refused({ reason: "rule", rule: "move-window" }),
    );
    expect(calendar.prepare(aRelease({ ...late }), plus(edge, 1)).kind).toBe("yes");
  });
});

describe("what is taken", () => {
  it("[J3] is news: no calendar takes a version that it has reached already", () => {
    expect(source({ version: 2 }).prepare(aPrepare(), NOW)).toEqual(stale);
    const left = new MemoryCalendar().putForwarding(
      anAppointment(1, { version: 3, providerId: providerId(2) }),
    );
    expect(left.prepare(aPrepare(1, { ifMatch: 2 }), NOW)).toEqual(stale);
    expect(left.prepare(aPrepare(1, { ifMatch: 3 }), NOW).kind).toBe("yes"); // it comes back
  });

  it("[J4] is free, and blocks everybody as a hold would from then on", () => {
    const calendar = new MemoryCalendar();
    calendar.prepare(aPrepare(), NOW);
    const rival = aBooking(2, { place: aPlace(LATER) });
    const blocked = { reason: "slot-taken", blockedBy: "hold" } as const;
    expect(calendar.book(rival, NOW)).toMatchObject({ kind: "refused", refusal: blocked });
    expect(calendar.prepare(aPrepare(2, { attempt: attemptId("saga-2.1") }), NOW)).toEqual(refused(blocked));
    const half = aPlace(plus(LATER, 20 * MINUTE_MS));
    expect(calendar.book(aBooking(3, { place: half }), NOW).kind).toBe("done");
  });

  it("[J4] is not what a rival has, named by its class", () => {
    const calendar = source();
    const other = { take: aPlace(START) };
    expect(calendar.prepare(aPrepare(2, other), NOW)).toEqual(
      refused({ reason: "slot-taken", blockedBy: "appointment" }),
    );
    // Its own old time is no rival when it only moves within one calendar, with other resources.
    expect(calendar.prepare(aPrepare(1, { ...other, release: true }), NOW).kind).toBe("yes");
  });

  it.each([
    ["[J4] [B10] offered here", aConfig({ visitTypes: [] }), {}, "unknown-visit-type"],
    ["[J4] [B11] at a served site", aConfig(), { locationId: locationId(2) }, "location-not-served"],
    ["[J4] [B12] of the right length", aConfig(), { end: plus(LATER, MINUTE_MS) }, "wrong-length"],
    [
      "[J4] [B6] early enough",
      aConfig({ visitTypes: [aVisit({ noticeMinutes: 3000 })] }),
      {},
      "minimum-notice",
    ],
  ] as const)("%s", (_title, config, place, rule) => {
    const calendar = new MemoryCalendar(config);
    expect(calendar.prepare(aPrepare(1, { take: aPlace(LATER, place) }), NOW)).toEqual(
      refused({ reason: "rule", rule }),
    );
  });

  it("[J4] [B19] [B20] is for whom the visit type is for", () => {
    const calendar = new MemoryCalendar(
      aConfig({ visitTypes: [aVisit({ newPatientsOnly: true, ageMin: 18 })] }),
    );
    const asked = (isNewPatient: boolean | null, ageYears: number | null): PrepareDecision =>
      calendar.prepare(aPrepare(1, { who: { isNewPatient, ageYears } }), NOW);
    expect(asked(false, 40)).toEqual(refused({ reason: "rule", rule: "new-patients-only" }));
    expect(asked(true, 17)).toEqual(refused({ reason: "rule", rule: "age-limit" }));
    expect(asked(null, null).kind).toBe("yes");
  });

  it("[J4] [B25] is the clinic's to give against rules and rivals, but no room's", () => {
    const closed = aPlace(at("2026-11-24T20:00:00-06:00"));
    const override = "clinical-need";
    expect(new MemoryCalendar().prepare(aPrepare(1, { take: closed, override }), NOW).kind).toBe("yes");
    expect(source().prepare(aPrepare(2, { take: aPlace(START), override }), NOW).kind).toBe("yes");
    expect(aRoom().prepare(forAResource({ take: closed, override }), NOW)).toEqual(
      refused({ reason: "rule", rule: "outside-open-hours" }),
    );
  });
});

describe("a resource", () => {
  it("[J5] is asked for its hours and its time, not for notice, grid, horizon or visit types", () => {
    const odd = aPlace(at("2027-11-24T10:03:00-06:00"));
    expect(aRoom().prepare(forAResource({ take: odd }), NOW)).toMatchObject({
      kind: "yes",
      held: null,
      write: { resource: true, takes: odd },
    });
    expect(aRoom().prepare(forAResource({ take: aPlace(at("2026-11-24T08:50:00-06:00")) }), NOW)).toEqual(
      refused({ reason: "rule", rule: "outside-open-hours" }),
    );
    expect(
      aRoom().prepare(forAResource({ take: aPlace(LATER, { locationId: locationId(2) }) }), NOW),
    ).toEqual(refused({ reason: "rule", rule: "location-not-served" }));
  });

  it("[J5] says what class of thing has its time", () => {
    const room = aRoom().putReservation({ ...aPlace(LATER), appointmentId: anAppointment(2).id, version: 1 });
    expect(room.prepare(forAResource(), NOW)).toEqual(
      refused({ reason: "slot-taken", blockedBy: "appointment" }),
    );
    const own = aRoom().putReservation({ ...aPlace(LATER), appointmentId: anAppointment(1).id, version: 1 });
    expect(own.prepare(forAResource({ release: true }), NOW).kind).toBe("yes");
    const blocked = aRoom();
    blocked.block("b", aPlace(LATER));
    expect(blocked.prepare(forAResource(), NOW)).toEqual(
      refused({ reason: "slot-taken", blockedBy: "block" }),
    );
  });

  it("[J3] [J5] lets go only of what it keeps", () => {
    expect(aRoom().prepare(forAResource({ take: null, release: true }), NOW)).toEqual(stale);
  });
});
