/** An appointment as clients see it, field by field. */
import { spellInZone } from "../schedule/clinic-time.ts";
import type { Instant } from "../time.ts";
import type { Appointment, AppointmentFacts, OverrideReason } from "./appointment.ts";

export interface AppointmentDto {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly providerId: string;
  readonly patientId: string;
  readonly locationId: string;
  readonly visitTypeId: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly reason?: string;
  readonly source: string;
  readonly seriesId?: string;
  readonly checkedInAt?: string;
  readonly cancelledAt?: string;
  readonly cancellationReason?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What staff and the provider see more: [B25] why rules were lifted for it, [R8] what is reserved with it. */
export const staffAppointmentDto = (
  a: Appointment | AppointmentFacts,
): AppointmentDto & {
  readonly override?: { readonly reasonCode: OverrideReason };
  readonly resourceIds?: readonly string[];
} => ({
  ...appointmentDto(a),
  ...(a.override ? { override: { reasonCode: a.override } } : {}),
  ...("resources" in a && a.resources?.length ? { resourceIds: a.resources } : {}),
});

/** `notes` stay inside: they are for the clinic. A list is made of facts and therefore has no `reason`. */
export function appointmentDto(a: Appointment | AppointmentFacts): AppointmentDto {
  const spell = (at: Instant): string => spellInZone(at, a.timeZone);
  return {
    id: a.id,
    status: a.status,
    version: a.version,
    providerId: a.providerId,
    patientId: a.patientId,
    locationId: a.locationId,
    visitTypeId: a.visitTypeId,
    start: spell(a.start),
    end: spell(a.end),
    timeZone: a.timeZone,
    ...("reason" in a && a.reason !== null ? { reason: a.reason } : {}),
    source: a.source,
    ...(a.seriesId === undefined ? {} : { seriesId: a.seriesId }),
    ...((a.checkedInAt ?? null) === null ? {} : { checkedInAt: spell(a.checkedInAt as Instant) }),
    ...(a.cancelledAt === null ? {} : { cancelledAt: spell(a.cancelledAt) }),
    ...(a.cancellationReason === null ? {} : { cancellationReason: a.cancellationReason }),
    createdAt: spell(a.createdAt),
    updatedAt: spell(a.updatedAt),
  };
}
