/**
 * HTTP/1.1 with as little as a load generator needs: keep-alive, one request at a time per connection, status and the
 * end of the body. A third of the CPU of node:http, which on two cores is the difference between load and noise.
 */
import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";
const NO_BODY = new Set([204, 304]);
/** "HTTP/1.1 200": the status is the three characters after the ninth. */
const STATUS_AT = 9;

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of a request, made once before the load begins. */
export function encodeRequest({ method, path, headers = {}, body }: RawRequest, port: number): Buffer {
  const all: Readonly<Record<string, string>> = {
    host: `127.0.0.1:${port}`,
    ...headers,
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
  };
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join("\r\n")}${HEAD_END}${body ?? ""}`, "utf8");
}

/** Where the body that starts at `from` ends; -1 = not all of it is here. */
function endOfChunks(data: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const lineEnd = data.indexOf("\r\n", at, "latin1");
    if (lineEnd === -1) return -1;
    const size = Number.parseInt(data.toString("latin1", at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (at > data.length) return -1;
    if (size === 0) return at;
  }
}

/** The end of the first whole response in `data` and its status; null = not all of it is here. */
export function wholeResponse(data: Buffer): { readonly status: number; readonly end: number } | null {
  const headEnd = data.indexOf(HEAD_END, 0, "latin1");
  if (headEnd === -1) return null;
  const head = data.toString("latin1", 0, headEnd).toLowerCase();
  const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
  const bodyAt = headEnd + HEAD_END.length;
  if (NO_BODY.has(status)) return { status, end: bodyAt };
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const end = length === undefined ? endOfChunks(data, bodyAt) : bodyAt + Number(length);
  return end === -1 || end > data.length ? null : { status, end };
}

/** What a whole response says to a person: the body, without its chunk lines, and when to come again. */
export function textOf(response: Buffer): { readonly text: string; readonly retryAfter: string | null } {
  const bodyAt = response.indexOf(HEAD_END, 0, "latin1") + HEAD_END.length;
  const head = response.toString("latin1", 0, bodyAt);
  const retryAfter = /\r\nretry-after: *([^\r]*)/i.exec(head)?.[1] ?? null;
  if (!/\r\ntransfer-encoding: *chunked/i.test(head))
    return { text: response.toString("utf8", bodyAt), retryAfter };
  const parts: Buffer[] = [];
  for (let at = bodyAt; ; ) {
    const lineEnd = response.indexOf("\r\n", at, "latin1");
    const size = Number.parseInt(response.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return { text: Buffer.concat(parts).toString("utf8"), retryAfter };
    parts.push(response.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** Called once per request; status 0 = the connection died without an answer, and there is no response. */
export type OnAnswer = (status: number, response: Buffer | null) => void;

export class RawConnection {
  readonly opened: Promise<boolean>;
  readonly #socket: Socket;
  #onAnswer: OnAnswer | null = null;
  #received: Buffer | null = null;
  #isOpen = true;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.opened = new Promise((resolve) => {
      this.#socket.once("connect", () => resolve(true));
      this.#socket.once("close", () => resolve(false));
    });
    this.#socket.on("error", () => undefined); // "close" follows and says it
    this.#socket.on("close", () => this.#closed());
    this.#socket.on("data", (part) => this.#data(part));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Only when the request before was answered. May be called before the connection is open. */
  send(request: Buffer, onAnswer: OnAnswer): void {
    if (!this.#isOpen) {
      onAnswer(0, null);
      return;
    }
    this.#onAnswer = onAnswer;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #data(part: Buffer): void {
    const data = this.#received === null ? part : Buffer.concat([this.#received, part]);
    const whole = wholeResponse(data);
    if (whole === null) {
      this.#received = data;
      return;
    }
    this.#received = null; // one request at a time: nothing follows the end
    this.#answer(whole.status, data.subarray(0, whole.end));
  }

  #closed(): void {
    this.#isOpen = false;
    this.#answer(0, null);
  }

  #answer(status: number, response: Buffer | null): void {
    const onAnswer = this.#onAnswer;
    this.#onAnswer = null;
    onAnswer?.(status, response);
  }
}

/**
 * Sends each request once over `connections`, the next one when the one before was answered. For CPU per request: how
 * long an answer took means nothing here. Returns how often each status came.
 */
export async function closedLoop(
  port: number,
  requests: readonly Buffer[],
  connections: number,
): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  let next = 0;
  const work = (connection: RawConnection): Promise<void> =>
    new Promise((resolve) => {
      const step = (): void => {
        const request = requests[next++];
        if (request === undefined || !connection.isOpen) {
          resolve();
          return;
        }
        connection.send(request, (status) => {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          step();
        });
      };
      step();
    });
  const opened = Array.from({ length: connections }, () => new RawConnection(port));
  await Promise.all(opened.map((connection) => connection.opened));
  await Promise.all(opened.map(work));
  for (const connection of opened) connection.close();
  return statuses;
}
