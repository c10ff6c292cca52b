/** What an import tells while it runs, and at its end. */
import { type FileProblem, Problems } from "./read-rows.ts";

export interface ImportReport {
  /** false = a dry run: this is what would happen. */
  readonly applied: boolean;
  /** false = it stopped before its end. What it has done stays; send the same file again. */
  readonly complete: boolean;
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  /** The first hundred; `problemCount` is of all. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
}

/** A line of the answer's stream. */
export type ImportLine =
  | { readonly progress: { readonly done: number; readonly of: number } }
  | { readonly report: ImportReport };

/** Adds up, chunk by chunk. */
export class ImportTally {
  readonly #applied: boolean;
  readonly #rows: number;
  readonly #problems = new Problems();
  #created = 0;
  #changed = 0;
  #unchanged = 0;
  #refused = 0;

  constructor(rows: number, applied: boolean) {
    this.#rows = rows;
    this.#applied = applied;
  }

  wrote(created: number, changed: number, unchanged: number): void {
    this.#created += created;
    this.#changed += changed;
    this.#unchanged += unchanged;
  }

  /** One row, whatever number of reasons. */
  refused(line: number, reasons: readonly Omit<FileProblem, "line">[]): void {
    this.#refused++;
    for (const { column, message } of reasons) this.#problems.add(line, column, message);
  }

  report(complete: boolean): ImportReport {
    return {
      applied: this.#applied,
      complete,
      rows: this.#rows,
      created: this.#created,
      changed: this.#changed,
      unchanged: this.#unchanged,
      refused: this.#refused,
      problems: this.#problems.named,
      problemCount: this.#problems.count,
    };
  }
}
