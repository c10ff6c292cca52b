/** A live socket that comes back by itself: with jitter, so that a deploy is not answered by everybody at once. */
import ReconnectingWebSocket from "partysocket/ws";
import { SECOND_MS } from "../../core/time.ts";

/** Answered by the runtime without waking the object; keeps proxies from closing a quiet connection. */
const PING_EVERY_MS = 20 * SECOND_MS;
/** Two pings without any answer: the connection is dead although nobody closed it (a phone that changed networks). */
const SILENT_MAX_MS = 45 * SECOND_MS;
const RETRY_MIN_MS = 500;
const RETRY_SPREAD_MS = 2_000;
const RETRY_MAX_MS = 30 * SECOND_MS;

export interface LiveSocketPorts {
  /** Path and query on this host; asked for again on every try, because a ticket is good once. */
  readonly path: () => Promise<string>;
  readonly onOpen: (again: boolean) => void;
  readonly onText: (text: string) => void;
  readonly onLost: () => void;
}

const socketUrl = (path: string): string => {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
};

/** What is sent while the socket is down is dropped: it would be out of date when it is up again. */
export function openLiveSocket(ports: LiveSocketPorts): { readonly send: (text: string) => void } {
  const socket = new ReconnectingWebSocket(async () => socketUrl(await ports.path()), [], {
    minReconnectionDelay: RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS,
    maxReconnectionDelay: RETRY_MAX_MS,
    maxEnqueuedMessages: 0,
  });
  let heardAt = Date.now();
  let opened = false;
  socket.addEventListener("open", () => {
    heardAt = Date.now();
    ports.onOpen(opened);
    opened = true;
  });
  socket.addEventListener("message", ({ data }: { data: unknown }) => {
    heardAt = Date.now();
    if (typeof data === "string") ports.onText(data);
  });
  socket.addEventListener("close", () => ports.onLost());
  setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (Date.now() - heardAt > SILENT_MAX_MS) socket.reconnect();
    else socket.send("ping");
  }, PING_EVERY_MS);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
  };
}
