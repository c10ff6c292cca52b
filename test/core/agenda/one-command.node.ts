/**
 * Proves that agenda and calendar together never guess: one patient's command under one key, any calls, losses, delays,
 * alarms, news, rivals and clocks in any order. Decisions are core's; only their delivery is played here. Does not prove
 * two commands at once (test/durable-objects) nor crashes inside an object (handlers are one transaction).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CommandRow,
  calendarCommand,
  firstAnswer,
  resolveQuestion,
  type TakeRequest,
} from "../../../core/agenda/command-row.ts";
import { askedInVain, decideReply, provesDone } from "../../../core/agenda/decide-reply.ts";
import { decideTake } from "../../../core/agenda/decide-take.ts";
import { type AppointmentFacts, factsOf, occupiesTime } from "../../../core/booking/appointment.ts";
import type { BookCommand, CalendarReply, MoveCommand } from "../../../core/booking/commands.ts";
import { type Instant, overlaps, plus } from "../../../core/time.ts";
import {
  aBooking,
  aCancel,
  appointmentId,
  aRequest,
  attemptId,
  commandId,
  MemoryCalendar,
  NOW,
  patientId,
  wantedBooking,
  wantedMove,
} from "../../support/core-builders.ts";

/** What becomes of a call: answered, lost on the way there, answer lost, or arriving when nobody waits any more. */
type Fate = "answered" | "lost" | "reply-lost" | "delayed";
type Event =
  | { readonly kind: "call" | "alarm"; readonly fate: Fate }
  | { readonly kind: "arrives" | "news" | "old-news" | "rival" | "rival-leaves" | "staff-cancels" }
  | { readonly kind: "time"; readonly ms: number };

const anyFate = fc.constantFrom<Fate>("answered", "answered", "lost", "reply-lost", "delayed");
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("call" as const), fate: anyFate }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("alarm" as const), fate: anyFate }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("arrives" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("news" as const, "old-news" as const, "rival" as const, "rival-leaves" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("staff-cancels" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("time" as const),
      ms: fc.constantFrom(1, 3_000, 9_999, 13_000),
    }),
  },
);

const PATIENT = patientId(1);

class Story {
  readonly calendar = new MemoryCalendar();
  readonly kind: "book" | "move";
  readonly answers = new Set<string>();
  readonly #claims = new Map<string, AppointmentFacts>();
  readonly #delayed: (BookCommand | MoveCommand)[] = [];
  readonly #attempts: CommandRow[] = [];
  #row: CommandRow | null = null;
  #now: Instant = NOW;
  #newsRead = 0;
  #calls = 0;
  #rivals = 0;

  constructor(kind: "book" | "move") {
    this.kind = kind;
    if (kind === "move") this.calendar.book(aBooking(1), NOW);
    this.#readNews(0);
  }

  take(event: Event): void {
    if (event.kind === "call") this.#call(event.fate);
    else if (event.kind === "alarm") this.#alarm(event.fate);
    else if (event.kind === "arrives") this.#deliver(this.#delayed.shift());
    else if (event.kind === "news") this.#readNews(this.#newsRead);
    else if (event.kind === "old-news") this.#readNews(0);
    else if (event.kind === "rival") this.#rivalBooks();
    else if (event.kind === "rival-leaves") this.#staffCancels(patientId(200));
    else if (event.kind === "staff-cancels") this.#staffCancels(PATIENT);
    else if (event.kind === "time") this.#now = plus(this.#now, event.ms);
    this.#expectTruth();
  }

  /** Faults end: everything arrives, the clock goes on, the alarm asks until there is nothing to ask. */
  settle(): void {
    while (this.#delayed.length > 0) this.take({ kind: "arrives" });
    this.take({ kind: "news" });
    for (let round = 0; round < 3; round++) {
      this.take({ kind: "time", ms: 120_000 });
      this.take({ kind: "alarm", fate: "answered" });
    }
    expect(this.#row?.state).not.toBe("pending");
    expect(this.#row?.state === "done").toBe(this.#committed().length === 1);
    if (this.#row?.state !== "void") this.take({ kind: "call", fate: "answered" });
  }

  #request(): TakeRequest {
    this.#calls += 1;
    const wanted = this.kind === "book" ? wantedBooking(100 + this.#calls) : wantedMove(1);
    return aRequest(wanted, { patientId: PATIENT });
  }

  #call(fate: Fate, refreshed = false): void {
    const request = this.#request();
    const { wanted } = request;
    const conflictingClaims = [...this.#claims.values()].filter(
      (claim) =>
        occupiesTime(claim.status) && claim.id !== wanted.appointmentId && overlaps(claim, wanted.place),
    );
    const facts = {
      row: this.#row,
      running: false,
      conflictingCommand: false,
      openCommand: false,
      openBookings: 0,
      selfBooked: 0,
    };
    const step = decideTake({ ...facts, conflictingClaims, unsettled: [], refreshed }, request, this.#now);
    switch (step.step) {
      case "send":
        this.#row = step.row;
        this.#attempts.push(step.row);
        this.#send(step.row, false, fate);
        break;
      case "resend":
        this.#send(step.row, true, fate);
        break;
      case "resolve":
        this.#ask(step.row, fate);
        break;
      case "refresh":
        for (const { id } of step.claims) this.#observe(this.calendar.find(id)?.appointment ?? null, null);
        this.#call(fate, true);
        break;
      case "refuse":
        this.#row = step.row;
        this.answers.add(JSON.stringify(step.row.refused));
        break;
      case "replay":
        this.#replay(step.row);
        break;
      default:
        throw new Error(`one command alone is never ${step.step}`);
    }
  }

  #send(row: CommandRow, again: boolean, fate: Fate): void {
    const command = calendarCommand(row, again);
    if (fate === "delayed") this.#delayed.push(command);
    if (fate === "delayed" || fate === "lost") return;
    const reply = this.#deliver(command);
    if (reply && fate === "answered") this.#apply(row, "send", reply);
  }

  #deliver(command: BookCommand | MoveCommand | undefined): CalendarReply | null {
    if (!command) return null;
    return command.kind === "book"
      ? this.calendar.book(command, this.#now)
      : this.calendar.move(command, this.#now);
  }

  #ask(row: CommandRow, fate: Fate): void {
    if (fate === "lost" || fate === "delayed") return;
    const reply = this.calendar.resolve(resolveQuestion(row), this.#now);
    if (fate === "answered") this.#apply(row, "resolve", reply);
  }

  #apply(row: CommandRow, asked: "send" | "resolve", reply: CalendarReply): void {
    const step = decideReply(row, asked, reply);
    if (step.step === "resolve") this.#ask(row, "answered");
    if (step.step === "settle") this.#observe(step.claim, row);
    if (step.step === "write" && this.#row?.state === "pending") this.#row = step.row;
    if (step.step === "accepted" || step.step === "settle")
      this.answers.add(
        JSON.stringify(firstAnswer(row) ?? (reply.kind === "done" ? reply.appointment : null)),
      );
    if (step.step === "write" && step.answer === "refused")
      this.answers.add(JSON.stringify(step.row.refused));
  }

  #replay(row: CommandRow): void {
    if (row.refused) this.answers.add(JSON.stringify(row.refused));
    else if (row.request.wanted.kind === "book") this.answers.add(JSON.stringify(firstAnswer(row)));
    else {
      const reply = this.calendar.resolve({ ...calendarCommand(row, true) }, this.#now);
      expect(reply.kind).toBe("done"); // an answered move is remembered at its calendar
      if (reply.kind === "done") this.answers.add(JSON.stringify(reply.appointment));
    }
  }

  #alarm(fate: Fate): void {
    if (this.#row?.state !== "pending" || this.#now < this.#row.askAt) return;
    const asked = this.#row;
    this.#ask(asked, fate);
    if (this.#row === asked) this.#row = askedInVain(asked, this.#now);
  }

  #readNews(from: number): void {
    for (const { appointment, cause } of this.calendar.emitted.slice(from))
      this.#observe(appointment, { attempt: cause });
    this.#newsRead = this.calendar.emitted.length;
  }

  #observe(facts: AppointmentFacts | null, cause: Pick<CommandRow, "attempt"> | null): void {
    if (!facts || facts.patientId !== PATIENT) return;
    if (this.#row && provesDone(this.#row, facts, cause?.attempt ?? null))
      this.#row = { ...this.#row, state: "done" };
    const known = this.#claims.get(facts.id);
    if (!known || known.version < facts.version) this.#claims.set(facts.id, factsOf(facts));
  }

  #rivalBooks(): void {
    this.#rivals += 1;
    const place = this.#request().wanted.place;
    const times = { issuedAt: this.#now, deadline: plus(this.#now, 10_000) };
    this.calendar.book(
      aBooking(500 + this.#rivals, { place, patientId: patientId(200), ...times }),
      this.#now,
    );
  }

  #staffCancels(patient: string): void {
    for (const { id, version, status, patientId: owner } of this.calendar.appointments()) {
      if (owner !== patient || status !== "booked") continue;
      const command = commandId(9_000 + this.calendar.emitted.length);
      const cancel = { appointmentId: id, ifMatch: version, reach: { kind: "everything" } as const };
      this.calendar.cancel({ ...aCancel(1), ...cancel, command, fingerprint: command }, this.#now);
    }
  }

  /** Attempts of this command that the calendar committed. */
  #committed(): CommandRow[] {
    return this.#attempts.filter((row) => {
      const stored = this.calendar.find(row.request.wanted.appointmentId);
      if (this.kind === "book") return stored !== null;
      return stored?.recent.some((entry) => entry.attempt === row.attempt && entry.answer !== null);
    });
  }

  #expectTruth(): void {
    const committed = this.#committed();
    expect(committed.length).toBeLessThanOrEqual(1); // one key, one effect
    expect(this.answers.size).toBeLessThanOrEqual(1); // every definitive answer is the same
    const [answer] = this.answers;
    if (answer !== undefined) expect(answer.includes('"refusal"')).toBe(committed.length === 0);
    const [done] = committed;
    if (done) expect(done.attempt).toBe(this.#row?.attempt); // a void attempt never commits, whatever arrives late
    if (this.#row?.state === "done") expect(done?.attempt).toBe(this.#row.attempt);
    if (this.#row?.state === "void") expect(done).toBeUndefined();
  }
}

describe("one command under one key, whatever happens to its calls", () => {
  for (const kind of ["book", "move"] as const) {
    it(`[G8] [G1] [B14] [B16] [M2] a ${kind} happens once or never, and every answer about it is true and the same`, () => {
      const seen: Record<string, number> = { accepted: 0, refused: 0, unanswered: 0 };
      fc.assert(
        fc.property(fc.array(anyEvent, { maxLength: 40, size: "max" }), (events) => {
          const story = new Story(kind);
          for (const event of events) story.take(event);
          const [answer] = story.answers;
          const what =
            answer === undefined ? "unanswered" : answer.includes('"refusal"') ? "refused" : "accepted";
          seen[what] = (seen[what] ?? 0) + 1;
          story.settle();
        }),
        { numRuns: 300 },
      );
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
    });
  }

  it("[B14] [G8] a first copy that arrives after its question was answered books nothing, and the key books anew", () => {
    const story = new Story("book");
    story.take({ kind: "call", fate: "delayed" });
    story.take({ kind: "time", ms: 13_000 });
    story.take({ kind: "alarm", fate: "answered" });
    story.take({ kind: "arrives" });
    expect(story.calendar.appointments()).toEqual([]);
    story.take({ kind: "call", fate: "answered" });
    expect(story.calendar.appointments().map(({ id }) => id)).toEqual([appointmentId(102)]);
    expect(story.answers.size).toBe(1);
  });

  it("[G8] somebody else's change of the appointment is not taken for one's own move", () => {
    const story = new Story("move");
    story.take({ kind: "call", fate: "lost" });
    story.take({ kind: "staff-cancels" });
    story.take({ kind: "news" });
    story.settle();
    expect(story.answers.size).toBe(0);
    expect(story.calendar.find(appointmentId(1))?.recent.map(({ attempt }) => attempt)).toContain(
      attemptId("command-1.1"),
    );
  });
});
