/** The only place where a name becomes an object. A name comes from the directory, a verified token or a checked id. */

import { APPOINTMENTS_TOPIC } from "../../core/events/event.ts";
import { APPOINTMENT_PARTITIONS, partitionName } from "../../core/events/partition.ts";
import { agendaShardOf, type LocationId, type PatientId, type ProviderId } from "../../core/ids.ts";

export const providerCalendar = (env: Env, id: ProviderId) => env.PROVIDER_CALENDAR.getByName(id);

/** Patients live in shards; the shard stands in the id. */
export const patientAgenda = (env: Env, id: PatientId) =>
  env.PATIENT_AGENDA.getByName(`shard-${agendaShardOf(id)}`);

/** The id is one of the directory. */
export const clinicBoard = (env: Env, id: LocationId) => env.CLINIC_BOARD.getByName(id);

export const appointmentLogs = (env: Env) =>
  Array.from({ length: APPOINTMENT_PARTITIONS }, (_, partition) =>
    env.EVENT_LOG.getByName(partitionName(APPOINTMENTS_TOPIC, partition)),
  );
