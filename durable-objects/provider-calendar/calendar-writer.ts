/**
 * What every accepted command of a calendar writes, and what follows after it: row, event and alarm in one transaction,
 * then memory and screens. The one place that gives out sequence numbers.
 */
import type { Appointment } from "../../core/booking/appointment.ts";
import type { Block } from "../../core/booking/block.ts";
import type { RecentCommand } from "../../core/booking/calendar-view.ts";
import {
  type AppointmentChange,
  appointmentEvent,
  type BlockEventType,
  blockEvent,
  type CalendarEvent,
  openingsEvent,
  type TimeEventType,
  timeEvent,
} from "../../core/events/event.ts";
import type { AttemptId, ProviderId } from "../../core/ids.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import type { BusyOf } from "../../core/schedule/free-starts.ts";
import type { Opening } from "../../core/schedule/openings.ts";
import { type Instant, type Interval, plus } from "../../core/time.ts";
import type { WakeUp } from "../shared/wake.ts";
import type { CalendarFeed } from "./calendar-feed.ts";
import type { CalendarMemory } from "./calendar-memory.ts";
import type { CalendarStore } from "./calendar-store.ts";

/** Bookings of one burst leave in one append; a screen or a projection does not notice the wait. */
export const DRAIN_DELAY_MS = 20;

/** What one accepted command does to an appointment. */
export interface Change {
  readonly type: AppointmentChange;
  readonly before: Appointment | null;
  readonly after: Appointment;
  readonly recent: readonly RecentCommand[];
  readonly cause: AttemptId;
  /** What the calendar gives away, with buffers; null = what the appointment has already. */
  readonly takes: Interval | null;
}

/** What a write touched, to be shown after the transaction. `screens` = busy time before it, if anybody watches. */
export interface Written {
  readonly touched: readonly Interval[];
  readonly screens: BusyOf | null;
  /** Sequence numbers that it used. */
  readonly events: number;
}

export interface WriterParts {
  readonly store: CalendarStore;
  readonly memory: CalendarMemory;
  readonly feed: CalendarFeed;
  readonly wake: WakeUp;
}

export class CalendarWriter {
  readonly #store: CalendarStore;
  readonly #memory: CalendarMemory;
  readonly #feed: CalendarFeed;
  readonly #wake: WakeUp;

  constructor({ store, memory, feed, wake }: WriterParts) {
    this.#store = store;
    this.#memory = memory;
    this.#feed = feed;
    this.#wake = wake;
  }

  /** One appointment row, one outbox row, the alarm. Call inside a transaction, at most once in each. */
  appointment(change: Change, at: Instant): Written {
    return this.appointments([change], at);
  }

  /** [Z1] The same for several at once. */
  appointments(changes: readonly Change[], at: Instant): Written {
    const taken = changes.map(({ before, after, takes }) => {
      const had = before && this.#store.takes(before.id);
      return { had, has: takes ?? had ?? after };
    });
    const touched = taken.flatMap(({ had, has }) => (had ? [had, has] : [has]));
    const screens = this.#capture(touched); // before a row is written, because the cache may be empty
    changes.forEach(({ type, after, recent, cause }, index) => {
      this.#store.save(after, recent, taken[index]?.has ?? after);
      const data = { appointment: after, cause };
      this.#emit(
        (sequence) => appointmentEvent(`openslot.appointment.${type}.v1`, sequence, at, data),
        at,
        index,
      );
    });
    return { touched, screens, events: changes.length };
  }

  /** Time that changes hands without an appointment event of this calendar. Call inside a transaction, at most once. */
  time(
    type: TimeEventType,
    calendar: ProviderId,
    touched: readonly Interval[],
    write: () => void,
    at: Instant,
  ): Written {
    const screens = this.#capture(touched);
    write();
    const [interval] = touched;
    if (interval) this.#emit((sequence) => timeEvent(type, calendar, sequence, at, interval), at);
    return { touched, screens, events: 1 };
  }

  /** A block, or its end. Call inside a transaction, at most once, before the block's row changes. */
  block(type: BlockEventType, block: Block, touched: readonly Interval[], at: Instant): Written {
    const screens = this.#capture(touched);
    this.#emit((sequence) => blockEvent(type, sequence, at, block), at);
    return { touched, screens, events: 1 };
  }

  /** What no event tells of, but screens see: holds. Call inside a transaction, at most once. */
  quiet(touched: readonly Interval[], write: () => void): Written {
    const screens = this.#capture(touched);
    write();
    this.#store.saveQuietChanges(this.#memory.quietChanges + 1);
    return { touched, screens, events: 0 };
  }

  /**
   * [OP6] What is open next. It uses a sequence number and changes nothing that screens see, so it is counted out of the
   * revision: a screen must not believe that it missed something. Call inside a transaction, at most once.
   */
  openings({ providerId, version }: CalendarConfig, openings: readonly Opening[], at: Instant): void {
    const sequence = this.#memory.sequence + 1;
    this.#store.appendEvent(
      sequence,
      openingsEvent(providerId, sequence, at, { configVersion: version, openings }),
    );
    this.#store.saveQuietChanges(this.#memory.quietChanges - 1);
  }

  /** After that transaction. */
  toldUnseen(): void {
    this.#memory.sequence += 1;
    this.#memory.quietChanges -= 1;
  }

  /** After the transaction, and only then: memory and screens. */
  committed(written: Written, at: Instant): void {
    this.#wake.armed(plus(at, DRAIN_DELAY_MS));
    this.#memory.sequence += written.events;
    this.#show(written, at);
  }

  /** The same after a quiet change. */
  changedQuietly(written: Written, at: Instant): void {
    this.#memory.quietChanges += 1;
    this.#show(written, at);
  }

  #show({ touched, screens }: Written, at: Instant): void {
    for (const interval of touched) this.#memory.busy.changed(interval);
    const { open, busy, revision } = this.#memory;
    if (screens && open) this.#feed.broadcast(open, screens, busy.of, touched, revision, at);
  }

  #capture(touched: readonly Interval[]): BusyOf | null {
    return this.#feed.capture(this.#memory.busy.of, touched);
  }

  #emit(eventAt: (sequence: number) => CalendarEvent, at: Instant, index = 0): void {
    const sequence = this.#memory.sequence + 1 + index;
    this.#store.appendEvent(sequence, eventAt(sequence));
    if (index === 0) this.#wake.arm(plus(at, DRAIN_DELAY_MS)); // one alarm for all of a transaction
  }
}
