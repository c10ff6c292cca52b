/** How a local run begins and ends: its sentences, its order of closing, its exit codes. Not the Workers themselves. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPorts, readSeed, requireFreePort } from "../../scripts/local/machine.ts";

const SCRIPTS = join(import.meta.dirname, "../../scripts");

/** A process with two parts to close, and a foreign handler that would end it at once. */
function closingProcess(more: string) {
  const code = `
    import { Closing } from ${JSON.stringify(join(SCRIPTS, "local/closing.ts"))};
    import { StartError } from ${JSON.stringify(join(SCRIPTS, "local/start-error.ts"))};
    const closing = new Closing();
    closing.listen();
    closing.add("database", () => console.log("database"));
    closing.add("server", async () => { await new Promise((r) => setTimeout(r, 50)); console.log("server"); });
    process.on("SIGTERM", () => process.exit(77));
    setInterval(() => {}, 1000);
    ${more}
    console.log("up");`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "pipe"] });
}

async function outcome(child: ReturnType<typeof closingProcess>, signals: readonly NodeJS.Signals[] = []) {
  let [out, err] = ["", ""];
  child.stderr.on("data", (data) => {
    err += data;
  });
  child.stdout.on("data", (data) => {
    out += data;
    if (String(data).includes("up")) for (const signal of signals) child.kill(signal);
  });
  const [code] = await once(child, "close");
  return { code, out, err };
}

describe("ports", () => {
  it("[U13] are PORT and the one after it, unless DB_PORT says otherwise", () => {
    expect(readPorts({})).toEqual({ http: 8787, db: 8788 });
    expect(readPorts({ PORT: "9000" })).toEqual({ http: 9000, db: 9001 });
    expect(readPorts({ PORT: "9000", DB_PORT: "7000" })).toEqual({ http: 9000, db: 7000 });
    for (const PORT of ["0", "65536", "x", "80.5", ""])
      expect(() => readPorts({ PORT })).toThrow("PORT must be");
  });

  it("[U13] that are taken stop the start with a sentence and nothing started", async () => {
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      const { port } = server.address() as { port: number };
      const sentence = `Port ${port} is already in use. Choose another: PORT=${port + 1000} npm start`;
      await expect(requireFreePort(port, "PORT")).rejects.toThrow(sentence);
      const env = { ...process.env, PORT: String(port), DB_PORT: "1" };
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(SCRIPTS, "dev.ts")], {
        env,
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: "", stderr: `${sentence}\n` });
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe("the seed", () => {
  it("[U9] is --seed with a whole number; every other flag is one sentence", () => {
    expect(readSeed([])).toBeNull();
    expect(readSeed(["--seed", "7"])).toBe(7);
    expect(readSeed(["--seed=7"])).toBe(7);
    for (const args of [
      ["--seed"],
      ["--seed", "x"],
      ["--seed", "4294967296"],
      ["--sed", "7"],
      ["--seed=7", "8"],
    ])
      expect(() => readSeed(args), args.join(" ")).toThrow("The only flag is --seed");
  });
});

describe("closing", () => {
  it("[U14] a signal closes the last opened first and exits 0; nobody else's handler comes before", async () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      expect(await outcome(closingProcess(""), [signal])).toEqual({
        code: 0,
        out: "up\nserver\ndatabase\n",
        err: "",
      });
    }
  });

  it("[U14] one Ctrl-C that arrives twice is one", async () => {
    expect((await outcome(closingProcess(""), ["SIGINT", "SIGINT"])).code).toBe(0);
  });

  it("[U14] a second Ctrl-C ends a closing that hangs", async () => {
    const child = closingProcess('closing.add("stuck", () => new Promise(() => {}));');
    const ended = outcome(child, ["SIGINT"]);
    setTimeout(() => child.kill("SIGINT"), 1_500);
    expect(await ended).toEqual({ code: 1, out: "up\n", err: "" });
  });

  it("[U15] an error closes everything and exits 1: a sentence if it is one, else with its stack", async () => {
    const sentence = await outcome(
      closingProcess('setTimeout(() => { throw new StartError("No room."); }, 20);'),
    );
    expect(sentence).toEqual({ code: 1, out: "up\nserver\ndatabase\n", err: "No room.\n" });
    const bug = await outcome(
      closingProcess('setTimeout(() => Promise.reject(new TypeError("a bug")), 20);'),
    );
    expect([bug.code, bug.out]).toEqual([1, "up\nserver\ndatabase\n"]);
    expect(bug.err).toMatch(/TypeError: a bug\n +at /);
  });

  it("[U15] a part that cannot close does not keep the others open", async () => {
    const child = closingProcess('closing.add("gateway", () => { throw new Error("broken"); });');
    expect(await outcome(child, ["SIGTERM"])).toEqual({
      code: 1,
      out: "up\nserver\ndatabase\n",
      err: "gateway did not close: broken\n",
    });
  });
});
