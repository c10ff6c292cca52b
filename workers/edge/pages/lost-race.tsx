/** [V11] Somebody was faster: what happened, and the nearest free times one press away. */
import type { Context } from "hono";
import type { TakeAnswer } from "../../../core/agenda/command-row.ts";
import { dateAt, spellInZone } from "../../../core/schedule/clinic-time.ts";
import type { FreeStart } from "../../../core/schedule/free-starts.ts";
import { slotKey } from "../../../web/shared/live-slots.ts";
import { dayText, timeText } from "../../../web/shared/time-text.ts";
import type { EdgeEnv } from "../env.ts";
import { HiddenFields, sendOutcome } from "./outcome.tsx";

/** null = the answer is not about a lost race. */
export const alternativesOf = (answer: TakeAnswer): readonly FreeStart[] | null =>
  answer.kind === "refused" && answer.refused.refusal.reason === "slot-taken"
    ? answer.refused.alternatives
    : null;

interface Alternatives {
  readonly starts: readonly FreeStart[];
  readonly timeZone: string;
  /** Of the form that each button sends. */
  readonly method: "get" | "post";
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly allTimes: string;
}

export function lostRacePage(c: Context<EdgeEnv>, nearest: Alternatives): Promise<Response> {
  const { starts, timeZone } = nearest;
  return sendOutcome(c, {
    status: 409,
    heading:
      starts.length > 0
        ? "That time was just taken. Here are the closest times."
        : "That time was just taken. No other time close to it is free.",
    children: (
      <>
        <form method={nearest.method} action={nearest.action}>
          <HiddenFields fields={nearest.fields} />
          <ul class="choices">
            {starts.map(({ start, locationId }) => (
              <li key={start}>
                <button
                  type="submit"
                  class="choice"
                  name="slot"
                  value={slotKey(spellInZone(start, timeZone), locationId)}
                >
                  <span class="name">
                    {nearest.method === "post" ? "Book " : ""}
                    {timeText(start, timeZone)}
                  </span>
                  <span class="muted">{dayText(dateAt(start, timeZone))}</span>
                </button>
              </li>
            ))}
          </ul>
        </form>
        <p>
          <a href={nearest.allTimes}>See all times</a>
        </p>
      </>
    ),
  });
}
