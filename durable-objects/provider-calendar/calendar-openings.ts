/**
 * Tells the log which starts are open next. What was told last is a row, so that an eviction repeats nothing and what is
 * not offered any more is told once; everything else is computed again.
 */

import type { OpenDays } from "../../core/schedule/open-days.ts";
import { afterTelling, type Opening, Openings, staleAfter, untold } from "../../core/schedule/openings.ts";
import { type Instant, plus } from "../../core/time.ts";
import type { CalendarParts } from "./calendar-commands.ts";
import { DRAIN_DELAY_MS } from "./calendar-writer.ts";

export class CalendarOpenings {
  readonly #parts: Pick<CalendarParts, "storage" | "store" | "memory" | "writer" | "wake">;
  /** Of one configuration. */
  #openings: { readonly of: OpenDays; readonly next: Openings } | null = null;
  /** A copy of the row; null until somebody asks. */
  #told: ReadonlyMap<string, Opening> | null = null;
  /** What the last look was at; nothing needs to be looked at again until one of them changes. */
  #seen: { readonly open: OpenDays; readonly revision: number; readonly until: Instant } | null = null;

  constructor(parts: Pick<CalendarParts, "storage" | "store" | "memory" | "writer" | "wake">) {
    this.#parts = parts;
  }

  /**
   * [OP5] One event with what changed since the last one, or nothing.
   * @param drain "now" when the caller drains the outbox next, else the alarm is armed for it
   */
  tell(at: Instant, drain: "now" | "later"): void {
    const { storage, store, memory, writer, wake } = this.#parts;
    const { open, revision } = memory;
    if (!open || this.#hasSeen(open, revision, at)) return;
    if (this.#openings?.of !== open) {
      this.#openings = { of: open, next: new Openings(open, memory.busy.of) };
      this.#told = null; // a new configuration may have changed the row
    }
    this.#told ??= store.toldOpenings();
    const news = untold(this.#told, this.#openings.next.at(at), at);
    if (news.length > 0) {
      const told = afterTelling(this.#told, news);
      const drainAt = plus(at, DRAIN_DELAY_MS);
      storage.transactionSync(() => {
        writer.openings(open.config, news, at);
        store.saveToldOpenings(told);
        if (drain === "later") wake.arm(drainAt);
      });
      if (drain === "later") wake.armed(drainAt);
      writer.toldUnseen();
      this.#told = told;
    }
    this.#seen = { open, revision, until: staleAfter(this.#told) };
  }

  #hasSeen(open: OpenDays, revision: number, at: Instant): boolean {
    const seen = this.#seen;
    return seen !== null && seen.open === open && seen.revision === revision && at <= seen.until;
  }
}
