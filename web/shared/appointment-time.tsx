/** When an appointment is, in full words and clinic time: what a person writes into their own calendar. */
import { fullDateText, timeText, zoneText } from "./time-text.ts";

export interface AppointmentTimes {
  /** Milliseconds since the Unix epoch. */
  readonly start: number;
  readonly end: number;
  readonly timeZone: string;
}

/** `Tuesday, November 24, 2026`, below it `9:20 AM to 9:40 AM` and `Central Time`. */
export function AppointmentTime({ at: { start, end, timeZone } }: { at: AppointmentTimes }) {
  return (
    <p class="when">
      <time dateTime={new Date(start).toISOString()}>
        <strong>{fullDateText(start, timeZone)}</strong>
        <br />
        {timeText(start, timeZone)} to {timeText(end, timeZone)}
      </time>{" "}
      <span class="muted">{zoneText(timeZone)}</span>
    </p>
  );
}
