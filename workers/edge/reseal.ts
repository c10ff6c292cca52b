/** [PD7] Puts what people wrote under the newest of TEXT_KEYS, calendar by calendar, while everybody goes on reading and writing. */
import type { StoredTexts, TextChange } from "../../core/booking/written.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { EdgeSettings, KeyRing } from "../config.ts";
import { openText, sealedUnder, sealText, type TextField } from "../sealed-text.ts";
import { providerCalendar } from "./stubs.ts";

export interface ResealedCalendar {
  readonly provider: ProviderId;
  /** Appointments whose texts are under the newest key by now and were not before. */
  readonly resealed: number;
  /** Under an older key still: answers of the last day, which leave by themselves, and rows that somebody wrote to meanwhile. */
  readonly left: number;
  /** Appointments with a text that no key of the ring opens: left as they are. */
  readonly unreadable: number;
}

type Resealed =
  | { readonly kind: "change"; readonly change: TextChange }
  | { readonly kind: "unreadable" }
  | null;

/** null = nothing of it is under an older key. */
function resealedRow(ring: KeyRing, { id, patientId, reason, notes }: StoredTexts): Resealed {
  const newest = ring[0]?.[0];
  let unreadable = false;
  const anew = (field: TextField, stored: string | null): string | null => {
    if (stored === null || sealedUnder(stored) === newest) return stored;
    const text = openText(ring, field, patientId, stored);
    if (text === null) unreadable = true;
    return text === null ? stored : sealText(ring, field, patientId, text);
  };
  const change = { id, was: { reason, notes }, reason: anew("reason", reason), notes: anew("notes", notes) };
  if (unreadable) return { kind: "unreadable" };
  return change.reason === reason && change.notes === notes ? null : { kind: "change", change };
}

/** One calendar, page by page. @throws what the calendar throws */
export async function resealCalendar(
  env: Env,
  { TEXT_KEYS }: EdgeSettings,
  provider: ProviderId,
): Promise<ResealedCalendar> {
  const calendar = providerCalendar(env, provider);
  const newest = TEXT_KEYS[0]?.[0];
  let [resealed, left, unreadable] = [0, 0, 0];
  for (let after: string | null = ""; after !== null; ) {
    const page: { readonly rows: readonly StoredTexts[]; readonly next: string | null } =
      await calendar.texts(after);
    const outcomes = page.rows.map((row) => resealedRow(TEXT_KEYS, row));
    const changes = outcomes.flatMap((outcome) => (outcome?.kind === "change" ? [outcome.change] : []));
    const done = changes.length > 0 ? await calendar.replaceTexts(changes) : 0;
    resealed += done;
    left += changes.length - done;
    left += page.rows.filter(({ remembered }) =>
      remembered.some((text) => sealedUnder(text) !== newest),
    ).length;
    unreadable += outcomes.filter((outcome) => outcome?.kind === "unreadable").length;
    after = page.next;
  }
  return { provider, resealed, left, unreadable };
}
