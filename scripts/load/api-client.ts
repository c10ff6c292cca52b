/** Calls the API as its clients do. No answer (refused, cut, timed out) is a value too: status 0. */
import { Agent, type IncomingHttpHeaders, request } from "node:http";

/** Longer than the longest the edge waits for anything (a calendar's deadline and its question). */
const ANSWER_MAX_MS = 20_000;

export interface CallOptions {
  readonly token?: string;
  readonly key?: string;
  readonly ifMatch?: string;
  readonly body?: unknown;
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

export class ApiClient {
  readonly #port: number;
  readonly #agent: Agent;

  /** @param connections how many requests may be under way at once */
  constructor(port: number, connections: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { token, key, ifMatch, body } = options;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
      ...(payload === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) }),
      ...options.headers,
    };
    return new Promise((resolve) => {
      const nobody = (): void => resolve({ status: 0, headers: {}, text: "" });
      const call = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          headers,
          agent: this.#agent,
          timeout: ANSWER_MAX_MS,
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", nobody);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(parts).toString("utf8"),
            }),
          );
        },
      );
      call.on("timeout", () => call.destroy());
      call.on("error", nobody);
      call.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
