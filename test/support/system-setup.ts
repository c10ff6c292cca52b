/**
 * The whole system as `npm start` runs it, for tests in a browser: its own folder, its own ports. Sets `OPENSLOT_URL`;
 * when that is set already, the system that it names is used.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PORT = 8867;
/** The first start builds the database's template and Vite's cache. */
const READY_MAX_MS = 120_000;

/** vitest globalSetup: returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.OPENSLOT_URL) return () => Promise.resolve();
  const dir = mkdtempSync(join(tmpdir(), "openslot-e2e-"));
  const child = spawn(process.execPath, ["scripts/dev.ts"], {
    env: {
      ...process.env,
      PORT: String(PORT),
      DB_PORT: String(PORT + 1),
      OPENSLOT_DIR: dir,
      SAMPLE_NETWORK: "small", // sooner there, and nobody has taken the times that a test looks for
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      output = (output + data.toString()).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://localhost:${PORT}`;
  const until = Date.now() + READY_MAX_MS;
  for (;;) {
    const ready = await fetch(`${url}/v1/health`).then(
      (r) => r.ok,
      () => false,
    ); // not listening yet is the usual case
    if (ready) break;
    if (Date.now() > until || child.exitCode !== null) {
      child.kill("SIGKILL");
      throw new Error(`the system did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  process.env.OPENSLOT_URL = url;
  process.env.OPENSLOT_DIR = dir; // where its issuer's key is
  return async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
}
