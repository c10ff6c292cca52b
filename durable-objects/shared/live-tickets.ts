/** One-time tickets for live sockets. In memory only: a lost ticket costs the browser one more request for another. */
import { encodeBytes } from "../../core/ids.ts";
import { type Instant, plus, SECOND_MS } from "../../core/time.ts";

/** Between asking for a ticket and opening the socket lies one page script. */
const TICKET_LIFE_MS = 30 * SECOND_MS;
/** 26 characters = 130 bits. */
const TICKET_BYTES = 26;
/** Bounds memory: more than this many unused tickets within half a minute on one shard is an attack on ourselves. */
const TICKETS_MAX = 10_000;

/** [AB11] Unused ones of one holder: their open pages, several times over. Whoever asks in a loop pushes out their own, not others'. */
const TICKETS_PER_HOLDER_MAX = 10;

interface Ticket<Holder extends string, Note> {
  readonly holder: Holder;
  readonly note: Note;
  readonly until: Instant;
}

/** `Holder` = the name of whom a ticket stands for; `Note` = what else is known when it is used. */
export class LiveTickets<Holder extends string = string, Note = null> {
  readonly #tickets = new Map<string, Ticket<Holder, Note>>();

  issue(holder: Holder, note: Note, now: Instant): string {
    this.#dropExpired(now);
    this.#dropOldestOf(holder);
    const ticket = encodeBytes(crypto.getRandomValues(new Uint8Array(TICKET_BYTES)));
    this.#tickets.set(ticket, { holder, note, until: plus(now, TICKET_LIFE_MS) });
    return ticket;
  }

  /** Whose ticket it was; null for unknown, used and expired ones alike. */
  redeem(ticket: string, now: Instant): { readonly holder: Holder; readonly note: Note } | null {
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found && found.until > now ? found : null;
  }

  /** Unused ones like these open nothing any more. */
  drop(holder: Holder, isOver: (note: Note) => boolean): void {
    for (const [ticket, one] of this.#tickets)
      if (one.holder === holder && isOver(one.note)) this.#tickets.delete(ticket);
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
