/** [IE1] Records of a file become rows, or sentences about the lines that cannot. Knows no file format and no database. */
import type { CellValue } from "./cells.ts";
import type { ImportKind } from "./kinds.ts";
import { type Column, mistakeIn } from "./tables.ts";

/** Mistakes that an answer names; the count is of all. */
export const PROBLEMS_MAX = 100;
/** Bounds what one import holds in memory: measured in docs/operations/exchange.md. */
export const IMPORT_ROWS_MAX = 60_000;

/** A line of a CSV file, or an entry of a Bundle: numbered as a person counts, from 1. */
export interface FileRecord {
  readonly line: number;
  /** By the position of the header's names; null = this record does not say. */
  readonly cells: readonly (string | null)[];
}

/** Says what is expected and where; never what was there. */
export interface FileProblem {
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
}

export interface FileRow {
  readonly line: number;
  /** As the file has it. */
  readonly id: string;
  /** Every known column that the file has, by name. What it has not is left as it stands. */
  readonly values: Readonly<Record<string, CellValue>>;
}

/** Keeps the first PROBLEMS_MAX and counts the rest. */
export class Problems {
  readonly named: FileProblem[] = [];
  count = 0;

  add(line: number, column: string | null, message: string): void {
    this.count++;
    if (this.named.length < PROBLEMS_MAX) this.named.push({ line, column, message });
  }
}

/** The column at each position of the header; null where it cannot be used, which is among the problems. */
export function readHeader(
  names: readonly string[],
  columns: readonly Column[],
  line: number,
  problems: Problems,
): (Column | null)[] {
  const found = names.map((text, position) => {
    const name = text.trim();
    const column = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!column) {
      problems.add(line, null, `column ${position + 1} is not known here`);
      return null;
    }
    return column;
  });
  for (const column of columns) {
    const times = found.filter((one) => one === column).length;
    if (times > 1) problems.add(line, column.name, "must be given once");
    if (times === 0 && column.need === "required") problems.add(line, column.name, "is missing");
  }
  return found;
}

function readCell(column: Column, text: string | null): { value: CellValue } | { error: string } {
  if (text === null && column.unsaid !== undefined) return { value: column.unsaid };
  const given = (text ?? "").trim();
  if (given === "")
    return column.empty === undefined ? { error: "must not be empty" } : { value: column.empty };
  const read = column.cell.read(given);
  return read.ok ? { value: read.value } : { error: read.error };
}

/** Reads record after record; what it has read is `rows`, what it could not is in `problems`. */
export class RowReader {
  readonly rows: FileRow[] = [];
  /** Read so far, good or not. */
  records = 0;
  readonly #header: readonly (Column | null)[];
  readonly #problems: Problems;
  readonly #kind: ImportKind;
  readonly #seen = new Map<string, number>();

  constructor(kind: ImportKind, header: readonly (Column | null)[], problems: Problems) {
    this.#kind = kind;
    this.#header = header;
    this.#problems = problems;
  }

  read({ line, cells }: FileRecord): void {
    this.records++;
    if (cells.length !== this.#header.length) {
      this.#problems.add(line, null, `must have ${this.#header.length} fields, as the header has`);
      return;
    }
    const values: Record<string, CellValue> = {};
    const before = this.#problems.count;
    this.#header.forEach((column, position) => {
      if (!column || column.need === "ignored") return;
      const read = readCell(column, cells[position] as string | null); // as many cells as the header has
      if ("error" in read) this.#problems.add(line, column.name, read.error);
      else values[column.name] = read.value;
    });
    if (this.#problems.count > before) return;
    const mistake = mistakeIn(this.#kind, values);
    if (mistake) {
      this.#problems.add(line, mistake.column, mistake.message);
      return;
    }
    const { id, ...others } = values;
    this.#keep({ line, id: id as string, values: others }); // the header has it, and it may not be empty
  }

  #keep(row: FileRow): void {
    const earlier = this.#seen.get(row.id);
    if (earlier !== undefined) {
      this.#problems.add(row.line, "id", `is that of line ${earlier} already`);
      return;
    }
    this.#seen.set(row.id, row.line);
    this.rows.push(row);
  }
}
