/** Brings a file in, chunk by chunk: who is meant, what is new, what differs; each chunk is one commit. */
import type { CellValue } from "../../../core/exchange/cells.ts";
import { type ImportKind, ROW_KIND, scheduleIdOf } from "../../../core/exchange/kinds.ts";
import type { FileRow } from "../../../core/exchange/read-rows.ts";
import { type ImportLine, ImportTally } from "../../../core/exchange/report.ts";
import {
  type KnownIds,
  type ResolvedRow,
  referencesOf,
  resolveRow,
  sitesOf,
} from "../../../core/exchange/resolve-row.ts";
import { type Column, columnsOf } from "../../../core/exchange/tables.ts";
import { AGENDA_SHARDS, makeId, makePatientId, type PatientId, type ProviderId } from "../../../core/ids.ts";
import type { BulkChange, BulkResult, BulkRow } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeSettings, KeyRing } from "../../config.ts";
import { keyedFingerprint, sealText } from "../../sealed-text.ts";
import { askPostgres } from "../postgres.ts";
import { mintAppointmentId, parseAppointmentId } from "../routing-ids.ts";

export interface ImportOrder {
  readonly kind: ImportKind;
  /** Whose ids the file has. */
  readonly system: string;
  readonly apply: boolean;
  readonly rows: readonly FileRow[];
}

const randomBytes = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n));

/** Of the row as it is meant: our ids in it, its columns in one order. */
export const fingerprintOfRow = (keys: KeyRing, values: Readonly<Record<string, CellValue>>): string =>
  keyedFingerprint(keys, [JSON.stringify(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)))]);

function freshId(keys: KeyRing, kind: ImportKind, { values }: ResolvedRow): string {
  switch (kind) {
    case "patients":
      return makePatientId((randomBytes(1)[0] as number) % AGENDA_SHARDS, randomBytes(12));
    case "providers":
      return makeId("prv", randomBytes(12));
    case "schedules":
      return scheduleIdOf(values.providerId as string, values.locationId as string);
    case "appointments":
      return mintAppointmentId(keys, values.providerId as ProviderId);
  }
}

/** What is left to compare and write: rows that are new, or not as they were last imported. */
function toWrite(keys: KeyRing, kind: ImportKind, rows: readonly ResolvedRow[]): BulkRow[] {
  return rows.flatMap((row) => {
    const fingerprint = fingerprintOfRow(keys, row.values);
    if (row.id !== null && row.fingerprint === fingerprint) return [];
    const { externalId, named, values } = row;
    const fresh = row.id === null;
    return [{ id: row.id ?? freshId(keys, kind, row), externalId, named, values, fresh, fingerprint }];
  });
}

/** [PD5] What a file says a person wrote goes into the waiting room as it goes to a calendar: sealed, for whom the visit will be. */
async function sealedRows(
  settings: EdgeSettings,
  kind: ImportKind,
  rows: readonly BulkRow[],
): Promise<readonly BulkRow[]> {
  const patientOf = ({ values }: BulkRow) => values.patientId as PatientId;
  const written = rows.filter(({ values }) => typeof values.reason === "string");
  if (kind !== "appointments" || written.length === 0) return rows;
  const named = [...new Set(written.map(patientOf))];
  const standing = await askPostgres(settings, (db, { mergedInto }) => mergedInto(db, named));
  return rows.map((row) => {
    const { reason } = row.values;
    if (typeof reason !== "string") return row;
    const patient = standing.get(patientOf(row)) ?? patientOf(row);
    return {
      ...row,
      values: { ...row.values, reason: sealText(settings.TEXT_KEYS, "reason", patient, reason) },
    };
  });
}

/**
 * [PD15] Without new appointments of people who were deleted: what a person wrote would come back with them. One that is here already
 * is not written by any file.
 */
async function withoutDeleted(
  settings: EdgeSettings,
  kind: ImportKind,
  meant: readonly ResolvedRow[],
  tally: ImportTally,
): Promise<readonly ResolvedRow[]> {
  const patients = meant.filter(({ id }) => id === null).map(({ values }) => values.patientId as PatientId);
  if (kind !== "appointments" || patients.length === 0) return meant;
  const named = [...new Set(patients)];
  const deleted = new Set(await askPostgres(settings, (db, queries) => queries.deletedPatients(db, named)));
  return meant.filter(({ id, line, values }) => {
    const isRefused = id === null && deleted.has(values.patientId as PatientId);
    if (isRefused) tally.refused(line, [{ column: "patientId", message: DELETED }]);
    return !isRefused;
  });
}

/** Whom the rows name, by two questions for schedules: a site is asked for by the ids that the first one gave. */
async function whoIsMeant(
  settings: EdgeSettings,
  { kind, system }: ImportOrder,
  columns: readonly Column[],
  chunk: readonly FileRow[],
): Promise<KnownIds> {
  const ask = (references: ReturnType<typeof referencesOf>) =>
    askPostgres(settings, (db, { knownIds }) => knownIds(db, system, references));
  const known = await ask(referencesOf(ROW_KIND[kind], columns, chunk));
  if (kind !== "schedules") return known;
  const sites = await ask(sitesOf(chunk, known));
  return (about, value) => known(about, value) ?? sites(about, value);
}

type Written = BulkResult & {
  readonly calendars?: readonly ProviderId[];
  /** Ours; not as their rows say, and not for a file to change. */
  readonly standing?: readonly string[];
};

const writeRows = (settings: EdgeSettings, kind: ImportKind, change: BulkChange): Promise<Written> =>
  askPostgres(settings, (db, queries): Promise<Written> => {
    switch (kind) {
      case "patients":
        return queries.importPatients(db, change);
      case "providers":
        return queries.importProviders(db, change);
      case "schedules":
        return queries.importSchedules(db, change);
      case "appointments":
        return queries.importAppointments(db, change).then((written) => ({ ...written, changed: 0 }));
    }
  });

/** Returns whose calendars have something new. */
async function importChunk(
  settings: EdgeSettings,
  order: ImportOrder,
  columns: readonly Column[],
  chunk: readonly FileRow[],
  { tally, meantBefore }: ImportState,
): Promise<readonly ProviderId[]> {
  const known = await whoIsMeant(settings, order, columns, chunk);
  const found: ResolvedRow[] = [];
  for (const row of chunk) {
    const resolution = resolveRow(ROW_KIND[order.kind], columns, row, known);
    if (!resolution.ok) tally.refused(row.line, resolution.reasons);
    else if (isOnItsWay(settings.ID_KEYS, order.kind, resolution.row))
      tally.refused(row.line, [{ column: "id", message: NOT_YET }]);
    else if (!isFirstOf(meantBefore, order.kind, resolution.row))
      tally.refused(row.line, [{ column: "id", message: TWICE }]);
    else found.push(resolution.row);
  }
  const { kind, system, apply } = order;
  const meant = await withoutDeleted(settings, kind, found, tally);
  const rows = await sealedRows(settings, kind, toWrite(settings.ID_KEYS, kind, meant));
  const written = await writeRows(settings, kind, { system, apply, rows });
  const { created, changed, calendars = [], standing = [] } = written;
  const refused = new Set(standing);
  for (const { id, line } of meant)
    if (id !== null && refused.has(id))
      tally.refused(line, [{ column: null, message: kind === "patients" ? DELETED : STANDS }]);
  tally.wrote(created, changed, meant.length - created - changed - refused.size);
  return calendars;
}

/**
 * [IE12] An appointment of ours that the record does not have: its calendar has it, and the log has not told yet. Taken for a new
 * one it would be booked twice.
 */
const isOnItsWay = (keys: KeyRing, kind: ImportKind, { id, externalId }: ResolvedRow): boolean =>
  kind === "appointments" && id === null && parseAppointmentId(keys, externalId) !== null;
const NOT_YET = "is one of ours that the record does not have yet: send the file again later";

interface ImportState {
  readonly tally: ImportTally;
  /** Rows of ours that lines so far have meant. */
  readonly meantBefore: Set<string>;
}

/** [IE4] Two lines may mean one row, by its id there and by ours: which of them is right, nobody can say. */
function isFirstOf(meantBefore: Set<string>, kind: ImportKind, { id, values }: ResolvedRow): boolean {
  const meant =
    kind === "schedules" ? scheduleIdOf(values.providerId as string, values.locationId as string) : id;
  if (meant === null) return true;
  if (meantBefore.has(meant)) return false;
  meantBefore.add(meant);
  return true;
}
const TWICE = "means the same as an earlier line";

/** [PD15] */
const DELETED = "was deleted here at its owner's wish, and stays without who it was: take it out of the file";

/** [IE12] Its calendar has it, or is about to. */
const STANDS = "stands here already, and not so: change it here";

/** One calendar's rows together, so that few calendars have news of a chunk. */
const inOrder = ({ kind, rows }: ImportOrder): readonly FileRow[] =>
  kind === "appointments"
    ? rows.toSorted((a, b) => ((a.values.providerId as string) < (b.values.providerId as string) ? -1 : 1))
    : rows;

/** How calendars hear of what was committed for them. */
export interface Telling {
  /** After each chunk but the last: others bring it round, so that nobody books for minutes over what is here already. */
  readonly ring: () => void;
  /** Once, before the report. A push for each chunk would be more calls than one request may make. */
  readonly publish: (calendars: readonly ProviderId[]) => Promise<void>;
}

/**
 * [IE9] Yields a line after each chunk and a report at the end. A failure ends it with what was done so far: the chunks that
 * were committed stay, and the same file can be sent again.
 * @param now milliseconds since the epoch
 */
export async function* runImport(
  settings: EdgeSettings,
  order: ImportOrder,
  now: number,
  { ring, publish }: Telling,
): AsyncGenerator<ImportLine> {
  const { CHUNK_ROWS_MAX } = await import("../../../db/index.ts");
  const rows = inOrder(order);
  const columns = columnsOf(order.kind, new Date(now).toISOString().slice(0, 10));
  const tally = new ImportTally(rows.length, order.apply);
  const state = { tally, meantBefore: new Set<string>() };
  const calendars = new Set<ProviderId>();
  let complete = false;
  try {
    for (let done = 0; done < rows.length; done += CHUNK_ROWS_MAX) {
      yield { progress: { done, of: rows.length } };
      const chunk = rows.slice(done, done + CHUNK_ROWS_MAX);
      const told = await importChunk(settings, order, columns, chunk, state);
      for (const id of told) calendars.add(id);
      if (told.length > 0 && done + CHUNK_ROWS_MAX < rows.length) ring();
    }
    complete = true;
  } catch (error) {
    logFailure("import.failed", error);
  } finally {
    if (calendars.size > 0) await publish([...calendars]); // also when nobody listens any more
  }
  if (complete) yield { progress: { done: rows.length, of: rows.length } };
  yield { report: tally.report(complete) };
}
