/**
 * The commands of a calendar: each one reads, decides in core/ and writes in one transaction without an await. Memory and
 * screens change only after it returned. Refusals are values.
 */
import type { Appointment } from "../../core/booking/appointment.ts";
import type { RecentCommand } from "../../core/booking/calendar-view.ts";
import {
  type BookCommand,
  type CalendarReply,
  type CancelCommand,
  type CancelReply,
  FENCE_LIFE_MS,
  type MoveCommand,
  type ResolveQuestion,
  type ResolveReply,
} from "../../core/booking/commands.ts";
import { decideBook } from "../../core/booking/decide-book.ts";
import { cancelAttempt, decideCancel } from "../../core/booking/decide-cancel.ts";
import { decideMove } from "../../core/booking/decide-move.ts";
import { decideResolve } from "../../core/booking/decide-resolve.ts";
import { remember } from "../../core/booking/recent-commands.ts";
import type { BookingRefusal } from "../../core/booking/refusal.ts";
import { appointmentEvent, configuredEvent } from "../../core/events/event.ts";
import type { AppointmentId, AttemptId } from "../../core/ids.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import {
  type BusyOf,
  type FreeStart,
  findSite,
  findVisit,
  nearestFreeStarts,
} from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { type Instant, type Interval, plus } from "../../core/time.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { CalendarFeed } from "./calendar-feed.ts";
import type { CalendarMemory } from "./calendar-memory.ts";
import type { CalendarStore } from "./calendar-store.ts";

/** Bookings of one burst leave in one append; a screen or a projection does not notice the wait. */
export const DRAIN_DELAY_MS = 20;

/** What one accepted command writes. */
interface Change {
  readonly type: "booked" | "moved" | "cancelled";
  readonly before: Appointment | null;
  readonly after: Appointment;
  readonly recent: readonly RecentCommand[];
  readonly cause: AttemptId;
  /** What the calendar gives away, with buffers; null = what the appointment has already. */
  readonly takes: Interval | null;
}

/** Written, but not yet in memory nor on screens. */
interface Written {
  /** What was taken before and what is taken now, with buffers. */
  readonly touched: readonly Interval[];
  /** What busy time looked like, if anybody watches. */
  readonly screens: BusyOf | null;
}

/** What the commands work with. The clock is a part, so that a simulation can drive the same code. */
export interface CalendarParts {
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly store: CalendarStore;
  readonly memory: CalendarMemory;
  readonly feed: CalendarFeed;
  readonly wake: WakeUp;
  readonly now: () => Instant;
}

export class CalendarCommands {
  readonly #storage: CalendarParts["storage"];
  readonly #store: CalendarStore;
  readonly #memory: CalendarMemory;
  readonly #feed: CalendarFeed;
  readonly #wake: WakeUp;
  readonly #now: () => Instant;

  constructor(parts: CalendarParts) {
    this.#storage = parts.storage;
    this.#store = parts.store;
    this.#memory = parts.memory;
    this.#feed = parts.feed;
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
      const decision = decideBook(view, command, at);
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, null);
      if (decision.kind === "refused" && decision.fence) this.#fence(command.attempt, command.deadline);
      if (decision.kind === "commit") {
        const { appointment: after, takes } = decision;
        written = this.#write(
          { type: "booked", before: null, after, recent: [], cause: command.attempt, takes },
          at,
        );
      }
      return decision;
    });
    if (outcome.kind === "refused") return this.#refused(outcome.refusal, command, at);
    if (outcome.kind === "commit") this.#committed(written, at);
    return outcome.kind === "commit" ? { kind: "done", appointment: outcome.appointment } : outcome;
  }

  /** [M1]–[M6] Moves an appointment within this calendar: same id, one version more. */
  move(command: MoveCommand): CalendarReply {
    const at = this.#now();
    const view = this.#memory.view();
    if (!view) return this.#needsConfig(command, null);
    let written: Written | null = null;
    const outcome = this.#storage.transactionSync(() => {
      const decision = decideMove(view, command, at);
      const recent = this.#store.find(command.appointmentId)?.recent ?? [];
      const undecided = decision.kind === "commit" || decision.kind === "refused";
      if (undecided && view.open.config.version < command.configVersion)
        return this.#needsConfig(command, recent);
      if (decision.kind === "refused" && decision.fence) this.#fenceMove(command, recent, at);
      if (decision.kind === "commit") {
        const { before, appointment: after, takes } = decision;
        const entry = { attempt: command.attempt, at, answer: after, fingerprint: null };
        written = this.#write(
          {
            type: "moved",
            before,
            after,
            recent: remember(recent, entry, at),
            cause: command.attempt,
            takes,
          },
          at,
        );
      }
      return decision;
    });
    if (outcome.kind === "refused") return this.#refused(outcome.refusal, command, at);
    if (outcome.kind === "commit") this.#committed(written, at);
    return outcome.kind === "commit" ? { kind: "done", appointment: outcome.appointment } : outcome;
  }

  /** [B14] What became of an attempt: done, or from now on never. */
  resolve(question: ResolveQuestion): ResolveReply {
    const view = this.#memory.view();
    return this.#storage.transactionSync((): ResolveReply => {
      if (!view) {
        this.#fence(question.attempt, question.deadline); // never configured: nothing can have been booked
        return { kind: "fenced" };
      }
      const decision = decideResolve(view, question);
      if (decision.kind !== "fence") return decision;
      if (decision.where === "fences") this.#fence(question.attempt, question.deadline);
      else this.#fenceMove(question, view.find(question.appointmentId)?.recent ?? [], this.#now());
      return { kind: "fenced" };
    });
  }

  /** [C1]–[C5] Gives the time back. Comes straight from the edge, which tells the agenda before it answers. */
  cancel(command: CancelCommand): CancelReply {
    const at = this.#now();
    const attempt = cancelAttempt(command);
    const view = this.#memory.view();
    if (!view) return { kind: "refused", refusal: { reason: "not-found" } };
    let written: Written | null = null;
    const outcome = this.#storage.transactionSync(() => {
      const decision = decideCancel(view, command, at);
      if (decision.kind !== "commit") return decision;
      const recent = this.#store.find(command.appointmentId)?.recent ?? [];
      const { before, appointment: after } = decision;
      const entry = { attempt, at, answer: after, fingerprint: command.fingerprint };
      written = this.#write(
        {
          type: "cancelled",
          before,
          after,
          recent: remember(recent, entry, at),
          cause: attempt,
          takes: null,
        },
        at,
      );
      return decision;
    });
    if (outcome.kind === "refused") return outcome;
    if (outcome.kind === "commit") this.#committed(written, at);
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

  /**
   * One appointment row, one outbox row, the alarm: all of it or nothing. What busy time looked like must be read before
   * the row is written, because the cache may be empty.
   */
  #write({ type, before, after, recent, cause, takes }: Change, at: Instant): Written {
    const had = before && this.#store.takes(before.id);
    const has = takes ?? had ?? after;
    const touched = had ? [had, has] : [has];
    const screens = this.#feed.capture(this.#memory.busy.of, touched);
    this.#store.save(after, recent, has);
    const sequence = this.#memory.sequence + 1;
    const data = { appointment: after, cause };
    this.#store.appendEvent(
      sequence,
      appointmentEvent(`openslot.appointment.${type}.v1`, sequence, at, data),
    );
    this.#wake.arm(plus(at, DRAIN_DELAY_MS));
    return { touched, screens };
  }

  /** After the transaction, and only then: memory and screens. */
  #committed(written: Written | null, at: Instant): void {
    if (!written) return;
    const { touched, screens } = written;
    this.#wake.armed(plus(at, DRAIN_DELAY_MS));
    this.#memory.sequence += 1;
    for (const interval of touched) this.#memory.busy.changed(interval);
    if (screens && this.#memory.open)
      this.#feed.broadcast(
        this.#memory.open,
        screens,
        this.#memory.busy.of,
        touched,
        this.#memory.sequence,
        at,
      );
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

  #refused(refusal: BookingRefusal, command: BookCommand | MoveCommand, at: Instant): CalendarReply {
    return {
      kind: "refused",
      refusal,
      alternatives: refusal.reason === "slot-taken" ? this.#alternatives(command, at) : [],
    };
  }

  #alternatives({ place }: BookCommand | MoveCommand, at: Instant): FreeStart[] {
    if (!this.#memory.open) return [];
    const visit = findVisit(this.#memory.open, place.visitTypeId);
    const site = findSite(this.#memory.open, place.locationId);
    return visit && site
      ? nearestFreeStarts(this.#memory.open, this.#memory.busy.of, visit, [site], place.start, at)
      : [];
  }
}
