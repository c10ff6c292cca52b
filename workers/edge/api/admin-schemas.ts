/** What comes in about the directory itself. Beside schemas.ts, whose parts it uses. */
import * as z from "zod";
import { GENDERS } from "../../../core/directory/directory.ts";
import { EXCEPTIONS_MAX, WEEKLY_RULES_MAX } from "../../../core/schedule/config.ts";
import { DAY_MS, STEP_MINUTES } from "../../../core/time.ts";
import { date, locationId, visitTypeId } from "./schemas.ts";

/** Names of clinics, streets, cities. */
const NAME_CHARS_MAX = 200;
/** A provider works at a few places; more than this is a mistake in somebody's file. */
const SITES_MAX = 10;
const VISIT_TYPES_MAX = 50;
const CODES_MAX = 20;
const MINUTES_PER_DAY = 1_440;
/** The longest time a clinic is closed by one entry. */
const CLOSURE_DAYS_MAX = 366;

const name = z.string().trim().min(1).max(NAME_CHARS_MAX);
/** Lower-case words with dashes, as specialties and plans are written everywhere. */
const code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case letters, digits and dashes");
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "must be a BCP 47 language tag");
const timeZone = z.string().max(64).refine(isZone, "must be an IANA time zone, such as America/Chicago");

function isZone(zone: string): boolean {
  try {
    return zone.includes("/") && new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false; // said by the schema as a sentence
  }
}

export const clinicBody = z.strictObject({
  name,
  address: name,
  city: name,
  state: z.string().regex(/^[A-Z]{2}$/, "must be a two-letter state code"),
  postalCode: z.string().regex(/^[0-9]{5}$/, "must be a ZIP code of five digits"),
  phone: z.string().regex(/^\+[1-9][0-9]{6,14}$/, "must be a phone number in E.164, such as +13125550100"),
  timeZone,
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  regionId: z.string().max(50).optional(),
});

const minuteOfDay = z
  .int()
  .min(0)
  .max(MINUTES_PER_DAY)
  .refine((minute) => minute % STEP_MINUTES === 0, `must lie on a step of ${STEP_MINUTES} minutes`);
const inOrder = { path: ["closesAt"], error: "must be after opensAt" };
const dayHours = z
  .strictObject({ opensAt: minuteOfDay, closesAt: minuteOfDay })
  .refine(({ opensAt, closesAt }) => opensAt < closesAt, inOrder);
const weeklyHours = z
  .strictObject({
    weekday: z.int().min(1).max(7),
    opensAt: minuteOfDay,
    closesAt: minuteOfDay,
    from: date.exactOptional(),
    until: date.exactOptional(),
  })
  .refine(({ opensAt, closesAt }) => opensAt < closesAt, inOrder)
  .refine(({ from, until }) => !from || !until || from <= until, {
    path: ["until"],
    error: "must not be before from",
  });
const exception = z.discriminatedUnion("kind", [
  z.strictObject({ date, kind: z.literal("closed") }),
  z.strictObject({ date, kind: z.literal("instead"), hours: z.array(dayHours).min(1).max(WEEKLY_RULES_MAX) }),
  z.strictObject({ date, kind: z.literal("extra"), hours: z.array(dayHours).min(1).max(WEEKLY_RULES_MAX) }),
]);

const unique = <T>(items: readonly T[]): boolean => new Set(items).size === items.length;

const sites = z
  .array(
    z.strictObject({
      locationId,
      hours: z.array(weeklyHours).max(WEEKLY_RULES_MAX),
      breaks: z.array(weeklyHours).max(WEEKLY_RULES_MAX).exactOptional(),
      exceptions: z.array(exception).max(EXCEPTIONS_MAX).exactOptional(),
    }),
  )
  .min(1)
  .max(SITES_MAX)
  .refine((list) => unique(list.map((site) => site.locationId)), "must name each location once");

export const scheduleBody = z.strictObject({ sites });

export const providerBody = z.strictObject({
  displayName: name,
  title: z.string().trim().min(1).max(50),
  specialties: z.array(code).min(1).max(CODES_MAX).refine(unique, "must name each once"),
  languages: z.array(language).min(1).max(CODES_MAX).refine(unique, "must name each once"),
  acceptingNewPatients: z.boolean().default(true),
  gender: z.enum(GENDERS).nullable().default(null),
  insurances: z.array(code).max(CODES_MAX).default([]),
  sites,
  visitTypeIds: z.array(visitTypeId).min(1).max(VISIT_TYPES_MAX).refine(unique, "must name each once"),
});

/** The first date stands in the address. */
export const closureBody = z.strictObject({ until: date, name: name.optional() });
export const isClosureTooLong = (from: string, until: string): boolean =>
  (Date.parse(until) - Date.parse(from)) / DAY_MS >= CLOSURE_DAYS_MAX;
export const closureDate = date;

/** Without it, what would happen is told and nothing is changed. */
export const applyQuery = z.strictObject({
  apply: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true"),
});
