/** One-time tickets for live sockets. In memory only: a lost ticket costs the browser one more request for another. */
import { encodeBytes } from "../../core/ids.ts";
import { type Instant, plus, SECOND_MS } from "../../core/time.ts";

/** Between asking for a ticket and opening the socket lies one page script. */
const TICKET_LIFE_MS = 30 * SECOND_MS;
/** 24 characters = 120 bits. */
const TICKET_BYTES = 24;
/** Bounds memory: more than this many unused tickets within half a minute on one shard is an attack on ourselves. */
const TICKETS_MAX = 10_000;

/** [AB11] Unused ones of one holder: their open pages, several times over. Whoever asks in a loop pushes out their own, not others'. */
const TICKETS_PER_HOLDER_MAX = 10;

/** `Holder` = the name of whom a ticket stands for. */
export class LiveTickets<Holder extends string> {
  readonly #tickets = new Map<string, { readonly holder: Holder; readonly until: Instant }>();

  issue(holder: Holder, now: Instant): string {
    this.#dropExpired(now);
    this.#dropOldestOf(holder);
    const ticket = encodeBytes(crypto.getRandomValues(new Uint8Array(TICKET_BYTES)));
    this.#tickets.set(ticket, { holder, until: plus(now, TICKET_LIFE_MS) });
    return ticket;
  }

  /** Whose ticket it was; null for unknown, used and expired ones alike. */
  redeem(ticket: string, now: Instant): Holder | null {
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found && found.until > now ? found.holder : null;
  }

  #dropOldestOf(holder: Holder): void {
    const own = [...this.#tickets].filter(([, ticket]) => ticket.holder === holder);
    for (const [ticket] of own.slice(0, Math.max(0, own.length - TICKETS_PER_HOLDER_MAX + 1)))
      this.#tickets.delete(ticket);
  }

  /** Oldest first, as they were put in; stops at the first one that is still good. */
  #dropExpired(now: Instant): void {
    for (const [ticket, { until }] of this.#tickets) {
      if (until > now && this.#tickets.size < TICKETS_MAX) break;
      this.#tickets.delete(ticket);
    }
  }
}
