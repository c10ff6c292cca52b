/** What comes in about files, day lists and repairs. Beside schemas.ts, whose parts it uses. */
import * as z from "zod";
import { APPOINTMENT_PARTITIONS } from "../../../core/events/partition.ts";
import { applyQuery } from "./admin-schemas.ts";
import { date, otherSystem } from "./schemas.ts";

export const importQuery = applyQuery.extend({ system: otherSystem });

export const exportQuery = z.strictObject({
  format: z.enum(["csv", "ndjson"]).default("csv"),
  system: otherSystem.optional(),
});

const DOWNTIME_DAYS_DEFAULT = 3;
const DOWNTIME_DAYS_MAX = 7;
export const dayQuery = z.strictObject({ date: date.optional() });
export const downtimeQuery = z.strictObject({
  days: z
    .string()
    .regex(/^[1-7]$/, `must be between 1 and ${DOWNTIME_DAYS_MAX}`)
    .transform(Number)
    .default(DOWNTIME_DAYS_DEFAULT),
});

/** Bounds one call: a calendar takes about five calls to others, and a request has a thousand. */
const CALENDARS_MAX = 100;
const AFTER_CHARS_MAX = 64;
export const rebuildBody = z.strictObject({
  after: z.string().max(AFTER_CHARS_MAX).default(""),
  limit: z.int().min(1).max(CALENDARS_MAX).default(CALENDARS_MAX),
});
export const replayBody = z.strictObject({
  partition: z
    .int()
    .min(0)
    .max(APPOINTMENT_PARTITIONS - 1),
  offset: z.int().min(0).default(0),
});
