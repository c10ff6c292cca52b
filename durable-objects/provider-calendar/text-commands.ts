/**
 * What people wrote, sealed anew under another key or destroyed. One transaction a call; facts, versions and events stay as they
 * are, because nobody else has these texts. This object cannot read them.
 */

import { stillRecent } from "../../core/booking/recent-commands.ts";
import {
  type Erased,
  recentWithoutTexts,
  rememberedTexts,
  type StoredTexts,
  TEXTS_MAX,
  type TextChange,
} from "../../core/booking/written.ts";
import type { AppointmentId, PatientId } from "../../core/ids.ts";
import { invariant } from "../../core/invariant.ts";
import type { CalendarParts } from "./calendar-commands.ts";
import { TextStore } from "./text-store.ts";

export class TextCommands {
  readonly #parts: Pick<CalendarParts, "storage" | "store" | "now">;
  readonly #texts: TextStore;

  constructor(parts: Pick<CalendarParts, "storage" | "store" | "now">, sql: SqlStorage) {
    this.#parts = parts;
    this.#texts = new TextStore(sql);
  }

  /** [PD7] A page of TEXTS_MAX appointments by id: those that hold a text, and where the next page begins (null = it was the last). */
  page(after: string): { readonly rows: readonly StoredTexts[]; readonly next: AppointmentId | null } {
    const now = this.#parts.now();
    const page = this.#texts.page(after, TEXTS_MAX);
    const rows = page.map(({ id, patientId, reason, notes, recent }) => {
      return { id, patientId, reason, notes, remembered: rememberedTexts(recent, now) };
    });
    return {
      rows: rows.filter(({ reason, notes, remembered }) => reason ?? notes ?? remembered[0] ?? null),
      next: page.length < TEXTS_MAX ? null : (page.at(-1)?.id ?? null),
    };
  }

  /** [PD7] Puts the same texts under another key; a row that somebody wrote to meanwhile is left alone. Returns how many it was. */
  replace(changes: readonly TextChange[]): number {
    invariant(changes.length <= TEXTS_MAX, "at most TEXTS_MAX rows are sealed anew at once");
    const { storage, store, now } = this.#parts;
    return storage.transactionSync(
      () =>
        changes.filter((change) => {
          if (!this.#texts.replace(change)) return false;
          // Answers that nobody can ask for any more would keep the older key's texts.
          const recent = store.find(change.id)?.recent ?? [];
          store.saveRecent(change.id, stillRecent(recent, now()));
          return true;
        }).length,
    );
  }

  /** [PD9] Destroys what was written in these appointments of these patients. Repeating it changes nothing. */
  erase(patients: readonly PatientId[], ids: readonly AppointmentId[]): Erased {
    invariant(ids.length <= TEXTS_MAX, "at most TEXTS_MAX rows are emptied at once");
    const { storage, store } = this.#parts;
    return storage.transactionSync(() => {
      const here = this.#texts.among(ids, patients);
      for (const { id, recent } of here) this.#texts.erase(id, recentWithoutTexts(recent));
      const found = new Set(here.map(({ id }) => id));
      const elsewhere = ids.flatMap((id) => {
        const facts = found.has(id) ? undefined : store.sagas.forwardingOf(id)?.facts;
        return facts && patients.includes(facts.patientId) ? [{ id, providerId: facts.providerId }] : [];
      });
      return { elsewhere, busy: ids.some((id) => store.sagas.preparedOn(id) !== null) };
    });
  }
}
