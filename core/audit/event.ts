/** An entry on its way through the log: a CloudEvent of the topic `audit`. */
import type { ChainedEntry } from "./entry.ts";

/** As it is handed to the log, which gives it its place in the chain. */
export interface AuditEvent {
  readonly specversion: "1.0";
  /** The entry's id. */
  readonly id: string;
  readonly source: string;
  readonly type: "openslot.audit.entry.v1";
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: ChainedEntry;
}

export const auditEvent = (partition: string, entry: ChainedEntry): AuditEvent => ({
  specversion: "1.0",
  id: entry.id,
  source: `/${partition}`,
  type: "openslot.audit.entry.v1",
  time: new Date(entry.at).toISOString(),
  datacontenttype: "application/json",
  data: entry,
});

export function isAuditEvent(event: { readonly type: string }): event is AuditEvent {
  return event.type === "openslot.audit.entry.v1";
}

/** Bounds one append and one statement: 500 entries make about 0.2 MB. */
export const AUDIT_BATCH_MAX = 500;
