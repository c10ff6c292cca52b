/**
 * Events as CloudEvents 1.0 in JSON. No personal data: ids, times, status and version only; whoever needs more asks
 * the calendar. Written once into the outbox, read by every consumer of the log.
 */
import { type AppointmentFacts, factsOf } from "../booking/appointment.ts";
import type { Block, BlockReason } from "../booking/block.ts";
import type { AttemptId, BlockId, LocationId, ProviderId } from "../ids.ts";
import type { Opening } from "../schedule/openings.ts";
import type { Instant, Interval } from "../time.ts";

export const APPOINTMENTS_TOPIC = "appointments";
export type Topic = typeof APPOINTMENTS_TOPIC;

/** What happened to an appointment, as its event type says it. */
export type AppointmentChange =
  | "booked"
  /** [AD5] Made elsewhere, taken over as it stands. */
  | "imported"
  | "moved"
  | "confirmed"
  | "checked-in"
  | "started"
  | "completed"
  | "no-show"
  | "reopened"
  | "cancelled";
export type AppointmentEventType = `openslot.appointment.${AppointmentChange}.v1`;
/** Time of a calendar that is not an appointment of its own: a room's, or what an appointment left behind. */
export type TimeEventType = "openslot.calendar.time-taken.v1" | "openslot.calendar.time-freed.v1";
export type BlockEventType = "openslot.calendar.blocked.v1" | "openslot.calendar.unblocked.v1";
export type EventType =
  | AppointmentEventType
  | TimeEventType
  | BlockEventType
  | "openslot.calendar.openings.v1"
  | "openslot.calendar.configured.v1";

export interface AppointmentEventData {
  readonly appointment: AppointmentFacts;
  /** The attempt that caused it, so that its coordinator can tell its own work from somebody else's. */
  readonly cause: AttemptId;
}
/** [Q7] Of `unblocked`, the times that were given back. */
export interface BlockEventData {
  readonly blockId: BlockId;
  readonly start: Instant;
  readonly end: Instant;
  readonly locationId: LocationId | null;
  readonly reasonCode: BlockReason;
  readonly source: Block["source"];
}
/** [OP5] Lists that differ from what the calendar told before; every other one still holds. */
export interface OpeningsEventData {
  /** The configuration that they were made from. */
  readonly configVersion: number;
  readonly openings: readonly Opening[];
}
export interface ConfiguredEventData {
  readonly configVersion: number;
}

export interface TimeEventData {
  /** RFC 3339, UTC. */
  readonly start: string;
  readonly end: string;
}

interface Envelope<Type extends EventType, Data> {
  readonly specversion: "1.0";
  /** `<calendar>:<sequence>`: unique, and the key for every deduplication. */
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly partitionkey: ProviderId;
  /** Per calendar and topic, without holes: a gap means a lost event. A string, as the CloudEvents extension wants. */
  readonly sequence: string;
  readonly data: Data;
}

export type AppointmentEvent = Envelope<AppointmentEventType, AppointmentEventData>;
export type OpeningsEvent = Envelope<"openslot.calendar.openings.v1", OpeningsEventData>;
export type CalendarEvent =
  | AppointmentEvent
  | Envelope<TimeEventType, TimeEventData>
  | Envelope<BlockEventType, BlockEventData>
  | OpeningsEvent
  | Envelope<"openslot.calendar.configured.v1", ConfiguredEventData>;

/** By what it is and not by what it is not: a kind of event that comes later is not taken for an appointment. */
export function isAppointmentEvent(event: { readonly type: string }): event is AppointmentEvent {
  return event.type.startsWith("openslot.appointment.");
}

export function isOpeningsEvent(event: { readonly type: string }): event is OpeningsEvent {
  return event.type === "openslot.calendar.openings.v1";
}

/** What happened, from the type that says it. */
export const changeOf = (type: AppointmentEventType): AppointmentChange =>
  type.slice("openslot.appointment.".length, -".v1".length) as AppointmentChange; // the type is made of these parts

function envelope<Type extends EventType, Data>(
  calendar: ProviderId,
  sequence: number,
  at: Instant,
  type: Type,
  data: Data,
): Envelope<Type, Data> {
  return {
    specversion: "1.0",
    id: `${calendar}:${sequence}`,
    source: `/calendars/${calendar}`,
    type,
    time: new Date(at).toISOString(),
    datacontenttype: "application/json",
    partitionkey: calendar,
    sequence: String(sequence),
    data,
  };
}

export function appointmentEvent(
  type: AppointmentEventType,
  sequence: number,
  at: Instant,
  data: AppointmentEventData,
): AppointmentEvent {
  // Field by field again: a whole appointment fits the type, and what a person wrote must not come along.
  const appointment = factsOf(data.appointment);
  return envelope(appointment.providerId, sequence, at, type, { appointment, cause: data.cause });
}

export function timeEvent(
  type: TimeEventType,
  calendar: ProviderId,
  sequence: number,
  at: Instant,
  { start, end }: Interval,
): CalendarEvent {
  const data = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  return envelope(calendar, sequence, at, type, data);
}

export function configuredEvent(
  calendar: ProviderId,
  sequence: number,
  at: Instant,
  configVersion: number,
): CalendarEvent {
  return envelope(calendar, sequence, at, "openslot.calendar.configured.v1", { configVersion });
}

/** [OP5] Ids and times, field by field: a list may carry more one day. */
export function openingsEvent(
  calendar: ProviderId,
  sequence: number,
  at: Instant,
  { configVersion, openings }: OpeningsEventData,
): OpeningsEvent {
  return envelope(calendar, sequence, at, "openslot.calendar.openings.v1", {
    configVersion,
    openings: openings.map(({ visitTypeId, locationId, starts, refreshAt }) => {
      return { visitTypeId, locationId, starts, refreshAt };
    }),
  });
}

/** [Q7] Ids, times and a code. The id in the outside calendar stays inside: nobody knows what is written in it. */
export function blockEvent(
  type: BlockEventType,
  sequence: number,
  at: Instant,
  { id: blockId, providerId, start, end, locationId, reasonCode, source }: Block,
): CalendarEvent {
  return envelope(providerId, sequence, at, type, { blockId, start, end, locationId, reasonCode, source });
}
