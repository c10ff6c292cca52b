/** The live protocol, version 1, as it goes over the wire. Times are spelled as in the REST answers. No frame says who. */
import type { AppointmentDto } from "../booking/appointment-dto.ts";
import type { LocationId } from "../ids.ts";

export const LIVE_PROTOCOL = 1;

/** Free starts of one local date, by site. */
export interface LiveDay {
  readonly date: string;
  readonly slots: readonly { readonly start: string; readonly end: string; readonly locationId: string }[];
}

/** Starts that became free or were taken on one local date. */
export interface DayChange {
  readonly date: string;
  readonly locationId: string;
  readonly opened: readonly string[];
  readonly taken: readonly string[];
}

export type ProviderFrame =
  | {
      readonly type: "snapshot";
      readonly protocol: typeof LIVE_PROTOCOL;
      readonly revision: number;
      readonly providerId: string;
      readonly visitTypeId: string;
      readonly days: readonly LiveDay[];
    }
  | {
      readonly type: "delta";
      readonly revision: number;
      readonly from: number;
      readonly changes: readonly DayChange[];
    }
  | { readonly type: "resync" };

export type PatientFrame =
  | {
      readonly type: "snapshot";
      readonly protocol: typeof LIVE_PROTOCOL;
      readonly revision: number;
      readonly appointments: readonly AppointmentDto[];
    }
  | {
      readonly type: "delta";
      readonly revision: number;
      readonly from: number;
      readonly changes: readonly AppointmentDto[];
    }
  | { readonly type: "resync" };

/**
 * [DV8] What a clinic's screens are told. For now a screen hears that it is connected and to which clinic; times and queue come with
 * the kiosk.
 */
export interface BoardFrame {
  readonly type: "snapshot";
  readonly protocol: typeof LIVE_PROTOCOL;
  readonly revision: number;
  readonly locationId: LocationId;
}

/** The one message a client sends besides `ping` (which the runtime answers without waking the object). */
export interface ResumeMessage {
  readonly type: "resume";
  readonly revision: number;
}

/** Bounds what a client may send in one frame; `resume` needs about forty characters. */
export const CLIENT_FRAME_CHARS_MAX = 256;

/** Parses what came over a socket; anything unexpected is null, never an exception. */
export function parseClientMessage(text: unknown): ResumeMessage | null {
  if (typeof text !== "string" || text.length > CLIENT_FRAME_CHARS_MAX) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // not JSON: a client's mistake, answered like any other unknown message
  }
  if (typeof value !== "object" || value === null) return null;
  const { type, revision } = value as { type?: unknown; revision?: unknown };
  return type === "resume" && Number.isSafeInteger(revision) ? { type, revision: revision as number } : null;
}

/** [L3] Version 1 keeps no history: the same revision needs nothing, every gap needs a snapshot. */
export function planCatchUp(clientRevision: number, ourRevision: number): "up-to-date" | "send-snapshot" {
  return clientRevision === ourRevision ? "up-to-date" : "send-snapshot";
}

/** [DV7] The last that a screen hears before its socket is closed: it goes dark now. */
export const GONE_FRAME = '{"type":"gone"}';
