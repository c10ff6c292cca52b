/** Projections of the calendars: written by consumers of the log only, read by search, history and analytics. */
import { sql } from "drizzle-orm";
import { bigint, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "./checks.ts";

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

/**
 * What became of an appointment, version by version. Append-only: it is older than the log keeps its records, so a rebuild
 * adds to it and never empties it. Only `db/projections/appointments.ts` writes it.
 */
export const appointmentHistory = pgTable(
  "appointment_history",
  {
    appointmentId: text("appointment_id").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    /** What happened: `booked`, `moved`, `cancelled` and so on. */
    change: text("change").notNull(),
    status: text("status").notNull(),
    providerId: text("provider_id").notNull(),
    locationId: text("location_id").notNull(),
    startAt: moment("start_at").notNull(),
    endAt: moment("end_at").notNull(),
    at: moment("at").notNull(),
    eventId: text("event_id").notNull(),
  },
  (t) => [
    primaryKey({ name: "appointment_history_pk", columns: [t.appointmentId, t.version] }),
    index("appointment_history_at_idx").on(t.at),
  ],
);

/**
 * The next open starts of a visit type at a site, as its calendar last told. Only `db/projections/openings.ts` writes it.
 * A start that has passed may stay in the list: whoever reads compares with the clock.
 */
export const opening = pgTable(
  "opening",
  {
    providerId: text("provider_id").notNull(),
    visitTypeId: text("visit_type_id").notNull(),
    locationId: text("location_id").notNull(),
    /** Of the calendar's event that told it; a lower one never replaces it. */
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    /** Ascending. None = nothing is open. */
    starts: moment("starts").array().notNull(),
    /** Those of `starts` in each part of the day, by the clinic's wall. The trigger `opening_parts` keeps them. */
    morning: moment("morning").array().notNull().default([]),
    afternoon: moment("afternoon").array().notNull().default([]),
    evening: moment("evening").array().notNull().default([]),
    /** After this the list is no longer the next ones: its calendar should be asked again. */
    refreshAt: moment("refresh_at").notNull(),
  },
  (t) => [
    primaryKey({ name: "opening_pk", columns: [t.providerId, t.visitTypeId, t.locationId] }),
    index("opening_first_idx").on(sql`(starts[1])`, t.providerId),
    index("opening_morning_idx").on(sql`(morning[1])`, t.providerId),
    index("opening_afternoon_idx").on(sql`(afternoon[1])`, t.providerId),
    index("opening_evening_idx").on(sql`(evening[1])`, t.providerId),
    index("opening_location_idx").on(t.locationId, t.visitTypeId),
    index("opening_visit_type_idx").on(t.visitTypeId, sql`(starts[1])`, t.providerId),
    index("opening_refresh_idx").on(t.refreshAt),
  ],
);
