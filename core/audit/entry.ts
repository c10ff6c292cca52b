/** What the audit keeps of one access: who did what to whose data, when, and how it ended. Ids and codes only, never text. */
import type { Role } from "../access/principal.ts";
import type { AppointmentId, LocationId, PatientId } from "../ids.ts";
import { invariant } from "../invariant.ts";
import type { Instant } from "../time.ts";

export const AUDIT_TOPIC = "audit";
/**
 * Chains that are written side by side. An isolate writes to one of them, so this is how many objects share the work; where
 * an entry stands proves nothing, so the number may grow.
 */
export const AUDIT_PARTITIONS = 8;
/** Names one chain for ever. `<topic>/<number>`, as the log names its partitions. */
export const auditPartitionName = (partition: number): string => `${AUDIT_TOPIC}/${partition}`;
export const AUDIT_PARTITION_NAMES: readonly string[] = Array.from(
  { length: AUDIT_PARTITIONS },
  (_, partition) => auditPartitionName(partition),
);

/** [AU1] `failed`: the answer was an error of ours, so whether it took effect is not known. */
export const AUDIT_OUTCOMES = ["allowed", "refused", "failed"] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** `link`: whoever holds an address that opens one thing. `nobody`: a sign-in that failed before we knew whose it was. */
export type AuditRole = Role | "link" | "nobody";

export interface AuditEntry {
  /** The request's id, as its answer said it; of a sign-in, the issuer's own. Names the entry in repetitions. */
  readonly id: string;
  readonly at: Instant;
  readonly role: AuditRole;
  /** As the verified token says; `-` where nobody is known. */
  readonly subject: string;
  /** The operation's id, or a page as `page:/me`, or `sign-in:<method>`. */
  readonly operation: string;
  readonly outcome: AuditOutcome;
  /** Why not: the problem's slug. */
  readonly problem: string | null;
  readonly patientId: PatientId | null;
  readonly appointmentId: AppointmentId | null;
  /** The clinic concerned. */
  readonly locationId: LocationId | null;
  /** How many people's rows an answer about more than one had. */
  readonly count: number | null;
}

/** An entry in its place in a chain. */
export interface ChainedEntry extends AuditEntry {
  readonly partition: number;
  /** From 1, without holes. */
  readonly seq: number;
  readonly hash: string;
}

/** [AU2] No blank, tab or line end: the fields are told apart by them. 200 characters hold a partner's subject. */
const WORD = /^[!-~]{1,200}$/;
const isWordOrNull = (text: string | null): boolean => text === null || WORD.test(text);

/** Other people choose subjects (a partner's client id): one that is no word is spelled as one. */
export const asWord = (text: string): string =>
  WORD.test(text) ? text : encodeURIComponent(text).slice(0, 200) || "-";

export function checkEntry(entry: AuditEntry): void {
  const words = [entry.id, entry.role, entry.subject, entry.operation];
  const optional = [entry.problem, entry.patientId, entry.appointmentId, entry.locationId];
  const isCount = entry.count === null || (Number.isSafeInteger(entry.count) && entry.count >= 0);
  invariant(
    words.every((text) => WORD.test(text)) && optional.every(isWordOrNull) && isCount,
    "an audit entry has words and counts only",
  );
  invariant(Number.isSafeInteger(entry.at) && entry.at > 0, "an audit entry has a time");
}

const optional = (value: string | number | null): string => (value === null ? "" : `:${value}`);

/**
 * [AU2] The entry as one line: version, place, then every field in fixed order, with tabs. A field that is not there differs from
 * an empty one. `db/audit/lines.ts` spells the same line out of the columns; whoever adds a field makes a version 2 of both.
 */
export function canonicalLine(entry: Omit<ChainedEntry, "hash">): string {
  return [
    "1",
    entry.partition,
    entry.seq,
    entry.id,
    entry.at,
    entry.role,
    entry.subject,
    entry.operation,
    entry.outcome,
    optional(entry.problem),
    optional(entry.patientId),
    optional(entry.appointmentId),
    optional(entry.locationId),
    optional(entry.count),
  ].join("\t");
}
