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
import { VISIT_MINUTES_MAX } from "../core/schedule/config.ts";
import { STEP_MINUTES } from "../core/time.ts";

/** One weekday's opening at one site, as stored in `provider_site.hours`. */
export interface StoredHours {
  readonly weekday: number;
  readonly opensAt: number;
  readonly closesAt: number;
}

/** The shape of an id, checked where it is stored: that is what makes the brand given on reading true. */
const hasShape = (column: PgColumn, shape: RegExp): SQL => sql`${column} ~ ${sql.raw(`'${shape.source}'`)}`;
const onStep = (column: PgColumn): SQL =>
  sql`${column} > 0 AND ${column} % ${sql.raw(String(STEP_MINUTES))} = 0`;

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
  },
  (t) => [
    primaryKey({ name: "visit_type_pk", columns: [t.id] }),
    check("visit_type_id_shape", hasShape(t.id, VISIT_TYPE_ID)),
    check("visit_type_minutes", onStep(t.minutes)),
    check("visit_type_longest", sql`${t.minutes} <= ${sql.raw(String(VISIT_MINUTES_MAX))}`),
    check("visit_type_grid", onStep(t.gridMinutes)),
    check("visit_type_window", sql`${t.noticeMinutes} >= 0 AND ${t.horizonDays} >= 1`),
    check("visit_type_modality", sql`${t.modality} IN ('in-person', 'video', 'phone')`),
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
  },
  (t) => [
    primaryKey({ name: "provider_pk", columns: [t.id] }),
    check("provider_id_shape", hasShape(t.id, PROVIDER_ID)),
    check("provider_config_version", sql`${t.configVersion} >= 1`),
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
    hours: jsonb("hours").$type<readonly StoredHours[]>().notNull(),
  },
  (t) => [
    primaryKey({ name: "provider_site_pk", columns: [t.providerId, t.locationId] }),
    foreignKey({ name: "provider_site_provider_fk", columns: [t.providerId], foreignColumns: [provider.id] }),
    foreignKey({ name: "provider_site_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    check("provider_site_hours", sql`jsonb_typeof(${t.hours}) = 'array'`),
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
