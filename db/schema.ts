/**
 * Postgres as Drizzle sees it: the directory (truth) and the projection of the calendars (can be rebuilt from the log).
 * Every constraint and index is named here, because callers and tests match on names. Row types stay inside `db/`.
 * After a change run drizzle-kit generate (`db/drizzle.config.ts`); migrations are only ever added.
 */
import { type SQL, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  type PgColumn,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { LOCATION_ID, PATIENT_ID, PROVIDER_ID, VISIT_TYPE_ID } from "../core/ids.ts";
import {
  type DateException,
  VISIT_MINUTES_MAX,
  type VisitTypeOverride,
  type WeeklyHours,
} from "../core/schedule/config.ts";
import { STEP_MINUTES } from "../core/time.ts";

/** The shape of an id, checked where it is stored: that is what makes the brand given on reading true. */
const hasShape = (column: PgColumn, shape: RegExp): SQL => sql`${column} ~ ${sql.raw(`'${shape.source}'`)}`;
/** None, or on a step and no longer than the longest visit. */
const buffer = (column: PgColumn): SQL =>
  sql`(${column} BETWEEN 0 AND ${sql.raw(String(VISIT_MINUTES_MAX))} AND ${column} % ${sql.raw(String(STEP_MINUTES))} = 0)`;
const onStep = (column: PgColumn): SQL =>
  sql`${column} > 0 AND ${column} % ${sql.raw(String(STEP_MINUTES))} = 0`;

/** Bounds of the lists in one row: every weekday several times with its dates; every date of a year, once. */
export const WEEKLY_RULES_MAX = 200;
export const EXCEPTIONS_MAX = 366;
export const OVERRIDES_MAX = 100;

/** Minutes of a day on steps, in order. A missing member is no match, so the row is refused. */
const DAY_HOURS = `@.opensAt >= 0 && @.opensAt < @.closesAt && @.closesAt <= 1440 &&
  @.opensAt % ${STEP_MINUTES} == 0 && @.closesAt % ${STEP_MINUTES} == 0`;
const DATE = '"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"';
const WEEKLY = `@.weekday >= 1 && @.weekday <= 7 && ${DAY_HOURS} &&
  (!exists(@.from) || @.from like_regex ${DATE}) && (!exists(@.until) || @.until like_regex ${DATE})`;
const EXCEPTION = `@.date like_regex ${DATE} &&
  (@.kind == "closed" || ((@.kind == "instead" || @.kind == "extra") && exists(@.hours) &&
   !exists(@.hours[*] ? (!(${DAY_HOURS}) || (${DAY_HOURS}) is unknown))))`;
/** Absent, or a number of at least `min`, on a step where it is a length of time. */
const number = (name: string, min: number, more = ""): string =>
  `(!exists(@.${name}) || (@.${name} >= ${min}${more}))`;
const minutes = (name: string, min: number): string =>
  number(name, min, ` && @.${name} <= ${VISIT_MINUTES_MAX} && @.${name} % ${STEP_MINUTES} == 0`);
const OVERRIDE = [
  `@.visitTypeId like_regex "${VISIT_TYPE_ID.source}" && @.locationId like_regex "${LOCATION_ID.source}"`,
  minutes("minutes", STEP_MINUTES),
  minutes("gridMinutes", STEP_MINUTES),
  minutes("bufferBeforeMinutes", 0),
  minutes("bufferAfterMinutes", 0),
  number("noticeMinutes", 0),
  number("horizonDays", 1),
  number("capacity", 1),
].join(" && ");

/** A JSON list of at most `max` entries, each of which matches: as many match as there are. Null passes. */
const listOf = (column: PgColumn, match: string, max: number): SQL => sql`CASE
  WHEN jsonb_typeof(${column}) <> 'array' THEN false
  ELSE jsonb_array_length(${column}) <= ${sql.raw(String(max))}
    AND jsonb_array_length(${column}) =
      jsonb_array_length(jsonb_path_query_array(${column}, ${sql.raw(`'$[*] ? (${match})'`)})) END`;

export const clinic = pgTable(
  "clinic",
  {
    id: text("id").notNull(),
    name: text("name").notNull(),
    address: text("address").notNull(),
    city: text("city").notNull(),
    state: text("state").notNull(),
    postalCode: text("postal_code").notNull(),
    phone: text("phone").notNull(),
    timeZone: text("time_zone").notNull(),
    latitude: doublePrecision("latitude").notNull(),
    longitude: doublePrecision("longitude").notNull(),
  },
  (t) => [
    primaryKey({ name: "clinic_pk", columns: [t.id] }),
    check("clinic_id_shape", hasShape(t.id, LOCATION_ID)),
    check("clinic_position", sql`${t.latitude} BETWEEN -90 AND 90 AND ${t.longitude} BETWEEN -180 AND 180`),
  ],
);

/** Dates on which a whole clinic is closed, both included. Who writes one raises the version of its providers. */
export const clinicClosure = pgTable(
  "clinic_closure",
  {
    locationId: text("location_id").notNull(),
    from: date("from_date", { mode: "string" }).notNull(),
    until: date("until_date", { mode: "string" }).notNull(),
  },
  (t) => [
    primaryKey({ name: "clinic_closure_pk", columns: [t.locationId, t.from] }),
    foreignKey({ name: "clinic_closure_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    check("clinic_closure_order", sql`${t.from} <= ${t.until}`),
  ],
);

export const visitType = pgTable(
  "visit_type",
  {
    id: text("id").notNull(),
    name: text("name").notNull(),
    minutes: integer("minutes").notNull(),
    gridMinutes: integer("grid_minutes").notNull(),
    noticeMinutes: integer("notice_minutes").notNull(),
    horizonDays: integer("horizon_days").notNull(),
    modality: text("modality", { enum: ["in-person", "video", "phone"] }).notNull(),
    // Null = no such rule. What each one means: core/schedule/config.ts.
    bufferBeforeMinutes: integer("buffer_before_minutes"),
    bufferAfterMinutes: integer("buffer_after_minutes"),
    capacity: integer("capacity"),
    newPatientsOnly: boolean("new_patients_only"),
    ageMin: integer("age_min"),
    ageMax: integer("age_max"),
    specialty: text("specialty"),
    cancelWindowMinutes: integer("cancel_window_minutes"),
    moveWindowMinutes: integer("move_window_minutes"),
    perDayMax: integer("per_day_max"),
    requires: text("requires", { enum: ["room", "device", "interpreter"] }).array(),
  },
  (t) => [
    primaryKey({ name: "visit_type_pk", columns: [t.id] }),
    check("visit_type_id_shape", hasShape(t.id, VISIT_TYPE_ID)),
    check("visit_type_minutes", onStep(t.minutes)),
    check("visit_type_longest", sql`${t.minutes} <= ${sql.raw(String(VISIT_MINUTES_MAX))}`),
    check("visit_type_grid", onStep(t.gridMinutes)),
    check("visit_type_window", sql`${t.noticeMinutes} >= 0 AND ${t.horizonDays} >= 1`),
    check("visit_type_modality", sql`${t.modality} IN ('in-person', 'video', 'phone')`),
    check("visit_type_buffers", sql`${buffer(t.bufferBeforeMinutes)} AND ${buffer(t.bufferAfterMinutes)}`),
    check("visit_type_counts", sql`${t.capacity} >= 1 AND ${t.perDayMax} >= 1`),
    check("visit_type_ages", sql`${t.ageMin} >= 0 AND ${t.ageMax} >= 0 AND ${t.ageMin} <= ${t.ageMax}`),
    check("visit_type_late", sql`${t.cancelWindowMinutes} >= 0 AND ${t.moveWindowMinutes} >= 0`),
    check("visit_type_requires", sql`${t.requires} <@ ARRAY['room', 'device', 'interpreter']`),
  ],
);

export const provider = pgTable(
  "provider",
  {
    id: text("id").notNull(),
    displayName: text("display_name").notNull(),
    /** `searchText(displayName, specialties)`; whoever writes the two writes this. */
    searchText: text("search_text").notNull(),
    title: text("title").notNull(),
    specialties: text("specialties").array().notNull(),
    languages: text("languages").array().notNull(),
    acceptingNewPatients: boolean("accepting_new_patients").notNull(),
    /** Grows with every change of this provider, their sites or visit types: calendars never take a lower one. */
    configVersion: integer("config_version").notNull(),
    /** Minutes between visits at two different sites; null = none. */
    travelMinutes: integer("travel_minutes"),
    /** Other rules of a visit type at one of their sites. */
    overrides: jsonb("overrides").$type<readonly VisitTypeOverride[]>(),
  },
  (t) => [
    primaryKey({ name: "provider_pk", columns: [t.id] }),
    check("provider_id_shape", hasShape(t.id, PROVIDER_ID)),
    check("provider_config_version", sql`${t.configVersion} >= 1`),
    check("provider_travel", sql`${t.travelMinutes} BETWEEN 1 AND 480`),
    check("provider_overrides", listOf(t.overrides, OVERRIDE, OVERRIDES_MAX)),
    // "C" on purpose: the same order on every server, whatever its locale, so that a cursor stays valid.
    index("provider_name_idx").on(sql`display_name COLLATE "C"`, t.id),
  ],
);

export const providerSite = pgTable(
  "provider_site",
  {
    providerId: text("provider_id").notNull(),
    locationId: text("location_id").notNull(),
    /** Order in which a provider's sites are shown; 0 is their main one. */
    position: smallint("position").notNull(),
    hours: jsonb("hours").$type<readonly WeeklyHours[]>().notNull(),
    breaks: jsonb("breaks").$type<readonly WeeklyHours[]>(),
    exceptions: jsonb("exceptions").$type<readonly DateException[]>(),
  },
  (t) => [
    primaryKey({ name: "provider_site_pk", columns: [t.providerId, t.locationId] }),
    foreignKey({ name: "provider_site_provider_fk", columns: [t.providerId], foreignColumns: [provider.id] }),
    foreignKey({ name: "provider_site_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    check("provider_site_hours", listOf(t.hours, WEEKLY, WEEKLY_RULES_MAX)),
    check("provider_site_breaks", listOf(t.breaks, WEEKLY, WEEKLY_RULES_MAX)),
    check("provider_site_exceptions", listOf(t.exceptions, EXCEPTION, EXCEPTIONS_MAX)),
    index("provider_site_location_idx").on(t.locationId, t.providerId),
  ],
);

export const providerVisitType = pgTable(
  "provider_visit_type",
  { providerId: text("provider_id").notNull(), visitTypeId: text("visit_type_id").notNull() },
  (t) => [
    primaryKey({ name: "provider_visit_type_pk", columns: [t.providerId, t.visitTypeId] }),
    foreignKey({
      name: "provider_visit_type_provider_fk",
      columns: [t.providerId],
      foreignColumns: [provider.id],
    }),
    foreignKey({
      name: "provider_visit_type_visit_type_fk",
      columns: [t.visitTypeId],
      foreignColumns: [visitType.id],
    }),
    index("provider_visit_type_visit_type_idx").on(t.visitTypeId, t.providerId),
  ],
);

/**
 * [R1] A room, machine or interpreter of a clinic. It has a calendar and therefore a calendar's id, which must not be a
 * provider's: both are 60 random bits.
 */
export const resource = pgTable(
  "resource",
  {
    id: text("id").notNull(),
    kind: text("kind", { enum: ["room", "device", "interpreter"] }).notNull(),
    name: text("name").notNull(),
    locationId: text("location_id").notNull(),
    hours: jsonb("hours").$type<readonly WeeklyHours[]>().notNull(),
    exceptions: jsonb("exceptions").$type<readonly DateException[]>(),
    /** Grows with every change of this resource or its clinic's closures, like a provider's. */
    configVersion: integer("config_version").notNull(),
  },
  (t) => [
    primaryKey({ name: "resource_pk", columns: [t.id] }),
    foreignKey({ name: "resource_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    check("resource_id_shape", hasShape(t.id, PROVIDER_ID)),
    check("resource_kind", sql`${t.kind} IN ('room', 'device', 'interpreter')`),
    check("resource_hours", listOf(t.hours, WEEKLY, WEEKLY_RULES_MAX)),
    check("resource_exceptions", listOf(t.exceptions, EXCEPTION, EXCEPTIONS_MAX)),
    check("resource_config_version", sql`${t.configVersion} >= 1`),
    index("resource_location_idx").on(t.locationId, t.id),
  ],
);

export const patient = pgTable(
  "patient",
  {
    id: text("id").notNull(),
    displayName: text("display_name").notNull(),
    birthDate: date("birth_date", { mode: "string" }).notNull(),
    email: text("email").notNull(),
    phone: text("phone").notNull(),
    homeLocationId: text("home_location_id").notNull(),
  },
  (t) => [
    primaryKey({ name: "patient_pk", columns: [t.id] }),
    foreignKey({ name: "patient_home_clinic_fk", columns: [t.homeLocationId], foreignColumns: [clinic.id] }),
    check("patient_id_shape", hasShape(t.id, PATIENT_ID)),
    index("patient_home_idx").on(t.homeLocationId, t.id),
  ],
);

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "string" });

/**
 * What the calendars decided, one row per appointment, highest version wins. Only `db/projections/appointments.ts`
 * writes it. No foreign keys and no checks on purpose: the calendar is the truth, and a projection that refuses a row
 * would stop the whole log behind it.
 */
export const appointment = pgTable(
  "appointment",
  {
    id: text("id").notNull(),
    providerId: text("provider_id").notNull(),
    patientId: text("patient_id").notNull(),
    locationId: text("location_id").notNull(),
    visitTypeId: text("visit_type_id").notNull(),
    timeZone: text("time_zone").notNull(),
    startAt: moment("start_at").notNull(),
    endAt: moment("end_at").notNull(),
    status: text("status").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    source: text("source").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
    cancelledAt: moment("cancelled_at"),
    cancellationReason: text("cancellation_reason"),
    checkedInAt: moment("checked_in_at"),
    /** Why the clinic lifted rules or rivals for it; an overlap without one is a fault of ours. */
    override: text("override_reason"),
  },
  (t) => [
    primaryKey({ name: "appointment_pk", columns: [t.id] }),
    index("appointment_patient_idx").on(t.patientId, t.startAt),
    index("appointment_provider_idx").on(t.providerId, t.startAt),
    index("appointment_location_idx").on(t.locationId, t.startAt),
  ],
);
