/** How often each operation answered what, valid and broken. */
import type { MadeRequest } from "./schema-requests.ts";

type Kind = `${"valid" | "broken"} ${number}`;

const SLOWEST = 10;

export class RequestTally {
  readonly #rows = new Map<string, Map<Kind, number>>();
  readonly #callers = new Map<string, number>();
  /** The slowest first. */
  #slowest: { readonly what: string; readonly ms: number }[] = [];

  add({ operationId, broken }: MadeRequest, caller: string, status: number, ms: number): void {
    const row = this.#rows.get(operationId) ?? new Map<Kind, number>();
    const kind: Kind = `${broken === null ? "valid" : "broken"} ${status}`;
    this.#rows.set(operationId, row.set(kind, (row.get(kind) ?? 0) + 1));
    this.#callers.set(caller, (this.#callers.get(caller) ?? 0) + 1);
    if (ms <= (this.#slowest.at(SLOWEST - 1)?.ms ?? 0)) return;
    this.#slowest.push({ what: `${operationId} (${status}) ${ms} ms`, ms });
    this.#slowest = this.#slowest.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  }

  /** Requests of an operation, valid or broken. */
  asked(operationId: string, how: "valid" | "broken"): number {
    const row = this.#rows.get(operationId) ?? new Map<Kind, number>();
    return [...row].reduce((sum, [kind, count]) => sum + (kind.startsWith(how) ? count : 0), 0);
  }

  /** Whether it ever answered with a success. */
  isAccepted(operationId: string): boolean {
    return [...(this.#rows.get(operationId)?.keys() ?? [])].some((kind) => / [23]\d\d$/.test(kind));
  }

  toString(): string {
    const totals = new Map<Kind, number>();
    for (const row of this.#rows.values())
      for (const [kind, count] of row) totals.set(kind, (totals.get(kind) ?? 0) + count);
    return [
      ...[...this.#rows].sort().map(([id, row]) => `${id}: ${inWords(row)}`),
      `by ${inWords(this.#callers)}`,
      `slowest ${this.#slowest.map(({ what }) => what).join(", ")}`,
      `in all ${inWords(totals)}`,
    ].join("\n");
  }
}

const inWords = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort()
    .map(([kind, count]) => `${kind} ×${count}`)
    .join(", ");
