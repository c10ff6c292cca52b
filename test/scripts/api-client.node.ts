/** The client of the load and fault tests: which losses it hides, and that it hides no other. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Answer, ApiClient, IDLE_CLOSE_MS } from "../../scripts/load/api-client.ts";

interface Rude {
  readonly api: ApiClient;
  /** As the server read them. */
  readonly read: string[];
  readonly bodies: string[];
  readonly close: () => void;
}

async function rudeServer(
  onRead: (response: ServerResponse, count: number, socket: Socket) => void,
): Promise<Rude> {
  const read: string[] = [];
  const bodies: string[] = [];
  const counts = new WeakMap<Socket, number>();
  const server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const count = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, count);
    read.push(`${request.method} ${request.url}`);
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      bodies.push(body);
      onRead(response, count, request.socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api = new ApiClient((server.address() as AddressInfo).port, 1);
  const close = (): void => {
    api.close();
    server.closeAllConnections();
    server.close();
  };
  return { api, read, bodies, close };
}

/** The second request on a connection finds it closed, as one does that crosses the server's own closing. */
const hangsUpOnSecond = (response: ServerResponse, count: number, socket: Socket): void => {
  if (count > 1) socket.destroy();
  else response.end("answered");
};

let rude: Rude;
afterEach(() => {
  rude.close();
  vi.restoreAllMocks();
});

/** Two requests on one connection; between them the clock goes on by so much. */
async function onceIdle(idleMs: number, call: () => Promise<Answer>): Promise<Answer> {
  expect((await rude.api.call("GET", "/first")).status).toBe(200);
  const now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => now + idleMs);
  return call();
}

describe("the client of the load", () => {
  it("sends again what met a connection closed for being idle, under the same key", async () => {
    rude = await rudeServer(hangsUpOnSecond);
    const answer = await onceIdle(IDLE_CLOSE_MS, () =>
      rude.api.call("POST", "/book", { key: "k", body: {} }),
    );
    expect(answer).toMatchObject({ status: 200, text: "answered" });
    expect(rude.read).toEqual(["GET /first", "POST /book", "POST /book"]);
  });

  it("does not send twice what could be done twice", async () => {
    rude = await rudeServer(hangsUpOnSecond);
    const answer = await onceIdle(IDLE_CLOSE_MS, () => rude.api.call("POST", "/book", { body: {} }));
    expect(answer.status).toBe(0);
    expect(rude.read).toEqual(["GET /first", "POST /book"]);
  });

  it("sends twice what nobody minds twice, with the body as it was given", async () => {
    rude = await rudeServer(hangsUpOnSecond);
    const answer = await onceIdle(IDLE_CLOSE_MS, () =>
      rude.api.call("POST", "/book", { raw: "a=1", isRepeatable: true }),
    );
    expect(answer).toMatchObject({ status: 200, text: "answered" });
    expect(rude.read).toEqual(["GET /first", "POST /book", "POST /book"]);
    expect(rude.bodies).toEqual(["", "a=1", "a=1"]);
  });

  it("tells of a connection that breaks under way: a server that died is not one that was idle", async () => {
    rude = await rudeServer(hangsUpOnSecond);
    const answer = await onceIdle(IDLE_CLOSE_MS - 1_000, () => rude.api.call("POST", "/book", { key: "k" }));
    expect(answer.status).toBe(0);
    expect(rude.read).toEqual(["GET /first", "POST /book"]);
  });

  it("sends again once and not for ever", async () => {
    rude = await rudeServer((response, _, socket) => {
      if (rude.read.length > 1) socket.destroy();
      else response.end("answered");
    });
    const answer = await onceIdle(IDLE_CLOSE_MS, () => rude.api.call("GET", "/book"));
    expect(answer.status).toBe(0);
    expect(rude.read).toEqual(["GET /first", "GET /book", "GET /book"]);
  });

  it("an answer that broke off is nobody's answer, and is not asked for again", async () => {
    rude = await rudeServer((response, count, socket) => {
      if (count === 1) return response.end("answered");
      response.writeHead(200, { "content-length": "100" });
      return response.write("half of", () => socket.destroy());
    });
    const answer = await onceIdle(IDLE_CLOSE_MS, () => rude.api.call("GET", "/book"));
    expect(answer.status).toBe(0);
    expect(rude.read).toEqual(["GET /first", "GET /book"]);
  });
});
