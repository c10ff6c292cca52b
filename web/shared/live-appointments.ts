/** What a patient's live socket says, as far as a page shows it. Pure. */
import type { AppointmentStatus } from "../../core/booking/appointment.ts";
import { isStatus } from "./status-text.ts";

export interface AppointmentNews {
  readonly id: string;
  readonly status: AppointmentStatus;
  readonly version: number;
  readonly start: number;
  readonly end: number;
  readonly timeZone: string;
}

export type PatientNews =
  | {
      readonly type: "snapshot";
      readonly revision: number;
      readonly appointments: readonly AppointmentNews[];
    }
  | {
      readonly type: "delta";
      readonly revision: number;
      readonly from: number;
      readonly appointments: readonly AppointmentNews[];
    }
  | { readonly type: "resync" };

/** Versions only grow; news may come twice and late. */
export const isNewer = (news: AppointmentNews, shownVersion: number): boolean => news.version > shownVersion;

function parseAppointment(value: unknown): AppointmentNews | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, status, version, start, end, timeZone } = value as Record<string, unknown>;
  if (typeof id !== "string" || typeof status !== "string" || typeof timeZone !== "string") return null;
  const news = {
    id,
    version: Number(version),
    start: Date.parse(String(start)),
    end: Date.parse(String(end)),
  };
  const whole = isStatus(status) && [news.version, news.start, news.end].every(Number.isSafeInteger);
  return whole ? { ...news, status, timeZone } : null;
}

/** null = nothing that we understand. An appointment that we do not understand is left out. */
export function parsePatientFrame(text: string): PatientNews | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // `pong`
  }
  if (typeof value !== "object" || value === null) return null;
  const { type, revision, from, appointments, changes } = value as Record<string, unknown>;
  if (type === "resync") return { type };
  const list = type === "snapshot" ? appointments : changes;
  if (!Number.isSafeInteger(revision) || !Array.isArray(list)) return null;
  const news = list.map(parseAppointment).filter((item) => item !== null);
  if (type === "snapshot") return { type, revision: revision as number, appointments: news };
  if (type === "delta" && Number.isSafeInteger(from))
    return { type, revision: revision as number, from: from as number, appointments: news };
  return null;
}
