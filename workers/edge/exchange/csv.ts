/**
 * [IE5] A CSV file as spreadsheets write them, and one that they read. The library splits and quotes; lines are counted here,
 * because it counts records, and a record may have several lines.
 */
import Papa from "papaparse";
import { guardCell, unguardCell } from "../../../core/exchange/formula.ts";
import type { Problems } from "../../../core/exchange/read-rows.ts";

const DELIMITERS = [",", ";", "\t"] as const;

/** The one that the header has most of: its names have none of them. */
function delimiterOf(text: string): string {
  const header = text.slice(0, /[\r\n]/.exec(text)?.index ?? text.length);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** The text of UTF-8 bytes without its mark, or the first line that is not UTF-8. */
export function decodeText(bytes: Uint8Array): { readonly text: string } | { readonly badLine: number } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    let line = 1;
    for (let from = 0; from < bytes.length; line++) {
      const newline = bytes.indexOf(0x0a, from);
      const end = newline === -1 ? bytes.length : newline + 1;
      if (!isUtf8(bytes.subarray(from, end))) return { badLine: line };
      from = end;
    }
    return { badLine: 1 };
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // that is what was asked
  }
}

/** Calls `onRecord` for each record with the line that it begins on, until it says false; empty lines are passed over. */
export function readCsv(
  text: string,
  problems: Problems,
  onRecord: (line: number, cells: readonly string[]) => boolean,
): void {
  const lines = text.includes("\n") ? text : text.replaceAll("\r", "\n"); // an old Mac's
  let line = 1;
  let newline = lines.indexOf("\n");
  Papa.parse<string[]>(lines, {
    delimiter: delimiterOf(lines),
    step: ({ data, errors, meta }, parser) => {
      const from = line;
      for (; newline !== -1 && newline < meta.cursor; newline = lines.indexOf("\n", newline + 1)) line++;
      if (errors.length > 0) problems.add(from, null, "must close its quotes, and double those inside");
      else if ((data.length > 1 || data[0] !== "") && !onRecord(from, data.map(unguardCell))) parser.abort();
    },
  });
}

/** [IE6] No number runs, a negative one neither. */
const guarded = (cell: string | number): string | number =>
  typeof cell === "number" ? cell : guardCell(cell);

/** Lines of a CSV file, each ended. */
export const writeCsv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.length === 0 ? "" : `${Papa.unparse(rows.map((cells) => cells.map(guarded)))}\r\n`;
