/** The embedded Postgres in a directory, as `npm start` opens it. Crash safety itself is PGlite's. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LockedError } from "../../scripts/local/lock-file.ts";
import { lockOf, openPglite, readyMarkOf } from "../../scripts/local/postgres.ts";
import { SMALL_SAMPLE } from "../../scripts/local/sample.ts";
import { loadTemplate, templateKey } from "../../scripts/local/template.ts";

let root: string;
let dir: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "openslot-pg-"));
  dir = join(root, "pg");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const providersIn = async (postgres: Awaited<ReturnType<typeof openPglite>>) =>
  (await postgres.pool.query("SELECT count(*) AS n FROM provider")).rows[0].n;

describe("embedded Postgres", () => {
  it("[U3] is filled on first use, belongs to one process, and keeps what was written", async () => {
    const first = await openPglite(dir);
    expect(await providersIn(first)).toBe("2000");
    await first.pool.query("UPDATE clinic SET name = 'Renamed'");
    await expect(openPglite(dir)).rejects.toThrow(LockedError);
    await first.close();
    await first.close();
    expect(existsSync(lockOf(dir))).toBe(false);

    const second = await openPglite(dir);
    expect((await second.pool.query("SELECT DISTINCT name FROM clinic")).rows).toEqual([{ name: "Renamed" }]);
    await second.close();
  });

  it("[U3] is filled anew when the first filling was cut short, or when somebody deleted the directory", async () => {
    for (const loss of [readyMarkOf(dir), dir]) {
      rmSync(loss, { recursive: true });
      const postgres = await openPglite(dir);
      expect(await providersIn(postgres)).toBe("2000");
      expect(
        (await postgres.pool.query("SELECT count(*) AS n FROM clinic WHERE name = 'Renamed'")).rows,
      ).toEqual([{ n: "0" }]);
      await postgres.close();
    }
  });

  it("[U3] that cannot be opened is a sentence with what to do, and leaves no lock behind", async () => {
    writeFileSync(join(dir, "global", "pg_control"), "damaged");
    await expect(openPglite(dir)).rejects.toThrow('"npm run reset" deletes it and starts with a new one.');
    expect(existsSync(lockOf(dir))).toBe(false);
  });

  it("[U3] comes from a template that is built once for its sources", async () => {
    expect(templateKey()).toBe(templateKey());
    const busy = { today: "2026-11-25", idKeys: "{}", textKeys: "{}" };
    const samples = [
      { busy },
      { busy: { ...busy, today: "2026-11-26" } },
      { busy: { ...busy, idKeys: "[]" } },
      { busy: { ...busy, textKeys: "[]" } },
    ];
    const keys = [SMALL_SAMPLE, ...samples.map((one) => ({ seed: 7, ...one }))].map(templateKey);
    expect(new Set([...keys, templateKey({ seed: 8, busy })]).size).toBe(6);
    expect((await loadTemplate()).size).toBeGreaterThan(1_000_000);
  });
});
