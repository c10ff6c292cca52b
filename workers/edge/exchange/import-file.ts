/** [IE1] The bytes of a file become rows, or problems with their lines. Writes nothing and asks nobody. */
import type { ImportKind } from "../../../core/exchange/kinds.ts";
import {
  type FileRow,
  IMPORT_ROWS_MAX,
  Problems,
  RowReader,
  readHeader,
} from "../../../core/exchange/read-rows.ts";
import { columnsOf } from "../../../core/exchange/tables.ts";
import { DAY_MS } from "../../../core/time.ts";
import { decodeText, readCsv } from "./csv.ts";

export type FileFormat = "csv" | "fhir";

export interface ReadFile {
  readonly rows: readonly FileRow[];
  readonly problems: Problems;
}

/** @param now milliseconds since the epoch */
export function readFile(kind: ImportKind, _format: FileFormat, bytes: Uint8Array, now: number): ReadFile {
  const problems = new Problems();
  const decoded = decodeText(bytes);
  if ("badLine" in decoded) {
    problems.add(decoded.badLine, null, "must be UTF-8 text");
    return { rows: [], problems };
  }
  const columns = columnsOf(kind, new Date(now + DAY_MS).toISOString().slice(0, 10));
  let reader: RowReader | undefined;
  readCsv(decoded.text, problems, (line, cells) => {
    if (!reader) {
      reader = new RowReader(readHeader(cells, columns, line, problems), problems);
      return problems.count === 0; // without a good header every line would be wrong
    }
    if (reader.records === IMPORT_ROWS_MAX) {
      problems.add(line, null, `must not be there: a file has at most ${IMPORT_ROWS_MAX} rows`);
      return false;
    }
    reader.read({ line, cells });
    return true;
  });
  if (!reader && problems.count === 0) problems.add(1, null, "must be the names of the columns");
  return { rows: reader?.rows ?? [], problems };
}
