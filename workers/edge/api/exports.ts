/** Files that go out: everything for administrators, what concerns their clinics for staff. */
import { type Action, reachOf } from "../../../core/access/rules.ts";
import { EXPORT_KINDS, type ExportKind } from "../../../core/exchange/kinds.ts";
import { concerns } from "../audited.ts";
import type { Handlers } from "./handlers.ts";
import { exportQuery } from "./network-schemas.ts";
import { FORBIDDEN, NOT_FOUND, sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";

const TYPES = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson" } as const;

/** [IE8] [AU8] Kinds that another rule stands over. */
const RULE_OF: Partial<Record<ExportKind, Action>> = { staff: "staff.export", audit: "audit.read" };

export const exports = {
  exportFile: async (c, principal) => {
    const kind = EXPORT_KINDS.find((one) => one === c.req.param("kind"));
    if (!kind) return sendProblem(c, NOT_FOUND);
    concerns(c, { of: kind });
    const reach = reachOf(principal, RULE_OF[kind] ?? "network.export");
    if (reach.kind === "nothing") return sendProblem(c, FORBIDDEN);
    const query = parseQuery(c, exportQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const { format, system } = query.value;
    const { exportStream } = await import("../exchange/export-stream.ts");
    const body = await exportStream(c.get("settings"), { kind, format, system: system ?? null, reach });
    const date = new Date().toISOString().slice(0, 10);
    return c.body(body, 200, {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="${kind}-${date}.${format}"`,
    });
  },
} satisfies Partial<Handlers>;
