/**
 * Neon's SQL over HTTP on this machine, so that the Workers run unchanged against an embedded or a real Postgres.
 * It checks no password: it listens on 127.0.0.1 only, and it never logs a connection string or a row.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type pg from "pg";
import { runBatch, runStatement, ShimError, type Statement } from "./neon-statement.ts";

/** Neon's own limits for a request and an answer. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;
const KEEP_ALIVE_MS = 60_000;

/** For every Pool behind the shim: values stay the text that Postgres sent. Never per query (PGlite cannot take it). */
export const RAW = { getTypeParser: () => (value: unknown) => value } as pg.CustomTypesConfig;

export interface ShimOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly poolFor: (connectionString: string) => pg.Pool;
}

export interface Shim {
  readonly port: number;
  /** For NEON_FETCH_ENDPOINT. */
  readonly endpoint: string;
  /** Cuts what is open and stops; the Pool stays the caller's. */
  readonly close: () => Promise<void>;
}

const ERROR_FIELDS = [
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "severity",
  "where",
  "table",
  "column",
  "schema",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

type ErrorFields = { readonly [Field in (typeof ERROR_FIELDS)[number]]?: string };

const ISOLATION_LEVELS = new Map([
  ["ReadUncommitted", "READ UNCOMMITTED"],
  ["ReadCommitted", "READ COMMITTED"],
  ["RepeatableRead", "REPEATABLE READ"],
  ["Serializable", "SERIALIZABLE"],
]);
const BATCH_HEADERS = [
  "neon-batch-isolation-level",
  "neon-batch-read-only",
  "neon-batch-deferrable",
] as const;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Not destroyed on a throw: the caller still gets its 413 through this socket.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new ShimError(413, "request is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function toStatement(value: unknown): Statement {
  const { query, params, arrayMode } = (value ?? {}) as Record<string, unknown>;
  const isStatement =
    typeof query === "string" &&
    (params === undefined || Array.isArray(params)) &&
    (arrayMode === undefined || typeof arrayMode === "boolean");
  if (!isStatement) throw new ShimError(400, "expected { query, params }");
  return {
    query,
    ...(params === undefined ? {} : { params }),
    ...(arrayMode === undefined ? {} : { arrayMode }),
  };
}

/** One statement, or the list of a batch. */
function parseBody(text: string): Statement | readonly Statement[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ShimError(400, "the body is not JSON"); // the parser's own message would quote the body
  }
  const queries = (body as { queries?: unknown } | null)?.queries;
  return Array.isArray(queries) ? queries.map(toStatement) : toStatement(body);
}

const isTrue = (headers: IncomingHttpHeaders, name: string): boolean => headers[name] === "true";

function transactionModes(headers: IncomingHttpHeaders): string[] {
  const level = headers["neon-batch-isolation-level"];
  const isolation = level === undefined ? undefined : ISOLATION_LEVELS.get(String(level));
  if (level !== undefined && isolation === undefined) throw new ShimError(400, "invalid isolation level");
  return [
    ...(isolation ? [`ISOLATION LEVEL ${isolation}`] : []),
    ...(isTrue(headers, "neon-batch-read-only") ? ["READ ONLY"] : []),
    ...(isTrue(headers, "neon-batch-deferrable") ? ["DEFERRABLE"] : []),
  ];
}

/** Only an ordinary error leaves the connection usable; after FATAL or a broken socket it must not go back to the Pool. */
const leavesClientUsable = (error: unknown): boolean =>
  error instanceof ShimError || (error as ErrorFields | null)?.severity === "ERROR";

async function execute(
  pool: pg.Pool,
  headers: IncomingHttpHeaders,
  body: Statement | readonly Statement[],
): Promise<object> {
  const arrayMode = isTrue(headers, "neon-array-mode");
  const modes = Array.isArray(body) ? transactionModes(headers) : [];
  const client = await pool.connect();
  let isUsable = true;
  try {
    return Array.isArray(body)
      ? await runBatch(client, body as readonly Statement[], modes, arrayMode)
      : await runStatement(client, body as Statement, arrayMode); // Array.isArray does not narrow a readonly list
  } catch (error) {
    isUsable = leavesClientUsable(error);
    throw error;
  } finally {
    client.release(!isUsable);
  }
}

/** 400 with Postgres's fields for everything the database or the caller did; 500 for a broken connection. */
function errorAnswer(error: unknown): { status: number; body: string } {
  const { message } = error as Error;
  const fields = error instanceof ShimError ? (error.fields as ErrorFields) : (error as ErrorFields);
  const status = error instanceof ShimError ? error.status : fields.severity ? 400 : 500;
  return {
    status,
    body: JSON.stringify({
      message,
      ...Object.fromEntries(ERROR_FIELDS.map((key) => [key, fields[key] ?? null])),
    }),
  };
}

async function answer(
  request: IncomingMessage,
  poolFor: ShimOptions["poolFor"],
): Promise<{ status: number; body: string }> {
  try {
    if (request.method !== "POST" || request.url !== "/sql") throw new ShimError(404, "POST /sql only");
    const connectionString = request.headers["neon-connection-string"];
    if (typeof connectionString !== "string") throw new ShimError(400, "missing connection string");
    const result = await execute(
      poolFor(connectionString),
      request.headers,
      parseBody(await readBody(request)),
    );
    const body = JSON.stringify(result);
    if (body.length > BODY_BYTES_MAX) throw new ShimError(507, "response is too large");
    return { status: 200, body };
  } catch (error) {
    return errorAnswer(error);
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  poolFor: ShimOptions["poolFor"],
): Promise<void> {
  const { status, body } = await answer(request, poolFor);
  const echoed = BATCH_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  response.writeHead(status, {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    ...Object.fromEntries(echoed),
    // The rest of a body that was too large is not read: the connection cannot be used again.
    ...(status === 413 ? { connection: "close" } : {}),
  });
  response.end(body);
}

/** Throws the listen error (`EADDRINUSE`) when the port is taken. */
export async function startShim(options: ShimOptions): Promise<Shim> {
  const server = createServer((request, response) => {
    handle(request, response, options.poolFor).catch(() => response.destroy()); // headers already sent: only cutting is left
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // an AddressInfo whenever a TCP server listens
  return {
    port,
    endpoint: `http://127.0.0.1:${port}/sql`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
