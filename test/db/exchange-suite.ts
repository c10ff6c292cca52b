/** Proves what an import leaves in the database. Runs on PGlite and, with 50,000 rows, on a real server. */
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Provider } from "../../core/directory/directory.ts";
import { EXPORT_KINDS, type ExportKind, type ImportKind } from "../../core/exchange/kinds.ts";
import type { ImportLine, ImportReport } from "../../core/exchange/report.ts";
import { EXPORT_COLUMNS } from "../../core/exchange/write-rows.ts";
import type { LocationId, PatientId, ProviderId } from "../../core/ids.ts";
import { spellInZone } from "../../core/schedule/clinic-time.ts";
import { instant } from "../../core/time.ts";
import { deletePatient } from "../../db/directory/patient-deletion.ts";
import { mergePatient } from "../../db/directory/people-writes.ts";
import { exportRows } from "../../db/exchange/export-rows.ts";
import { visitsAt } from "../../db/queries/day-list.ts";
import { findPatientRecord } from "../../db/queries/find-patient-record.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import type { EdgeSettings } from "../../workers/config.ts";
import { type ExportOrder, exportStream } from "../../workers/edge/exchange/export-stream.ts";
import { readFile } from "../../workers/edge/exchange/import-file.ts";
import { runImport, type Telling } from "../../workers/edge/exchange/run-import.ts";
import { ANY_DATABASE_URL, type DatabaseUnderTest } from "./database-under-test.ts";

const SYSTEM = "suite";
const NOW = Date.UTC(2026, 10, 25);
const nobody: Telling = { ring: () => {}, publish: async () => {} };

/** @param manyRows patients in the large file */
export function exchangeSuite(use: () => DatabaseUnderTest, manyRows: number): void {
  const db = () => use().db;
  // The import needs the door and the keys of ids; the other settings are the edge's.
  const settings = () =>
    ({
      DATABASE_URL: ANY_DATABASE_URL,
      NEON_FETCH_ENDPOINT: use().endpoint,
      ID_KEYS: [["0", "a-secret-of-this-suite-only"]],
      TEXT_KEYS: [["0", "another-secret-of-this-suite-only-of-43-characters"]],
    }) as unknown as EdgeSettings;
  let clinics: readonly string[];

  beforeAll(async () => {
    clinics = (await loadDirectory(db())).clinics.map(({ id }) => id);
  });
  afterAll(async () => {
    await db().execute(sql`DELETE FROM incoming_appointment`);
    await db().execute(sql`DELETE FROM appointment WHERE source = 'import'`);
    const mine = sql`(SELECT id FROM external_id WHERE kind = 'provider' AND system = ${SYSTEM})`;
    for (const table of ["provider_site", "provider_visit_type"])
      await db().execute(sql`DELETE FROM ${sql.identifier(table)} WHERE provider_id IN ${mine}`);
    await db().execute(sql`DELETE FROM provider WHERE id IN ${mine}`);
    await db().execute(sql`DELETE FROM directory_change`);
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
    for await (const line of runImport(settings(), { kind, rows, apply, system }, NOW, nobody))
      lines.push(line);
    return { report: (lines.at(-1) as { report: ImportReport }).report, lines };
  }

  /** Which version of which row stands where: any write to the table changes it, also one of the same values. */
  const stateOf = async (table: string): Promise<unknown> => {
    const { rows } = await db().execute(sql`
      SELECT count(*) AS rows, sum(hashtext(t::text || t.ctid::text || t.xmin::text)::bigint) AS state
      FROM ${sql.identifier(table)} t`);
    return rows;
  };
  const TABLES = [
    "incoming_appointment",
    "appointment",
    "patient",
    "provider",
    "provider_site",
    "provider_visit_type",
    "term",
    "directory_change",
  ];
  const states = () => Promise.all([...TABLES, "external_id"].map(stateOf));

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

    it("[IE3] remembers what a file gave also where it stood already: what staff change then stays", async () => {
      const file = (name: string) =>
        `id,displayName,birthDate,homeLocationId\nhere-2,${name},1980-01-01,${clinics[0]}`;
      const sets = (name: string) =>
        db().execute(sql`UPDATE patient SET display_name = ${name}, search_text = lower(${name}) WHERE id = (
          SELECT id FROM external_id WHERE value = 'here-2' AND system = ${SYSTEM})`);
      await bring("patients", file("One"), true);
      await sets("Two");
      expect((await bring("patients", file("Two"), true)).report).toMatchObject({ unchanged: 1 });
      await sets("Three");
      const before = await states();
      expect((await bring("patients", file("Two"), true)).report).toMatchObject({ unchanged: 1 });
      expect(await states()).toEqual(before);
    });

    it("[IE3] a schedule that was made here, then imported, then changed here is left alone by the same file", async () => {
      const [provider] = (await loadDirectory(db())).providers;
      const [id, place] = [provider?.id, provider?.locationIds[0]];
      const site = sql`provider_site WHERE provider_id = ${id} AND location_id = ${place}`;
      const hours = async () => JSON.stringify((await only(sql`SELECT hours FROM ${site}`))[0]?.hours);
      const sets = (text: string) =>
        db().execute(sql`UPDATE provider_site SET hours = ${text}::jsonb
          WHERE provider_id = ${id} AND location_id = ${place}`);
      const original = await hours();
      const file = `id,providerId,locationId,hours\nHERE-S,${id},${place},sun 09:00-10:00`;
      expect((await bring("schedules", file, true)).report).toMatchObject({ changed: 1 });
      await sets(original);
      const before = await states();
      expect((await bring("schedules", file, true)).report).toMatchObject({ unchanged: 1 });
      expect(await states()).toEqual(before);
      expect(await hours()).toBe(original);
      await db().execute(sql`DELETE FROM directory_change`);
    });

    it("[IE3] who has left stays so where a file does not say, and keeps the moment where it says so again", async () => {
      const rows = (active: string) =>
        `id,displayName,birthDate,homeLocationId,active\ngone,Gone,1980-01-01,${clinics[0]},${active}`;
      await bring("patients", rows("false"), true);
      const mine = sql`patient WHERE id = (SELECT id FROM external_id WHERE value = 'gone' AND system = ${SYSTEM})`;
      const left = async () => (await only(sql`SELECT deactivated_at FROM ${mine}`))[0]?.deactivated_at;
      const since = await left();
      expect(since).not.toBeNull();
      await bring("patients", rows("false").replace("Gone", "Gone Again"), true);
      expect(await left()).toEqual(since);
      const { rows: read } = readFile(
        "patients",
        "csv",
        bytes(rows("true").replace("Gone", "Once More")),
        NOW,
      );
      const unsaid = read.map((row) => ({ ...row, values: { ...row.values, active: null } }));
      const order = { kind: "patients", rows: unsaid, apply: true, system: SYSTEM } as const;
      for await (const line of runImport(settings(), order, NOW, nobody))
        if ("report" in line) expect(line.report).toMatchObject({ changed: 1 });
      expect(await left()).toEqual(since);
      await bring("patients", rows("true"), true);
      expect(await left()).toBeNull();
    });

    it("[IE9] that broke off is sent again, and goes on where it was", async () => {
      const file = patientsFile(2_500, () => " the Second").replaceAll("MRN-", "BREAK-");
      const { rows } = readFile("patients", "csv", bytes(file), NOW);
      const order = { kind: "patients", rows, apply: true, system: SYSTEM } as const;
      for await (const line of runImport(settings(), order, NOW, nobody))
        if ("progress" in line && line.progress.done === 1_000) break; // its caller has gone
      const { report } = await bring("patients", file, true);
      expect(report).toMatchObject({ unchanged: 1_000, created: 1_500, complete: true });
    });

    it("[IE4] two lines that mean one row: the second is refused", async () => {
      const [provider] = (await loadDirectory(db())).providers;
      const row = (id: string, hours: string) => `${id},${provider?.id},${provider?.locationIds[0]},${hours}`;
      const file = `id,providerId,locationId,hours\n${row("T-1", "mon 09:00-10:00")}\n${row("T-2", "tue 09:00-10:00")}`;
      const { report } = await bring("schedules", file, false);
      expect(report).toMatchObject({ changed: 1, refused: 1, problems: [{ line: 3, column: "id" }] });
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

    it("[PD15] changes no deleted record, by our id, by theirs, or by one that stood behind it; and keeps nothing of its row", async () => {
      const file = (...rows: string[]): string =>
        ["id,displayName,birthDate,homeLocationId", ...rows].join("\r\n");
      const row = (id: string, name = "Delia Leet"): string => `${id},${name},1980-02-29,${clinics[0]}`;
      await bring(
        "patients",
        file(row("gone-1"), row("gone-2", "Delia Second"), row("stays", "Nina Stays")),
        true,
      );
      const ours =
        await only(sql`SELECT value, id FROM external_id WHERE kind = 'patient' AND system = ${SYSTEM}
        AND value IN ('gone-1', 'gone-2') ORDER BY value`);
      const [gone, behind] = ours.map(({ id }) => id as PatientId) as [PatientId, PatientId];
      await mergePatient(db(), behind, gone, 1);
      const { version } = (await findPatientRecord(db(), gone)) as { version: number };
      await deletePatient(db(), { id: gone, mergedFrom: [behind], version, by: "patient" });
      const stood = () =>
        only(sql`SELECT p.*, e.fingerprint FROM patient p JOIN external_id e ON e.id = p.id
          WHERE p.id IN (${gone}, ${behind}) ORDER BY p.id`);
      const before = await stood();
      const again = file(
        row("gone-1"),
        row("gone-2", "Delia Other"),
        row("stays", "Nina Changed"),
        row("fresh-1", "Fred Fresh"),
      );
      const message =
        "was deleted here at its owner's wish, and stays without who it was: take it out of the file";
      for (const apply of [false, true]) {
        const { report } = await bring("patients", again, apply);
        expect(report).toMatchObject({ created: 1, changed: 1, unchanged: 0, refused: 2, problemCount: 2 });
        expect(report.problems).toEqual([2, 3].map((line) => ({ line, column: null, message })));
        expect(await stood()).toEqual(before);
      }
      const { report } = await bring("patients", file(row(gone)), true);
      expect(report).toMatchObject({ refused: 1, changed: 0 });
      expect(await stood()).toEqual(before);
      expect(before.map(({ fingerprint }) => fingerprint)).toEqual([null, null]);
      await db().execute(sql`DELETE FROM patient_deletion WHERE patient_id = ${gone}`);
      await db().execute(sql`DELETE FROM external_id WHERE id IN (${gone}, ${behind})`);
      await db().execute(sql`DELETE FROM patient WHERE id = ${behind}`);
      await db().execute(sql`DELETE FROM patient WHERE id = ${gone}`);
    });

    it("[IE3] [D12] of providers and their schedules is news of each once, and none the second time", async () => {
      const { visitTypes } = await loadDirectory(db());
      const [first, second] = visitTypes.map(({ id }) => id);
      const providers = (offers: string) =>
        [
          "id,displayName,title,specialties,languages,gender,visitTypeIds",
          `NPI-1,Zora Newcome,MD,cardiology,en|es,female,${offers}`,
          `NPI-2,Abel Newcome,DO,primary-care|cardiology,en,,${first}`,
        ].join("\n");
      const schedules = (hours: string) =>
        [
          "id,providerId,locationId,hours,exceptions",
          `S-1,NPI-1,${clinics[0]},${hours},2026-12-24 closed`,
          `S-2,NPI-1,${clinics[1]},sat 10:00-12:00,`,
          `S-3,NPI-2,${clinics[0]},mon-fri 09:00-17:00 [2026-01-01..],`,
        ].join("\n");
      const news = () => only(sql`SELECT kind, id FROM directory_change ORDER BY seq`);
      const before = await states();
      await bring("providers", providers(`${first}`), false);
      await bring("schedules", schedules("mon 09:00-17:00"), false);
      expect(await states()).toEqual(before);

      expect((await bring("providers", providers(`${first}`), true)).report).toMatchObject({ created: 2 });
      expect((await bring("schedules", schedules("mon 09:00-17:00"), true)).report).toMatchObject({
        created: 3,
      });
      const ids = await only(
        sql`SELECT id, value FROM external_id WHERE kind = 'provider' AND system = ${SYSTEM} ORDER BY value`,
      );
      const [zora, abel] = ids.map(({ id }) => id as ProviderId) as [ProviderId, ProviderId];
      expect((await news()).map(({ id }) => id).toSorted()).toEqual([zora, zora, abel, abel].toSorted());
      const load = async () =>
        (await loadDirectory(db(), [zora, abel])).providers.toSorted((a) => (a.id === zora ? -1 : 1));
      const [one, two] = await load();
      expect(one).toMatchObject({
        displayName: "Zora Newcome",
        languages: ["en", "es"],
        gender: "female",
        locationIds: [clinics[0], clinics[1]],
        visitTypeIds: [first],
        calendar: { version: 2 },
      });
      expect(one?.calendar.sites[0]).toMatchObject({
        hours: [{ weekday: 1, opensAt: 540, closesAt: 1_020 }],
        exceptions: [{ date: "2026-12-24", kind: "closed" }],
      });
      expect(two?.calendar.sites[0]?.hours).toHaveLength(5);
      expect(await only(sql`SELECT value FROM term WHERE kind = 'name' AND value = 'newcome'`)).toHaveLength(
        1,
      );

      const made = await states();
      expect((await bring("providers", providers(`${first}`), true)).report).toMatchObject({ unchanged: 2 });
      expect((await bring("schedules", schedules("mon 09:00-17:00"), true)).report).toMatchObject({
        unchanged: 3,
      });
      expect(await states()).toEqual(made);

      await bring("providers", providers(`${second}`), true);
      await bring("schedules", schedules("tue 09:00-12:00"), true);
      const [changed, same] = await load();
      expect(changed).toMatchObject({ visitTypeIds: [second], calendar: { version: 4 } });
      expect(changed?.calendar.sites[0]?.hours).toEqual([{ weekday: 2, opensAt: 540, closesAt: 720 }]);
      expect(same).toEqual(two);
    });

    it("[IE4] a schedule that the administration made is found by its provider and clinic", async () => {
      const [provider] = (await loadDirectory(db())).providers;
      const file = `id,providerId,locationId,hours\nX-1,${provider?.id},${provider?.locationIds[0]},sun 09:00-10:00`;
      expect((await bring("schedules", file, false)).report).toMatchObject({ created: 0, changed: 1 });
    });
  });

  describe("an import of appointments", () => {
    const HEAD = "id,providerId,patientId,locationId,visitTypeId,start,end,status,reason";
    const waiting = () =>
      only(sql`SELECT i.*, e.value FROM incoming_appointment i
        JOIN external_id e ON e.kind = 'appointment' AND e.system = ${SYSTEM} AND e.id = i.id ORDER BY e.value`);
    let provider: Provider;
    const line = (id: string, more: { start?: string; patient?: string; status?: string } = {}): string =>
      [
        id,
        provider.id,
        more.patient ?? "APT-P",
        provider.locationIds[0],
        provider.visitTypeIds[0],
        `2026-12-01T${more.start ?? "09:00"}:00-06:00`,
        `2026-12-01T${more.start ?? "09:00"}:00-05:40`, // written by somebody with another clock: 20 minutes less
        more.status ?? "booked",
        "Knee",
      ].join(",");
    const file = (...lines: string[]): string => [HEAD, ...lines].join("\n");

    beforeAll(async () => {
      provider = (await loadDirectory(db())).providers[0] as Provider;
      const patients = `id,displayName,birthDate,homeLocationId\nAPT-P,Ann Waits,1980-01-01,${clinics[0]}`;
      await bring("patients", patients, true);
    });

    it("[IE12] they wait for their calendars under ids of ours, once; their providers are news, once", async () => {
      const end = (text: string) => text.replaceAll("-05:40", "-06:20");
      expect(readFile("appointments", "csv", bytes(file(line("bad"))), NOW).problems.named).toEqual([
        {
          line: 2,
          column: "end",
          message: "must be after start, by at most 480 minutes, in the years 1900 to 2099",
        },
      ]);
      const given = end(file(line("apt-1"), line("apt-2", { start: "11:00", status: "cancelled" })));
      const before = await states();
      expect((await bring("appointments", given, false)).report).toMatchObject({ created: 2 });
      expect(await states()).toEqual(before);
      expect((await bring("appointments", given, true)).report).toMatchObject({ created: 2, refused: 0 });
      const rows = await waiting();
      expect(rows).toMatchObject([
        { value: "apt-1", provider_id: provider.id, status: "booked", cancelled_at: null },
        { value: "apt-2", status: "cancelled" },
      ]);
      expect(String(rows[0]?.reason)).toMatch(/^0\.[\w-]+\.[\w-]+$/); // [PD5] sealed
      expect(rows.map(({ id }) => String(id).slice(4, 16))).toEqual(
        rows.map(() => provider.id.slice("prv_".length)),
      );
      expect(new Date(String(rows[0]?.start_at)).toISOString()).toBe("2026-12-01T15:00:00.000Z");
      expect(rows[1]?.cancelled_at).not.toBeNull();
      const news = await only(sql`SELECT id FROM directory_change ORDER BY seq DESC LIMIT 1`);
      expect(news).toEqual([{ id: provider.id }]);
      const made = await states();
      expect((await bring("appointments", given, true)).report).toMatchObject({ created: 0, unchanged: 2 });
      expect(await states()).toEqual(made);
    });

    it("[PD15] brings nothing in for somebody who was deleted, by their own id or one that stood behind it", async () => {
      const whole = (...lines: string[]) => file(...lines).replaceAll("-05:40", "-06:20");
      const person = (id: string) => `${id},Delia Leet,1980-02-29,${clinics[0]}`;
      const people = `id,displayName,birthDate,homeLocationId\n${person("apt-gone")}\n${person("apt-behind")}`;
      await bring("patients", people, true);
      const ours = await only(sql`SELECT id FROM external_id WHERE kind = 'patient' AND system = ${SYSTEM}
        AND value IN ('apt-gone', 'apt-behind') ORDER BY value DESC`);
      const [gone, behind] = ours.map(({ id }) => id as PatientId) as [PatientId, PatientId];
      const stands = whole(line("here", { patient: "apt-gone", start: "07:00" }));
      expect((await bring("appointments", stands, true)).report).toMatchObject({ created: 1 });
      await mergePatient(db(), behind, gone, 1);
      const { version } = (await findPatientRecord(db(), gone)) as { version: number };
      await deletePatient(db(), { id: gone, mergedFrom: [behind], version, by: "patient" });
      const texts = () =>
        only(sql`SELECT id, reason FROM incoming_appointment WHERE patient_id IN (${gone}, ${behind})`);
      const before = await texts();
      const given = whole(
        line("gone-a", { patient: gone, start: "07:20" }),
        line("stays-a", { start: "07:40" }),
        line("gone-b", { patient: behind, start: "08:00" }),
      );
      const message =
        "was deleted here at its owner's wish, and stays without who it was: take it out of the file";
      for (const apply of [false, true]) {
        const { report } = await bring("appointments", given, apply);
        expect(report).toMatchObject({ created: 1, unchanged: 0, refused: 2, problemCount: 2 });
        expect(report.problems).toEqual([2, 4].map((at) => ({ line: at, column: "patientId", message })));
        expect(await texts()).toEqual(before);
      }
      const names = await only(sql`SELECT value FROM external_id WHERE kind = 'appointment'
        AND system = ${SYSTEM} AND value IN ('gone-a', 'gone-b')`);
      expect(names).toEqual([]);
      await db().execute(sql`DELETE FROM incoming_appointment WHERE id IN (
        SELECT id FROM external_id WHERE kind = 'appointment' AND system = ${SYSTEM} AND value IN ('here', 'stays-a'))`);
      await db().execute(sql`DELETE FROM external_id WHERE kind = 'appointment' AND system = ${SYSTEM}
        AND value IN ('here', 'stays-a')`);
      await db().execute(sql`DELETE FROM patient_deletion WHERE patient_id = ${gone}`);
      await db().execute(sql`DELETE FROM external_id WHERE id IN (${gone}, ${behind})`);
      await db().execute(sql`DELETE FROM patient WHERE id = ${behind}`);
      await db().execute(sql`DELETE FROM patient WHERE id = ${gone}`);
    });

    it("[IE12] it is rung after each chunk, and their calendars are told before the report", async () => {
      const many = file(...Array.from({ length: 1_001 }, (_, n) => line(`many-${n}`))).replaceAll(
        "-05:40",
        "-06:20",
      );
      const { rows } = readFile("appointments", "csv", bytes(many), NOW);
      const seen: unknown[] = [];
      const order = { kind: "appointments", rows, apply: true, system: SYSTEM } as const;
      const told = runImport(settings(), order, NOW, {
        ring: () => void seen.push("ring"),
        publish: async (calendars) => void seen.push(calendars),
      });
      for await (const one of told) seen.push("progress" in one ? one.progress.done : "report");
      expect(seen).toEqual([0, "ring", 1_000, [provider.id], 1_001, "report"]);
      const made = sql`(SELECT id FROM external_id WHERE value LIKE 'many-%' AND system = ${SYSTEM})`;
      await db().execute(sql`DELETE FROM incoming_appointment WHERE id IN ${made}`);
      await db().execute(sql`DELETE FROM external_id WHERE value LIKE 'many-%' AND system = ${SYSTEM}`);
    });

    it("[IE13] they are on the list of their day while they wait, and once", async () => {
      const day = { start: instant(Date.UTC(2026, 11, 1)), end: instant(Date.UTC(2026, 11, 2)) };
      const listed = await visitsAt(db(), provider.locationIds[0] as LocationId, day);
      expect(listed.map(({ patientName, status }) => [patientName, status])).toEqual([
        ["Ann Waits", "booked"],
        ["Ann Waits", "cancelled"],
      ]);
    });

    it("[IE7] are exported once each, page by page, whether they wait, are recorded, or both for a moment", async () => {
      const rows = await waiting();
      await db().execute(sql`
        INSERT INTO appointment (id, provider_id, patient_id, location_id, visit_type_id, time_zone, start_at, end_at,
          status, version, source, created_at, updated_at)
        SELECT id, provider_id, patient_id, location_id, visit_type_id, 'UTC', start_at, end_at, status, 1,
          'import', created_at, updated_at FROM incoming_appointment WHERE id = ${rows[0]?.id}`);
      const all = (await only(sql`SELECT id FROM appointment UNION SELECT id FROM incoming_appointment`))
        .length;
      const keys: string[] = [];
      for (let after: string | undefined = ""; after !== undefined; after = keys.at(-1)) {
        const page: { key: string }[] = await exportRows(db(), "appointments", {
          locationIds: null,
          system: null,
          after,
          limit: 1,
        });
        if (page.length === 0) break;
        keys.push(...page.map(({ key }) => key));
      }
      expect(keys).toHaveLength(all);
      expect(keys).toEqual([...new Set(keys)].toSorted());
      expect(keys).toEqual(expect.arrayContaining(rows.map(({ id }) => id)));
      await db().execute(sql`DELETE FROM appointment WHERE id = ${rows[0]?.id}`);
    });

    it("[IE12] [PA7] what names a merged record is its person's; the record itself no file changes", async () => {
      const row = (id: string, name = id) => `${id},${name},1980-01-01,${clinics[0]}`;
      const two = (name?: string) =>
        `id,displayName,birthDate,homeLocationId\n${row("APT-OLD", name)}\n${row("APT-NEW")}`;
      await bring("patients", two(), true);
      const idOf = async (value: string) =>
        String(
          (await only(sql`SELECT id FROM external_id WHERE value = ${value} AND system = ${SYSTEM}`))[0]?.id,
        );
      const [old, stays] = [await idOf("APT-OLD"), await idOf("APT-NEW")] as [PatientId, PatientId];
      const first = file(line("apt-8", { patient: "APT-OLD", start: "13:00" })).replaceAll(
        "-05:40",
        "-06:20",
      );
      await bring("appointments", first, true);
      await db().execute(sql`UPDATE patient SET merged_into = ${stays} WHERE id = ${old}`);
      expect((await findPatientRecord(db(), stays))?.waiting).toBe(true);

      const merged = await only(sql`SELECT * FROM patient WHERE id = ${old}`);
      expect((await bring("patients", two("Changed"), true)).report).toMatchObject({ unchanged: 2 });
      expect(await only(sql`SELECT * FROM patient WHERE id = ${old}`)).toEqual(merged);

      const second = file(
        line("apt-8", { patient: "APT-NEW", start: "13:00" }),
        line("apt-9", { patient: "APT-OLD", start: "14:00" }),
      ).replaceAll("-05:40", "-06:20");
      expect((await bring("appointments", second, true)).report).toMatchObject({ created: 1, unchanged: 1 });
      const rows = await only(
        sql`SELECT patient_id FROM incoming_appointment WHERE id = ${await idOf("apt-9")}`,
      );
      expect(rows).toEqual([{ patient_id: stays }]);
      await db().execute(sql`DELETE FROM incoming_appointment WHERE patient_id IN (${old}, ${stays})`);
      await db().execute(sql`UPDATE patient SET merged_into = NULL WHERE id = ${old}`);
    });

    it("[IE12] what its calendar has is not changed by a file: the row is refused, with its line", async () => {
      const other = file(line("apt-1", { start: "10:00" }), line("apt-3", { patient: "nobody" })).replaceAll(
        "-05:40",
        "-06:20",
      );
      const before = await states();
      const { report } = await bring("appointments", other, true);
      expect(report).toMatchObject({ created: 0, unchanged: 0, refused: 2 });
      expect(report.problems.toSorted((a, b) => a.line - b.line)).toEqual([
        { line: 2, column: null, message: "stands here already, and not so: change it here" },
        { line: 3, column: "patientId", message: "is not known here" },
      ]);
      expect(await states()).toEqual(before);
    });

    it("[IE7] [IE12] exported and imported again they are unchanged, by our ids and by theirs", async () => {
      const reach = { kind: "clinics", locationIds: [provider.locationIds[0] as LocationId] } as const;
      const unchanged = async (nine: string) => {
        const before = await states();
        for (const system of [null, SYSTEM]) {
          const csv = await new Response(
            await exportStream(settings(), { kind: "appointments", format: "csv", system, reach }),
          ).text();
          expect(csv).toContain(nine);
          expect((await bring("appointments", csv, true)).report).toMatchObject({ unchanged: 2, refused: 0 });
        }
        expect(await states()).toEqual(before);
      };
      const zone = provider.calendar.sites[0]?.timeZone as string;
      await unchanged(spellInZone(instant(Date.UTC(2026, 11, 1, 15)), zone)); // while they wait
      const ours = String((await waiting())[0]?.id);
      // Their calendar has taken them over, and the log has not told yet; then it tells.
      await db().execute(sql`CREATE TABLE taken_over AS SELECT * FROM incoming_appointment`);
      await db().execute(sql`DELETE FROM incoming_appointment`);
      const onItsWay = file(line(ours)).replaceAll("-05:40", "-06:20");
      const { report } = await bring("appointments", onItsWay, true);
      expect(report).toMatchObject({ created: 0, refused: 1, problems: [{ line: 2, column: "id" }] });
      await db().execute(sql`
        INSERT INTO appointment (id, provider_id, patient_id, location_id, visit_type_id, time_zone, start_at, end_at,
          status, version, source, created_at, updated_at)
        SELECT id, provider_id, patient_id, location_id, visit_type_id, 'America/Chicago', start_at, end_at, status, 1,
          'import', created_at, updated_at FROM taken_over`);
      await db().execute(sql`DROP TABLE taken_over`);
      await unchanged("2026-12-01T09:00:00-06:00");
    });
  });

  describe("an export", () => {
    async function taken(kind: ExportKind, more: Partial<ExportOrder> = {}): Promise<string> {
      const order: ExportOrder = {
        kind,
        format: "csv",
        system: null,
        reach: { kind: "everything" },
        ...more,
      };
      return new Response(await exportStream(settings(), order)).text();
    }
    const linesIn = (text: string): number => text.trimEnd().split("\r\n").length - 1;
    /** A record that was merged into another one is in no file: the other one is. */
    const counted = async (table: string): Promise<number> => {
      const where = table === "patient" ? sql`WHERE merged_into IS NULL` : sql``;
      return Number((await only(sql`SELECT count(*) AS n FROM ${sql.identifier(table)} ${where}`))[0]?.n);
    };

    it.each([
      ["providers", "provider"],
      ["schedules", "provider_site"],
      ["patients", "patient"],
    ] as const)("[IE7] of %s has all of them, and imported again it changes nothing", async (kind, table) => {
      const file = await taken(kind);
      const rows = await counted(table);
      expect(linesIn(file)).toBe(rows);
      const before = await states();
      for (const system of [SYSTEM, "elsewhere"]) {
        const { report } = await bring(kind, file, true, system);
        expect(report).toMatchObject({ rows, unchanged: rows, created: 0, changed: 0, refused: 0 });
      }
      expect(await states()).toEqual(before);
    });

    it("[IE7] has the other system's ids where there are some, and comes in as what it was", async () => {
      const head = "id,displayName,birthDate,homeLocationId\n";
      await bring("patients", `${head}out-1,=Ann,1980-01-01,${clinics[3]}`, true);
      const reach = { kind: "clinics", locationIds: [clinics[3] as LocationId] } as const;
      const file = await taken("patients", { system: SYSTEM, reach });
      expect(file).toContain("\r\nout-1,'=Ann,1980-01-01,");
      const { report } = await bring("patients", file, true);
      expect(report).toMatchObject({ unchanged: report.rows, refused: 0 });
    });

    it("[IE8] of some clinics has nobody of the others", async () => {
      const reach = { kind: "clinics", locationIds: [clinics[0] as LocationId] } as const;
      for (const [kind, column] of [
        ["patients", "homeLocationId"],
        ["schedules", "locationId"],
        ["resources", "locationId"],
        ["locations", "id"],
      ] as const) {
        const rows = (await taken(kind, { reach, format: "ndjson" }))
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
        expect(rows.length).toBeGreaterThan(0);
        expect(new Set(rows.map((row) => row[column]))).toEqual(new Set([clinics[0]]));
      }
      const nowhere = { kind: "clinics", locationIds: [] } as const;
      for (const kind of ["patients", "providers", "appointments", "staff"] as const)
        expect(await taken(kind, { reach: nowhere, format: "ndjson" })).toBe("");
    });

    it("[IE7] has a file of every kind, with its columns also when it has no row, and a mark that Excel needs", async () => {
      for (const kind of EXPORT_KINDS) {
        const reach = { kind: "clinics", locationIds: [] } as const;
        const order: ExportOrder = { kind, format: "csv", system: null, reach };
        const taken = new Uint8Array(await new Response(await exportStream(settings(), order)).arrayBuffer());
        expect([...taken.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
        const [head] = new TextDecoder().decode(taken).split("\r\n");
        expect(head).toBe(EXPORT_COLUMNS[kind].join(","));
      }
    });

    it("[IE7] of rooms and visit types has all of them", async () => {
      expect(linesIn(await taken("resources"))).toBe(await counted("resource"));
      expect(linesIn(await taken("visit-types"))).toBe(await counted("visit_type"));
      expect(linesIn(await taken("locations"))).toBe(await counted("clinic"));
    });
  });
}
