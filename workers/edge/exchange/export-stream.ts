/** An export as a stream: a page is read when the one before it has been taken. */
import type { Reach } from "../../../core/access/reach.ts";
import type { ExportKind } from "../../../core/exchange/kinds.ts";
import { cellOf, EXPORT_COLUMNS, type ExportRow } from "../../../core/exchange/write-rows.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { instant } from "../../../core/time.ts";
import { logFailure } from "../../../durable-objects/shared/log.ts";
import type { EdgeSettings } from "../../config.ts";
import { askPostgres } from "../postgres.ts";
import { writeCsv } from "./csv.ts";

export interface ExportOrder {
  readonly kind: ExportKind;
  readonly format: "csv" | "ndjson";
  readonly system: string | null;
  /** Everything, or what concerns these clinics. */
  readonly reach: Reach;
}

const MOMENTS = ["start", "end", "createdAt", "updatedAt", "checkedInAt", "cancelledAt"];

/** [T1] Times of an appointment as its clinic's clock shows them. */
function spelled(row: ExportRow): ExportRow {
  const { timeZone } = row;
  if (typeof timeZone !== "string" || row.start === undefined) return row;
  const times = MOMENTS.map((name) => {
    const at = row[name];
    return [name, typeof at === "number" ? spellInZone(instant(at), timeZone) : null] as const;
  });
  return { ...row, ...Object.fromEntries(times) };
}

/** Excel takes a file without this mark for one of its own old code pages. */
const UTF8_MARK = "\ufeff";

function textOf({ kind, format }: ExportOrder, rows: readonly ExportRow[], isFirst: boolean): string {
  const columns = EXPORT_COLUMNS[kind];
  if (format === "csv") {
    const head = isFirst ? UTF8_MARK + writeCsv([columns]) : "";
    return head + writeCsv(rows.map((row) => columns.map((name) => cellOf(row[name]))));
  }
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/**
 * The first page is read before this returns, so that Postgres being away is still a 503. A failure later breaks the stream:
 * half a file must not look whole.
 */
export async function exportStream(
  settings: EdgeSettings,
  order: ExportOrder,
): Promise<ReadableStream<Uint8Array>> {
  const { EXPORT_PAGE_MAX } = await import("../../../db/index.ts");
  const { kind, system, reach } = order;
  const locationIds = reach.kind === "clinics" ? reach.locationIds : null;
  const pageAfter = (after: string) =>
    askPostgres(settings, (db, { exportRows }) =>
      exportRows(db, kind, { locationIds, system, after, limit: EXPORT_PAGE_MAX }),
    );
  const encoder = new TextEncoder();
  let page = await pageAfter("");
  let isFirst = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const last = page.at(-1);
        if (isFirst || last) {
          const text = textOf(
            order,
            page.map(({ row }) => spelled(row)),
            isFirst,
          );
          if (text !== "") controller.enqueue(encoder.encode(text));
        }
        isFirst = false;
        if (!last || page.length < EXPORT_PAGE_MAX) controller.close();
        else page = await pageAfter(last.key);
      } catch (error) {
        logFailure("export.failed", error);
        controller.error(error);
      }
    },
  });
}
