/** The directory: clinics, providers, what they offer and when. Its truth is here; calendars decide from copies. */
import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { GENDERS, LOCATION_HINTS } from "../../core/directory/directory.ts";
import { LOCATION_ID, PROVIDER_ID, VISIT_TYPE_ID } from "../../core/ids.ts";
import {
  type DateException,
  EXCEPTIONS_MAX,
  OVERRIDES_MAX,
  VISIT_MINUTES_MAX,
  type VisitTypeOverride,
  WEEKLY_RULES_MAX,
  type WeeklyHours,
} from "../../core/schedule/config.ts";
import {
  buffer,
  deactivatedAt,
  EXCEPTION,
  hasShape,
  listOf,
  moment,
  OVERRIDE,
  onStep,
  version,
  WEEKLY,
} from "./checks.ts";

/** Where the calendars of a clinic live. A handful of rows, written by hand. */
export const region = pgTable(
  "region",
  {
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** One of the runtime's location hints, read once: when a calendar is made. */
    locationHint: text("location_hint", { enum: LOCATION_HINTS }).notNull(),
  },
  (t) => [
    primaryKey({ name: "region_pk", columns: [t.id] }),
    check(
      "region_hint",
      sql`${t.locationHint} IN (${sql.raw(LOCATION_HINTS.map((hint) => `'${hint}'`).join(", "))})`,
    ),
  ],
);

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
    /** Null = the runtime places its calendars near whoever asks first. */
    regionId: text("region_id"),
    version: version(),
    deactivatedAt: deactivatedAt(),
  },
  (t) => [
    primaryKey({ name: "clinic_pk", columns: [t.id] }),
    foreignKey({ name: "clinic_region_fk", columns: [t.regionId], foreignColumns: [region.id] }),
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
    /** What people are told: "Christmas Day", "Snow". Null = just closed. */
    name: text("name"),
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
    version: version(),
    deactivatedAt: deactivatedAt(),
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
    gender: text("gender", { enum: GENDERS }),
    /** Codes of the plans that they take. */
    insurances: text("insurances").array().notNull().default([]),
    deactivatedAt: deactivatedAt(),
  },
  (t) => [
    primaryKey({ name: "provider_pk", columns: [t.id] }),
    check("provider_id_shape", hasShape(t.id, PROVIDER_ID)),
    check("provider_config_version", sql`${t.configVersion} >= 1`),
    check("provider_travel", sql`${t.travelMinutes} BETWEEN 1 AND 480`),
    check("provider_overrides", listOf(t.overrides, OVERRIDE, OVERRIDES_MAX)),
    // "C" on purpose: the same order on every server, whatever its locale, so that a cursor stays valid.
    check("provider_gender", sql`${t.gender} IN ('female', 'male', 'non-binary')`),
    index("provider_specialties_idx").using("gin", t.specialties),
    index("provider_languages_idx").using("gin", t.languages),
    index("provider_insurances_idx").using("gin", t.insurances),
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
    deactivatedAt: deactivatedAt(),
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

/**
 * The directory's outbox: what changed, in the order in which it was committed (`db/directory/change.ts` takes turns).
 * Isolates read it to bring their copies up to date; whoever pushes configurations to calendars marks what they took.
 */
export const directoryChange = pgTable(
  "directory_change",
  {
    seq: bigserial("seq", { mode: "number" }).notNull(),
    kind: text("kind", { enum: ["provider", "resource", "clinic", "visit-type"] }).notNull(),
    id: text("id").notNull(),
    at: moment("at").notNull().defaultNow(),
    /** When its calendar had it. Only providers and resources have calendars; the others are never pushed. */
    pushedAt: moment("pushed_at"),
  },
  (t) => [
    primaryKey({ name: "directory_change_pk", columns: [t.seq] }),
    index("directory_change_unpushed_idx")
      .on(t.seq)
      .where(sql`pushed_at IS NULL AND kind IN ('provider', 'resource')`),
  ],
);

/** Who a row is in somebody else's system: an NPI, a chart number. What makes an import repeatable. */
export const externalId = pgTable(
  "external_id",
  {
    kind: text("kind", {
      enum: ["clinic", "provider", "schedule", "visit-type", "resource", "patient", "staff", "appointment"],
    }).notNull(),
    system: text("system").notNull(),
    value: text("value").notNull(),
    id: text("id").notNull(),
    /** Of the row as it was last imported: the same again changes nothing. */
    fingerprint: text("fingerprint"),
  },
  (t) => [
    primaryKey({ name: "external_id_pk", columns: [t.kind, t.system, t.value] }),
    index("external_id_id_idx").on(t.id),
  ],
);
