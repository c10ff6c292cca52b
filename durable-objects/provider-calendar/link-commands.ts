/**
 * Signed links at the calendar of their appointment: a link is used up in the transaction of the command that it opens, and every try at a
 * date of birth is counted before anybody compares it. Knows links by a hash; whether one is genuine was the edge's question.
 */
import { DATE_TRIES_MAX } from "../../core/access/signed-link.ts";
import type { StatusCommand, StatusReply } from "../../core/booking/commands.ts";
import type { AppointmentId, LocationId } from "../../core/ids.ts";
import type { Instant } from "../../core/time.ts";
import type { CalendarCommands, CalendarParts } from "./calendar-commands.ts";

/** Bounds one write's tidying; the rest goes with the next ones. */
const TIDIED_MAX = 50;

/** A link that was found genuine, and the place and time it was made for. */
export interface OpenLink {
  /** Hash of its text. */
  readonly id: string;
  readonly appointmentId: AppointmentId;
  readonly locationId: LocationId;
  readonly start: Instant;
  readonly expiresAt: Instant;
}

/** Used, run out, or for something that is not as it was: one word, and the appointment is not looked at further. */
const OVER: StatusReply = { kind: "refused", refusal: { reason: "not-found" } };

export class LinkCommands {
  readonly #parts: Pick<CalendarParts, "storage" | "store" | "now">;
  readonly #commands: Pick<CalendarCommands, "status">;
  readonly #sql: SqlStorage;

  constructor(
    parts: Pick<CalendarParts, "storage" | "store" | "now">,
    commands: Pick<CalendarCommands, "status">,
    sql: SqlStorage,
  ) {
    this.#parts = parts;
    this.#commands = commands;
    this.#sql = sql;
  }

  /** [CO22] Does what the link says and uses it up, or neither. `busy` and refusals by rule leave it as it was. */
  act(link: OpenLink, command: StatusCommand): StatusReply {
    return this.#parts.storage.transactionSync(() => {
      if (!this.#isOpen(link)) return OVER;
      this.#use(link);
      const reply = this.#commands.status(command);
      if (reply.kind !== "done") this.#leave(link);
      return reply.kind === "moved" ? OVER : reply;
    });
  }

  /** Whether it can still be used, for a page that only says what it would do. Changes nothing. */
  isOpen(link: OpenLink): boolean {
    return this.#isOpen(link);
  }

  /** [CO24] Counts a try at the date of birth; false = there were DATE_TRIES_MAX before, or the link is over. */
  tryDate(link: OpenLink): boolean {
    return this.#parts.storage.transactionSync(() => {
      if (!this.#isOpen(link)) return false;
      this.#tidy();
      const rows = this.#sql
        .exec(
          `INSERT INTO link (id, tries, used_at, until_at) VALUES (?, 1, NULL, ?)
           ON CONFLICT (id) DO UPDATE SET tries = tries + 1 WHERE tries < ? RETURNING tries`,
          link.id,
          link.expiresAt,
          DATE_TRIES_MAX,
        )
        .toArray();
      return rows.length > 0;
    });
  }

  /** [CO22] Uses up a link that opens a look; true exactly once. */
  useUp(link: OpenLink): boolean {
    return this.#parts.storage.transactionSync(() => {
      if (!this.#isOpen(link)) return false;
      this.#use(link);
      return true;
    });
  }

  #isOpen({ id, appointmentId, locationId, start, expiresAt }: OpenLink): boolean {
    if (this.#parts.now() >= expiresAt) return false;
    const stored = this.#parts.store.find(appointmentId)?.appointment;
    if (!stored || stored.start !== start || stored.locationId !== locationId) return false;
    return (
      this.#sql.exec("SELECT 1 FROM link WHERE id = ? AND used_at IS NOT NULL", id).toArray().length === 0
    );
  }

  #use({ id, expiresAt }: OpenLink): void {
    this.#tidy();
    this.#sql.exec(
      `INSERT INTO link (id, tries, used_at, until_at) VALUES (?, 0, ?, ?)
       ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at`,
      id,
      this.#parts.now(),
      expiresAt,
    );
  }

  /** Not done, so not used; what was tried at it stays counted. */
  #leave({ id }: OpenLink): void {
    this.#sql.exec("DELETE FROM link WHERE id = ? AND tries = 0", id);
    this.#sql.exec("UPDATE link SET used_at = NULL WHERE id = ?", id);
  }

  /** A link that has run out is refused by its time, so its row says nothing any more. */
  #tidy(): void {
    this.#sql.exec(
      "DELETE FROM link WHERE id IN (SELECT id FROM link WHERE until_at <= ? LIMIT ?)",
      this.#parts.now(),
      TIDIED_MAX,
    );
  }
}
