/** [IE4] Which of our rows a row of a file means, once the database has said whom its ids name. */
import type { CellValue } from "./cells.ts";
import { hasOwnShape, type RowKind, scheduleIdOf } from "./kinds.ts";
import type { FileProblem, FileRow } from "./read-rows.ts";
import type { Column } from "./tables.ts";

export interface KnownRow {
  readonly id: string;
  readonly fingerprint: string | null;
  readonly external: boolean;
}
export type KnownIds = (kind: RowKind, value: string) => KnownRow | null;

export interface Reference {
  readonly kind: RowKind;
  /** As the file has it. */
  readonly value: string;
}

/** A row with our ids in it. */
export interface ResolvedRow {
  readonly line: number;
  readonly externalId: string;
  /** Ours; null = a row that is to be made. */
  readonly id: string | null;
  /** Of its last import; null = none. */
  readonly fingerprint: string | null;
  /** `externalId` is the other system's, not one of ours. */
  readonly named: boolean;
  readonly values: Readonly<Record<string, CellValue>>;
}

export type Resolution =
  | { readonly ok: true; readonly row: ResolvedRow }
  | { readonly ok: false; readonly reasons: readonly Omit<FileProblem, "line">[] };

const valuesOf = (value: CellValue | undefined): readonly string[] =>
  typeof value === "string" ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];

/** Everybody whom these rows name, themselves too, each once. */
export function referencesOf(
  kind: RowKind,
  columns: readonly Column[],
  rows: readonly FileRow[],
): Reference[] {
  const found = new Map<string, Reference>();
  const add = (about: RowKind, value: string) => found.set(`${about}\n${value}`, { kind: about, value });
  for (const row of rows) {
    add(kind, row.id);
    for (const { name, refersTo } of columns)
      if (refersTo) for (const value of valuesOf(row.values[name])) add(refersTo, value);
  }
  return [...found.values()];
}

/** The row with our ids, or which columns name somebody who is not known. */
export function resolveRow(
  kind: RowKind,
  columns: readonly Column[],
  row: FileRow,
  known: KnownIds,
): Resolution {
  const values: Record<string, CellValue> = { ...row.values };
  const reasons: Omit<FileProblem, "line">[] = [];
  for (const { name, refersTo } of columns) {
    const given = row.values[name];
    if (!refersTo || given === undefined || given === null) continue;
    const ids = valuesOf(given).map((value) => known(refersTo, value)?.id);
    if (ids.includes(undefined)) reasons.push({ column: name, message: "is not known here" });
    else values[name] = Array.isArray(given) ? (ids as string[]).toSorted() : (ids[0] as string);
  }
  if (reasons.length > 0) return { ok: false, reasons };
  const found = known(kind, row.id);
  const self = kind === "schedule" ? ownSchedule(values, found, known) : found;
  if (self === "other")
    return {
      ok: false,
      reasons: [{ column: "id", message: "is that of another provider or clinic already" }],
    };
  return {
    ok: true,
    row: {
      line: row.line,
      externalId: row.id,
      id: self?.id ?? null,
      fingerprint: self?.fingerprint ?? null,
      named: found ? found.external : !(kind === "schedule" && hasOwnShape(kind, row.id)),
      values,
    },
  };
}

/** Sites that these rows of a schedule mean, once their providers and clinics are known: to be asked for as well. */
export function sitesOf(rows: readonly FileRow[], known: KnownIds): Reference[] {
  const ids = rows.flatMap(({ values }) => {
    const provider = known("provider", values.providerId as string);
    const clinic = known("clinic", values.locationId as string);
    return provider && clinic ? [scheduleIdOf(provider.id, clinic.id)] : [];
  });
  return [...new Set(ids)].map((value) => ({ kind: "schedule", value }));
}

/** A schedule is its provider at its clinic, whatever another system calls it. */
function ownSchedule(
  values: Readonly<Record<string, CellValue>>,
  found: KnownRow | null,
  known: KnownIds,
): KnownRow | null | "other" {
  const id = scheduleIdOf(values.providerId as string, values.locationId as string);
  if (found && found.id !== id) return "other";
  return found ?? known("schedule", id);
}
