/** What a calendar keeps in memory: copies of rows, and nothing that is not in them. */
import type { CalendarView } from "../../core/booking/calendar-view.ts";
import type { Place } from "../../core/booking/commands.ts";
import type { HoldView } from "../../core/booking/decide-hold.ts";
import { utcDay } from "../../core/schedule/day-bits.ts";
import { type FreeStart, findSite, findVisit, nearestFreeStarts } from "../../core/schedule/free-starts.ts";
import { OpenDays } from "../../core/schedule/open-days.ts";
import { type Instant, MINUTE_MS } from "../../core/time.ts";
import { BusyDays } from "./busy-days.ts";
import type { CalendarStore } from "./calendar-store.ts";
import type { HoldStore } from "./hold-store.ts";

/** A day of starts on the five-minute step; bounds memory to about 100 KB. */
const NEAREST_KEPT_MAX = 300;

export class CalendarMemory {
  /** The configuration with its cached days; null until the calendar was given one. Losing it costs one read. */
  open: OpenDays | null;
  /** The last sequence given. Losing it costs one read. */
  sequence: number;
  /** Changes of what is free that have no event (holds), less events that change nothing of it (openings). Losing it costs one read. */
  quietChanges: number;
  readonly busy: BusyDays;
  /** Answers of `nearestTo`; losing them costs a quarter of a millisecond each. */
  #nearest = { asOf: "", found: new Map<string, readonly FreeStart[]>() };
  readonly #store: CalendarStore;
  readonly #holds: HoldStore;

  constructor(store: CalendarStore, holds: HoldStore) {
    this.#store = store;
    this.#holds = holds;
    this.busy = new BusyDays((day) => store.shownIn(utcDay(day)));
    this.sequence = store.lastSequence();
    this.quietChanges = store.quietChanges();
    const config = store.config();
    this.open = config ? new OpenDays(config) : null;
  }

  /** What screens see: it grows with every change of what is free, with or without an event, and with nothing else but a configuration. */
  get revision(): number {
    return this.sequence + this.quietChanges;
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
        occupantsIn: (interval, now) => this.#store.occupantsIn(interval, now),
        findHold: (id) => this.#holds.find(id),
      }
    );
  }

  /** What a decision about a hold may look at. */
  holdView(): HoldView | null {
    const view = this.view();
    return (
      view && {
        ...view,
        holdUnder: (command) => this.#holds.under(command),
        countLiveHoldsOf: (holder, now) => this.#holds.countLiveOf(holder, now),
        countHoldsOf: (holder) => this.#holds.countOf(holder),
        countAnonymousHoldsIn: (interval, now) => this.#holds.countAnonymousIn(interval, now),
        countAnonymousHolds: (now) => this.#holds.countAnonymous(now),
        countLiveHoldsFrom: (network, now) => this.#holds.countLiveFrom(network, now),
        countHoldsFrom: (network) => this.#holds.countFrom(network),
        countEndedHoldsIn: (interval, now) => this.#holds.countEndedIn(interval, now),
      }
    );
  }

  /**
   * [B9] Free starts near a place that could not be had. A crowd that lost one start asks one question: the answer is kept
   * until anything changes that it depends on.
   */
  nearestTo(place: Place, now: Instant): readonly FreeStart[] {
    const { open } = this;
    if (!open) return [];
    // Notice and horizon are whole minutes: between two of them the clock changes no answer.
    const asOf = `${open.config.version}.${this.revision}.${Math.ceil(now / MINUTE_MS)}`;
    if (this.#nearest.asOf !== asOf) this.#nearest = { asOf, found: new Map() };
    const { found } = this.#nearest;
    const question = `${place.visitTypeId}/${place.locationId}/${place.start}`;
    const known = found.get(question);
    if (known) return known;
    const visit = findVisit(open, place.visitTypeId);
    const site = findSite(open, place.locationId);
    const answer =
      visit && site ? nearestFreeStarts(open, this.busy.of, visit, [site], place.start, now) : [];
    if (found.size < NEAREST_KEPT_MAX) found.set(question, answer);
    return answer;
  }
}
