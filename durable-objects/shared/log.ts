/**
 * The only place that writes to the console. A line takes codes, counts and some ids, never text: what a person wrote,
 * a name or an error message that may quote a row does not fit the types.
 */
import type { AppointmentId, ProviderId } from "../../core/ids.ts";

/** A lower-case code written in our source, such as "outbox.publish_failed". A runtime string does not fit. */
export type LogCode = Lowercase<string>;
/** Patient ids are left out on purpose, and so is every plain string. */
export type LogField = number | boolean | LogCode | AppointmentId | ProviderId;

export function logEvent(event: LogCode, fields: Readonly<Record<string, LogField>> = {}): void {
  console.log(JSON.stringify({ level: "info", event, ...fields }));
}

/** A failure of ours or of a dependency, by class; messages may carry data and stay out. */
export function logFailure(
  event: LogCode,
  error: unknown,
  fields: Readonly<Record<string, LogField>> = {},
): void {
  const kind = error instanceof Error ? error.name : typeof error;
  console.error(JSON.stringify({ level: "error", event, kind, ...fields }));
}
