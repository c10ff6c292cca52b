/** Files that come in. For administrators; a dry run unless `apply` is said. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { stream } from "hono/streaming";
import { IMPORT_KINDS } from "../../../core/exchange/kinds.ts";
import type { Problems } from "../../../core/exchange/read-rows.ts";
import { concerns } from "../audited.ts";
import type { EdgeEnv } from "../env.ts";
import type { FileFormat } from "../exchange/import-file.ts";
import type { ImportOrder } from "../exchange/run-import.ts";
import type { Handlers } from "./handlers.ts";
import { published, ringForDirectory } from "./manage.ts";
import { importQuery } from "./network-schemas.ts";
import { NOT_FOUND, type Problem, sendProblem } from "./problem.ts";
import { parseQuery } from "./schemas.ts";

/**
 * 60,000 rows of patients are 7 MB. Text and rows of 50,000 are 49 MB of an isolate's 128 (measured), of twice as many 97: too
 * much beside everything else that it holds.
 */
export const IMPORT_BYTES_MAX = 10 * 1024 * 1024;

/**
 * A file takes a third of an isolate: the next one waits its turn, or finds another isolate. A request whose caller has gone
 * may end without a word, so the turn is a lease: a chunk takes three calls to Postgres at most, and the last one a push to calendars.
 */
interface Turn {
  /** Milliseconds since the epoch. */
  until: number;
}
let turn: Turn | null = null;
const CHUNK_MAX_MS = 90_000;
const isBusy = (): boolean => turn !== null && Date.now() < turn.until;
const renew = (mine: Turn): void => {
  mine.until = Date.now() + CHUNK_MAX_MS;
};
/** Only one's own: it may have run out, and another import have the turn by now. */
const release = (mine: Turn): void => {
  if (turn === mine) turn = null;
};

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

type Wanted = Pick<ImportOrder, "kind" | "system" | "apply"> & { readonly format: FileFormat };

/** What is asked for: all that can be said of a request before its body is taken in. */
function wantedBy(c: Context<EdgeEnv>): Wanted | Problem {
  const kind = IMPORT_KINDS.find((one) => one === c.req.param("kind"));
  if (!kind) return NOT_FOUND;
  const query = parseQuery(c, importQuery);
  if (!query.ok) return query.problem;
  const format = formatOf(c);
  return format ? { kind, format, ...query.value } : WRONG_TYPE;
}

const limitFile = bodyLimit({
  maxSize: IMPORT_BYTES_MAX,
  onError: (c) => sendProblem(c as never, TOO_LARGE),
});

export const imports = {
  importFile: async (c) => {
    const wanted = wantedBy(c);
    if ("status" in wanted) return sendProblem(c, wanted);
    if (isBusy()) return sendProblem(c, BUSY_IMPORTING);
    concerns(c, { of: wanted.kind });
    let answer: Response | undefined;
    const refused = await limitFile(c, async () => {
      answer = await importBody(c, wanted);
    });
    return refused ?? (answer as Response); // the limit refuses or goes on
  },
} satisfies Partial<Handlers>;

async function importBody(c: Context<EdgeEnv>, wanted: Wanted): Promise<Response> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (isBusy()) return sendProblem(c, BUSY_IMPORTING); // whoever sends slowly keeps nobody waiting
  const mine: Turn = { until: 0 };
  renew(mine);
  turn = mine;
  let isStreaming = false;
  try {
    const { readFile } = await import("../exchange/import-file.ts");
    const { format, ...order } = wanted;
    const { rows, problems } = readFile(order.kind, format, bytes, Date.now());
    concerns(c, { count: rows.length });
    if (problems.count > 0) return sendProblem(c, malformed(problems));
    const { runImport } = await import("../exchange/run-import.ts");
    const told = runImport(c.get("settings"), { ...order, rows }, Date.now(), {
      ring: () => ringForDirectory(c),
      publish: (calendars) => published(c, calendars),
    });
    isStreaming = true;
    c.header("content-type", "application/x-ndjson");
    return stream(c, async (out) => {
      try {
        for await (const line of told) {
          if (out.aborted) break; // nobody listens: what was written stays, and the file can be sent again
          renew(mine);
          await out.write(`${JSON.stringify(line)}\n`);
        }
      } finally {
        release(mine);
      }
    });
  } finally {
    if (!isStreaming) release(mine);
  }
}
