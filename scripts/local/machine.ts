/** What a local run needs of the machine: free ports and some disk. */
import { statfsSync } from "node:fs";
import { createServer } from "node:net";
import { StartError } from "./start-error.ts";

export const DEFAULT_PORT = 8787;
const PORT_MAX = 65_535;
/** The seeded database, its template and the Workers' state take 1 GB when all appointments are in; the rest is room to work in. */
const DISK_FREE_MIN_BYTES = 1536 * 1024 * 1024;

function parsePort(name: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= PORT_MAX) return port;
  throw new StartError(`${name} must be a port number from 1 to ${PORT_MAX}.`);
}

export interface Ports {
  readonly http: number;
  readonly db: number;
}

/** `PORT` (8787) for the Workers, `DB_PORT` (the next one) for the database's HTTP door. Throws StartError. */
export function readPorts(env: Readonly<Record<string, string | undefined>>): Ports {
  const http = parsePort("PORT", env.PORT ?? String(DEFAULT_PORT));
  return { http, db: parsePort("DB_PORT", env.DB_PORT ?? String(http + 1)) };
}

/** What a generator takes: below 2^32. */
const SEED_MAX = 2 ** 32 - 1;

/** `--seed N`: another sample network; null = the usual one. Throws StartError, also for any other flag. */
export function readSeed(args: readonly string[]): number | null {
  if (args.length === 0) return null;
  const text = /^--seed[ =](\d+)$/.exec(args.join(" "))?.[1];
  const seed = Number(text ?? Number.NaN);
  if (seed <= SEED_MAX) return seed;
  throw new StartError(`The only flag is --seed, with a whole number from 0 to ${SEED_MAX}.`);
}

/** Both loopback addresses: `localhost` may mean either, and the dev server listens on one. */
const LOOPBACKS = ["127.0.0.1", "::1"];

function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")
        resolve(true); // no IPv6 here
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Throws StartError if anything listens there. `variable` is how to choose another. */
export async function requireFreePort(port: number, variable: "PORT" | "DB_PORT"): Promise<void> {
  const free = await Promise.all(LOOPBACKS.map((host) => isFree(host, port)));
  if (free.every(Boolean)) return;
  throw new StartError(
    `Port ${port} is already in use. Choose another: ${variable}=${port + 1000} npm start`,
  );
}

/** Throws StartError. */
export function requireDisk(path: string): void {
  const { bavail, bsize } = statfsSync(path);
  const freeBytes = bavail * bsize;
  if (freeBytes >= DISK_FREE_MIN_BYTES) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1024 ** 2);
  throw new StartError(
    `Only ${megabytes(freeBytes)} MB of disk are free here; Openslot needs ${megabytes(DISK_FREE_MIN_BYTES)} MB to run.`,
  );
}
