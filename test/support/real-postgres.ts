/**
 * A throwaway PostgreSQL server for tests that PGlite cannot stand in for. Found through `PG_BIN`, or where Debian puts
 * it; a machine without one fails the tests with a sentence, so that nobody believes they ran.
 */
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** Nothing in it outlives the run, so nothing is flushed. */
const FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";
const DEBIAN = "/usr/lib/postgresql";
const VERSION_MIN = 15;

export interface RealPostgres {
  readonly databaseUrl: string;
  readonly stop: () => void;
}

function findBinaries(): string {
  if (process.env.PG_BIN) return process.env.PG_BIN;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number).filter(Number.isInteger) : [];
  const newest = Math.max(0, ...versions);
  const bin = join(DEBIAN, String(newest), "bin");
  if (newest >= VERSION_MIN && existsSync(join(bin, "initdb"))) return bin;
  throw new Error(
    `These tests need PostgreSQL ${VERSION_MIN} or newer: set PG_BIN to the directory of initdb and pg_ctl.`,
  );
}

/** Postgres refuses to run as root: as root, everything is done as the user `postgres`. */
function runner(): {
  run: (program: string, args: readonly string[]) => void;
  owner: { uid: number; gid: number } | null;
} {
  const options: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "pipe"], cwd: tmpdir() };
  if (process.getuid?.() !== 0)
    return { run: (program, args) => void execFileSync(program, args, options), owner: null };
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  const drop = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
  return {
    run: (program, args) => void execFileSync("setpriv", [...drop, program, ...args], options),
    owner: { uid: idOf("-u"), gid: idOf("-g") },
  };
}

/** A second or two. `stop` ends it and deletes its files. */
export async function startRealPostgres(): Promise<RealPostgres> {
  const bin = findBinaries();
  const { run, owner } = runner();
  const dir = mkdtempSync(join(tmpdir(), "openslot-postgres-"));
  if (owner) chownSync(dir, owner.uid, owner.gid);
  const [data, password, passwordFile] = [
    join(dir, "data"),
    randomBytes(18).toString("hex"),
    join(dir, "password"),
  ];
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) chownSync(passwordFile, owner.uid, owner.gid);
  const port = await freePort();
  run(join(bin, "initdb"), [
    ...["-D", data, "-U", "postgres", "--auth=password", `--pwfile=${passwordFile}`],
    ...["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
  ]);
  const settings = `-p ${port} -k ${dir} -c listen_addresses=127.0.0.1 ${FAST}`;
  run(join(bin, "pg_ctl"), ["-D", data, "-w", "-s", "-l", join(dir, "log"), "-o", settings, "start"]);
  return {
    databaseUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => {
      run(join(bin, "pg_ctl"), ["-D", data, "-w", "-s", "-m", "immediate", "stop"]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
