/** What comes in about blocks. Beside schemas.ts, whose parts it uses. */
import * as z from "zod";
import { BLOCK_MS_MAX, BLOCK_REASONS } from "../../../core/booking/block.ts";
import { DAY_MS, STEP_MINUTES, STEP_MS } from "../../../core/time.ts";
import { cursor, date, limit, locationId, moment } from "./schemas.ts";

/** Names a busy time in somebody else's calendar; the longest id of a FHIR resource is 64 characters. */
const EXTERNAL_ID = /^[\x21-\x7e]{1,128}$/;

const onStep = moment.refine((at) => at % STEP_MS === 0, `must lie on a step of ${STEP_MINUTES} minutes`);

export const blockBody = z
  .strictObject({
    start: onStep,
    end: onStep,
    reasonCode: z.enum(BLOCK_REASONS, "must be a reason code for blocks"),
    locationId: locationId.optional(),
    source: z.enum(["staff", "external"]).default("staff"),
    externalId: z.string().regex(EXTERNAL_ID, "must be 1 to 128 visible ASCII characters").optional(),
  })
  .refine(({ start, end }) => start < end, { path: ["end"], error: "must be after start" })
  .refine(({ start, end }) => end - start <= BLOCK_MS_MAX, {
    path: ["end"],
    error: `must be at most ${BLOCK_MS_MAX / DAY_MS} days after start`,
  })
  .refine(({ source, externalId }) => (source === "external") === (externalId !== undefined), {
    path: ["externalId"],
    error: "must be given for busy time of another calendar, and only for that",
  });

/** A month at a time. */
const LISTED_DAYS_MAX = 31;
export const blocksQuery = z
  .strictObject({ from: date.optional(), to: date.optional(), limit, cursor })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ["to"], error: "must not be before from" })
  .refine(({ from, to }) => !from || !to || (Date.parse(to) - Date.parse(from)) / DAY_MS < LISTED_DAYS_MAX, {
    path: ["to"],
    error: `must be at most ${LISTED_DAYS_MAX} days with from`,
  });
