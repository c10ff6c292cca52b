/** Proves how patients and staff are written and found. Runs on PGlite and on a real server. */
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AGENDA_SHARDS,
  type LocationId,
  makeId,
  makePatientId,
  type PatientId,
  type ProviderId,
  type StaffId,
} from "../../core/ids.ts";
import {
  insertPatient,
  insertStaff,
  mergePatient,
  type PatientSettings,
  setPatientActive,
  setStaffActive,
  updatePatient,
  updateStaff,
} from "../../db/directory/people-writes.ts";
import { findMade } from "../../db/directory/writes.ts";
import {
  findPatientRecord,
  isNarrow,
  MERGED_MAX,
  PATIENT_MATCHES_MAX,
  type PatientSearch,
  patientSearchStatement,
  searchPatients,
} from "../../db/queries/find-patient-record.ts";
import { findStaff, listStaff } from "../../db/queries/find-settings.ts";
import { isKnownToProvider } from "../../db/queries/is-known-to-provider.ts";
import { listPatients } from "../../db/queries/list-patients.ts";
import { loadDirectory } from "../../db/queries/load-directory.ts";
import type { DatabaseUnderTest } from "./database-under-test.ts";

let nextMade = 0;
const bytes = (): Uint8Array => crypto.getRandomValues(new Uint8Array(12));

export function peopleSuite(use: () => DatabaseUnderTest): void {
  const db = () => use().db;
  const made: string[] = [];
  let clinics: LocationId[];
  const by = () => ({ command: `people-${nextMade++}`, fingerprint: "f" });
  const settings = (more: Partial<PatientSettings> = {}): PatientSettings => ({
    displayName: "Zoë Quillfeather",
    birthDate: "1987-04-12",
    email: "zoe@example.org",
    phone: "+13125550187",
    homeLocationId: clinics[0] as LocationId,
    preferredLanguage: "es",
    interpreterLanguage: null,
    accessNeeds: ["wheelchair"],
    preferences: { channels: ["sms"] },
    ...more,
  });
  async function newPatient(more: Partial<PatientSettings> = {}): Promise<PatientId> {
    const id = makePatientId(made.length % AGENDA_SHARDS, bytes());
    await insertPatient(db(), id, settings(more), by());
    made.push(id);
    return id;
  }
  const refusalOf = async (work: Promise<unknown>): Promise<string> => {
    const error = (await work.then(
      () => null,
      (e: unknown) => e,
    )) as { cause?: unknown } | null;
    const { code, constraint } = (error?.cause ?? error ?? {}) as { code?: string; constraint?: string };
    return constraint ?? code ?? "done";
  };

  /** On a server all of them have come as far as these rows before the first one may go on; PGlite has one backend. */
  async function meeting<T>(rows: readonly PatientId[], works: () => Promise<T>[]): Promise<T[]> {
    const { postgres, isServer } = use();
    if (!isServer) return Promise.all(works());
    const client = await postgres.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT 1 FROM patient WHERE id = ANY($1) FOR UPDATE", [rows]);
      const all = Promise.all(works());
      await new Promise((resolve) => setTimeout(resolve, 500));
      await client.query("COMMIT");
      return await all;
    } finally {
      client.release();
    }
  }

  beforeAll(async () => {
    clinics = (await loadDirectory(db())).clinics.map(({ id }) => id);
  });
  afterAll(async () => {
    const ids = sql`${sql.param(made)}::text[]`;
    await db().execute(sql`UPDATE patient SET merged_into = NULL WHERE id = ANY(${ids})`);
    await db().execute(sql`DELETE FROM patient WHERE id = ANY(${ids})`);
    await db().execute(sql`DELETE FROM staff_clinic`);
    await db().execute(sql`DELETE FROM staff`);
    await db().execute(sql`DELETE FROM external_id WHERE kind IN ('patient', 'staff')`);
  });

  describe("a patient's record", () => {
    it("[PA2] [PA3] comes back as it was written, with its version; a key makes one", async () => {
      const id = makePatientId(3, bytes());
      const key = by();
      await insertPatient(db(), id, settings(), key);
      made.push(id);
      const fresh = {
        id,
        version: 1,
        active: true,
        mergedInto: null,
        mergedFrom: [],
        waiting: false,
        deleted: false,
      };
      expect(await findPatientRecord(db(), id)).toEqual({ ...settings(), ...fresh });
      expect(await findMade(db(), "patient", key.command)).toEqual({ id, fingerprint: "f" });
      const twin = insertPatient(db(), makePatientId(4, bytes()), settings(), key);
      expect(await refusalOf(twin)).toBe("external_id_pk");
      const changed = settings({ displayName: "Zoë Quill", email: null, accessNeeds: [], preferences: null });
      await updatePatient(db(), id, changed, 1);
      expect(await findPatientRecord(db(), id)).toEqual({ ...changed, ...fresh, version: 2 });
      expect(await refusalOf(updatePatient(db(), id, settings(), 1))).toBe("OS412");
      expect(await findPatientRecord(db(), "pat_zzzzzzzzzzzzzz" as PatientId)).toBeNull();
    });

    it("[PA3] of many changes of one version at once exactly one is done", async () => {
      const id = await newPatient();
      const outcomes = await meeting([id], () =>
        ["A", "B", "C", "D"].map((displayName) =>
          refusalOf(updatePatient(db(), id, settings({ displayName }), 1)),
        ),
      );
      expect(outcomes.sort()).toEqual(["OS412", "OS412", "OS412", "done"]);
      expect((await findPatientRecord(db(), id))?.version).toBe(2);
    });

    it("[PA4] that is deactivated is in no list and no search, and is there", async () => {
      const id = await newPatient({ displayName: "Ulf Vanishing" });
      const listed = async () =>
        (await listPatients(db(), { homeLocationIds: [clinics[0] as LocationId], limit: 101 })).map(
          (row) => row.id,
        );
      const found = async () =>
        (await searchPatients(db(), { homeLocationIds: null, name: "vanishing" })).map((row) => row.id);
      expect([await found(), (await listed()).includes(id)]).toEqual([[id], true]);
      await setPatientActive(db(), id, 1, false);
      expect([await found(), (await listed()).includes(id)]).toEqual([[], false]);
      expect(await findPatientRecord(db(), id)).toMatchObject({ active: false, version: 2 });
      await setPatientActive(db(), id, 2, true);
      expect([await found(), (await listed()).includes(id)]).toEqual([[id], true]);
    });

    it("[PA6] two merges that would make a circle: one is done, whichever comes first", async () => {
      const [a, b] = [await newPatient(), await newPatient()];
      const outcomes = await meeting([a, b], () => [
        refusalOf(mergePatient(db(), a, b, 1)),
        refusalOf(mergePatient(db(), b, a, 1)),
      ]);
      expect(outcomes.sort()).toEqual(["OS412", "done"]);
      const rows = await Promise.all([a, b].map((id) => findPatientRecord(db(), id)));
      expect(rows.filter((row) => row?.mergedInto === null)).toHaveLength(1);
      expect(rows.map((row) => row?.version)).toEqual([2, 2]);
    });

    it("[PA6] who was merged before follows, and a merged or deactivated one stands for nobody", async () => {
      const [a, b, third, gone] = [
        await newPatient(),
        await newPatient(),
        await newPatient(),
        await newPatient(),
      ];
      await mergePatient(db(), a, b, 1);
      await mergePatient(db(), b, third, 2);
      for (const id of [a, b]) expect((await findPatientRecord(db(), id))?.mergedInto).toBe(third);
      expect((await findPatientRecord(db(), third))?.mergedFrom).toEqual([a, b].sort());
      await setPatientActive(db(), gone, 1, false);
      for (const into of [a, gone]) expect(await refusalOf(mergePatient(db(), third, into, 2))).toBe("OS412");
      expect(await refusalOf(updatePatient(db(), a, settings(), 3))).toBe("OS412");
    });

    it("[PA6] no more stand behind one than are shown, however close together they come", async () => {
      const into = await newPatient();
      const ids = await Promise.all(Array.from({ length: MERGED_MAX + 1 }, () => newPatient()));
      const outcomes = await Promise.all(ids.map((id) => refusalOf(mergePatient(db(), id, into, 1))));
      expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(MERGED_MAX);
      expect(outcomes.filter((outcome) => outcome === "OS412")).toHaveLength(1);
      expect((await findPatientRecord(db(), into))?.mergedFrom).toHaveLength(MERGED_MAX);
    });

    it("[PA7] [B19] counts what a provider saw under the id that was merged", async () => {
      const [id, into] = [await newPatient(), await newPatient()];
      const { providers } = await loadDirectory(db());
      const providerId = providers[0]?.id as ProviderId;
      try {
        await db().execute(sql`INSERT INTO appointment VALUES ('apt_m', ${providerId}, ${id}, 'loc', 'vst', 'UTC',
          now(), now(), 'completed', 1, 'patient', now(), now(), NULL, NULL)`);
        expect(await isKnownToProvider(db(), into, providerId, null)).toBe(false);
        await mergePatient(db(), id, into, 1);
        expect(await isKnownToProvider(db(), into, providerId, null)).toBe(true);
      } finally {
        await db().execute(sql`DELETE FROM appointment WHERE id = 'apt_m'`);
      }
    });

    it("[PA6] says whether appointments from elsewhere still wait for it", async () => {
      const id = await newPatient();
      const { providers } = await loadDirectory(db());
      const provider = providers[0];
      const put = (start: string, status: string) =>
        db().execute(sql`INSERT INTO incoming_appointment (id, provider_id, patient_id, location_id, visit_type_id,
            start_at, end_at, status, created_at, updated_at)
          VALUES (${`apt_${start}${status}`}, ${provider?.id}, ${id}, ${provider?.locationIds[0]},
            ${provider?.visitTypeIds[0]}, ${sql.raw(`now() + interval '${start}'`)},
            ${sql.raw(`now() + interval '${start}'`)}, ${status}, now(), now())`);
      try {
        await put("-2 days", "booked");
        await put("2 days", "cancelled");
        expect((await findPatientRecord(db(), id))?.waiting).toBe(false);
        await put("2 days", "booked");
        expect((await findPatientRecord(db(), id))?.waiting).toBe(true);
      } finally {
        await db().execute(sql`DELETE FROM incoming_appointment WHERE patient_id = ${id}`);
      }
    });
  });

  describe("a search of patients", () => {
    it("[PA5] [D8] finds exactly who matches all that is given, in the named clinics, by name", async () => {
      const all = await listPatients(db(), { homeLocationIds: null, limit: 101 });
      const one = all[40] as (typeof all)[number];
      const ids = async (more: Partial<PatientSearch>) =>
        (await searchPatients(db(), { homeLocationIds: null, ...more })).map((row) => row.id);
      const [first, last] = one.displayName.split(" ") as [string, string];
      expect(await ids({ name: `${last.toUpperCase()} ${first}`, birthDate: one.birthDate })).toEqual([
        one.id,
      ]);
      const here = await listPatients(db(), { homeLocationIds: [one.homeLocationId], limit: 101 });
      const alike = (key: "phone" | "email") =>
        here.filter((row) => row[key] === one[key]).map((row) => row.id);
      const there = { homeLocationIds: [one.homeLocationId] };
      expect((await ids({ ...there, phone: one.phone ?? "" })).sort()).toEqual(alike("phone"));
      expect((await ids({ ...there, email: one.email?.toUpperCase() })).sort()).toEqual(alike("email"));
      expect(await ids({ homeLocationIds: [], birthDate: one.birthDate })).toEqual([]);
      expect(await ids({ name: "100%", birthDate: one.birthDate })).toEqual([]);
      const found = await searchPatients(db(), { homeLocationIds: clinics });
      expect(found).toHaveLength(PATIENT_MATCHES_MAX);
    });

    it("[PA5] begins at an index, or is none", async () => {
      const planOf = async (search: PatientSearch, settingsOff: readonly string[]): Promise<string> => {
        const statement: SQL = patientSearchStatement(search);
        const results = await db().batch([
          db().execute(sql`SELECT 1`),
          ...settingsOff.map((name) => db().execute(sql`SELECT set_config(${name}, 'off', true)`)),
          db().execute(sql`EXPLAIN ${statement}`),
        ]);
        const last = results.at(-1) as unknown as { rows: Record<string, string>[] };
        return last.rows.map((row) => row["QUERY PLAN"]).join("\n");
      };
      const noScan = ["enable_seqscan"]; // a thousand rows: a scan is as cheap
      const everywhere = { homeLocationIds: null };
      expect(await planOf({ ...everywhere, name: "garcia" }, noScan)).toContain("patient_search_idx");
      expect(await planOf({ ...everywhere, birthDate: "1987-04-12" }, noScan)).toContain("patient_birth_idx");
      const desk = { homeLocationIds: clinics.slice(0, 2), phone: "+13125550187" };
      expect(await planOf(desk, noScan)).toContain("patient_phone_idx");
      expect(await planOf({ ...everywhere, name: "garcia" }, [])).toContain("Limit");
      for (const search of [{}, { name: "Li" }, { phone: "+13125550187" }, { email: "a@example.org" }])
        expect(isNarrow({ ...everywhere, ...search })).toBe(false);
      expect(() => patientSearchStatement({ ...everywhere, name: "Li" })).toThrow("begins at an index");
    });
  });

  describe("staff", () => {
    it("[D23] come back as they were written; an address is one person's, a change of one version", async () => {
      const [id, other] = [makeId("stf", bytes()) as StaffId, makeId("stf", bytes()) as StaffId];
      const ann = {
        displayName: "Ann Desk",
        email: "ann@example.org",
        role: "staff" as const,
        providerId: null,
        clinics: clinics.slice(0, 2).sort(),
      };
      await insertStaff(db(), id, ann, by());
      expect(await findStaff(db(), id)).toEqual({ ...ann, id, version: 1, active: true });
      expect(await refusalOf(insertStaff(db(), other, ann, by()))).toBe("staff_email");
      const unknown = { ...ann, email: "b@example.org", clinics: ["loc_000000000000" as LocationId] };
      expect(await refusalOf(insertStaff(db(), other, unknown, by()))).toBe("staff_clinic_clinic_fk");
      expect(await findStaff(db(), other)).toBeNull();
      const boss = { ...ann, role: "admin" as const, clinics: [] };
      await updateStaff(db(), id, boss, 1);
      expect(await refusalOf(updateStaff(db(), id, ann, 1))).toBe("OS412");
      await setStaffActive(db(), id, 2, false);
      expect(await findStaff(db(), id)).toEqual({ ...boss, id, version: 3, active: false });
      await insertStaff(db(), other, { ...ann, email: "bob@example.org" }, by());
      const [first, second] = [id, other].sort();
      expect((await listStaff(db(), 1, "")).map((row) => row.id)).toEqual([first]);
      expect((await listStaff(db(), 5, first as string)).map((row) => row.id)).toEqual([second]);
    });

    it("[D30] a provider is one active person's, by reference to one who is there and active", async () => {
      const { rows } = await db().execute<{ id: ProviderId }>(
        sql`SELECT id FROM provider WHERE deactivated_at IS NULL ORDER BY id LIMIT 2`,
      );
      const [own, other] = rows.map((row) => row.id) as [ProviderId, ProviderId];
      const doctor = (email: string, providerId: ProviderId | null = own) => ({
        displayName: "Doc",
        email,
        role: "provider" as const,
        providerId,
        clinics: [],
      });
      const [one, two] = [makeId("stf", bytes()) as StaffId, makeId("stf", bytes()) as StaffId];
      await insertStaff(db(), one, doctor("doc1@example.org"), by());
      expect(await findStaff(db(), one)).toMatchObject({ role: "provider", providerId: own, clinics: [] });
      const second = (staff: ReturnType<typeof doctor>) => refusalOf(insertStaff(db(), two, staff, by()));
      expect(await second(doctor("doc2@example.org"))).toBe("staff_provider");
      for (const unknown of ["prv_000000000000" as ProviderId, null])
        expect(await second(doctor("doc2@example.org", unknown))).toBe("staff_provider_link");
      await db().execute(sql`UPDATE provider SET deactivated_at = now() WHERE id = ${other}`);
      expect(await second(doctor("doc2@example.org", other))).toBe("staff_provider_link");
      await db().execute(sql`UPDATE provider SET deactivated_at = NULL WHERE id = ${other}`);
      expect(
        await refusalOf(updateStaff(db(), one, { ...doctor("doc1@example.org"), role: "admin" }, 1)),
      ).toBe("staff_provider_link");
      // Who has no access any more stands in nobody's way, and does not come back beside their successor.
      await setStaffActive(db(), one, 1, false);
      await insertStaff(db(), two, doctor("doc2@example.org"), by());
      expect(await refusalOf(setStaffActive(db(), one, 2, true))).toBe("staff_provider");
    });
  });
}
