/**
 * The slots of a page as signals: one per slot, so that a change redraws one button. A slot that was shown stays where
 * it is; only a person makes the list longer.
 */

import { batch, type Signal, signal } from "@preact/signals";
import { MINUTE_MS, SECOND_MS } from "../../core/time.ts";
import type { Applied, SlotKey, SlotRef } from "./live-slots.ts";
import { slotKey } from "./live-slots.ts";
import { dayText, timeText } from "./time-text.ts";

/** A booking is answered within the command's deadline of ten seconds, or not at all. */
const SEND_WAIT_MS = 10 * SECOND_MS;

/** Everything the island needs; travels as JSON, so it holds nothing that the page does not show. */
export interface SlotListData {
  readonly providerId: string;
  readonly providerName: string;
  readonly visitTypeId: string;
  /** Local dates, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly dates: readonly string[];
  readonly revision: number;
  /** A start closer than this cannot be booked any more. */
  readonly noticeMinutes: number;
  readonly sites: readonly {
    readonly locationId: string;
    readonly name: string;
    readonly timeZone: string;
  }[];
  readonly days: readonly {
    readonly date: string;
    readonly slots: readonly { readonly start: string; readonly locationId: string }[];
  }[];
  readonly form: SlotForm;
}

/** Where a chosen slot goes: a link-like GET while nothing is changed, a POST that books. */
export interface SlotForm {
  readonly method: "get" | "post";
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly asksReason: boolean;
  /** For whom it may be booked, the person themselves first; absent for who acts for nobody. */
  readonly people?: readonly { readonly id: string; readonly name: string }[];
}

export interface SlotState {
  readonly key: SlotKey;
  readonly start: string;
  /** `9:20 AM` */
  readonly label: string;
  /** `Tuesday, November 24, 9:20 AM` */
  readonly moment: string;
  /** The moment and with whom: what a screen reader says. */
  readonly name: string;
  readonly free: Signal<boolean>;
}

/** The slots of one date at one site. */
export interface SlotGroup {
  readonly date: string;
  readonly locationId: string;
  readonly heading: string;
  /** Named only where a provider works at more than one site. */
  readonly siteName: string | null;
  readonly slots: readonly SlotState[];
}

export type LiveState = "not-yet" | "live" | "lost";

const groupOrder = (group: SlotGroup): string => `${group.date} ${group.slots[0]?.start ?? ""}`;

export class SlotBoard {
  readonly data: SlotListData;
  readonly groups: Signal<readonly SlotGroup[]>;
  /** Starts that became free and are not in the list: they wait for the person. */
  readonly newTimes: Signal<readonly SlotRef[]> = signal([]);
  readonly status = signal("");
  readonly live = signal<LiveState>("not-yet");
  /** On the clock of `event.timeStamp`. */
  #sentAt = Number.NEGATIVE_INFINITY;
  readonly #byKey = new Map<SlotKey, SlotState>();

  constructor(data: SlotListData) {
    this.data = data;
    this.groups = signal(
      this.#insert(
        [],
        data.days.flatMap(({ date, slots }) => slots.map((slot) => ({ date, ...slot }))),
      ),
    );
  }

  /** How many of the slots in the list went from free to taken. */
  apply({ opened, taken }: Pick<Applied, "opened" | "taken">): number {
    let struck = 0;
    batch(() => {
      const gone = new Set(taken.map(({ start, locationId }) => slotKey(start, locationId)));
      for (const key of gone) {
        const slot = this.#byKey.get(key);
        if (!slot?.free.value) continue;
        slot.free.value = false;
        struck += 1;
      }
      const waiting = this.newTimes.value.filter((slot) => !gone.has(slotKey(slot.start, slot.locationId)));
      for (const slot of opened) {
        const known = this.#byKey.get(slotKey(slot.start, slot.locationId));
        if (known) known.free.value = true;
        else waiting.push(slot);
      }
      if (waiting.length > 0 || this.newTimes.value.length > 0) this.newTimes.value = waiting;
    });
    return struck;
  }

  /** Puts the waiting starts where they belong. The key of the first one, for the focus. */
  showNewTimes(): SlotKey | null {
    const waiting = this.newTimes.value;
    const first = waiting.toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))[0];
    if (!first) return null;
    batch(() => {
      this.groups.value = this.#insert(this.groups.value, waiting);
      this.newTimes.value = [];
      this.status.value =
        waiting.length === 1 ? "1 new time is shown" : `${waiting.length} new times are shown`;
    });
    return slotKey(first.start, first.locationId);
  }

  /** Strikes, without a word, what the clock has made too late to book. */
  closePassed(now: number): void {
    const earliest = now + this.data.noticeMinutes * MINUTE_MS;
    batch(() => {
      for (const slot of this.#byKey.values())
        if (slot.free.value && Date.parse(slot.start) < earliest) slot.free.value = false;
    });
  }

  /** A second press while the first is on its way must not book a second time; who stopped the first may try again. */
  sendOnce(event: Event): void {
    if (event.timeStamp - this.#sentAt < SEND_WAIT_MS) event.preventDefault();
    else this.#sentAt = event.timeStamp;
  }

  find(key: SlotKey): SlotState | undefined {
    return this.#byKey.get(key);
  }

  freeOn(date: string): number {
    return this.groups.value
      .filter((group) => group.date === date)
      .reduce((sum, { slots }) => sum + slots.filter((slot) => slot.free.value).length, 0);
  }

  #insert(groups: readonly SlotGroup[], added: readonly SlotRef[]): SlotGroup[] {
    const slots = new Map(groups.map((group) => [`${group.date}@${group.locationId}`, group]));
    for (const ref of added) {
      const id = `${ref.date}@${ref.locationId}`;
      const group = slots.get(id) ?? this.#emptyGroup(ref);
      slots.set(id, { ...group, slots: [...group.slots, this.#slot(ref)] });
    }
    const byStart = (a: SlotState, b: SlotState): number => Date.parse(a.start) - Date.parse(b.start);
    return [...slots.values()]
      .map((group) => ({ ...group, slots: group.slots.toSorted(byStart) }))
      .sort((a, b) => (groupOrder(a) < groupOrder(b) ? -1 : 1));
  }

  #emptyGroup({ date, locationId }: SlotRef): SlotGroup {
    const { sites } = this.data;
    const siteName = sites.length > 1 ? (sites.find((s) => s.locationId === locationId)?.name ?? null) : null;
    return { date, locationId, heading: dayText(date), siteName, slots: [] };
  }

  #slot({ date, start, locationId }: SlotRef): SlotState {
    const zone = this.data.sites.find((site) => site.locationId === locationId)?.timeZone ?? "UTC";
    const label = timeText(start, zone);
    const key = slotKey(start, locationId);
    const moment = `${dayText(date)}, ${label}`;
    const name = `${moment}, ${this.data.providerName}`;
    const slot = { key, start, label, moment, name, free: signal(true) };
    this.#byKey.set(key, slot);
    return slot;
  }
}
