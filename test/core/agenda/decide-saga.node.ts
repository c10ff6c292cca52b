/** Proves whom an agenda asks in a saga, what it decides from their yes, and that an undecided one is void. */
import { describe, expect, it } from "vitest";
import { firstAnswer } from "../../../core/agenda/command-row.ts";
import {
  decidedBody,
  holderQuestion,
  possibleParticipants,
  releaseQuestion,
  resourceQuestion,
} from "../../../core/agenda/decide-saga.ts";
import { decideTake } from "../../../core/agenda/decide-take.ts";
import { plus } from "../../../core/time.ts";
import {
  anAppointment,
  aPlace,
  aRequest,
  aRow,
  at,
  NOW,
  providerId,
  wantedSaga,
} from "../../support/core-builders.ts";

const LATER = at("2026-11-24T10:00:00-06:00");
const [roomA, roomB, device] = [providerId(5), providerId(6), providerId(7)];
const candidate = (calendar: ReturnType<typeof providerId>) => ({ calendar, configVersion: 4 });
const asSet = wantedSaga(1, {
  needs: [[candidate(roomA), candidate(roomB)], [candidate(device)]],
  held: [roomA],
});
const rowOf = (wanted = wantedSaga()) => aRow(aRequest(wanted), { state: "trying" });
const facts = {
  row: null,
  running: false,
  conflictingClaims: [],
  conflictingCommand: false,
  openCommand: false,
  openBookings: 0,
  selfBooked: 0,
  unsettled: [],
  refreshed: false,
} as const;

describe("whom a saga asks", () => {
  it("[J3] the target takes, the source lets go, both of the version that the caller saw", () => {
    const row = rowOf();
    const common = {
      attempt: "command-1.1",
      appointmentId: row.request.wanted.appointmentId,
      patientId: row.request.patientId,
      ifMatch: 1,
      deadline: row.deadline,
    };
    expect(holderQuestion(row, wantedSaga())).toEqual({
      ...common,
      take: aPlace(LATER),
      release: false,
      resource: false,
      configVersion: 1,
    });
    expect(releaseQuestion(row, wantedSaga(), false)).toEqual({
      ...common,
      take: null,
      release: true,
      resource: false,
      configVersion: 0,
    });
  });

  it("[J3] a calendar that keeps the appointment is asked for both at once", () => {
    const wanted = wantedSaga(1, { source: null, providerId: providerId(1), byPatient: true });
    expect(holderQuestion(rowOf(wanted), wanted)).toMatchObject({ release: true, byPatient: true });
  });

  it("[J4] [B19] [B25] [M9] who comes and what is lifted is the target's question, whether the patient asks the source's", () => {
    const who = { isNewPatient: false, ageYears: 40 };
    const wanted = wantedSaga(1, { who, override: "other", byPatient: true });
    const asked = holderQuestion(rowOf(wanted), wanted);
    expect(asked).toMatchObject({ who, override: "other" });
    expect(asked.byPatient).toBeUndefined();
    expect(releaseQuestion(rowOf(wanted), wanted, false)).toMatchObject({ byPatient: true });
    expect(releaseQuestion(rowOf(wanted), wanted, true).byPatient).toBeUndefined();
  });

  it("[J5] a room is asked for the visit's time, and gives up what it keeps for it", () => {
    const ask = (calendar: typeof roomA) => resourceQuestion(rowOf(asSet), asSet, candidate(calendar));
    expect(ask(roomA)).toMatchObject({
      resource: true,
      release: true,
      take: aPlace(LATER),
      configVersion: 4,
    });
    expect(ask(roomB)).toMatchObject({ resource: true, release: false });
  });

  it("[J12] everybody who might have been asked is told of an abort, each once", () => {
    expect(possibleParticipants(asSet)).toEqual([providerId(2), roomA, roomB, device, providerId(1)]);
  });
});

describe("what is decided", () => {
  const held = {
    appointment: anAppointment(1, {
      status: "confirmed",
      reason: "cough",
      override: "other",
      resources: [roomA],
    }),
    recent: [],
  };

  it("[J7] [M1] the same appointment at its new place, one version more, with its commands", () => {
    expect(decidedBody(rowOf(), wantedSaga(), [], held)).toEqual({
      attempt: "command-1.1",
      appointment: {
        ...anAppointment(1, { status: "confirmed", reason: "cough" }),
        ...aPlace(LATER),
        providerId: providerId(2),
        version: 2,
        updatedAt: NOW,
      },
      recent: [],
    });
    const quiet = decidedBody(rowOf(), wantedSaga(1, { reason: null }), [roomB], held).appointment;
    expect(quiet).toMatchObject({ reason: null, resources: [roomB] });
  });

  it("[B25] why rules were lifted is said of the time it has, not of the one it had", () => {
    const wanted = wantedSaga(1, { override: "clinical-need" });
    expect(decidedBody(rowOf(wanted), wanted, [], held).appointment.override).toBe("clinical-need");
    expect(decidedBody(rowOf(), wantedSaga(), [], held).appointment.override).toBeNull();
  });

  it("[J11] a booking of a set is version 1 with its resources", () => {
    const { appointmentId, place } = wantedSaga();
    const book = { reason: "r", notes: null, source: "patient", appointmentId, place } as const;
    const wanted = wantedSaga(1, { what: "book", source: null, ifMatch: 0, book });
    expect(decidedBody(rowOf(wanted), wanted, [roomA], null).appointment).toMatchObject({
      version: 1,
      status: "booked",
      providerId: providerId(2),
      resources: [roomA],
      reason: "r",
    });
  });

  it("[J11] the command is answered from the row of the decision", () => {
    const command = decidedBody(rowOf(), wantedSaga(), [], held);
    const decision = { command, participants: [providerId(2), providerId(1)], forwardTo: null };
    for (const state of ["decided", "done"] as const) {
      const row = { ...rowOf(), state, decision };
      const later = plus(NOW, 60_000);
      expect(decideTake({ ...facts, row }, row.request, later)).toEqual({ step: "replay", row });
      expect(firstAnswer(row)).toEqual(command.appointment);
    }
  });
});

describe("what is not decided", () => {
  it("[J10] is void once nobody works on it, also before its deadline; while somebody does it is in flight", () => {
    const row = rowOf();
    expect(decideTake({ ...facts, row }, row.request, NOW)).toEqual({ step: "abandon", row });
    expect(decideTake({ ...facts, row, running: true }, row.request, NOW)).toEqual({ step: "in-flight" });
  });

  it("[J10] is never taken up again: the same key tries under another number", () => {
    const row = { ...rowOf(), state: "void" } as const;
    expect(decideTake({ ...facts, row }, row.request, NOW)).toMatchObject({
      step: "try",
      row: { state: "trying", attempt: "command-1.2", attemptNumber: 2 },
    });
  });
});
