/** The commands an appointment remembers, so that a repetition finds its first answer. */
import type { AttemptId } from "../ids.ts";
import type { Instant } from "../time.ts";
import type { RecentCommand } from "./calendar-view.ts";
import { COMMAND_DEADLINE_MS, FENCE_LIFE_MS } from "./commands.ts";

/** Bounds one row: fifty answers of about 600 bytes stay far below the 2 MB of a row. Nobody moves a visit so often. */
export const RECENT_COMMANDS_MAX = 50;

export const findRecent = (recent: readonly RecentCommand[], attempt: AttemptId): RecentCommand | null =>
  recent.find((entry) => entry.attempt === attempt) ?? null;

/** Without the entries that no deadline can reach any more. */
export const stillRecent = (recent: readonly RecentCommand[], now: Instant): readonly RecentCommand[] =>
  recent.filter((entry) => entry.at + COMMAND_DEADLINE_MS + FENCE_LIFE_MS > now);

export const remember = (
  recent: readonly RecentCommand[],
  entry: RecentCommand,
  now: Instant,
): readonly RecentCommand[] => [...stillRecent(recent, now), entry];
