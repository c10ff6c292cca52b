/** What comes in about the directory itself. Beside schemas.ts, whose parts it uses. */
import * as z from "zod";
import { GENDERS } from "../../../core/directory/directory.ts";
import { isLanguageTag } from "../../../core/directory/language-tag.ts";
import { isRealDate } from "../../../core/exchange/real-date.ts";
import { isPlainText } from "../../../core/plain-text.ts";
import {
  BUFFER_MINUTES_MAX,
  EXCEPTIONS_MAX,
  OVERRIDES_MAX,
  TRAVEL_MINUTES_MAX,
  VISIT_MINUTES_MAX,
  WEEKLY_RULES_MAX,
} from "../../../core/schedule/config.ts";
import { DAY_MS, STEP_MINUTES } from "../../../core/time.ts";
import { date, locationId, patientId, providerId, visitTypeId } from "./schemas.ts";

/** Names of clinics, streets, cities. */
const NAME_CHARS_MAX = 200;
const TITLE_CHARS_MAX = 50;
/** Regions are named by a short code. */
const REGION_CHARS_MAX = 50;
/** A provider works at a few places; more than this is a mistake in somebody's file. */
const SITES_MAX = 10;
const VISIT_TYPES_MAX = 50;
const CODES_MAX = 20;
const MINUTES_PER_DAY = 1_440;
/** Visits of one type on a day, and seats of a group. */
const COUNT_MAX = 1_000;
const AGE_MAX = 150;
/** A year ahead, and as long before a visit. */
const HORIZON_DAYS_MAX = 730;
const WINDOW_MINUTES_MAX = 366 * MINUTES_PER_DAY;
/** RFC 5321. */
const EMAIL_CHARS_MAX = 254;
/** A region's floating staff; who sees more is an administrator. */
const CLINICS_OF_STAFF_MAX = 50;
const RESOURCE_KINDS = ["room", "device", "interpreter"] as const;
/** The longest time a clinic is closed by one entry. */
const CLOSURE_DAYS_MAX = 366;

/** One line that people wrote. */
const line = (charsMax: number) =>
  z.string().trim().min(1).max(charsMax).refine(isPlainText, "must be one line of text");
const name = line(NAME_CHARS_MAX);
/** Lower-case words with dashes, as specialties and plans are written everywhere. */
const code = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case letters, digits and dashes");
const language = z.string().refine(isLanguageTag, "must be a BCP 47 language tag");
const timeZone = z.string().max(64).refine(isZone, "must be an IANA time zone, such as America/Chicago");

const phone = z
  .string()
  .regex(/^\+[1-9][0-9]{6,14}$/, "must be a phone number in E.164, such as +13125550100");
/** A real date on which somebody alive can have been born. */
const birthDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, YYYY-MM-DD")
  .refine((text) => isBirthDate(text), "must be a date that exists, since 1900 and not to come");

function isBirthDate(text: string): boolean {
  const latest = Date.now() + DAY_MS; // somewhere it is tomorrow already
  return isRealDate(text) && text >= "1900-01-01" && Date.parse(`${text}T00:00:00Z`) <= latest;
}

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
  phone,
  timeZone,
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  regionId: line(REGION_CHARS_MAX).nullish(),
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

const profile = {
  displayName: name,
  title: line(TITLE_CHARS_MAX),
  specialties: z.array(code).min(1).max(CODES_MAX).refine(unique, "must name each once"),
  languages: z.array(language).min(1).max(CODES_MAX).refine(unique, "must name each once"),
  acceptingNewPatients: z.boolean().default(true),
  gender: z.enum(GENDERS).nullable().default(null),
  insurances: z.array(code).max(CODES_MAX).default([]),
};
const visitTypeIds = z.array(visitTypeId).min(1).max(VISIT_TYPES_MAX).refine(unique, "must name each once");

export const providerBody = z.strictObject({ ...profile, sites, visitTypeIds });

const onStep = `must lie on a step of ${STEP_MINUTES} minutes`;
const minutesUpTo = (min: number, max: number) =>
  z
    .int()
    .min(min)
    .max(max)
    .refine((minutes) => minutes % STEP_MINUTES === 0, onStep);
const buffer = minutesUpTo(0, BUFFER_MINUTES_MAX);
const count = z.int().min(1).max(COUNT_MAX);
const age = z.int().min(0).max(AGE_MAX);
const window = z.int().min(0).max(WINDOW_MINUTES_MAX);
const requires = z
  .array(z.enum(RESOURCE_KINDS))
  .max(RESOURCE_KINDS.length)
  .refine(unique, "must name each once");
const agesInOrder = {
  path: ["ageMax"],
  error: "must not be before ageMin",
};
const areAgesInOrder = ({ ageMin, ageMax }: { ageMin?: number | null; ageMax?: number | null }): boolean =>
  typeof ageMin !== "number" || typeof ageMax !== "number" || ageMin <= ageMax;

/** Rules that everybody has who offers it; null, or left out = no such rule. */
export const visitTypeBody = z
  .strictObject({
    name,
    modality: z.enum(["in-person", "video", "phone"]),
    minutes: minutesUpTo(STEP_MINUTES, VISIT_MINUTES_MAX),
    gridMinutes: minutesUpTo(STEP_MINUTES, VISIT_MINUTES_MAX),
    noticeMinutes: window,
    horizonDays: z.int().min(1).max(HORIZON_DAYS_MAX),
    bufferBeforeMinutes: buffer.nullable().default(null),
    bufferAfterMinutes: buffer.nullable().default(null),
    capacity: count.nullable().default(null),
    newPatientsOnly: z.boolean().nullable().default(null),
    ageMin: age.nullable().default(null),
    ageMax: age.nullable().default(null),
    specialty: code.nullable().default(null),
    cancelWindowMinutes: window.nullable().default(null),
    moveWindowMinutes: window.nullable().default(null),
    perDayMax: count.nullable().default(null),
    requires: requires.min(1).nullable().default(null),
  })
  .refine(areAgesInOrder, agesInOrder)
  .refine(({ capacity, requires }) => (capacity ?? 1) === 1 || requires === null, {
    path: ["requires"],
    error: "does not go with capacity: a group would reserve a room for each seat",
  });

/** [S11] What is said here goes before the visit type's own rule, at this site. */
const override = z
  .strictObject({
    visitTypeId,
    locationId,
    minutes: minutesUpTo(STEP_MINUTES, VISIT_MINUTES_MAX).exactOptional(),
    gridMinutes: minutesUpTo(STEP_MINUTES, VISIT_MINUTES_MAX).exactOptional(),
    noticeMinutes: window.exactOptional(),
    horizonDays: z.int().min(1).max(HORIZON_DAYS_MAX).exactOptional(),
    bufferBeforeMinutes: buffer.exactOptional(),
    bufferAfterMinutes: buffer.exactOptional(),
    capacity: count.exactOptional(),
    newPatientsOnly: z.boolean().exactOptional(),
    ageMin: age.exactOptional(),
    ageMax: age.exactOptional(),
    specialty: code.exactOptional(),
    cancelWindowMinutes: window.exactOptional(),
    moveWindowMinutes: window.exactOptional(),
    perDayMax: count.exactOptional(),
    requires: requires.exactOptional(),
  })
  .refine(areAgesInOrder, agesInOrder);

/** Who a provider is and what they offer, all of it; where and when stands in the schedule. */
export const profileBody = z.strictObject({
  ...profile,
  visitTypeIds,
  overrides: z
    .array(override)
    .max(OVERRIDES_MAX)
    .refine(
      (list) => unique(list.map((one) => `${one.visitTypeId} ${one.locationId}`)),
      "must name each visit type once at a location",
    )
    .default([]),
  travelMinutes: minutesUpTo(STEP_MINUTES, TRAVEL_MINUTES_MAX).nullable().default(null),
});

const resourceSettings = {
  name,
  hours: z.array(weeklyHours).max(WEEKLY_RULES_MAX),
  exceptions: z.array(exception).max(EXCEPTIONS_MAX).default([]),
};
export const resourceBody = z.strictObject({ kind: z.enum(RESOURCE_KINDS), ...resourceSettings });
/** What kind a resource is stays: visits were promised it. */
export const resourceChangeBody = z.strictObject(resourceSettings);

const email = z.email("must be an e-mail address").max(EMAIL_CHARS_MAX);

export const patientBody = z.strictObject({
  displayName: name,
  birthDate,
  email: email.nullable().default(null),
  phone: phone.nullable().default(null),
  homeLocationId: locationId,
  preferredLanguage: language.nullable().default(null),
  interpreterLanguage: language.nullable().default(null),
  accessNeeds: z.array(code).max(CODES_MAX).refine(unique, "must name each once").default([]),
  preferences: z
    .strictObject({
      channels: z
        .array(z.enum(["sms", "email", "push"]))
        .max(3)
        .refine(unique, "must name each once")
        .exactOptional(),
    })
    .nullable()
    .default(null),
});

/** [PA5] All that is given must match. */
export const patientSearchBody = z
  .strictObject({
    name: name.optional(),
    birthDate: birthDate.optional(),
    phone: phone.optional(),
    email: email.optional(),
  })
  .refine(
    (body) => Object.values(body).some((value) => value !== undefined),
    "must name something to look for",
  );

export const mergeBody = z.strictObject({ into: patientId });

export const staffBody = z
  .strictObject({
    displayName: name,
    email: email.toLowerCase(), // one person's, however it is typed
    role: z.enum(["staff", "admin", "provider"]),
    /** [D30] Whose calendar is theirs. */
    providerId: providerId.nullable().default(null),
    clinics: z.array(locationId).max(CLINICS_OF_STAFF_MAX).refine(unique, "must name each once").default([]),
  })
  .refine(({ role, clinics }) => role !== "staff" || clinics.length > 0, {
    path: ["clinics"],
    error: "must name at least one for the role staff",
  })
  .refine(({ role, clinics }) => role !== "provider" || clinics.length === 0, {
    path: ["clinics"],
    error: "must be empty for the role provider, who works where their schedule says",
  })
  .refine(({ role, providerId }) => (role === "provider") === (providerId !== null), {
    path: ["providerId"],
    error: "must be given for the role provider, and for no other",
  });

/** [D24] What becomes of appointments that fall out: they stay and are named, or they are cancelled. */
const appointments = z.enum(["keep", "cancel"]).default("keep");
export const deactivationBody = z.strictObject({ appointments });

/** The first date stands in the address. */
export const closureBody = z.strictObject({ until: date, name: name.optional(), appointments });
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
