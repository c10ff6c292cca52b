/** Sign-ins on their way from the issuer's outbox into the audit. */
import {
  AUDIT_PARTITIONS,
  type AuditEntry,
  type AuditRole,
  asWord,
  auditPartitionName,
} from "../../core/audit/entry.ts";
import { partitionOf } from "../../core/events/partition.ts";
import { isPatientId, type PatientId } from "../../core/ids.ts";
import { instant, SECOND_MS } from "../../core/time.ts";
import { logFailure } from "../../durable-objects/shared/log.ts";
import type { EventsEnv } from "./env.ts";

/** As workers/identity/sign-in-record.ts writes it: ids and codes. */
export interface SignInEntry {
  /** The same for a repeated reading. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `pat_…`, `stf_…`, a device's or partner's id; `adr_…` for an address that nobody was recognised by. */
  readonly subject: string;
  readonly kind: string;
  readonly outcome: "accepted" | "refused" | "signed-out" | "revoked";
}

export interface SignInMark {
  readonly outbox: number;
  readonly through: number;
}

/** What the issuer offers: entries stay until they are acknowledged. */
export interface SignInOutbox {
  takeSignIns(
    max: number,
  ): Promise<{ readonly entries: readonly SignInEntry[]; readonly marks: readonly SignInMark[] }>;
  ackSignIns(marks: readonly SignInMark[]): Promise<void>;
}

/** Of each of the issuer's outboxes; one call brings 400 at most, which one append takes. */
const TAKEN_MAX = 100;
/** Bounds one run; the next doorbell goes on. */
const ROUNDS_MAX = 20;
/** Doorbells of the audit come with every request; the issuer's objects are asked this often by an isolate. */
const EVERY_MS = 2 * SECOND_MS;
let drainedAt = 0;

const WHAT: Readonly<Record<SignInEntry["outcome"], string>> = {
  accepted: "sign-in",
  refused: "sign-in",
  "signed-out": "sign-out",
  revoked: "revoke-session",
};

function roleOf({ subject, kind }: SignInEntry): AuditRole {
  if (isPatientId(subject)) return "patient";
  if (kind === "device") return "kiosk";
  if (kind === "partner") return "service";
  return subject.startsWith("stf_") ? "staff" : "nobody";
}

/** [AU11] Of a failed one nobody knows more than that somebody tried. */
export function auditedSignIn(signIn: SignInEntry): AuditEntry {
  const { id, at, subject, kind, outcome } = signIn;
  return {
    id: asWord(`sgn_${id}`),
    at: instant(at),
    role: roleOf(signIn),
    subject: asWord(subject),
    operation: asWord(`${WHAT[outcome]}:${kind}`),
    outcome: outcome === "refused" ? "refused" : "allowed",
    problem: null,
    patientId: isPatientId(subject) ? (subject as PatientId) : null,
    appointmentId: null,
    locationId: null,
    count: null,
  };
}

/** [AU11] Of one subject in one chain: a repetition finds itself there, and their order is kept. */
const chainOf = ({ subject }: AuditEntry): string =>
  auditPartitionName(partitionOf(subject, AUDIT_PARTITIONS));

type DrainEnv = Pick<EventsEnv, "EVENT_LOG"> & { readonly IDENTITY: SignInOutbox };

/** [AU11] Moves what waits. An entry is acknowledged after the chain has it, so a crash between brings it twice, and it is taken once. */
export async function drainSignIns(env: DrainEnv): Promise<void> {
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const { entries, marks } = await env.IDENTITY.takeSignIns(TAKEN_MAX);
      if (entries.length === 0) return;
      for (const [chain, list] of Map.groupBy(entries.map(auditedSignIn), chainOf))
        await env.EVENT_LOG.getByName(chain).appendAudit(list);
      await env.IDENTITY.ackSignIns(marks);
    }
  } catch (error) {
    logFailure("audit.sign_ins_failed", error); // they wait in the outbox
  }
}

/** For doorbells. The cron drains whatever they leave. */
export async function drainSignInsNowAndThen(env: DrainEnv): Promise<void> {
  if (Date.now() - drainedAt < EVERY_MS) return;
  drainedAt = Date.now();
  await drainSignIns(env);
}
