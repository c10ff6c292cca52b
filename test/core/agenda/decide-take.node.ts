/**
 * Proves what the agenda does with a command that takes time: every cell of the protocol's table for P, D, R and V
 * (handbook/booking-protocol.md §4; S and C come with moves across calendars), and the order in which it is asked.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CommandRow, CommandState } from "../../../core/agenda/command-row.ts";
import {
  type AgendaFacts,
  decideTake,
  OPEN_BOOKINGS_MAX,
  type TakeStep,
} from "../../../core/agenda/decide-take.ts";
import { factsOf } from "../../../core/booking/appointment.ts";
import type { BookingRefusal } from "../../../core/booking/refusal.ts";
import { DAY_MS, type Instant, plus } from "../../../core/time.ts";
import {
  anAppointment,
  appointmentId,
  aRequest,
  aRow,
  attemptId,
  commandId,
  deepFreeze,
  NOW,
  wantedBooking,
  wantedMove,
} from "../../support/core-builders.ts";

const nothing: AgendaFacts = deepFreeze({
  row: null,
  running: false,
  conflictingClaims: [],
  conflictingCommand: false,
  openCommand: false,
  openBookings: 0,
  selfBooked: 0,
  unsettled: [],
  refreshed: false,
});
const decide = (facts: Partial<AgendaFacts>, request = aRequest(), now: Instant = NOW): TakeStep =>
  decideTake(deepFreeze({ ...nothing, ...facts }), request, now);

const claim = factsOf(anAppointment(2));
const otherRow = aRow(aRequest(wantedBooking(2), { command: commandId(2) }));
const DEADLINE = aRow().deadline;
const LATER = plus(NOW, 3_600_000);
const refusedRow = aRow(aRequest(), {
  state: "refused",
  refused: { refusal: { reason: "patient-conflict" }, alternatives: [] },
});

/** Everything that could stand in the way at once. */
const everything: Partial<AgendaFacts> = {
  conflictingClaims: [claim],
  conflictingCommand: true,
  openCommand: true,
  openBookings: 99,
  selfBooked: 0,
  unsettled: [otherRow],
};

describe("the table: state × call", () => {
  const rowIn = (state: CommandState): CommandRow =>
    state === "refused" ? refusedRow : aRow(aRequest(), { state });
  type Cell = [title: string, state: CommandState, running: boolean, now: Instant, step: TakeStep["step"]];
  const cells: Cell[] = [
    ["[G3] P with its call running is in flight", "pending", true, NOW, "in-flight"],
    [
      "[G3] P with its call running is in flight after the deadline, too",
      "pending",
      true,
      LATER,
      "in-flight",
    ],
    ["[G8] P with nothing running is sent again", "pending", false, NOW, "resend"],
    ["[G8] P with nothing running is sent again up to the deadline", "pending", false, DEADLINE, "resend"],
    ["[G8] P after the deadline is asked for", "pending", false, plus(DEADLINE, 1), "resolve"],
    ["[G8] P long after the deadline is asked for", "pending", false, LATER, "resolve"],
    ["[G1] D gives the first answer", "done", false, NOW, "replay"],
    ["[G1] D gives the first answer while somebody asks the calendar for it", "done", true, LATER, "replay"],
    ["[G1] R gives the first answer", "refused", false, NOW, "replay"],
    ["[G1] R gives the first answer hours later", "refused", true, LATER, "replay"],
    ["[G8] V begins a new attempt", "void", false, NOW, "send"],
    ["[G8] V begins a new attempt hours later", "void", false, LATER, "send"],
  ];
  for (const [title, state, running, now, step] of cells) {
    it(title, () => {
      const row = rowIn(state);
      const decision = decide({ row, running }, aRequest(), now);
      expect(decision.step).toBe(step);
      if (step === "resend" || step === "resolve" || step === "replay")
        expect(decision).toEqual({ step, row });
      // What stands in the way of a new command does not concern a repetition: [G1] comes first.
      if (state !== "void")
        expect(decide({ ...everything, row, running }, aRequest(), now)).toEqual(decision);
    });
  }

  it("[G2] another body under the same key is refused in every state, running or not, and nothing is written", () => {
    for (const state of ["pending", "done", "refused", "void"] as const) {
      for (const running of [true, false]) {
        const other = aRequest(wantedBooking(), { fingerprint: "POST/2" });
        for (const now of [NOW, LATER])
          expect(decide({ ...everything, row: rowIn(state), running }, other, now)).toEqual({
            step: "key-reuse",
          });
      }
    }
  });

  it("[G1] no row: a new command is written as pending and sent", () => {
    expect(decide({})).toEqual({ step: "send", row: aRow() });
    expect(decide({}, aRequest(wantedMove()))).toEqual({ step: "send", row: aRow(aRequest(wantedMove())) });
  });
});

/** Three visits, each so long after the one before. */
function seriesEvery(ms: number) {
  const { place } = wantedBooking();
  const more = [2, 3].map((n) => {
    const by = (n - 1) * ms;
    return {
      appointmentId: appointmentId(n),
      place: { ...place, start: plus(place.start, by), end: plus(place.end, by) },
    };
  });
  return aRequest(wantedBooking(1, { more }));
}

describe("what stands in the way of a new command", () => {
  const conflict: BookingRefusal = { reason: "patient-conflict" };
  const refusedWith = (refusal: BookingRefusal): TakeStep => ({
    step: "refuse",
    row: aRow(aRequest(), { state: "refused", refused: { refusal, alternatives: [] } }),
  });

  it("[G4] a claim over the same time: its calendar is asked before a conflict is said", () => {
    const conflictingClaims = [claim];
    expect(decide({ conflictingClaims })).toEqual({ step: "refresh", claims: [claim], commands: [] });
    expect(decide({ conflictingClaims, refreshed: true })).toEqual(refusedWith(conflict));
    expect(decide({ conflictingClaims: [], refreshed: true }).step).toBe("send");
  });

  it("[G4] a pending command over the same time that nobody is asking about is asked for first", () => {
    const facts = { conflictingCommand: true, unsettled: [otherRow] };
    expect(decide(facts)).toEqual({ step: "refresh", claims: [], commands: [otherRow] });
    expect(decide({ ...facts, refreshed: true })).toEqual(refusedWith(conflict));
  });

  it("[G4] a pending command over the same time whose call is under way is a conflict at once", () => {
    expect(decide({ conflictingCommand: true })).toEqual(refusedWith(conflict));
  });

  it("[G6] an open command on the same appointment makes the next one wait; nothing is written", () => {
    const facts = { openCommand: true, unsettled: [otherRow] };
    expect(decide(facts, aRequest(wantedMove()))).toEqual({
      step: "refresh",
      claims: [],
      commands: [otherRow],
    });
    expect(decide({ ...facts, refreshed: true }, aRequest(wantedMove()))).toEqual({ step: "busy" });
    expect(decide({ openCommand: true }, aRequest(wantedMove()))).toEqual({ step: "busy" });
  });

  it("[G6] [G4] waiting goes before refusing: a conflict with one's own open command is not recorded", () => {
    expect(decide({ ...everything, refreshed: true }, aRequest(wantedMove()))).toEqual({ step: "busy" });
  });

  it("[G7] the twentieth open appointment is sent, the twenty-first refused", () => {
    expect(OPEN_BOOKINGS_MAX).toBe(20);
    expect(decide({ openBookings: 19 }).step).toBe("send");
    expect(decide({ openBookings: 20 })).toEqual(
      refusedWith({ reason: "rule", rule: "too-many-open-bookings" }),
    );
  });

  it("[Z2] a series counts as so many open appointments as it has visits", () => {
    const series = seriesEvery(DAY_MS);
    expect(decide({ openBookings: 17 }, series).step).toBe("send");
    expect(decide({ openBookings: 18 }, series).step).toBe("refuse");
  });

  it("[G4] [Z11] visits that are made together do not overlap each other", () => {
    const { start, end } = wantedBooking().place;
    const refused = { step: "refuse", row: { refused: { refusal: conflict } } };
    expect(decide({}, seriesEvery(end - start)).step).toBe("send");
    expect(decide({}, seriesEvery(end - start - 1))).toMatchObject(refused);
  });

  it("[G4] [Z7] two visits of a series that would come to lie on one time are a conflict of their own", () => {
    const place = wantedMove().place;
    const moving = (start: Instant) =>
      aRequest(
        wantedMove(1, {
          more: [
            {
              appointmentId: appointmentId(2),
              place: { ...place, start, end: plus(start, 1_200_000) },
              before: claim,
            },
          ],
        }),
      );
    expect(decide({}, moving(plus(place.start, 300_000)))).toMatchObject({
      step: "refuse",
      row: { refused: { refusal: conflict } },
    });
    expect(decide({ openBookings: 20 }, moving(place.end)).step).toBe("send"); // and takes no more appointments
  });

  it("[G7] does not keep anybody from moving what they have", () => {
    expect(decide({ openBookings: 20 }, aRequest(wantedMove())).step).toBe("send");
  });

  it("[G4] [G7] a conflict is said before the number of appointments", () => {
    expect(decide({ openBookings: 20, conflictingCommand: true })).toEqual(refusedWith(conflict));
  });

  it("[G1] a refusal is the first answer: it is in the row that is written, under the attempt that it ended", () => {
    const step = decide({ conflictingCommand: true }, aRequest(wantedMove()));
    expect(step).toMatchObject({ step: "refuse", row: { attemptNumber: 1, state: "refused" } });
    if (step.step === "refuse")
      expect(decide({ row: step.row }, aRequest(wantedMove()), LATER).step).toBe("replay");
  });

  it("[G4] [G6] [G8] after a void attempt the same things stand in the way as before a first one", () => {
    const row = aRow(aRequest(), { state: "void" });
    expect(decide({ row, openCommand: true })).toEqual({ step: "busy" });
    expect(decide({ row, conflictingClaims: [claim] }).step).toBe("refresh");
    expect(decide({ row, conflictingCommand: true })).toMatchObject({
      step: "refuse",
      row: { attemptNumber: 2 },
    });
    expect(decide({ row, openBookings: 20 })).toMatchObject({ step: "refuse", row: { attemptNumber: 2 } });
  });
});

describe("attempts", () => {
  it("[G8] [B14] a move's attempts are numbered: a void one is never used again", () => {
    const request = aRequest(wantedMove());
    const names: string[] = [];
    let row: CommandRow | null = null;
    for (let attempt = 1; attempt <= 12; attempt++) {
      const step: TakeStep = decide({ row }, request, plus(NOW, attempt * 60_000));
      if (step.step !== "send") throw new Error(step.step);
      names.push(step.row.attempt);
      expect(step.row.attemptNumber).toBe(attempt);
      row = { ...step.row, state: "void" };
    }
    expect(names.slice(0, 2)).toEqual(["command-1.1", "command-1.2"]);
    expect(new Set(names).size).toBe(12);
  });

  it("[G8] [B14] a booking's attempt is its appointment id; after a void one the fresh id of the repetition is used", () => {
    const row = aRow(aRequest(wantedBooking(1)), { state: "void" });
    const step = decide({ row }, aRequest(wantedBooking(2)), LATER);
    expect(step).toEqual({
      step: "send",
      row: {
        ...aRow(aRequest(wantedBooking(2))),
        attemptNumber: 2,
        attempt: appointmentId(2),
        issuedAt: LATER,
        deadline: plus(LATER, 10_000),
        askAt: plus(LATER, 12_000),
      },
    });
  });

  it("[G8] a repetition of an open attempt keeps id, deadline and request of the first call", () => {
    const row = aRow(aRequest(wantedBooking(1)));
    const step = decide({ row }, aRequest(wantedBooking(2)), plus(NOW, 5_000));
    expect(step).toEqual({ step: "resend", row });
  });

  it("[G8] two commands of one patient never share an attempt", () => {
    const one = decide({}, aRequest(wantedMove(), { command: commandId(1) }));
    const two = decide({}, aRequest(wantedMove(), { command: commandId(11) }));
    const attempts = [one, two].map((step) => (step.step === "send" ? step.row.attempt : null));
    expect(attempts).toEqual([attemptId("command-1.1"), attemptId("command-11.1")]);
  });
});

describe("any facts", () => {
  const anyFacts: fc.Arbitrary<AgendaFacts> = fc.record({
    row: fc.constantFrom(
      null,
      aRow(),
      refusedRow,
      aRow(aRequest(), { state: "done" }),
      aRow(aRequest(), { state: "void" }),
    ),
    running: fc.boolean(),
    conflictingClaims: fc.constantFrom([], [claim]),
    conflictingCommand: fc.boolean(),
    openCommand: fc.boolean(),
    openBookings: fc.integer({ min: 0, max: 25 }),
    selfBooked: fc.integer({ min: 0, max: 25 }),
    unsettled: fc.constantFrom([], [otherRow]),
    refreshed: fc.boolean(),
  });
  const anyNow = fc.integer({ min: 0, max: 30_000 }).map((ms) => plus(NOW, ms));

  it("[G3] [G4] [G6] [G7] nothing is sent that something stands in the way of, and the answer is always the same", () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.constantFrom(aRequest(), aRequest(wantedMove())),
        anyNow,
        (facts, request, now) => {
          const step = decideTake(facts, request, now);
          expect(decideTake(facts, request, now)).toEqual(step);
          if (step.step !== "send") return;
          expect(facts.row === null || facts.row.state === "void").toBe(true);
          expect([facts.openCommand, facts.conflictingCommand, facts.conflictingClaims.length]).toEqual([
            false,
            false,
            0,
          ]);
          if (request.wanted.kind === "book") expect(facts.openBookings).toBeLessThan(20);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("[G4] whoever was refreshed once is not refreshed again: the answer comes in two rounds at most", () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        expect(decideTake({ ...facts, refreshed: true }, aRequest(), now).step).not.toBe("refresh");
      }),
    );
  });
});
