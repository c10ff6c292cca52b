/** Calls the API as its clients do. No answer (refused, cut, timed out) is a value too: status 0. */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { Socket } from "node:net";

/** Longer than the longest the edge waits for anything (a calendar's deadline and its question). */
const ANSWER_MAX_MS = 20_000;
/**
 * workerd closes a connection that has been idle for five seconds, and whatever is written to it then is lost. When it
 * began to count is not known here, but not before the request before was sent; the last second is for a request that
 * lies there unread while the server is busy. What breaks sooner was not closed for being idle.
 */
export const IDLE_CLOSE_MS = 4_000;

export interface CallOptions {
  readonly token?: string;
  readonly key?: string;
  readonly ifMatch?: string;
  readonly body?: unknown;
  /** A body that goes out as it is; its content type is among the headers. */
  readonly raw?: string | undefined;
  /** Nobody minds if it is done twice: it goes out once more like one that can do nothing twice. */
  readonly isRepeatable?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A parsed JSON body: what the contract says is checked by whoever reads it. */
export type Json = { readonly [member: string]: Json } & string & number & readonly Json[];

export interface Answer {
  /** 0: nobody answered. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | undefined;
  readonly isRepeatable: boolean;
}

const NOBODY: Answer = { status: 0, headers: {}, text: "" };

function messageOf(method: string, path: string, options: CallOptions): Message {
  const { token, key, ifMatch, body, raw } = options;
  const payload = body === undefined ? raw : JSON.stringify(body);
  const headers: Record<string, string> = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { "idempotency-key": key }),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
    ...(payload === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) }),
    ...options.headers,
  };
  /** Sending it twice does nothing twice. */
  const isHarmless = method === "GET" || headers["idempotency-key"] !== undefined;
  return { method, path, headers, payload, isRepeatable: options.isRepeatable ?? isHarmless };
}

export class ApiClient {
  readonly #port: number;
  readonly #answerMaxMs: number;
  readonly #agent: Agent;
  /** When the last request went out, by connection. */
  readonly #lastSent = new WeakMap<Socket, number>();

  /**
   * @param connections how many requests may be under way at once
   * @param answerMaxMs longer for whoever asks for more than the machine can do at once, and does not measure
   */
  constructor(port: number, connections: number, answerMaxMs = ANSWER_MAX_MS) {
    this.#port = port;
    this.#answerMaxMs = answerMaxMs;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /**
   * A request that met a connection closed for being idle goes out once more on a new one, as every HTTP client does it,
   * if that cannot do anything twice. Any other loss is told: it is what a test wants to know.
   */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const message = messageOf(method, path, options);
    const answer = await this.#send(message, this.#agent);
    if (answer !== null) return answer;
    return (message.isRepeatable ? await this.#send(message, false) : null) ?? NOBODY;
  }

  /** null: the connection was an old one that had been closed for being idle. */
  #send({ method, path, headers, payload }: Message, agent: Agent | false): Promise<Answer | null> {
    return new Promise((resolve) => {
      let hadBeenIdle = false;
      const call = request(
        { host: "127.0.0.1", port: this.#port, method, path, headers, agent, timeout: this.#answerMaxMs },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", () => resolve(NOBODY));
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(parts).toString("utf8"),
            }),
          );
        },
      );
      call.on("socket", (socket) => {
        const now = performance.now();
        hadBeenIdle = now - (this.#lastSent.get(socket) ?? now) >= IDLE_CLOSE_MS;
        this.#lastSent.set(socket, now);
      });
      call.on("timeout", () => {
        resolve(NOBODY);
        call.destroy();
      });
      call.on("error", () => resolve(hadBeenIdle ? null : NOBODY));
      call.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
