/**
 * The commands of an agenda shard: what it decides, whom it asks, how it learns what became of an attempt. Everything is
 * durable before a calendar is asked, and an unknown outcome is asked for, never guessed. Rules: core/agenda.
 */
import {
  type CommandRow,
  calendarCommand,
  firstAnswer,
  furtherAnswers,
  resolveQuestion,
  type TakeAnswer,
  type TakeRequest,
  visitsOf,
} from "../../core/agenda/command-row.ts";
import { askedInVain, decideReply, provesDone } from "../../core/agenda/decide-reply.ts";
import {
  decideTake,
  isBooking,
  isSelfBooked,
  providersOf,
  type TakeStep,
} from "../../core/agenda/decide-take.ts";
import { type Appointment, type AppointmentFacts, factsOf } from "../../core/booking/appointment.ts";
import type { CalendarReply, Visit } from "../../core/booking/commands.ts";
import type { AskReply } from "../../core/booking/saga.ts";
import type { AppointmentId, AttemptId, CommandId, PatientId, ProviderId } from "../../core/ids.ts";
import { DAY_MS, type Instant, overlaps, plus, SECOND_MS } from "../../core/time.ts";
import type { ProviderCalendar } from "../provider-calendar/provider-calendar.ts";
import { logFailure } from "../shared/log.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { AgendaFeed } from "./agenda-feed.ts";
import type { AgendaStore } from "./agenda-store.ts";
import { beforeDeadline } from "./deadline.ts";
import { SagaCoordinator, type SagaDoor } from "./saga-coordinator.ts";

/** Past its deadline a calendar answers `late`; one second more covers the way back. */
const CALL_GRACE_MS = SECOND_MS;
/** A question is a read and at most one small write; a calendar that needs longer is away. */
const RESOLVE_WAIT_MS = 5 * SECOND_MS;
/** An appointment is one hop from its home; another one is met only while it moves on. */
const HOPS_MAX = 2;
/** Old answers and claims are tidied once a day. */
export const PRUNE_EVERY_MS = DAY_MS;
/** Pending rows that a list asks calendars about; a patient has one at a time, rarely two. */
const LIST_QUESTIONS_MAX = 5;

/** News of an appointment: from the log or from whoever just changed it. */
export interface News {
  readonly facts: AppointmentFacts;
  /** The attempt that caused it, if known. */
  readonly cause: AttemptId | null;
}

/** What of a calendar an agenda calls. */
export type CalendarDoor = Pick<ProviderCalendar, "book" | "move" | "resolve" | "read"> & SagaDoor;
/** A door behind a network. */
export type Promised<Door> = {
  [Name in keyof Door]: Door[Name] extends (...given: infer Given) => infer Answer
    ? (...given: Given) => Promise<Awaited<Answer>>
    : never;
};

/** What the commands work with. Clock and calendars are parts, so that a simulation can drive the same code. */
export interface AgendaParts {
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly store: AgendaStore;
  readonly wake: WakeUp;
  readonly feed: AgendaFeed;
  /** The calendar of a provider; a call may die. */
  readonly calendars: (id: ProviderId) => Promised<CalendarDoor>;
  readonly now: () => Instant;
}

export class AgendaCommands {
  readonly #storage: AgendaParts["storage"];
  readonly #store: AgendaStore;
  readonly #wake: WakeUp;
  readonly #feed: AgendaFeed;
  readonly #calendars: AgendaParts["calendars"];
  readonly #now: () => Instant;
  readonly #sagas: SagaCoordinator;
  /** Commands with a call under way in this instance; losing it lets a retry ask the calendar again. */
  readonly #running = new Set<CommandId>();
  /** Positive answers that the log has not settled yet; losing it costs a question to the calendar. */
  readonly #confirmed = new Map<AttemptId, AppointmentFacts>();

  constructor(parts: AgendaParts) {
    this.#storage = parts.storage;
    this.#store = parts.store;
    this.#wake = parts.wake;
    this.#feed = parts.feed;
    this.#calendars = parts.calendars;
    this.#now = parts.now;
    this.#sagas = new SagaCoordinator({
      ...parts,
      claim: (facts) => {
        if (this.#store.observe(facts)) this.#wakeForPruning();
      },
      changed: (facts) => this.#feed.changed(facts, this.#now()),
    });
  }

  /** [G1]–[G9] Books or moves for a patient, under the caller's key. Never marked retryable for the runtime. */
  async take(request: TakeRequest): Promise<TakeAnswer> {
    let refreshed = false;
    for (;;) {
      const step = this.#decide(request, refreshed);
      switch (step.step) {
        case "key-reuse":
        case "in-flight":
        case "busy":
          return { kind: step.step };
        case "refresh":
          await this.#refresh(step.claims, step.commands);
          refreshed = true;
          continue;
        case "refuse":
          return { kind: "refused", refused: step.row.refused ?? unreachable(), replayed: false };
        case "replay":
          return this.#replay(step.row);
        case "send":
          return this.#call(step.row, "send", false);
        case "resend":
          return this.#call(step.row, "send", true);
        case "resolve":
          return this.#call(step.row, "resolve", true);
        case "abandon":
          this.#sagas.abandon(step.row);
          continue;
        case "try":
          return this.#sagas.run(step.row);
      }
    }
  }

  /** [G1] What a key was answered, for a caller who cannot say what it wanted any more; null = nothing is known under it. */
  async recall(command: CommandId, fingerprint: string): Promise<TakeAnswer | null> {
    const row = this.#store.command(command);
    return row && row.state !== "void" ? this.take({ ...row.request, fingerprint }) : null;
  }

  /** [G8] [G9] News, in any order and any number of times: claims follow by version, pending commands settle. */
  observe(news: readonly News[]): void {
    const fresh = this.#storage.transactionSync(() =>
      news.filter((item) => this.#settleBy(item.facts, item.cause)),
    );
    for (const { facts } of fresh) this.#feed.changed(facts, this.#now());
  }

  /** The alarm's part: asks about every pending command that is due and that nobody is asking about. */
  async resolveDue(): Promise<void> {
    const due = this.#store.due(this.#now()).filter((row) => !this.#isRunning(row.request.command));
    await Promise.all(due.map((row) => this.#settle(row)));
  }

  /** [J12] What became of an attempt, for a participant in doubt. */
  ask(attempt: AttemptId, appointment: AppointmentId): AskReply {
    return this.#sagas.answer(attempt, appointment);
  }

  #isRunning(command: CommandId): boolean {
    return this.#running.has(command) || this.#sagas.isRunning(command);
  }

  /** Reads, decides and writes in one transaction; what must be asked is asked after it is durable. */
  #decide(request: TakeRequest, refreshed: boolean): TakeStep {
    const at = this.#now();
    const { patientId } = request;
    const visits = visitsOf(request.wanted);
    const step = this.#storage.transactionSync(() => {
      const row = this.#store.command(request.command);
      this.#settleConfirmed(patientId);
      const pending = this.#store
        .openOf(patientId)
        .filter((other) => other.request.command !== request.command);
      const decided = decideTake(
        {
          row,
          running: this.#isRunning(request.command),
          conflictingClaims: row && row.state !== "void" ? [] : this.#conflictingClaims(patientId, visits),
          conflictingCommand: pending.some((other) => inTime(other, visits)),
          openCommand: pending.some((other) => onAppointment(other, visits)),
          openBookings: this.#store.countActiveFrom(patientId, at) + visitsWithoutClaim(pending), // [Z2]
          selfBooked:
            request.selfBookedMax === undefined || (row && row.state !== "void")
              ? 0
              : this.#mostSelfBooked(request, pending, at),
          unsettled: pending.filter(
            (other) =>
              !this.#isRunning(other.request.command) &&
              (inTime(other, visits) || onAppointment(other, visits)),
          ),
          refreshed,
        },
        request,
        at,
      );
      const starts = decided.step === "send" || decided.step === "try";
      if (starts || decided.step === "refuse") this.#store.saveCommand(decided.row);
      if (starts) this.#wake.arm(decided.row.askAt);
      return decided;
    });
    if (step.step === "send" || step.step === "try") this.#wake.armed(step.row.askAt);
    return step;
  }

  /** [AB5] */
  #mostSelfBooked(request: TakeRequest, pending: readonly CommandRow[], at: Instant): number {
    const open = this.#store.countSelfBookedFrom(request.patientId, at);
    const underWay = pending.filter(
      ({ state, request: other }) => state !== "decided" && isSelfBooked(other),
    );
    const counts = providersOf(request).map(
      (provider) =>
        (open.get(provider) ?? 0) +
        underWay.filter((row) => providersOf(row.request).includes(provider)).length,
    );
    return Math.max(...counts);
  }

  #conflictingClaims(patient: PatientId, visits: readonly Visit[]): AppointmentFacts[] {
    const own = visits.map(({ appointmentId }) => appointmentId); // [Z7] what they leave is in nobody's way
    const found = visits.flatMap(({ place }) => this.#store.overlapping(patient, place, own));
    return [...new Map(found.map((claim) => [claim.id, claim])).values()];
  }

  /** [G3] One call at a time under one key; the row is durable before it leaves (the output gate sees to that). */
  async #call(row: CommandRow, ask: "send" | "resolve", again: boolean): Promise<TakeAnswer> {
    const { command } = row.request;
    this.#running.add(command);
    try {
      const wait = ask === "send" ? plus(row.deadline, CALL_GRACE_MS) - this.#now() : RESOLVE_WAIT_MS;
      const reply = await beforeDeadline(this.#ask(row, ask, again), wait);
      return await this.#apply(row, ask, again, reply);
    } catch (error) {
      logFailure("agenda.calendar_silent", error, { appointment: row.request.wanted.appointmentId });
      return { kind: "unknown" }; // the row stays pending: a retry or the alarm asks
    } finally {
      this.#running.delete(command);
    }
  }

  #ask(row: CommandRow, ask: "send" | "resolve", again: boolean): Promise<CalendarReply> {
    const calendar = this.#calendars(row.request.wanted.providerId);
    if (ask === "resolve") {
      return calendar.resolve(resolveQuestion(row));
    }
    const command = calendarCommand(row, again);
    return command.kind === "book" ? calendar.book(command) : calendar.move(command);
  }

  async #apply(
    row: CommandRow,
    ask: "send" | "resolve",
    replayed: boolean,
    reply: CalendarReply,
  ): Promise<TakeAnswer> {
    const step = decideReply(row, ask, reply);
    switch (step.step) {
      case "accepted":
      case "settle": {
        const appointment = reply.kind === "done" ? reply.appointment : unreachable();
        if (step.step === "accepted") this.#accept(row, appointment);
        else this.observe([{ facts: step.claim, cause: row.attempt }]);
        return { ...accepted(row, appointment), replayed };
      }
      case "write":
        this.#store.endPending(step.row); // the log may have been faster; what it settled stays
        if (step.answer === "refused")
          return { kind: "refused", refused: step.row.refused ?? unreachable(), replayed: false };
        return step.answer === "needs-config"
          ? { kind: step.answer, calendar: row.request.wanted.providerId }
          : { kind: step.answer };
      case "resolve":
        return this.#apply(
          row,
          "resolve",
          replayed,
          await beforeDeadline(this.#ask(row, "resolve", true), RESOLVE_WAIT_MS),
        );
      case "wait":
        return { kind: step.answer };
    }
  }

  /** A yes needs no write; the screens of this patient are told at once. */
  #accept(row: CommandRow, appointment: AppointmentFacts): void {
    const facts = factsOf(appointment);
    if (this.#store.isPending(row.request.command)) this.#confirmed.set(row.attempt, facts);
    for (const visit of [facts, ...furtherAnswers(row)]) this.#feed.changed(visit, this.#now());
  }

  /** [G5] The first answer again. A move's travels with its appointment, so whoever holds that is asked. */
  async #replay(row: CommandRow): Promise<TakeAnswer> {
    if (row.refused) return { kind: "refused", refused: row.refused, replayed: true };
    const appointment = firstAnswer(row);
    if (appointment) return { ...accepted(row, appointment), replayed: true };
    const { wanted } = row.request;
    const holder = this.#store.claim(wanted.appointmentId)?.providerId ?? wanted.providerId;
    try {
      const reply = await beforeDeadline(
        this.#calendars(holder).resolve(resolveQuestion(row)),
        RESOLVE_WAIT_MS,
      );
      return reply.kind === "done"
        ? { ...accepted(row, reply.appointment), replayed: true }
        : { kind: "unknown" };
    } catch (error) {
      logFailure("agenda.calendar_silent", error, { appointment: wanted.appointmentId });
      return { kind: "unknown" };
    }
  }

  /** Call inside a transaction. Returns whether the claim was news. */
  #settleBy(facts: AppointmentFacts, cause: AttemptId | null): boolean {
    const clean = factsOf(facts);
    for (const row of this.#store.openOn(clean.patientId, clean.id)) {
      if (!provesDone(row, clean, cause)) continue;
      this.#store.settle(row.request.command);
      this.#confirmed.delete(row.attempt);
      for (const visit of furtherAnswers(row)) this.#store.observe(factsOf(visit)); // [Z1] one proof settles them all
    }
    const news = this.#store.observe(clean);
    if (news) this.#wakeForPruning();
    return news;
  }

  #wakeForPruning(): void {
    const at = plus(this.#now(), PRUNE_EVERY_MS);
    if (this.#wake.arm(at)) this.#wake.armed(at);
  }

  /**
   * What was answered yes a moment ago must not make the patient's next command wait for the log, nor count as a
   * conflict that nobody can ask a calendar about. Call inside a transaction.
   */
  #settleConfirmed(patient: PatientId): void {
    if (this.#confirmed.size === 0) return;
    for (const row of this.#store.openOf(patient)) {
      const facts = this.#confirmed.get(row.attempt);
      if (facts) this.#settleBy(facts, row.attempt);
    }
  }

  /** Before a list: what was answered, settled from memory; what is unknown, asked without fencing anything. */
  async settlePending(patient: PatientId): Promise<void> {
    this.#storage.transactionSync(() => this.#settleConfirmed(patient));
    const unknown = this.#store.openOf(patient).filter((row) => !this.#isRunning(row.request.command));
    await Promise.all(
      unknown
        .slice(0, LIST_QUESTIONS_MAX)
        .flatMap((row) => toldBy(row).map((id) => this.#readAgain(id, row.request.wanted.providerId))),
    );
  }

  /** [G4] Asks the calendars of everything in the way; what cannot be asked stays as it is: rather busy than double. */
  async #refresh(claims: readonly AppointmentFacts[], commands: readonly CommandRow[]): Promise<void> {
    await Promise.all([
      ...claims.map((claim) => this.#readAgain(claim.id, claim.providerId)),
      ...commands.map((row) => this.#settle(row)),
    ]);
  }

  async #readAgain(id: AppointmentId, calendar: ProviderId, hops = HOPS_MAX): Promise<void> {
    try {
      const found = await this.#calendars(calendar).read(id, { kind: "everything" });
      if (found && "movedTo" in found) {
        if (found.movedTo !== null && hops > 0) await this.#readAgain(id, found.movedTo, hops - 1);
        return; // on its way: its own saga tells the claim
      }
      if (found) this.observe([{ facts: factsOf(found), cause: null }]);
    } catch (error) {
      logFailure("agenda.refresh_failed", error, { appointment: id });
    }
  }

  /** Brings a command to its end that nobody is working on. */
  async #settle(row: CommandRow): Promise<void> {
    if (row.state === "trying") return this.#sagas.abandon(row);
    if (row.state === "decided") return this.#sagas.carryOut(row);
    const confirmed = this.#confirmed.get(row.attempt);
    if (confirmed) return this.observe([{ facts: confirmed, cause: row.attempt }]);
    const answer = await this.#call(row, "resolve", true);
    if (answer.kind === "unknown" || answer.kind === "busy")
      this.#store.endPending(askedInVain(row, this.#now()));
  }
}

const inTime = (row: CommandRow, visits: readonly Visit[]): boolean =>
  visitsOf(row.request.wanted).some((other) => visits.some(({ place }) => overlaps(other.place, place)));
const onAppointment = (row: CommandRow, visits: readonly Visit[]): boolean =>
  visitsOf(row.request.wanted).some((other) =>
    visits.some(({ appointmentId }) => appointmentId === other.appointmentId),
  );

/** [G7] Visits that no claim stands for yet: a move has the one of its appointment, a decided saga wrote its own. */
const visitsWithoutClaim = (rows: readonly CommandRow[]): number =>
  rows
    .filter(({ state, request }) => state !== "decided" && isBooking(request))
    .reduce((sum, { request }) => sum + visitsOf(request.wanted).length, 0);

/** Whose states say what a lost answer was: the first visit of a booking is there with all others; a move proves nothing. */
const toldBy = ({ request: { wanted } }: CommandRow): AppointmentId[] =>
  wanted.kind === "move"
    ? visitsOf(wanted).map(({ appointmentId }) => appointmentId)
    : [wanted.appointmentId];

/** The first answer of a command; what the calendar says now counts only where the row cannot tell. */
function accepted(row: CommandRow, now: Appointment) {
  const more = furtherAnswers(row);
  return {
    kind: "accepted" as const,
    appointment: firstAnswer(row) ?? now,
    ...(more.length > 0 ? { more } : {}),
  };
}

function unreachable(): never {
  throw new Error("a step without what it names");
}
