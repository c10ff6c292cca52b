/** [IE1] The bytes of a file become rows, or problems with their lines. Writes nothing and asks nobody. */
import { readBundle } from "../../../core/exchange/fhir-bundle.ts";
import type { ImportKind } from "../../../core/exchange/kinds.ts";
import {
  type FileRow,
  IMPORT_ROWS_MAX,
  Problems,
  RowReader,
  readHeader,
} from "../../../core/exchange/read-rows.ts";
import { type Column, columnsOf } from "../../../core/exchange/tables.ts";
import { DAY_MS } from "../../../core/time.ts";
import { decodeText, readCsv } from "./csv.ts";

export type FileFormat = "csv" | "fhir";

export interface ReadFile {
  readonly rows: readonly FileRow[];
  readonly problems: Problems;
}

/** The line that the runtime's message ends with, never the message: it quotes the text. */
const lineIn = (error: unknown): number => Number(/\(line (\d+) /.exec(String(error))?.[1] ?? 1);

function parseJson(text: string, problems: Problems): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.add(lineIn(error), null, "must be JSON");
    return undefined;
  }
}

function readFhir(kind: ImportKind, text: string, columns: readonly Column[], problems: Problems): ReadFile {
  const value = parseJson(text, problems);
  if (problems.count > 0) return { rows: [], problems };
  const bundle = readBundle(kind, value);
  if ("error" in bundle) {
    problems.add(1, null, bundle.error);
    return { rows: [], problems };
  }
  const reader = new RowReader(kind, readHeader(bundle.header, columns, 1, problems), problems);
  for (const record of bundle.records) reader.read(record);
  return { rows: reader.rows, problems };
}

/** @param now milliseconds since the epoch */
export function readFile(kind: ImportKind, format: FileFormat, bytes: Uint8Array, now: number): ReadFile {
  const problems = new Problems();
  const decoded = decodeText(bytes);
  if ("badLine" in decoded) {
    problems.add(decoded.badLine, null, "must be UTF-8 text");
    return { rows: [], problems };
  }
  const columns = columnsOf(kind, new Date(now + DAY_MS).toISOString().slice(0, 10));
  if (format === "fhir") return readFhir(kind, decoded.text, columns, problems);
  let reader: RowReader | undefined;
  readCsv(decoded.text, problems, (line, cells) => {
    if (!reader) {
      reader = new RowReader(kind, readHeader(cells, columns, line, problems), problems);
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
