/** What a person wrote into an appointment (its reason, its notes), apart from its facts. Sealed: opaque strings in here. */
import type { AppointmentId, PatientId, ProviderId } from "../ids.ts";
import type { Instant } from "../time.ts";
import type { Appointment } from "./appointment.ts";
import type { RecentCommand } from "./calendar-view.ts";
import { stillRecent } from "./recent-commands.ts";

/** Appointments of one call: 100 rows with a reason and notes of the longest kind are about 1 MB. */
export const TEXTS_MAX = 100;

/** The texts of one row, for whoever seals them anew. */
export interface StoredTexts {
  readonly id: AppointmentId;
  readonly patientId: PatientId;
  readonly reason: string | null;
  readonly notes: string | null;
  /** Texts in the answers that the row remembers, the expired ones left out. */
  readonly remembered: readonly string[];
}

/** The same texts under another key; `was` must still stand there, else somebody wrote meanwhile and the row is left alone. */
export interface TextChange {
  readonly id: AppointmentId;
  readonly was: { readonly reason: string | null; readonly notes: string | null };
  readonly reason: string | null;
  readonly notes: string | null;
}

/** What became of an order to destroy texts. */
export interface Erased {
  /** Went to another calendar, which is to be asked. */
  readonly elsewhere: readonly { readonly id: AppointmentId; readonly providerId: ProviderId }[];
  /** A saga holds some of them: ask again. */
  readonly busy: boolean;
}

export const withoutTexts = <A extends Pick<Appointment, "reason" | "notes">>(one: A): A => ({
  ...one,
  reason: null,
  notes: null,
});

/** [PD9] A repetition of an old command finds the answer without the text. */
export const recentWithoutTexts = (recent: readonly RecentCommand[]): readonly RecentCommand[] =>
  recent.map((entry) => (entry.answer ? { ...entry, answer: withoutTexts(entry.answer) } : entry));

/** Texts of answers that a repetition may still ask for. */
export const rememberedTexts = (recent: readonly RecentCommand[], now: Instant): string[] =>
  stillRecent(recent, now).flatMap(({ answer }) =>
    [answer?.reason ?? null, answer?.notes ?? null].filter((text) => text !== null),
  );
