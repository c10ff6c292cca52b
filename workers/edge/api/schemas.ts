/** Parses what comes in, once, at the door. Unknown members are refused; brands are given here. */
import type { Context } from "hono";
import * as z from "zod";
import { CANCELLATION_REASONS, OVERRIDE_REASONS } from "../../../core/booking/appointment.ts";
import { HOLDERS_MAX, TOGETHER_MAX } from "../../../core/booking/saga.ts";
import { isPlannableDate } from "../../../core/exchange/real-date.ts";
import {
  HOLD_ID,
  isPatientId,
  LOCATION_ID,
  type LocationId,
  type PatientId,
  PROVIDER_ID,
  type ProviderId,
  VISIT_TYPE_ID,
  type VisitTypeId,
} from "../../../core/ids.ts";
import { DAY_MS, type Instant, instant } from "../../../core/time.ts";
import type { EdgeEnv } from "../env.ts";
import { invalid, type Problem, type ValidationError } from "./problem.ts";

export const locationId = z
  .string()
  .regex(LOCATION_ID, "must be a location id")
  .transform((id) => id as LocationId);
export const patientId = z
  .string()
  .refine(isPatientId, "must be a patient id")
  .transform((id) => id as PatientId);
export const providerId = z
  .string()
  .regex(PROVIDER_ID, "must be a provider id")
  .transform((id) => id as ProviderId);
export const visitTypeId = z
  .string()
  .regex(VISIT_TYPE_ID, "must be a visit type id")
  .transform((id) => id as VisitTypeId);
/** With an offset or Z; whole seconds are enough for a clinic. */
export const moment = z.iso
  .datetime({ offset: true, error: "must be an RFC 3339 time with an offset" })
  .transform((text): Instant => instant(Date.parse(text)));
/** A real calendar date: 30 February is none. */
export const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, YYYY-MM-DD")
  .refine(isPlannableDate, "must be a date that exists, between 2000 and 2099");

/** What another system is called here: its ids are remembered under this name. */
export const otherSystem = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, "must be lower-case letters, digits, dots and dashes");

/** What a person writes about why they come. Shown to the clinic, never in events. */
const REASON_CHARS_MAX = 500;
/** For the clinic's own use. */
const NOTES_CHARS_MAX = 2_000;
/** The longest rule that we read names seven weekdays. */
const RRULE_CHARS_MAX = 100;
/** A year. */
const WEEKS_MAX = 52;
const reason = z.string().trim().min(1).max(REASON_CHARS_MAX);

export const holdBody = z.strictObject({ providerId, visitTypeId, locationId, start: moment });
export type HoldBody = z.output<typeof holdBody>;

/** [B25] From the clinic only: the door checks the role. */
const override = z.strictObject({
  reasonCode: z.enum(OVERRIDE_REASONS, "must be a reason code for overrides"),
});

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One provider, or [R9] several in the order in which they are asked. */
export const bookingBody = z
  .strictObject({
    providerId: providerId.optional(),
    providerIds: z
      .array(providerId)
      .min(2)
      .max(HOLDERS_MAX)
      .refine((ids) => new Set(ids).size === ids.length, "must name each provider once")
      .optional(),
    visitTypeId,
    locationId,
    start: moment,
    patientId: patientId.optional(),
    holdId: z.string().regex(HOLD_ID, "must be a hold id").optional(),
    reason: reason.optional(),
    notes: z.string().trim().min(1).max(NOTES_CHARS_MAX).optional(),
    override: override.optional(),
  })
  .refine(({ providerId: one, providerIds: several }) => (one === undefined) !== (several === undefined), {
    path: ["providerId"],
    error: "must be given, or providerIds instead",
    when: ({ value }) => isObject(value), // with the other mistakes, not after them
  })
  .refine(({ holdId, providerIds }) => holdId === undefined || providerIds === undefined, {
    path: ["holdId"],
    error: "keeps the start of one provider: give providerId",
  });
export type BookingBody = z.output<typeof bookingBody>;

/** A rule of RFC 5545, or so many visits every so many weeks: one of the two. */
export const seriesBody = z
  .strictObject({
    providerId,
    visitTypeId,
    locationId,
    start: moment,
    patientId: patientId.optional(),
    rrule: z.string().min(1).max(RRULE_CHARS_MAX).optional(),
    count: z.int().optional(),
    intervalWeeks: z.int().min(1).max(WEEKS_MAX).optional(),
    reason: reason.optional(),
    notes: z.string().trim().min(1).max(NOTES_CHARS_MAX).optional(),
  })
  .refine(({ rrule, count }) => (rrule === undefined) !== (count === undefined), {
    path: ["count"],
    error: "must be given, or rrule instead",
  });
export type SeriesBody = z.output<typeof seriesBody>;

/** [Z11] Visits that are made together, each where and when it says. */
export const visitsBody = z.strictObject({
  visits: z
    .array(z.strictObject({ providerId, visitTypeId, locationId, start: moment }))
    .min(2)
    .max(TOGETHER_MAX),
  patientId: patientId.optional(),
  reason: reason.optional(),
  notes: z.string().trim().min(1).max(NOTES_CHARS_MAX).optional(),
});
export type VisitsBody = z.output<typeof visitsBody>;

/** A series by a rule, or visit by visit: whoever names `visits` means the latter. */
export const saysVisits = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "visits" in body;

/** The new start of the first visit that moves; the visits from a date on, or all that are still to come. */
export const moveSeriesBody = z.strictObject({ start: moment, from: date.optional() });
export type MoveSeriesBody = z.output<typeof moveSeriesBody>;

export const moveBody = z
  .strictObject({
    start: moment.optional(),
    providerId: providerId.optional(),
    locationId: locationId.optional(),
    visitTypeId: visitTypeId.optional(),
    reason: reason.nullable().optional(),
    override: override.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "must change something");
export type MoveBody = z.output<typeof moveBody>;

/** Whose socket it is for: a person's, who is the caller when nobody is named, or a clinic's. */
export const ticketBody = z
  .strictObject({ patientId: patientId.optional(), locationId: locationId.optional() })
  .refine((body) => body.patientId === undefined || body.locationId === undefined, {
    path: ["locationId"],
    error: "goes without patientId",
  });

/** The longest answer of availability: one month grid. */
const AVAILABILITY_DAYS_MAX = 31;
export const availabilityQuery = z
  .strictObject({
    from: date.optional(),
    to: date.optional(),
    visitTypeId: visitTypeId.optional(),
    locationId: locationId.optional(),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ["to"], error: "must not be before from" })
  .refine(
    ({ from, to }) => !from || !to || (Date.parse(to) - Date.parse(from)) / DAY_MS < AVAILABILITY_DAYS_MAX,
    {
      path: ["to"],
      error: `must be at most ${AVAILABILITY_DAYS_MAX} days with from`,
    },
  );

export const explainQuery = z.strictObject({ start: moment, visitTypeId, locationId });

export const LIST_LIMIT_MAX = 100;
const LIST_LIMIT_DEFAULT = 20;
const CURSOR_CHARS_MAX = 500;
export const limit = z
  .string()
  .regex(/^\d{1,3}$/, "must be a whole number")
  .transform(Number)
  .refine((n) => n >= 1 && n <= LIST_LIMIT_MAX, `must be between 1 and ${LIST_LIMIT_MAX}`)
  .default(LIST_LIMIT_DEFAULT);
export const cursor = z.string().max(CURSOR_CHARS_MAX).optional();

export const listQuery = z.strictObject({ limit, cursor });
export const locationsQuery = z.strictObject({
  limit,
  cursor,
  state: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be a two-letter state code")
    .optional(),
});
export const patientAppointmentsQuery = z.strictObject({
  status: z
    .enum(["booked", "confirmed", "checked-in", "in-progress", "completed", "cancelled", "no-show"])
    .optional(),
  from: date.optional(),
  to: date.optional(),
  limit,
  cursor,
});
export const cancelSeriesQuery = z.strictObject({
  reasonCode: z.enum(CANCELLATION_REASONS).optional(),
  from: date.optional(),
});
export const cancelQuery = z.strictObject({ reasonCode: z.enum(CANCELLATION_REASONS).optional() });
export const liveProviderQuery = z.strictObject({
  visitTypeId,
  from: date,
  to: date,
  locationId: locationId.optional(),
  _pk: z.string().max(64).optional(),
});
export const deepQuery = z.strictObject({ deep: z.literal("1").optional() });

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** [AB7] Who sends a body full of mistakes is told of the first ones. */
const MISTAKES_TOLD_MAX = 20;

function pointersOf(error: z.ZodError, base: string): ValidationError[] {
  const all = error.issues.flatMap((issue) => {
    const at = (path: readonly PropertyKey[]): string =>
      `${base}${path.map((part) => `/${String(part)}`).join("")}`;
    if (issue.code !== "unrecognized_keys") return [{ pointer: at(issue.path), message: issue.message }];
    return issue.keys.map((key) => ({ pointer: at([...issue.path, key]), message: "is not known here" }));
  });
  return all.slice(0, MISTAKES_TOLD_MAX);
}

/** The JSON body, or a 400 with a pointer to each mistake. */
export async function parseBody<Shape extends z.ZodType>(
  c: Context<EdgeEnv>,
  shape: Shape,
): Promise<Parsed<z.output<Shape>>> {
  const body: unknown = await c.req.json().catch(() => undefined); // not JSON: reported below like any other bad body
  if (body === undefined) return { ok: false, problem: invalid([{ pointer: "", message: "must be JSON" }]) };
  const result = shape.safeParse(body);
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, problem: invalid(pointersOf(result.error, "")) };
}

/** As `parseBody`, for commands whose address may say it all: no body counts as an empty object. */
export async function parseBodyIfAny<Shape extends z.ZodType>(
  c: Context<EdgeEnv>,
  shape: Shape,
): Promise<Parsed<z.output<Shape>>> {
  const empty = (await c.req.text()).trim() === ""; // Hono keeps the text for whoever asks again
  if (!empty) return parseBody(c, shape);
  return { ok: true, value: shape.parse({}) };
}

/**
 * The query, or a 400. A parameter given twice is a mistake too.
 * @param several these may be given more than once and are lists
 */
export function parseQuery<Shape extends z.ZodType>(
  c: Context<EdgeEnv>,
  shape: Shape,
  several: readonly string[] = [],
): Parsed<z.output<Shape>> {
  const given = c.req.queries();
  const twice = Object.keys(given).filter(
    (name) => !several.includes(name) && (given[name]?.length ?? 0) > 1,
  );
  if (twice.length > 0)
    return {
      ok: false,
      problem: invalid(twice.map((name) => ({ pointer: `/query/${name}`, message: "must be given once" }))),
    };
  const lists = Object.fromEntries(several.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
  const result = shape.safeParse({ ...c.req.query(), ...lists });
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, problem: invalid(pointersOf(result.error, "/query")) };
}
