/** Files that come in. For administrators; a dry run unless `apply` is said. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { stream } from "hono/streaming";
import { IMPORT_KINDS } from "../../../core/exchange/kinds.ts";
import type { Problems } from "../../../core/exchange/read-rows.ts";
import type { EdgeEnv } from "../env.ts";
import type { FileFormat } from "../exchange/import-file.ts";
import { applyQuery } from "./admin-schemas.ts";
import { mayManage, published } from "./manage.ts";
import { NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { otherSystem, parseQuery } from "./schemas.ts";

/**
 * 60,000 rows of patients are 7 MB. Text and rows of 50,000 are 49 MB of an isolate's 128 (measured), of twice as many 97: too
 * much beside everything else that it holds.
 */
export const IMPORT_BYTES_MAX = 10 * 1024 * 1024;

/**
 * A file takes a third of an isolate: the next one waits its turn, or finds another isolate. A request whose caller has gone
 * may end without a word, so the turn is a lease: a chunk takes three calls to Postgres at most.
 */
let busyUntil = 0;
const CHUNK_MAX_MS = 45_000;

const importQuery = applyQuery.extend({ system: otherSystem });

const TOO_LARGE: Problem = {
  status: 413,
  slug: "validation",
  title: "The file is too large.",
  detail: `A file has at most ${IMPORT_BYTES_MAX / 1024 / 1024} MB. Split it: each part can be imported by itself.`,
  extra: { errors: [] },
};
const WRONG_TYPE: Problem = {
  status: 415,
  slug: "validation",
  title: "The body must be text/csv, or a Bundle as application/fhir+json.",
  extra: { errors: [] },
};
const BUSY_IMPORTING: Problem = {
  status: 503,
  slug: "overloaded",
  title: "Another import is running.",
  retryAfterSeconds: 5,
};

/** [IE1] Lines and columns, never what was in them. */
const malformed = ({ named, count }: Problems): Problem => ({
  status: 400,
  slug: "validation",
  title: "The file cannot be read. Nothing was changed.",
  detail: `${count} ${count === 1 ? "mistake" : "mistakes"} in it.`,
  extra: {
    problems: named,
    problemCount: count,
    errors: named.map(({ line, column, message }) => ({
      pointer: `/${line}${column === null ? "" : `/${column}`}`,
      message,
    })),
  },
});

function formatOf(c: Context<EdgeEnv>): FileFormat | null {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "text/csv") return "csv";
  return type === "application/fhir+json" ? "fhir" : null;
}

export const imports = new Hono<EdgeEnv>().post(
  "/:kind",
  bodyLimit({ maxSize: IMPORT_BYTES_MAX, onError: (c) => sendProblem(c as never, TOO_LARGE) }),
  async (c) => {
    const admitted = mayManage(c, "network");
    if (!admitted.ok) return sendProblem(c, admitted.problem);
    const kind = IMPORT_KINDS.find((one) => one === c.req.param("kind"));
    if (!kind) return sendProblem(c, NOT_FOUND);
    const query = parseQuery(c, importQuery);
    if (!query.ok) return sendProblem(c, query.problem);
    const format = formatOf(c);
    if (!format) return sendProblem(c, WRONG_TYPE);
    if (Date.now() < busyUntil) return sendProblem(c, BUSY_IMPORTING);
    busyUntil = Date.now() + CHUNK_MAX_MS;
    let isStreaming = false;
    try {
      const { readFile } = await import("../exchange/import-file.ts");
      const { rows, problems } = readFile(
        kind,
        format,
        new Uint8Array(await c.req.arrayBuffer()),
        Date.now(),
      );
      if (problems.count > 0) return sendProblem(c, malformed(problems));
      const { runImport } = await import("../exchange/run-import.ts");
      const order = { kind, rows, ...query.value };
      const told = runImport(c.get("settings"), order, Date.now(), (calendars) => published(c, calendars));
      isStreaming = true;
      c.header("content-type", "application/x-ndjson");
      return stream(c, async (out) => {
        try {
          for await (const line of told) {
            if (out.aborted) break; // nobody listens: what was written stays, and the file can be sent again
            busyUntil = Date.now() + CHUNK_MAX_MS;
            await out.write(`${JSON.stringify(line)}\n`);
          }
        } finally {
          busyUntil = 0;
        }
      });
    } finally {
      if (!isStreaming) busyUntil = 0;
    }
  },
);
