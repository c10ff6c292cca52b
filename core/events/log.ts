/** The event log's own words: records, groups, leases. Pure; the partition object stores them. */
import { AUDIT_TOPIC } from "../audit/entry.ts";
import type { AuditEvent } from "../audit/event.ts";
import { HOUR_MS, type Instant, plus, SECOND_MS } from "../time.ts";
import type { CalendarEvent } from "./event.ts";

/** Everything that reads the appointments. A group that is named here gets every record from its first day on. */
export const CONSUMER_GROUPS = ["postgres", "agenda"] as const;
/** [E7] Writes the appointments to Apache Kafka, where one is configured. The audit stays here: it names patients. */
export const MIRROR_GROUP = "kafka";
/** Everything that reads the audit. */
export const AUDIT_GROUPS = ["audit"] as const;
export type ConsumerGroup =
  | (typeof CONSUMER_GROUPS)[number]
  | typeof MIRROR_GROUP
  | (typeof AUDIT_GROUPS)[number];

/**
 * The readers of a partition, by its name.
 * @param isMirrored whether a Kafka is configured: a group that nobody runs would keep every record for ever
 */
export function groupsOf(partition: string, isMirrored: boolean): readonly ConsumerGroup[] {
  if (partition.startsWith(`${AUDIT_TOPIC}/`)) return AUDIT_GROUPS;
  return isMirrored ? [...CONSUMER_GROUPS, MIRROR_GROUP] : CONSUMER_GROUPS;
}

export type LogEvent = CalendarEvent | AuditEvent;

export interface LogRecord<Event extends LogEvent = LogEvent> {
  readonly offset: number;
  readonly event: Event;
}

/** Bounds one append and one read: 500 records of about 600 bytes make a call of 0.3 MB. */
export const RECORDS_MAX = 500;
/** A reader that says nothing for this long is dead (a call to Postgres ends after 10 s); the next one takes over. */
export const LEASE_MS = 15 * SECOND_MS;
/** Nobody waits for the audit in Postgres: the entries of a second go there in one statement. */
export const AUDIT_BELL_MS = SECOND_MS;
/** A doorbell that brought no reader within this time is rung again. */
export const DOORBELL_AGAIN_MS = 5 * SECOND_MS;
/**
 * The longest pause between doorbells while nobody comes (Postgres away for hours). [F6] Everything is to be there a minute
 * after whoever was away is back: half of it may pass until the next bell, the other half is for the backlog.
 */
export const DOORBELL_PAUSE_MAX_MS = 30 * SECOND_MS;
/** Records that every group has read are kept this long for replays and for people who look. */
export const RETENTION_MS = 7 * 24 * HOUR_MS;

export interface GroupState {
  /** First offset that is not done yet. */
  readonly next: number;
  readonly lease: { readonly owner: string; readonly until: Instant } | null;
}

export type LeaseDecision =
  | { readonly granted: true; readonly state: GroupState }
  | { readonly granted: false };

/** [E3] One reader per group and partition at a time; its own lease it may renew. */
export function decideLease(state: GroupState, owner: string, now: Instant): LeaseDecision {
  const { lease } = state;
  if (lease && lease.owner !== owner && lease.until > now) return { granted: false };
  return { granted: true, state: { next: state.next, lease: { owner, until: plus(now, LEASE_MS) } } };
}

/** [E4] Offsets never move back, and only the holder of the lease moves them; null = refused. */
export function decideCommit(state: GroupState, owner: string, next: number, end: number): GroupState | null {
  if (state.lease?.owner !== owner || next < state.next || next > end) return null;
  return { next, lease: state.lease };
}

export interface GroupLag {
  readonly group: ConsumerGroup;
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
  readonly end: number;
  readonly lag: number;
}
