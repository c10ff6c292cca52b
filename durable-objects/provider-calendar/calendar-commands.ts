/**
 * The commands of a calendar: each one reads, decides in core/ and writes in one transaction without an await. Memory and
 * screens change only after it returned. Refusals are values.
 */
import type { Appointment } from "../../core/booking/appointment.ts";
import type { RecentCommand } from "../../core/booking/calendar-view.ts";
import {
  type BookCommand,
  type CalendarReply,
  FENCE_LIFE_MS,
  type MoveCommand,
  type Occurrence,
  type Place,
  type ResolveQuestion,
  type ResolveReply,
  type StatusCommand,
  type StatusReply,
} from "../../core/booking/commands.ts";
import type { MoveDecision } from "../../core/booking/decide-move.ts";
import { decideMoveSeries, moveCommands } from "../../core/booking/decide-move-series.ts";
import { decideResolve } from "../../core/booking/decide-resolve.ts";
import { decideSeries, type SeriesDecision, visitCommands } from "../../core/booking/decide-series.ts";
import { decideStatus, statusAttempt } from "../../core/booking/decide-status.ts";
import { findRecent, remember } from "../../core/booking/recent-commands.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import { CHANGES } from "../../core/booking/status-rules.ts";
import { configuredEvent } from "../../core/events/event.ts";
import type { AppointmentId, AttemptId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { toldAgain } from "../../core/schedule/openings.ts";
import { type Instant, plus } from "../../core/time.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { CalendarMemory } from "./calendar-memory.ts";
import type { CalendarStore } from "./calendar-store.ts";
import { type CalendarWriter, type Change, DRAIN_DELAY_MS, type Written } from "./calendar-writer.ts";
import type { HoldStore } from "./hold-store.ts";

/** What the commands work with. The clock is a part, so that a simulation can drive the same code. */
export interface CalendarParts {
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly store: CalendarStore;
  readonly holds: HoldStore;
  readonly memory: CalendarMemory;
  readonly writer: CalendarWriter;
  readonly wake: WakeUp;
  /** Somebody met a lock on this appointment. */
  readonly locked: (id: AppointmentId) => void;
  readonly now: () => Instant;
}

export class CalendarCommands {
  readonly #storage: CalendarParts["storage"];
  readonly #store: CalendarStore;
  readonly #holds: HoldStore;
  readonly #memory: CalendarMemory;
  readonly #writer: CalendarWriter;
  readonly #locked: CalendarParts["locked"];
  readonly #wake: WakeUp;
  readonly #now: () => Instant;

  constructor(parts: CalendarParts) {
    this.#storage = parts.storage;
    this.#store = parts.store;
    this.#holds = parts.holds;
    this.#memory = parts.memory;
    this.#writer = parts.writer;
    this.#locked = parts.locked;
    this.#wake = parts.wake;
    this.#now = parts.now;
  }

  /** [B1]–[B16] Books, or says why not. Repeating it with the same id is harmless. */
  book(command: BookCommand): CalendarReply {
    const at = this.#now();
    const view = this.#memory.view();
    if (!view) return this.#needsConfig(command, null);
    let written: Written | null = null;
    const outcome = this.#storage.transactionSync(() => {
      const decision = decideSeries(view, command, at);
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, null);
      if (decision.kind === "refused" && decision.fence) this.#fence(command.attempt, command.deadline);
      if (decision.kind === "commit") {
        const changes = decision.visits.map(({ appointment: after, takes }) => {
          return { type: "booked" as const, before: null, after, recent: [], cause: command.attempt, takes };
        });
        written = this.#writer.appointments(changes, at);
        for (const { converts } of decision.visits) if (converts) this.#holds.convert(converts, at);
      }
      return decision;
    });
    if (outcome.kind === "refused") return this.#refusedSeries(outcome, command, visitCommands(command), at);
    if (written) this.#writer.committed(written, at);
    if (outcome.kind !== "commit") return outcome;
    const [first] = outcome.visits;
    invariant(first !== undefined, "a booking has a first visit");
    return { kind: "done", appointment: first.appointment };
  }

  /** [M1]–[M9] [Z7] Moves an appointment within this calendar, or all those of a series: same id, one version more. */
  move(command: MoveCommand): CalendarReply {
    const at = this.#now();
    const view = this.#memory.view();
    if (!view) return this.#needsConfig(command, this.#store.find(command.appointmentId)?.recent ?? null);
    let written: Written | null = null;
    const outcome = this.#storage.transactionSync(() => {
      const decision = decideMoveSeries(view, command, at);
      const recent = this.#store.find(command.appointmentId)?.recent ?? [];
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, recent);
      if (decision.kind === "refused" && decision.fence) this.#fenceMove(command, recent, at);
      if (decision.kind === "commit")
        written = this.#writer.appointments(
          decision.visits.map((visit) => this.#moved(visit, command.attempt, at)),
          at,
        );
      return decision;
    });
    if (outcome.kind === "refused") return this.#refusedSeries(outcome, command, moveCommands(command), at);
    if (outcome.kind === "busy") {
      this.#locked(outcome.locked);
      return { kind: "busy" };
    }
    if (written) this.#writer.committed(written, at);
    if (outcome.kind !== "commit") return outcome;
    const [first] = outcome.visits;
    invariant(first !== undefined, "a move has a first visit");
    return { kind: "done", appointment: first.appointment };
  }

  /** [M1] [M2] One visit of a move as it is written, with the answer that a repetition finds. */
  #moved(
    { before, appointment: after, takes }: Extract<MoveDecision, { kind: "commit" }>,
    cause: AttemptId,
    at: Instant,
  ): Change {
    const entry = { attempt: cause, at, answer: after, fingerprint: null };
    const recent = remember(this.#store.find(after.id)?.recent ?? [], entry, at);
    return { type: "moved", before, after, recent, cause, takes };
  }

  /** [B14] What became of an attempt: done, or from now on never. */
  resolve(question: ResolveQuestion): ResolveReply {
    const view = this.#memory.view();
    return this.#storage.transactionSync((): ResolveReply => {
      if (!view) {
        // Never configured: nothing can have been booked or moved. But a row may be here already, taken over.
        const stored = question.kind === "move" ? this.#store.find(question.appointmentId) : null;
        if (stored) this.#fenceMove(question, stored.recent, this.#now());
        else this.#fence(question.attempt, question.deadline);
        return { kind: "fenced" };
      }
      const decision = decideResolve(view, question);
      if (decision.kind !== "fence") return decision;
      if (decision.where === "fences") this.#fence(question.attempt, question.deadline);
      else this.#fenceMove(question, view.find(question.appointmentId)?.recent ?? [], this.#now());
      return { kind: "fenced" };
    });
  }

  /** [C1]–[C5] [H1]–[H10] Changes the status. Comes straight from the edge, which tells the agenda before it answers. */
  status(command: StatusCommand): StatusReply {
    const at = this.#now();
    const attempt = statusAttempt(command);
    const view = this.#memory.view();
    if (!view) return { kind: "needs-config" };
    let written: Written | null = null;
    const outcome = this.#storage.transactionSync(() => {
      const decision = decideStatus(view, command, at);
      if (decision.kind !== "commit" && decision.kind !== "holds") return decision;
      const { appointment: after } = decision;
      const entry = { attempt, at, answer: after, fingerprint: command.fingerprint };
      const recent = remember(this.#store.find(command.appointmentId)?.recent ?? [], entry, at);
      if (decision.kind === "commit") {
        const change = {
          type: CHANGES[command.action],
          before: decision.before,
          after,
          recent,
          cause: attempt,
          takes: null,
        };
        written = this.#writer.appointment(change, at);
        if (after.status === "cancelled") this.#oweResources(after, at); // [J9]
      } else if (decision.remember) this.#store.saveRecent(after.id, recent);
      return decision;
    });
    if (outcome.kind === "busy") this.#locked(command.appointmentId);
    if (outcome.kind === "refused" || outcome.kind === "busy" || outcome.kind === "moved") return outcome;
    if (written) this.#writer.committed(written, at);
    return { kind: "done", appointment: outcome.appointment, replayed: outcome.kind === "done", attempt };
  }

  /** [D3] Takes a newer copy of the directory; an older or equal one changes nothing. Returns whether it was news. */
  applyConfig(config: CalendarConfig): boolean {
    const { open, sequence } = this.#memory;
    if (open && open.config.version >= config.version) return false;
    const at = this.#now();
    const drainAt = plus(at, DRAIN_DELAY_MS);
    this.#storage.transactionSync(() => {
      this.#store.saveConfig(config);
      if (open) this.#store.saveToldOpenings(toldAgain(this.#store.toldOpenings(), open.config, config));
      this.#store.appendEvent(
        sequence + 1,
        configuredEvent(config.providerId, sequence + 1, at, config.version),
      );
      this.#wake.arm(drainAt);
    });
    this.#wake.armed(drainAt);
    this.#memory.sequence += 1;
    this.#memory.open = new OpenDays(config);
    return true;
  }

  #oweResources({ id, resources, version }: Appointment, at: Instant): void {
    for (const calendar of resources ?? [])
      this.#store.sagas.owe({ appointmentId: id, calendar, version }, at);
  }

  #fence(attempt: AttemptId, deadline: Instant): void {
    const pruneAt = plus(deadline, FENCE_LIFE_MS);
    this.#store.fence(attempt, pruneAt);
    this.#wake.arm(pruneAt); // not noted as armed: the transaction may still roll back
  }

  #fenceMove(
    command: { attempt: AttemptId; appointmentId: AppointmentId },
    recent: readonly RecentCommand[],
    at: Instant,
  ): void {
    if (findRecent(recent, command.attempt)) return;
    const entry = { attempt: command.attempt, at, answer: null, fingerprint: null };
    this.#store.saveRecent(command.appointmentId, remember(recent, entry, at));
  }

  /** Decides nothing. A re-send is fenced all the same: its first copy might arrive after the configuration did. */
  #needsConfig(
    command: BookCommand | MoveCommand,
    recent: readonly RecentCommand[] | null,
  ): { readonly kind: "needs-config" } {
    if (command.again) {
      if (recent) this.#fenceMove(command, recent, this.#now());
      else this.#fence(command.attempt, command.deadline);
    }
    return { kind: "needs-config" };
  }

  /** [Z3] [Z7] A series says of each visit whether it could be had, with alternatives where it could not. */
  #refusedSeries(
    { refusal, refusals }: Extract<SeriesDecision, { kind: "refused" }>,
    command: BookCommand | MoveCommand,
    visits: readonly { readonly place: Place }[],
    at: Instant,
  ): CalendarReply {
    const reply = this.#refused(refusal, command, at);
    if (!command.more || reply.kind !== "refused") return reply;
    const occurrences = visits.map(({ place }, index): Occurrence => {
      const own = refusals[index] ?? null;
      const alternatives = own?.reason === "slot-taken" ? this.#memory.nearestTo(place, at) : [];
      return { start: place.start, refusal: own, alternatives };
    });
    return { ...reply, occurrences };
  }

  #refused(refusal: BookingRefusal, command: BookCommand | MoveCommand, at: Instant): CalendarReply {
    const lost = refusal.reason === "slot-taken" || refusal.reason === "hold-expired";
    return {
      kind: "refused",
      refusal,
      alternatives: lost ? this.#memory.nearestTo(command.place, at) : [],
    };
  }
}
