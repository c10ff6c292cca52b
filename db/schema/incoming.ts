/** Appointments that come from elsewhere and whose calendars do not hold them yet. */
import { foreignKey, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "./checks.ts";
import { clinic, provider, visitType } from "./directory.ts";
import { patient } from "./people.ts";

/**
 * The waiting room of imports and of the sample network: a row leaves when its calendar has the appointment, and from then
 * on the calendar is the truth and the log tells everybody else. Empty in a network that imports nothing.
 */
export const incomingAppointment = pgTable(
  "incoming_appointment",
  {
    /** The id that the appointment has from now on; its home is the provider's calendar. */
    id: text("id").notNull(),
    providerId: text("provider_id").notNull(),
    patientId: text("patient_id").notNull(),
    locationId: text("location_id").notNull(),
    visitTypeId: text("visit_type_id").notNull(),
    startAt: moment("start_at").notNull(),
    endAt: moment("end_at").notNull(),
    /** As the other system says; the row counts as version 1, whatever happened to it there. */
    status: text("status").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
    checkedInAt: moment("checked_in_at"),
    cancelledAt: moment("cancelled_at"),
    cancellationReason: text("cancellation_reason"),
    /** What a person wrote, sealed. For the calendar alone: never in an event or a projection. */
    reason: text("reason"),
  },
  (t) => [
    primaryKey({ name: "incoming_appointment_pk", columns: [t.id] }),
    foreignKey({ name: "incoming_provider_fk", columns: [t.providerId], foreignColumns: [provider.id] }),
    foreignKey({ name: "incoming_patient_fk", columns: [t.patientId], foreignColumns: [patient.id] }),
    foreignKey({ name: "incoming_clinic_fk", columns: [t.locationId], foreignColumns: [clinic.id] }),
    foreignKey({ name: "incoming_visit_type_fk", columns: [t.visitTypeId], foreignColumns: [visitType.id] }),
    index("incoming_provider_idx").on(t.providerId, t.id),
    index("incoming_patient_idx").on(t.patientId, t.providerId),
  ],
);
