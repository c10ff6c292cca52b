/** Brings a file in, chunk by chunk: who is meant, what is new, what differs; each chunk is one commit. */
import { createHash } from "node:crypto";
import type { CellValue } from "../../../core/exchange/cells.ts";
import { type ImportKind, ROW_KIND } from "../../../core/exchange/kinds.ts";
import type { FileRow } from "../../../core/exchange/read-rows.ts";
import { type ImportLine, ImportTally } from "../../../core/exchange/report.ts";
import { type ResolvedRow, referencesOf, resolveRow } from "../../../core/exchange/resolve-row.ts";
import { type Column, columnsOf } from "../../../core/exchange/tables.ts";
import { AGENDA_SHARDS, makeId, makePatientId } from "../../../core/ids.ts";
import type { BulkRow } from "../../../db/index.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../../config.ts";
import { askPostgres } from "../postgres.ts";

export interface ImportOrder {
  readonly kind: ImportKind;
  /** Whose ids the file has. */
  readonly system: string;
  readonly apply: boolean;
  readonly rows: readonly FileRow[];
}

const randomBytes = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n));

/** Of the row as it is meant: our ids in it, its columns in one order. */
export const fingerprintOfRow = (values: Readonly<Record<string, CellValue>>): string =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("base64url");

function freshId({ kind }: ImportOrder, row: ResolvedRow): string {
  switch (kind) {
    case "patients":
      return makePatientId((randomBytes(1)[0] as number) % AGENDA_SHARDS, randomBytes(12));
    case "providers":
      return makeId("prv", randomBytes(12));
    default:
      throw new Error(`${kind} ${row.line}`);
  }
}

/** What is left to compare and write: rows that are new, or not as they were last imported. */
function toWrite(order: ImportOrder, rows: readonly ResolvedRow[]): BulkRow[] {
  return rows.flatMap((row) => {
    const fingerprint = fingerprintOfRow(row.values);
    if (row.id !== null && row.fingerprint === fingerprint) return [];
    const { externalId, named, values } = row;
    const fresh = row.id === null;
    return [{ id: row.id ?? freshId(order, row), externalId, named, values, fresh, fingerprint }];
  });
}

async function importChunk(
  settings: EdgeSettings,
  order: ImportOrder,
  columns: readonly Column[],
  chunk: readonly FileRow[],
  tally: ImportTally,
): Promise<void> {
  const kind = ROW_KIND[order.kind];
  const known = await askPostgres(settings, (db, { knownIds }) =>
    knownIds(db, order.system, referencesOf(kind, columns, chunk)),
  );
  const meant: ResolvedRow[] = [];
  for (const row of chunk) {
    const resolution = resolveRow(kind, columns, row, known);
    if (resolution.ok) meant.push(resolution.row);
    else tally.refused(row.line, resolution.reasons);
  }
  const { system, apply } = order;
  const rows = toWrite(order, meant);
  const change = { system, apply, rows };
  const { created, changed } = await askPostgres(settings, (db, queries) =>
    queries.importPatients(db, change),
  );
  tally.wrote(created, changed, meant.length - created - changed);
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
): AsyncGenerator<ImportLine> {
  const { CHUNK_ROWS_MAX } = await import("../../../db/index.ts");
  const { rows } = order;
  const columns = columnsOf(order.kind, new Date(now).toISOString().slice(0, 10));
  const tally = new ImportTally(rows.length, order.apply);
  try {
    for (let done = 0; done < rows.length; done += CHUNK_ROWS_MAX) {
      yield { progress: { done, of: rows.length } };
      await importChunk(settings, order, columns, rows.slice(done, done + CHUNK_ROWS_MAX), tally);
    }
  } catch (error) {
    logFailure("import.failed", error);
    yield { report: tally.report(false) };
    return;
  }
  yield { progress: { done: rows.length, of: rows.length } };
  yield { report: tally.report(true) };
}
