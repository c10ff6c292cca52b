/**
 * Proves, for any order of commands at any times, what must never be true of one calendar: two appointments over one
 * minute, a version that does not grow, a repetition with another answer, a fenced attempt that commits. The calendar is
 * the one in memory; that the object applies decisions in the same way is proven in test/durable-objects.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Appointment } from "../../../core/booking/appointment.ts";
import type { CalendarView } from "../../../core/booking/calendar-view.ts";
import type {
  BookCommand,
  CalendarReply,
  MoveCommand,
  StatusCommand,
  StatusReply,
} from "../../../core/booking/commands.ts";
import { bookedAppointment, decideBook } from "../../../core/booking/decide-book.ts";
import { decideMove } from "../../../core/booking/decide-move.ts";
import { decideResolve } from "../../../core/booking/decide-resolve.ts";
import { decideStatus } from "../../../core/booking/decide-status.ts";
import { OpenDays } from "../../../core/schedule/open-days.ts";
import { HOUR_MS, type Instant, MINUTE_MS, overlaps, plus, SECOND_MS } from "../../../core/time.ts";
import {
  aBooking,
  aCancel,
  aConfig,
  aMove,
  aSite,
  at,
  attemptId,
  aVisit,
  commandId,
  everyDay,
  locationId,
  MemoryCalendar,
  visitTypeId,
} from "../../support/core-builders.ts";

/** Few starts, two sites, two lengths, one grid finer than a visit: nearly every command meets another. */
const CONFIG = aConfig({
  sites: [
    aSite({ hours: everyDay(9 * 60, 11 * 60) }),
    aSite({ locationId: locationId(2), hours: everyDay(9 * 60, 12 * 60) }),
  ],
  visitTypes: [
    aVisit({ minutes: 20, gridMinutes: 10, noticeMinutes: 0 }),
    aVisit({ id: visitTypeId(2), minutes: 45, gridMinutes: 15, noticeMinutes: 60 }),
  ],
});
const MINUTES = [20, 45] as const;
const MIDNIGHT = at("2026-11-24T00:00:00-06:00");

interface Step {
  readonly kind: "book" | "move" | "cancel" | "resolve" | "repeat";
  readonly visit: 0 | 1;
  readonly site: 1 | 2;
  /** Five-minute steps after 08:50: most starts are open and on the grid, some are not. */
  readonly startStep: number;
  readonly now: number;
  readonly sentBefore: number;
  readonly again: boolean;
  readonly stale: boolean;
  /** Which appointment a `move` or a `cancel`, which earlier command a `repeat` or a `resolve` means. */
  readonly earlier: number;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("book", "book", "book", "move", "move", "move", "cancel", "resolve", "repeat"),
  visit: fc.constantFrom(0, 1),
  site: fc.constantFrom(1, 2),
  startStep: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => 2 + n * 6) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 36 }) },
  ),
  // In any order, also backwards; within a day, so that nothing is forgotten.
  now: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 8 * HOUR_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 * HOUR_MS }) },
  ),
  sentBefore: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 9 * SECOND_MS, max: 11 * SECOND_MS }) },
  ),
  again: fc.boolean(),
  stale: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  earlier: fc.nat(1_000),
});

type Sent =
  | { readonly kind: "book"; readonly command: BookCommand; readonly first: CalendarReply }
  | { readonly kind: "move"; readonly command: MoveCommand; readonly first: CalendarReply }
  | { readonly kind: "cancel"; readonly command: StatusCommand; readonly first: StatusReply };

class Run {
  readonly calendar = new MemoryCalendar(CONFIG);
  readonly sent: Sent[] = [];
  readonly seen: Record<string, number>;

  constructor(seen: Record<string, number>) {
    this.seen = seen;
  }

  take(step: Step): void {
    const now = plus(MIDNIGHT, step.now);
    if (step.kind === "repeat") this.repeat(this.sent[step.earlier % this.sent.length], now);
    else if (step.kind === "resolve") this.resolve(this.sent[step.earlier % this.sent.length], now);
    else this.send(step, now);
    this.expectNoOverlap();
    this.expectVersionsGrow();
  }

  private send(step: Step, now: Instant): void {
    const n = this.sent.length;
    const rows = this.calendar.appointments();
    // One more than there are: now and then it is an appointment that is not there.
    const known = rows[step.earlier % (rows.length + 1)];
    const target = known ? Number(known.patientId.slice(-12)) : 900;
    const start = plus(MIDNIGHT, (8 * 60 + 50 + step.startStep * 5) * MINUTE_MS);
    const issuedAt = plus(now, -step.sentBefore);
    const common = {
      place: {
        locationId: locationId(step.site),
        visitTypeId: visitTypeId(step.visit + 1),
        start,
        end: plus(start, MINUTES[step.visit] * MINUTE_MS),
      },
      issuedAt,
      deadline: plus(issuedAt, 10 * SECOND_MS),
      again: step.again,
    };
    const ifMatch = (known?.version ?? 1) - (step.stale ? 1 : 0);
    if (step.kind === "book") {
      const command = aBooking(n, common); // an id names one attempt; sending it again is `repeat`
      this.expectSame((view) => decideBook(view, command, now));
      this.note({ kind: "book", command, first: this.calendar.book(command, now) });
    } else if (step.kind === "move") {
      const command = aMove(target, { ...common, attempt: attemptId(`move-${n}.1`), ifMatch });
      this.expectSame((view) => decideMove(view, command, now));
      this.note({ kind: "move", command, first: this.calendar.move(command, now) });
    } else {
      const command = aCancel(target, { command: commandId(n), fingerprint: `cancel-${n}`, ifMatch });
      this.expectSame((view) => decideStatus(view, command, now));
      this.note({ kind: "cancel", command, first: this.calendar.cancel(command, now) });
    }
  }

  private note(sent: Sent): void {
    this.sent.push(sent);
    const key = `${sent.kind} ${sent.first.kind}`;
    this.seen[key] = (this.seen[key] ?? 0) + 1;
  }

  /** A decided command is asked again, as a re-send is. What it answered once it answers for ever. */
  repeat(sent: Sent | undefined, now: Instant): void {
    if (!sent) return;
    const before = this.calendar.emitted.length;
    if (sent.kind === "cancel") {
      if (sent.first.kind !== "done") return; // a refused cancel is decided again; by its version it stays refused
      expect(this.calendar.cancel(sent.command, now)).toEqual({ ...sent.first, replayed: true });
    } else if (this.isFinal(sent)) {
      const again = { ...sent.command, again: true };
      const reply = again.kind === "book" ? this.calendar.book(again, now) : this.calendar.move(again, now);
      if (sent.first.kind !== "done") expect(reply).toEqual({ kind: "fenced" });
      else if (sent.kind === "move") expect(reply).toEqual(sent.first);
      else this.expectSameBooking(sent.command, sent.first.appointment, reply);
    } else return;
    expect(this.calendar.emitted).toHaveLength(before);
  }

  /** [B3] [G5] The calendar says that it is booked, and the command alone says as what it was booked first. */
  private expectSameBooking(command: BookCommand, first: Appointment, reply: CalendarReply): void {
    expect(reply.kind).toBe("done");
    expect(reply.kind === "done" && reply.appointment.id).toBe(first.id);
    expect(bookedAppointment(command, CONFIG.providerId, "America/Chicago")).toEqual(first);
  }

  private isFinal({ first, command }: Extract<Sent, { kind: "book" | "move" }>): boolean {
    if (first.kind === "done" || first.kind === "fenced") return true;
    // A move of what is not there is not fenced: there is no row, and nobody can know the id before it is booked.
    return first.kind === "refused" && command.again && first.refusal.reason !== "not-found";
  }

  private resolve(sent: Sent | undefined, now: Instant): void {
    if (!sent || sent.kind === "cancel") return;
    const question = { ...sent.command };
    this.expectSame((view) => decideResolve(view, question));
    const before = this.calendar.emitted.length;
    const reply = this.calendar.resolve(question, now);
    if (sent.first.kind === "done") expect(reply.kind).toBe("done");
    else {
      expect(reply).toEqual({ kind: "fenced" });
      const retried = { ...sent, first: reply } as Sent;
      // Only a move of a missing appointment leaves no fence behind; see isFinal.
      if (sent.kind === "book" || this.calendar.find(sent.command.appointmentId)) this.repeat(retried, now);
    }
    expect(this.calendar.emitted).toHaveLength(before);
  }

  /** The same facts and the same clock give the same decision, also when nothing is cached yet. */
  private expectSame<D>(decide: (view: CalendarView) => D): void {
    const cold: CalendarView = {
      open: new OpenDays(CONFIG),
      find: (id) => structuredClone(this.calendar.find(id)),
      isFenced: (attempt) => this.calendar.isFenced(attempt),
      preparedOn: () => null,
      forwardingOf: () => null,
      reservationOf: () => null,
      occupantsIn: (interval, now) => this.calendar.occupantsIn(interval, now),
      findHold: (id) => this.calendar.findHold(id),
    };
    const decision = decide(this.calendar);
    expect(decide(this.calendar)).toEqual(decision);
    expect(decide(cold)).toEqual(decision);
  }

  private expectNoOverlap(): void {
    const sorted = this.calendar.occupying().toSorted((a, b) => a.start - b.start);
    for (const [index, appointment] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next && overlaps(appointment, next)) expect([appointment, next]).toBe("two that do not overlap");
    }
  }

  private expectVersionsGrow(): void {
    const versions = new Map<string, number>();
    for (const { appointment } of this.calendar.emitted) {
      if (appointment.version !== (versions.get(appointment.id) ?? 0) + 1)
        expect(appointment).toBe("one version more than before");
      versions.set(appointment.id, appointment.version);
    }
    for (const appointment of this.calendar.appointments())
      if (versions.get(appointment.id) !== appointment.version)
        expect(appointment).toBe("as it was emitted last");
  }
}

describe("any sixty commands in any order at any times", () => {
  it("[B1] [M1] [B3] [M2] [C2] [B14] [B16] never overlap, versions only grow, and every answer stays what it was", () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
        const run = new Run(seen);
        for (const step of steps) run.take(step);
        for (const sent of run.sent) run.repeat(sent, plus(MIDNIGHT, 12 * HOUR_MS));
      }),
      { numRuns: 200 },
    );
    // The commands met each other: without these numbers the property would hold of an empty calendar, too.
    for (const kind of [
      "book done",
      "book refused",
      "book late",
      "move done",
      "move refused",
      "move late",
      "cancel done",
    ])
      expect([kind, (seen[kind] ?? 0) > 20]).toEqual([kind, true]);
  });

  it("[B1] fifty rivals for one start: one books, forty-nine are told that it is taken, in any order", () => {
    const rivals = Array.from({ length: 50 }, (_, index) => index + 1);
    fc.assert(
      fc.property(fc.shuffledSubarray(rivals, { minLength: 50 }), (order) => {
        const calendar = new MemoryCalendar();
        const replies = order.map((n) => calendar.book(aBooking(n), aBooking(n).issuedAt));
        expect(replies[0]?.kind).toBe("done");
        for (const reply of replies.slice(1))
          expect(reply).toMatchObject({
            kind: "refused",
            refusal: { reason: "slot-taken", blockedBy: "appointment" },
          });
        expect(calendar.occupying()).toHaveLength(1);
      }),
      { numRuns: 20 },
    );
  });
});
