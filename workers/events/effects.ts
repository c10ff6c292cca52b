/** What each consumer group does with events. All effects are guarded by version or sequence, so order and repetition are harmless. */

import { isAuditEvent } from "../../core/audit/event.ts";
import {
  type AppointmentEvent,
  changeOf,
  isAppointmentEvent,
  isOpeningsEvent,
} from "../../core/events/event.ts";
import type { ConsumerGroup, LogRecord, MIRROR_GROUP } from "../../core/events/log.ts";
import { agendaShardOf } from "../../core/ids.ts";
import type { Effect } from "../../durable-objects/event-log-partition/consume.ts";
import type { News } from "../../durable-objects/patient-agenda/agenda-commands.ts";
import { logEvent } from "../../durable-objects/shared/log.ts";
import type { EventsEnv } from "./env.ts";

const appointmentEvents = (records: readonly LogRecord[]): AppointmentEvent[] =>
  records.map(({ event }) => event).filter(isAppointmentEvent);

/**
 * `postgres`: the projections that search and history read. The database client is nine tenths of this Worker and is
 * loaded with the first event, so that a restart does not wait for it.
 */
async function toPostgres(env: EventsEnv, records: readonly LogRecord[]): Promise<void> {
  const events = appointmentEvents(records);
  const told = records.map(({ event }) => event).filter(isOpeningsEvent);
  if (events.length === 0 && told.length === 0) return;
  const { makeDb, newsOf, projectAppointments, projectOpenings } = await import("../../db/index.ts");
  const db = makeDb(env);
  await projectAppointments(db, events.map(newsOf));
  await projectOpenings(db, told);
}

/** `agenda`: settles pending commands and claims, one call per shard concerned. */
async function toAgendas(env: EventsEnv, records: readonly LogRecord[]): Promise<void> {
  const byShard = new Map<number, News[]>();
  for (const { data, type } of appointmentEvents(records)) {
    if (changeOf(type) === "imported") continue; // [AD5] told before the row left the waiting room
    const shard = agendaShardOf(data.appointment.patientId);
    const news = byShard.get(shard) ?? [];
    news.push({ facts: data.appointment, cause: data.cause });
    byShard.set(shard, news);
  }
  await Promise.all(
    [...byShard].map(([shard, news]) => env.PATIENT_AGENDA.getByName(`shard-${shard}`).observe(news)),
  );
}

/** Another entry stands where this one belongs: somebody wrote into the table, or the log began a chain anew. */
export class AuditContradiction extends Error {
  override readonly name = "AuditContradiction";
}

/**
 * `audit`: the chained entries, for people to read and for verification. [AU7] A contradiction stops the group: the log keeps what it
 * has not read, and nothing is overwritten or left out while somebody looks into it.
 */
async function toAudit(env: EventsEnv, records: readonly LogRecord[]): Promise<void> {
  const entries = records.flatMap(({ event }) => (isAuditEvent(event) ? [event.data] : []));
  const { makeDb, recordAuditEntries } = await import("../../db/index.ts");
  const contradicted = await recordAuditEntries(makeDb(env), entries);
  for (const { partition, seq } of contradicted) logEvent("audit.contradicted", { partition, seq });
  if (contradicted.length > 0) throw new AuditContradiction();
}

export function effects(
  env: EventsEnv,
): Readonly<Record<Exclude<ConsumerGroup, typeof MIRROR_GROUP>, Effect>> {
  return {
    postgres: (records) => toPostgres(env, records),
    agenda: (records) => toAgendas(env, records),
    audit: (records) => toAudit(env, records),
  };
}
