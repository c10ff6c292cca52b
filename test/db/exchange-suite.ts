/** Proves what an import leaves in the database. Runs on PGlite and, with 50,000 rows, on a real server. */
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportKind } from "../../core/exchange/kinds.ts";
import type { ImportLine, ImportReport } from "../../core/exchange/report.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import type { EdgeSettings } from "../../workers/config.ts";
import { readFile } from "../../workers/edge/exchange/import-file.ts";
import { runImport } from "../../workers/edge/exchange/run-import.ts";
import { ANY_DATABASE_URL, type DatabaseUnderTest } from "./database-under-test.ts";

const SYSTEM = "suite";
const NOW = Date.UTC(2026, 10, 25);

/** @param manyRows patients in the large file */
export function exchangeSuite(use: () => DatabaseUnderTest, manyRows: number): void {
  const db = () => use().db;
  // The import needs the door only; the other settings are the edge's.
  const settings = () =>
    ({ DATABASE_URL: ANY_DATABASE_URL, NEON_FETCH_ENDPOINT: use().endpoint }) as unknown as EdgeSettings;
  let clinics: readonly string[];

  beforeAll(async () => {
    clinics = (await loadDirectory(db())).clinics.map(({ id }) => id);
  });
  afterAll(async () => {
    await db().execute(sql`DELETE FROM patient WHERE id IN (
      SELECT id FROM external_id WHERE kind = 'patient' AND system = ${SYSTEM})`);
    await db().execute(sql`DELETE FROM external_id WHERE system = ${SYSTEM}`);
  });

  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  async function bring(
    kind: ImportKind,
    file: string,
    apply: boolean,
    system = SYSTEM,
  ): Promise<{ report: ImportReport; lines: ImportLine[] }> {
    const { rows, problems } = readFile(kind, "csv", bytes(file), NOW);
    expect(problems.named).toEqual([]);
    const lines: ImportLine[] = [];
    for await (const line of runImport(settings(), { kind, rows, apply, system }, NOW)) lines.push(line);
    return { report: (lines.at(-1) as { report: ImportReport }).report, lines };
  }

  /** Which version of which row stands where: any write to the table changes it, also one of the same values. */
  const stateOf = async (table: string): Promise<unknown> => {
    const { rows } = await db().execute(sql`
      SELECT count(*) AS rows, sum(hashtext(t::text || t.ctid::text || t.xmin::text)::bigint) AS state
      FROM ${sql.identifier(table)} t`);
    return rows;
  };
  const states = () => Promise.all(["patient", "external_id", "directory_change", "provider"].map(stateOf));

  const HEADER = "id,displayName,birthDate,email,phone,homeLocationId,preferredLanguage,accessNeeds";
  const patientsFile = (count: number, more: (n: number) => string = () => ""): string =>
    [
      HEADER,
      ...Array.from(
        { length: count },
        (_, n) =>
          `MRN-${n},"García, Person ${n}${more(n)}",19${10 + (n % 80)}-0${1 + (n % 9)}-1${n % 9},p${n}@example.com,+1312555${String(n % 10_000).padStart(4, "0")},${clinics[n % clinics.length]},es,wheelchair|step-free`,
      ),
    ].join("\r\n");

  const only = async (query: SQL) => (await db().execute<Record<string, unknown>>(query)).rows;

  describe("an import", () => {
    it(`[IE3] [IE9] of ${manyRows} patients: made once, and the second time nothing is written`, async () => {
      const file = patientsFile(manyRows);
      const took = async (apply: boolean) => {
        const startedAt = Date.now();
        const { report, lines } = await bring("patients", file, apply);
        return { report, lines, ms: Date.now() - startedAt };
      };
      const before = await states();
      const dry = await took(false);
      expect(dry.report).toMatchObject({ applied: false, created: manyRows, problemCount: 0 });
      expect(await states()).toEqual(before);
      const first = await took(true);
      expect(first.report).toMatchObject({ applied: true, created: manyRows, changed: 0, complete: true });
      expect(first.lines.length).toBe(Math.ceil(manyRows / 1_000) + 2);
      const made = await states();
      expect(made).not.toEqual(before);
      const second = await took(true);
      expect(second.report).toMatchObject({ created: 0, changed: 0, unchanged: manyRows });
      expect(await states()).toEqual(made);
      console.log(
        `${manyRows} patients (${file.length} bytes): dry run ${dry.ms} ms, first ${first.ms} ms, second ${second.ms} ms`,
      );
      const third = await bring(
        "patients",
        patientsFile(manyRows, (n) => (n % 1_000 === 0 ? " Jr." : "")),
        true,
      );
      expect(third.report).toMatchObject({ created: 0, changed: manyRows / 1_000 });
    });

    it("[IE3] leaves alone what was changed here since, and what the file has no column for", async () => {
      const one = "id,displayName,birthDate,email,homeLocationId\n";
      const row = (name: string) => `${one}here-1,${name},1980-01-01,a@example.com,${clinics[0]}`;
      await bring("patients", row("Ann One"), true);
      const id = (await only(sql`SELECT id FROM external_id WHERE value = 'here-1'`))[0]?.id;
      await db().execute(
        sql`UPDATE patient SET phone = '+13125550199', email = 'b@example.com' WHERE id = ${id}`,
      );
      expect((await bring("patients", row("Ann One"), true)).report).toMatchObject({ unchanged: 1 });
      const there = () => only(sql`SELECT display_name, email, phone, version FROM patient WHERE id = ${id}`);
      expect(await there()).toEqual([
        { display_name: "Ann One", email: "b@example.com", phone: "+13125550199", version: 1 },
      ]);
      expect((await bring("patients", row("Ann Two"), true)).report).toMatchObject({ changed: 1 });
      expect(await there()).toEqual([
        { display_name: "Ann Two", email: "a@example.com", phone: "+13125550199", version: 2 },
      ]);
    });

    it("[IE4] finds a row by our own id, and one of another system by that system only", async () => {
      const mine = (await only(sql`SELECT id, display_name FROM patient ORDER BY id LIMIT 1`))[0];
      const file = (id: unknown, name: unknown) =>
        `id,displayName,birthDate,homeLocationId\n${id},${name},1980-01-01,${clinics[0]}`;
      const dry = (id: unknown, name: unknown, system = SYSTEM) =>
        bring("patients", file(id, name), false, system).then(({ report }) => report);
      expect(await dry(mine?.id, "Another Name")).toMatchObject({ created: 0, changed: 1 });
      expect(await dry("MRN-1", "Another Name")).toMatchObject({ created: 0, changed: 1 });
      expect(await dry("MRN-1", "Another Name", "elsewhere")).toMatchObject({ created: 1, changed: 0 });
    });
  });
}
