/**
 * Taking over appointments that were made elsewhere: one transaction a call, memory and screens after it. What is stored is
 * decided in core/booking/take-over.ts.
 */
import { type AppointmentFacts, bookingAttempt, factsOf } from "../../core/booking/appointment.ts";
import { canBeTakenOver, type HandedIn, TAKE_OVER_MAX, takeOver } from "../../core/booking/take-over.ts";
import type { ProviderId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { CalendarConfig } from "../../core/schedule/config.ts";
import type { CalendarParts } from "./calendar-commands.ts";
import type { Change, Written } from "./calendar-writer.ts";

export interface TakeOverReply {
  /** Rows that are news; all others were known. */
  readonly taken: number;
  /** Of the rows, what stands here by now, as it stands: for whoever tells the patients' agendas. */
  readonly here: readonly AppointmentFacts[];
}

export class TakeOverCommands {
  readonly #parts: Omit<CalendarParts, "locked" | "holds">;
  readonly #calendar: ProviderId;

  constructor(parts: Omit<CalendarParts, "locked" | "holds">, calendar: ProviderId) {
    this.#parts = parts;
    this.#calendar = calendar;
  }

  /** [AD1]–[AD5] Up to TAKE_OVER_MAX rows of this calendar; `config` serves a calendar that has none yet, and is not stored. */
  takeOver(config: CalendarConfig, rows: readonly HandedIn[]): TakeOverReply {
    const { memory, now, storage, store, writer } = this.#parts;
    invariant(rows.length <= TAKE_OVER_MAX, "at most TAKE_OVER_MAX rows are handed in at once");
    invariant(
      rows.every(({ providerId }) => providerId === this.#calendar),
      "a calendar is handed its own rows",
    );
    invariant(rows.every(canBeTakenOver), "nobody hands in what cannot be taken over");
    const at = now();
    const own = memory.open?.config;
    let written: Written | null = null;
    const outcome = storage.transactionSync(() => {
      const known = store.knownAmong(rows.map(({ id }) => id));
      const view = {
        config: own && own.version >= config.version ? own : config,
        isKnown: (id: HandedIn["id"]) => known.has(id),
        occupantsIn: store.occupantsIn.bind(store),
      };
      const decision = takeOver(view, rows, at);
      const changes = decision.taken.map(({ appointment: after, takes }): Change => {
        return { type: "imported", before: null, after, recent: [], cause: bookingAttempt(after.id), takes };
      });
      if (changes.length > 0) written = writer.appointments(changes, at);
      const before = decision.known.length > 0 ? store.confirm(decision.known).here : [];
      return { taken: changes.length, here: [...changes.map(({ after }) => factsOf(after)), ...before] };
    });
    if (written) writer.committed(written, at);
    return outcome;
  }
}
