/**
 * Postgres and its HTTP door in a process of their own, so that their CPU is neither the generator's nor workerd's, and
 * so that they can go away: forked by database.ts, ends with its parent.
 */
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { type Shim, startShim } from "../local/neon-shim.ts";
import { type LocalPostgres, openPglite, openServer } from "../local/postgres.ts";
import type { Absence, DatabaseOrder, DatabaseReport } from "./database.ts";

/** As on a laptop (scripts/local/database.ts). */
const SERVER_POOL_SIZE = 16;

let postgres: LocalPostgres;
let shim: Shim | null = null;
let standIn: Server | null = null;
const standInSockets = new Set<Socket>();
let port = 0;

const report = (message: DatabaseReport): void => void process.send?.(message);

async function open(): Promise<void> {
  shim = await startShim({ port, poolFor: () => postgres.pool });
  port = shim.port;
}

async function listen(server: Server): Promise<void> {
  server.on("connection", (socket) => {
    standInSockets.add(socket);
    socket.on("error", () => undefined); // the peer gave up, which is what we are here for
    socket.on("close", () => standInSockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  standIn = server;
}

async function goAway(how: Absence): Promise<void> {
  await shim?.close();
  shim = null;
  switch (how) {
    case "refusing":
      return; // nobody listens
    case "failing":
      return listen(createHttpServer((_, response) => response.writeHead(503).end("away")));
    case "silent":
      return listen(createTcpServer());
  }
}

async function comeBack(): Promise<void> {
  const gone = standIn;
  standIn = null;
  if (gone) {
    await new Promise<void>((resolve) => {
      gone.close(() => resolve());
      for (const socket of standInSockets) socket.destroy();
    });
  }
  await open();
}

async function obey(order: DatabaseOrder): Promise<void> {
  if (order.kind === "away") await goAway(order.how);
  else await comeBack();
  report({ kind: "done" });
}

process.on("disconnect", () => process.exit(0)); // nothing of ours is worth keeping
process.on("message", (order: DatabaseOrder) => {
  obey(order).catch((error: Error) => report({ kind: "failed", message: error.message }));
});

const url = process.env.DATABASE_URL;
postgres = url === undefined ? await openPglite(null) : await openServer(url, SERVER_POOL_SIZE);
await open();
report({ kind: "ready", port });
