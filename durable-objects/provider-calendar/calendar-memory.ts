/** What a calendar keeps in memory: copies of rows, and nothing that is not in them. */
import type { CalendarView } from "../../core/booking/calendar-view.ts";
import { utcDay } from "../../core/schedule/day-bits.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { BusyDays } from "./busy-days.ts";
import type { CalendarStore } from "./calendar-store.ts";

export class CalendarMemory {
  /** The configuration with its cached days; null until the calendar was given one. Losing it costs one read. */
  open: OpenDays | null;
  /** The last sequence given, which is also the revision that screens see. Losing it costs one read. */
  sequence: number;
  readonly busy: BusyDays;
  readonly #store: CalendarStore;

  constructor(store: CalendarStore) {
    this.#store = store;
    this.busy = new BusyDays((day) => store.shownIn(utcDay(day)));
    this.sequence = store.lastSequence();
    const config = store.config();
    this.open = config ? new OpenDays(config) : null;
  }

  /** What a decision may look at: rows, read when asked. null without a configuration. */
  view(): CalendarView | null {
    const { open } = this;
    return (
      open && {
        open,
        find: (id) => this.#store.find(id),
        isFenced: (attempt) => this.#store.isFenced(attempt),
        preparedOn: (id) => this.#store.sagas.preparedOn(id),
        forwardingOf: (id) => this.#store.sagas.forwardingOf(id),
        reservationOf: (id) => this.#store.sagas.reservationOf(id),
        occupantsIn: (interval) => this.#store.occupantsIn(interval),
      }
    );
  }
}
