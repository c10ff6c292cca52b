/** The appointments on the disk of a stopped workerd, whole: for comparing them with Postgres by the one hash. */
import { type AppointmentFacts, factsOf } from "../../core/booking/appointment.ts";
import { type CalendarHash, hashOfAll, hashOfCalendar } from "../../db/projections/appointment-hash.ts";
import { readEach } from "./bare-objects.ts";

/** Never while workerd runs (bare-objects.ts). */
export function readFacts(storageDir: string): AppointmentFacts[] {
  return readEach(storageDir, "ProviderCalendar", (db) => {
    const config = db.prepare("SELECT value FROM meta WHERE key = 'config'").get();
    if (!config) return [];
    const { providerId } = JSON.parse(String(config.value)) as { providerId: string };
    return db
      .prepare("SELECT * FROM appointment")
      .all()
      .map((row) =>
        factsOf({
          ...{ id: row.id, providerId, patientId: row.patient, locationId: row.location },
          ...{ visitTypeId: row.visit_type, timeZone: row.time_zone, start: row.start_at, end: row.end_at },
          ...{ status: row.status, version: row.version, source: row.source },
          ...{ createdAt: row.created_at, updatedAt: row.updated_at, checkedInAt: row.checked_in_at },
          ...{
            cancelledAt: row.cancelled_at,
            cancellationReason: row.cancellation_reason,
            override: row.override,
          },
        } as unknown as AppointmentFacts),
      ); // columns hold what they name
  }).flat();
}

export const hashOfFacts = (facts: readonly AppointmentFacts[]): string =>
  hashOfAll(
    [...Map.groupBy(facts, ({ providerId }) => providerId)].map(
      ([provider, own]): CalendarHash => hashOfCalendar(provider, own),
    ),
  );
