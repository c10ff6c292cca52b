/** One appointment as one line of text, spelled alike by everybody who compares what two places hold. */
import type { AppointmentFacts } from "./appointment.ts";

/**
 * [P11] Every column of the projection, in its order, apart by `|`; times as milliseconds, null as nothing. The same line
 * in SQL: db/projections/appointment-hash.ts.
 */
export const factsLine = (f: AppointmentFacts): string =>
  [
    f.id,
    f.providerId,
    f.patientId,
    f.locationId,
    f.visitTypeId,
    f.timeZone,
    f.start,
    f.end,
    f.status,
    f.version,
    f.source,
    f.createdAt,
    f.updatedAt,
    f.cancelledAt ?? "",
    f.cancellationReason ?? "",
    f.checkedInAt ?? "",
    f.override ?? "",
  ].join("|");
