/** Proves what the agenda makes of each word of the calendar, of news and of silence, and what it tells the calendar. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANSWER_LIFE_MS,
  type CommandRow,
  calendarCommand,
  firstAnswer,
  furtherAnswers,
  RESOLVE_PAUSES_MS,
  visitsOf,
} from "../../../core/agenda/command-row.ts";
import { askedInVain, decideReply, provesDone } from "../../../core/agenda/decide-reply.ts";
import { factsOf } from "../../../core/booking/appointment.ts";
import {
  type BookCommand,
  type CalendarReply,
  COMMAND_DEADLINE_MS,
  FENCE_LIFE_MS,
} from "../../../core/booking/commands.ts";
import { decideMoveSeries } from "../../../core/booking/decide-move-series.ts";
import { DAY_MS, instant, MINUTE_MS, plus, SECOND_MS } from "../../../core/time.ts";
import {
  aConfig,
  anAppointment,
  appointmentId,
  aRequest,
  aRow,
  aSite,
  attemptId,
  commandId,
  locationId,
  MemoryCalendar,
  NOW,
  providerId,
  START,
  wantedBooking,
  wantedMove,
} from "../../support/core-builders.ts";

const appointment = anAppointment(1);
const alternatives = [{ start: START, end: plus(START, 20 * MINUTE_MS), locationId: locationId(1) }];
const refusal = { reason: "slot-taken", blockedBy: "appointment" } as const;
const moveRow = aRow(aRequest(wantedMove()));

describe("the calendar's word", () => {
  for (const [kind, row] of [
    ["booking", aRow()],
    ["move", moveRow],
  ] as const) {
    it(`[G8] done, to a send of a ${kind}: accepted without a write`, () => {
      expect(decideReply(row, "send", { kind: "done", appointment })).toEqual({ step: "accepted" });
    });

    it(`[G8] done, to a question about a ${kind}: row and claim are settled together`, () => {
      expect(decideReply(row, "resolve", { kind: "done", appointment })).toEqual({
        step: "settle",
        row: { ...row, state: "done" },
        claim: appointment,
      });
    });

    it(`[G1] refused, to a ${kind}: written with its alternatives, for it is the first answer`, () => {
      expect(decideReply(row, "send", { kind: "refused", refusal, alternatives })).toEqual({
        step: "write",
        row: { ...row, state: "refused", refused: { refusal, alternatives } },
        answer: "refused",
      });
    });

    it(`[G8] [B14] fenced, to a send of a ${kind} or a question about it: the attempt is void`, () => {
      for (const asked of ["send", "resolve"] as const)
        expect(decideReply(row, asked, { kind: "fenced" })).toEqual({
          step: "write",
          row: { ...row, state: "void" },
          answer: "void",
        });
    });

    it(`[B17] needs-config, to a ${kind}: the attempt is void and the caller is told why`, () => {
      expect(decideReply(row, "send", { kind: "needs-config" })).toEqual({
        step: "write",
        row: { ...row, state: "void" },
        answer: "needs-config",
      });
    });

    it(`[B15] [G8] late, to a ${kind}: its outcome is asked for`, () => {
      expect(decideReply(row, "send", { kind: "late" })).toEqual({ step: "resolve" });
    });

    it(`[G8] busy, to a ${kind}: it stays pending, nothing is written`, () => {
      for (const asked of ["send", "resolve"] as const)
        expect(decideReply(row, asked, { kind: "busy" })).toEqual({ step: "wait", answer: "busy" });
    });
  }

  it("[G8] an attempt keeps its id, number and deadline through whatever is written", () => {
    const anyReply = fc.constantFrom<CalendarReply>(
      { kind: "done", appointment },
      { kind: "refused", refusal, alternatives },
      { kind: "fenced" },
      { kind: "late" },
      { kind: "busy" },
      { kind: "needs-config" },
    );
    fc.assert(
      fc.property(
        anyReply,
        fc.constantFrom("send", "resolve"),
        fc.constantFrom(aRow(), moveRow),
        (reply, asked, row) => {
          const step = decideReply(row, asked, reply);
          expect(decideReply(row, asked, reply)).toEqual(step);
          if (step.step !== "write" && step.step !== "settle") return;
          const { state: _state, refused: _refused, ...kept } = step.row;
          expect(row).toMatchObject(kept);
        },
      ),
    );
  });
});

describe("silence", () => {
  it("[G8] is asked about after 5, 15, 60 and then every 60 seconds", () => {
    expect(RESOLVE_PAUSES_MS).toEqual([5_000, 15_000, 60_000]);
    let row: CommandRow = aRow();
    const pauses: number[] = [];
    for (let asks = 1; asks <= 6; asks++) {
      row = askedInVain(row, NOW);
      expect(row.asks).toBe(asks);
      pauses.push((row.askAt - NOW) / SECOND_MS);
    }
    expect(pauses).toEqual([5, 15, 60, 60, 60, 60]);
  });

  it("[G8] changes nothing but when to ask next", () => {
    expect(askedInVain(moveRow, plus(NOW, 7))).toEqual({ ...moveRow, asks: 1, askAt: plus(NOW, 5_007) });
  });

  it("[G1] [M2] a calendar remembers a command longer than the agenda promises its answer", () => {
    // Accepted by its deadline at the latest, and asked for again until a day after it was issued.
    expect(ANSWER_LIFE_MS).toBe(DAY_MS);
    expect(COMMAND_DEADLINE_MS + FENCE_LIFE_MS).toBeGreaterThan(ANSWER_LIFE_MS);
  });
});

describe("news of an appointment", () => {
  const news = factsOf(anAppointment(1, { version: 3, status: "cancelled" }));

  it("[G8] proves a booking, whatever happened to it since and whatever caused the news", () => {
    for (const cause of [null, attemptId(appointmentId(1)), attemptId("somebody.1")])
      expect(provesDone(aRow(), news, cause)).toBe(true);
  });

  it("[G8] proves a move only when it names the move as its cause", () => {
    expect(provesDone(moveRow, news, moveRow.attempt)).toBe(true);
    for (const cause of [
      null,
      attemptId("somebody.1"),
      attemptId(`${commandId(1)}.2`),
      attemptId(appointmentId(1)),
    ])
      expect(provesDone(moveRow, news, cause)).toBe(false);
  });

  it("[G8] of another appointment proves nothing, though it names the attempt", () => {
    const other = factsOf(anAppointment(2));
    expect(provesDone(aRow(), other, aRow().attempt)).toBe(false);
    expect(provesDone(moveRow, other, moveRow.attempt)).toBe(false);
  });

  it("[G8] [G1] changes nothing about a command that is settled", () => {
    for (const state of ["done", "refused", "void"] as const) {
      expect(provesDone({ ...aRow(), state }, news, aRow().attempt)).toBe(false);
      expect(provesDone({ ...moveRow, state }, news, moveRow.attempt)).toBe(false);
    }
  });
});

describe("what the calendar is told", () => {
  it("[G8] the same of every send, except that it is one more", () => {
    const request = aRequest(
      wantedBooking(1, { reason: "cough", notes: "n", source: "staff", configVersion: 7 }),
    );
    const row = aRow(request);
    const command = {
      kind: "book",
      attempt: row.attempt,
      appointmentId: appointmentId(1),
      patientId: request.patientId,
      place: request.wanted.place,
      issuedAt: NOW,
      deadline: row.deadline,
      configVersion: 7,
      reason: "cough",
      notes: "n",
      source: "staff",
    };
    expect(calendarCommand(row, false)).toEqual({ ...command, again: false });
    expect(calendarCommand(row, true)).toEqual({ ...command, again: true });
  });

  it("[M3] of a move the version that the caller saw", () => {
    expect(calendarCommand(aRow(aRequest(wantedMove(1, { ifMatch: 4 }))), false)).toEqual({
      kind: "move",
      attempt: attemptId("command-1.1"),
      appointmentId: appointmentId(1),
      patientId: moveRow.request.patientId,
      place: moveRow.request.wanted.place,
      issuedAt: NOW,
      deadline: moveRow.deadline,
      again: false,
      configVersion: 1,
      ifMatch: 4,
    });
  });

  it("[M1] of a move's reason: a text, none at all, or nothing", () => {
    const told = (more: Parameters<typeof wantedMove>[1]) =>
      calendarCommand(aRow(aRequest(wantedMove(1, more))), false);
    expect(told({ reason: "fever" })).toHaveProperty("reason", "fever");
    expect(told({ reason: null })).toHaveProperty("reason", null);
    expect(told({})).not.toHaveProperty("reason");
    expect(told({})).not.toHaveProperty("notes");
  });
});

describe("a series that moves", () => {
  it("[Z9] is answered from its row: what each further visit becomes, exactly as the calendar commits it", () => {
    const anyVisit = fc.record({
      days: fc.integer({ min: 1, max: 3 }),
      version: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom("booked", "confirmed"),
      stays: fc.boolean(),
      override: fc.constantFrom(null, "clinical-need"),
    });
    fc.assert(
      fc.property(
        fc.array(anyVisit, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 9_000 }),
        (visits, ms) => {
          const calendar = new MemoryCalendar().put(anAppointment(1));
          let at = START;
          const more = visits.map(({ days, version, status, stays, override }, n) => {
            at = plus(at, days * DAY_MS);
            const facts = { patientId: appointment.patientId, start: at, end: plus(at, 20 * MINUTE_MS) };
            const stored = anAppointment(n + 2, { ...facts, version, status, override, reason: "said" });
            calendar.put(stored);
            const start = stays ? at : plus(at, 40 * MINUTE_MS);
            const place = { ...wantedMove().place, start, end: plus(start, 20 * MINUTE_MS) };
            return { appointmentId: stored.id, place, before: factsOf(stored) };
          });
          const row = aRow(aRequest(wantedMove(1, { more })));
          const command = calendarCommand(row, false);
          if (command.kind !== "move") throw new Error(command.kind);
          const decision = decideMoveSeries(calendar, command, plus(NOW, ms));
          if (decision.kind !== "commit") throw new Error(JSON.stringify(decision));
          const committed = decision.visits.slice(1).map((one) => factsOf(one.appointment));
          expect(furtherAnswers(row).map(factsOf)).toEqual(committed);
          expect(visitsOf(row.request.wanted).length).toBe(visits.length + 1);
        },
      ),
    );
  });

  it("[Z9] [G8] is proven by its first visit and its own attempt, by nothing else", () => {
    const second = factsOf(anAppointment(2));
    const more = [{ appointmentId: second.id, place: wantedMove().place, before: second }];
    const row = aRow(aRequest(wantedMove(1, { more })));
    expect(provesDone(row, factsOf(appointment), row.attempt)).toBe(true);
    expect(provesDone(row, factsOf(appointment), null)).toBe(false);
    expect(provesDone(row, second, row.attempt)).toBe(false);
  });
});

describe("the first answer", () => {
  it("[G5] of a booking is built from its row, and equals what the calendar commits", () => {
    const anyText = fc.option(fc.string(), { nil: null });
    const anyCase = fc.record({
      reason: anyText,
      notes: anyText,
      source: fc.constantFrom("patient", "staff", "service"),
      zone: fc.constantFrom("America/Chicago", "Asia/Kathmandu", "UTC"),
      now: fc.integer({ min: 0, max: 10_000 }),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(anyCase, ({ reason, notes, source, zone, now, again }) => {
        const config = aConfig({
          providerId: providerId(4),
          sites: [
            aSite({
              timeZone: zone,
              hours: [1, 2].map((weekday) => ({ weekday, opensAt: 0, closesAt: 1440 })),
            }),
          ],
        });
        const start = instant(Date.UTC(2026, 10, 24, 12, zone === "Asia/Kathmandu" ? 15 : 0));
        const place = { ...wantedBooking().place, start, end: plus(start, 20 * MINUTE_MS) };
        const request = aRequest(
          wantedBooking(1, { reason, notes, source, place, timeZone: zone, providerId: providerId(4) }),
        );
        const row = aRow(request);
        const reply = new MemoryCalendar(config).book(
          calendarCommand(row, again) as BookCommand,
          plus(NOW, now),
        );
        expect(reply).toEqual({ kind: "done", appointment: firstAnswer(row) });
      }),
    );
  });

  it("[G5] of a booking is version 1, though the calendar has moved and cancelled it since", () => {
    const calendar = new MemoryCalendar();
    const row = aRow();
    calendar.book(calendarCommand(row, false) as BookCommand, NOW);
    const first = firstAnswer(row);
    calendar.put(anAppointment(1, { version: 3, status: "cancelled" }));
    expect(calendar.book(calendarCommand(row, true) as BookCommand, NOW)).toMatchObject({
      kind: "done",
      appointment: { version: 3 },
    });
    expect(first).toEqual(anAppointment(1));
    expect(firstAnswer(row)).toEqual(first);
  });

  it("[G5] [M2] of a move is kept at its calendar, not in the row", () => {
    expect(firstAnswer(moveRow)).toBeNull();
  });

  it("[G5] takes nothing from the request that an appointment does not have", () => {
    const wanted = { ...wantedBooking(), secret: "canary" };
    expect(JSON.stringify(firstAnswer(aRow(aRequest(wanted))))).not.toContain("canary");
  });
});
