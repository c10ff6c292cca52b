/** Chains for tests, and a forger with every right on the stored rows. */
import { hash } from "node:crypto";
import { type ChainHead, EMPTY_CHAIN, hashAfter, link } from "../../core/audit/chain.ts";
import type { Checkpoint } from "../../core/audit/checkpoint.ts";
import { AUDIT_OUTCOMES, type AuditEntry, type ChainedEntry, canonicalLine } from "../../core/audit/entry.ts";
import { type Broken, ChainReader } from "../../core/audit/verify.ts";
import type { AppointmentId, LocationId, PatientId } from "../../core/ids.ts";
import { type Instant, instant, MINUTE_MS } from "../../core/time.ts";

export const sha256 = (text: string): string => hash("sha256", text, "base64url");

export const AUDIT_START = instant(Date.UTC(2026, 10, 30, 12));

export type Pick = (max: number) => number;

const OPERATIONS = ["readAppointment", "bookAppointment", "listPatientAppointments", "searchPatients"];
const ROLES = ["patient", "staff", "provider", "admin"] as const;

export function someEntry(n: number, pick: Pick, more: Partial<AuditEntry> = {}): AuditEntry {
  const outcome = AUDIT_OUTCOMES[pick(3)] ?? "allowed";
  return {
    id: `req_${n}`,
    at: instant(AUDIT_START + n * 1_000 + pick(1_000)),
    role: ROLES[pick(ROLES.length)] ?? "patient",
    subject: `stf_${pick(20)}`,
    operation: OPERATIONS[pick(OPERATIONS.length)] ?? "readAppointment",
    outcome,
    problem: outcome === "allowed" ? null : "not-found",
    patientId: pick(4) === 0 ? null : (`pat_00${pick(50)}` as PatientId),
    appointmentId: pick(2) === 0 ? null : (`apt_${pick(500)}` as AppointmentId),
    locationId: pick(3) === 0 ? null : (`loc_${pick(9)}` as LocationId),
    count: pick(3) === 0 ? pick(50) : null,
    ...more,
  };
}

/** A chain of `length` entries, from the beginning or after `from`. */
export function someChain(
  length: number,
  pick: Pick,
  partition = 0,
  from: ChainHead = EMPTY_CHAIN,
): ChainedEntry[] {
  let head = from;
  return Array.from({ length }, () => {
    const entry = link(partition, head, someEntry(head.seq + 1, pick), sha256);
    head = entry;
    return entry;
  });
}

/** What a witness signed after every `every` entries and at the end. */
export function checkpointsOf(chain: readonly ChainedEntry[], every: number): Checkpoint[] {
  return chain
    .filter(({ seq }) => seq % every === 0 || seq === chain.length)
    .map(({ partition, seq, hash, at }) => ({ partition, seq, hash, at: instant(at + MINUTE_MS) }));
}

export function verifyRows(
  rows: readonly ChainedEntry[],
  checkpoints: readonly Checkpoint[],
  now: Instant,
  head: { readonly seq: number; readonly hash: string } | null = null,
  partition = 0,
): Broken | null {
  const reader = new ChainReader(partition, checkpoints, now, sha256);
  for (const row of rows) reader.row({ hash: row.hash, line: canonicalLine(row) });
  return reader.end(head);
}

/** Everything from `from` (an index) on hashed anew, so that the chain is whole in itself. */
export function rewritten(rows: readonly ChainedEntry[], from: number): ChainedEntry[] {
  let before = rows[from - 1]?.hash ?? EMPTY_CHAIN.hash;
  return rows.map((row, index) => {
    if (index < from) return row;
    const placed = { ...row, seq: index + 1 };
    before = hashAfter(before, canonicalLine(placed), sha256);
    return { ...placed, hash: before };
  });
}

const other = (text: string | null, n: number): string => `${text ?? "x"}${n}`;

/** One field of one row, changed to something else. */
function changed(row: ChainedEntry, pick: Pick): ChainedEntry {
  const n = pick(1_000);
  const edits: Partial<Record<keyof ChainedEntry, unknown>>[] = [
    { id: other(row.id, n) },
    { at: row.at + 1 + n },
    { at: row.at - 1 - n },
    { role: row.role === "admin" ? "staff" : "admin" },
    { subject: other(row.subject, n) },
    { operation: other(row.operation, n) },
    { outcome: row.outcome === "allowed" ? "refused" : "allowed" },
    { problem: row.problem === null ? "" : null }, // absent and empty are two things
    { problem: other(row.problem, n) },
    { patientId: row.patientId === null ? "" : null },
    { patientId: other(row.patientId, n) },
    { appointmentId: row.appointmentId === null ? "" : null },
    { appointmentId: other(row.appointmentId, n) },
    { locationId: row.locationId === null ? "" : null },
    { locationId: other(row.locationId, n) },
    { count: row.count === null ? n : null },
    { count: (row.count ?? 0) + 1 + n },
    { hash: other(row.hash, n) },
    { hash: "" },
    { seq: row.seq + 1 + n },
    { partition: row.partition + 1 },
    // moved from one column into the next, tabs and all
    { subject: `${row.subject}\t${row.operation}`, operation: "" },
    { patientId: `${row.patientId ?? ""}\t:${row.appointmentId ?? ""}`, appointmentId: null },
  ];
  return { ...row, ...(edits[pick(edits.length)] as Partial<ChainedEntry>) };
}

export const FORGERIES = [
  "edit",
  "delete",
  "swap",
  "insert",
  "duplicate",
  "truncate",
  "behead",
  "edit and rewrite the rest",
  "delete and rewrite the rest",
  "insert and rewrite the rest",
  "write the whole chain anew",
  "append",
  "delete everything",
] as const;
export type Forgery = (typeof FORGERIES)[number];

/** What somebody who may write every row does to a chain. */
export function forge(rows: readonly ChainedEntry[], forgery: Forgery, pick: Pick): ChainedEntry[] {
  const at = pick(rows.length);
  const row = rows[at] as ChainedEntry;
  const without = rows.toSpliced(at, 1);
  const invented = { ...row, id: "req_invented", seq: row.seq };
  switch (forgery) {
    case "edit":
      return rows.with(at, changed(row, pick));
    case "delete":
      return without;
    case "swap": {
      const to = (at + 1 + pick(rows.length - 1)) % rows.length;
      const there = rows[to] as ChainedEntry;
      const keepsPlaces = pick(2) === 0; // contents change places, or whole rows do
      const put = (one: ChainedEntry, place: ChainedEntry): ChainedEntry =>
        keepsPlaces ? { ...one, seq: place.seq, hash: pick(2) === 0 ? one.hash : place.hash } : one;
      return rows.with(at, put(there, row)).with(to, put(row, there));
    }
    case "insert":
      return rows.toSpliced(at, 0, invented);
    case "duplicate":
      return rows.toSpliced(at, 0, row);
    case "truncate":
      return rows.slice(0, at);
    case "behead":
      return rows.slice(at + 1);
    case "edit and rewrite the rest":
      return rewritten(rows.with(at, { ...row, subject: other(row.subject, pick(1_000)) }), at);
    case "delete and rewrite the rest":
      return rewritten(without, at);
    case "insert and rewrite the rest":
      return rewritten(rows.toSpliced(at, 0, invented), at);
    case "write the whole chain anew":
      return rewritten(
        rows.map((one) => ({ ...one, subject: "stf_nobody" })),
        0,
      );
    case "append":
      return rewritten([...rows, { ...invented, seq: rows.length + 1 }], rows.length);
    case "delete everything":
      return [];
  }
}
