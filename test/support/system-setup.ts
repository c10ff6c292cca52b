/**
 * The whole system as `npm start` runs it, for tests in a browser: its own folder, its own ports, beside an identity provider of
 * clinics. Sets `OPENSLOT_URL`, `OPENSLOT_DB` (the database's door) and `OPENSLOT_PROVIDER` (what it says next). When
 * `OPENSLOT_URL` is set already, the system that it names is used; it was started with the provider's settings then.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startClinicProvider } from "./clinic-provider.ts";

const PORT = 8867;
const PROVIDER_PORT = PORT + 2;
const PROVIDER_CONTROL_PORT = PORT + 3;
/** The first start builds the database's template and Vite's cache. */
const READY_MAX_MS = 120_000;

/** vitest globalSetup: returns how to end it. */
export default async function setup(): Promise<() => Promise<void>> {
  const provider = await startClinicProvider(PROVIDER_PORT, PROVIDER_CONTROL_PORT);
  process.env.OPENSLOT_PROVIDER = provider.control;
  if (process.env.OPENSLOT_URL) return provider.stop;
  const dir = mkdtempSync(join(tmpdir(), "openslot-e2e-"));
  const child = spawn(process.execPath, ["scripts/dev.ts"], {
    env: {
      ...process.env,
      ...provider.settings,
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
      await provider.stop();
      throw new Error(`the system did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  process.env.OPENSLOT_URL = url;
  process.env.OPENSLOT_DIR = dir; // where its issuer's key is
  process.env.OPENSLOT_DB = `http://127.0.0.1:${PORT + 1}/sql`;
  return async () => {
    child.kill("SIGTERM");
    await ended;
    await provider.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
