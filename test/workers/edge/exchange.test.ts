/** Proves on the real runtime that files come in and go out: who may, what is told, and that a repetition changes nothing. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocationId } from "../../../core/ids.ts";
import { spellInZone } from "../../../core/schedule/clinic-time.ts";
import { instant } from "../../../core/time.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import {
  type Answer,
  adminToken,
  call,
  db,
  drainLog,
  MADE_HERE,
  patientToken,
  somePatient,
  staffToken,
} from "../../support/edge.ts";

const SYSTEM = "exchange-test";
let admin: string;
let clinic: LocationId;

beforeAll(async () => {
  admin = await adminToken();
  clinic = (await loadDirectory(db())).clinics[0]?.id as LocationId;
});
afterAll(async () => {
  const mine = sql`(SELECT id FROM external_id WHERE kind = 'provider' AND system LIKE ${`${SYSTEM}%`})`;
  await db().execute(sql`DELETE FROM incoming_appointment WHERE provider_id IN ${mine}`);
  await db().execute(sql`DELETE FROM appointment WHERE provider_id IN ${mine}`);
  await db().execute(sql`DELETE FROM provider_site WHERE provider_id IN ${mine}`);
  await db().execute(sql`DELETE FROM provider_visit_type WHERE provider_id IN ${mine}`);
  await db().execute(sql`DELETE FROM provider WHERE id IN ${mine}`);
  await db().execute(sql`DELETE FROM directory_change`);
  await db().execute(sql`DELETE FROM patient WHERE id IN (
    SELECT id FROM external_id WHERE kind = 'patient' AND system LIKE ${`${SYSTEM}%`})`);
  await db().execute(sql`DELETE FROM external_id WHERE system LIKE ${`${SYSTEM}%`}`);
  await reset();
});

interface ImportOptions {
  readonly apply?: boolean;
  readonly system?: string;
  readonly token?: string;
  readonly type?: string;
}

const send = (kind: string, body: string, options: ImportOptions = {}): Promise<Answer> =>
  call("POST", `/imports/${kind}?system=${options.system ?? SYSTEM}${options.apply ? "&apply=true" : ""}`, {
    token: options.token ?? admin,
    body,
    headers: { "content-type": options.type ?? "text/csv" },
  });

const linesOf = ({ body }: Answer) =>
  (body as string)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const reportOf = (answer: Answer) => linesOf(answer).at(-1).report;

const HEADER = "id,displayName,birthDate,email,phone,homeLocationId,accessNeeds";
const patientLine = (id: string, more: { name?: string; home?: string; birth?: string } = {}): string =>
  `${id},"${more.name ?? "Doe, Jane"}",${more.birth ?? "1980-02-29"},jane@example.com,+1 (312) 555-0100,${more.home ?? clinic},wheelchair|step-free`;
const patientsFile = (...lines: string[]): string => [HEADER, ...lines].join("\r\n");

const patientsOf = async (system = SYSTEM) =>
  (
    await db().execute<Record<string, unknown>>(sql`
      SELECT p.*, e.value FROM patient p JOIN external_id e ON e.id = p.id AND e.system = ${system} ORDER BY e.value`)
  ).rows;

describe("an import of patients", () => {
  it("[IE8] is for administrators: everybody else is told so, and nothing happens", async () => {
    const file = patientsFile(patientLine("who-may"));
    const codes = [];
    for (const token of [await staffToken(clinic), await patientToken(somePatient())])
      codes.push((await send("patients", file, { apply: true, token })).status);
    codes.push((await call("POST", `/imports/patients?system=${SYSTEM}`, { body: file })).status);
    expect(codes).toEqual([403, 403, 401]);
    expect(await patientsOf()).toEqual([]);
  });

  it("[IE2] [IE9] without apply tells what would happen, line by line of progress, and changes nothing", async () => {
    const file = patientsFile(patientLine("a"), patientLine("b"));
    const answer = await send("patients", file);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    expect(linesOf(answer)).toEqual([
      { progress: { done: 0, of: 2 } },
      { progress: { done: 2, of: 2 } },
      {
        report: {
          applied: false,
          complete: true,
          rows: 2,
          created: 2,
          changed: 0,
          unchanged: 0,
          refused: 0,
          problems: [],
          problemCount: 0,
        },
      },
    ]);
    expect(await patientsOf()).toEqual([]);
  });

  it("[IE3] makes them once: the same file again changes nothing, another one what differs", async () => {
    const file = patientsFile(patientLine("a"), patientLine("b"), patientLine("c"));
    expect(reportOf(await send("patients", file, { apply: true }))).toMatchObject({
      applied: true,
      created: 3,
    });
    const made = await patientsOf();
    expect(
      made.map(({ value, display_name, phone, birth_date, access_needs, search_text }) => ({
        value,
        display_name,
        phone,
        birth_date,
        access_needs,
        search_text,
      })),
    ).toEqual(
      ["a", "b", "c"].map((value) => ({
        value,
        display_name: "Doe, Jane",
        phone: "+13125550100",
        birth_date: "1980-02-29",
        access_needs: ["wheelchair", "step-free"],
        search_text: "doe, jane",
      })),
    );
    expect(reportOf(await send("patients", file, { apply: true }))).toMatchObject({
      created: 0,
      changed: 0,
      unchanged: 3,
    });
    expect(await patientsOf()).toEqual(made);
    const next = patientsFile(patientLine("a"), patientLine("b", { name: "Doe, Joan" }), patientLine("d"));
    expect(reportOf(await send("patients", next))).toMatchObject({ created: 1, changed: 1, unchanged: 1 });
    expect(reportOf(await send("patients", next, { apply: true }))).toMatchObject({
      created: 1,
      changed: 1,
      unchanged: 1,
    });
    const after = await patientsOf();
    expect(after.map(({ value, display_name, version }) => [value, display_name, version])).toEqual([
      ["a", "Doe, Jane", 1],
      ["b", "Doe, Joan", 2],
      ["c", "Doe, Jane", 1],
      ["d", "Doe, Jane", 1],
    ]);
  });

  it("[IE1] [K1] a malformed line is named by line and column, never by what it says, and nothing is changed", async () => {
    const file = patientsFile(
      patientLine("good", { name: "Two\nlines" }),
      patientLine("bad-date", { birth: "02/29/1980", name: "Secret Name" }),
      "too,few",
      patientLine("good"),
    );
    const before = await patientsOf();
    const answer = await send("patients", file, { apply: true });
    expect(answer.status).toBe(400);
    expect(answer.body.problems).toEqual([
      { line: 2, column: "displayName", message: "must be one line of text" },
      { line: 4, column: "birthDate", message: "must be a date, YYYY-MM-DD" },
      { line: 5, column: null, message: "must have 7 fields, as the header has" },
    ]);
    expect(JSON.stringify(answer.body)).not.toMatch(/Secret|02\/29|good/);
    expect(await patientsOf()).toEqual(before);
  });

  it("[IE4] a row that names an unknown clinic is refused alone", async () => {
    const file = patientsFile(patientLine("e", { home: "loc_000000000000" }), patientLine("f"));
    const report = reportOf(await send("patients", file, { apply: true, system: `${SYSTEM}-refs` }));
    expect(report).toMatchObject({ created: 1, refused: 1, problemCount: 1 });
    expect(report.problems).toEqual([{ line: 2, column: "homeLocationId", message: "is not known here" }]);
    expect((await patientsOf(`${SYSTEM}-refs`)).map(({ value }) => value)).toEqual(["f"]);
  });

  it.each([
    ["no system", "/imports/patients", "text/csv", 400],
    ["a reserved system", "/imports/patients?system=openslot:idempotency", "text/csv", 400],
    ["another kind", "/imports/clinics?system=x", "text/csv", 404],
    ["another type", "/imports/patients?system=x", "application/json", 415],
    ["an empty file", "/imports/patients?system=x", "text/csv", 400],
  ])("[K1] %s is refused", async (_what, path, type, status) => {
    const answer = await call("POST", path, { token: admin, body: "", headers: { "content-type": type } });
    expect(answer.status).toBe(status);
  });
});

it("[K1] a file beyond its limit is 413, and says how large one may be", async () => {
  const answer = await send("patients", "x".repeat(10 * 1024 * 1024 + 1));
  expect(answer.status).toBe(413);
  expect(answer.body.detail).toContain("10 MB");
});

it("[IE8] whoever may not, or sends what is none, is told so before the file is taken in", async () => {
  const large = "x".repeat(10 * 1024 * 1024 + 1);
  expect((await send("patients", large, { token: await staffToken(clinic) })).status).toBe(403);
  expect((await send("clinics", large)).status).toBe(404);
  expect((await send("patients", large, { type: "application/json" })).status).toBe(415);
});

describe("a clinic that comes with everything", () => {
  let visitType: string;
  const tomorrow = new Date(Date.now() + 26 * 3_600_000).toISOString().slice(0, 10);
  const known = async (kind: string, value: string): Promise<string> =>
    (
      await db().execute<{ id: string }>(sql`
        SELECT id FROM external_id WHERE kind = ${kind} AND system = ${SYSTEM} AND value = ${value}`)
    ).rows[0]?.id as string;
  let zone: string;

  beforeAll(async () => {
    const { visitTypes, clinics } = await loadDirectory(db());
    visitType = visitTypes.find(({ name }) => name === "Follow-up visit")?.id as string;
    zone = clinics.find(({ id }) => id === clinic)?.timeZone as string;
  });

  const starts = async (provider: string): Promise<string[]> => {
    const answer = await call(
      "GET",
      `/providers/${provider}/availability?visitTypeId=${visitType}&from=${tomorrow}&to=${tomorrow}`,
    );
    expect(answer.status).toBe(200);
    return answer.body.days.flatMap(({ slots }: { slots: { start: string }[] }) =>
      slots.map(({ start }) => start),
    );
  };

  it("[IE3] [D15] its providers and their hours take bookings when the answer is there", async () => {
    const providers = `id,displayName,title,specialties,languages,visitTypeIds\nNPI-9,Olga Arrives,${MADE_HERE},primary-care,en,${visitType}`;
    const schedules = `id,providerId,locationId,hours\nSCH-9,NPI-9,${clinic},mon-sun 09:00-17:00`;
    expect(reportOf(await send("providers", providers, { apply: true }))).toMatchObject({ created: 1 });
    expect(reportOf(await send("schedules", schedules, { apply: true }))).toMatchObject({ created: 1 });
    const provider = await known("provider", "NPI-9");
    expect((await starts(provider)).length).toBeGreaterThan(10);
    expect(reportOf(await send("schedules", schedules, { apply: true }))).toMatchObject({ unchanged: 1 });
    const fewer = schedules.replace("17:00", "10:00");
    expect(reportOf(await send("schedules", fewer, { apply: true }))).toMatchObject({ changed: 1 });
    expect((await starts(provider)).every((start) => start.slice(11, 13) === "09")).toBe(true);
  });

  it("[IE12] [IE11] its appointments, from a Bundle, take their time at once and are in the patient's list", async () => {
    const provider = await known("provider", "NPI-9");
    const patient = await known("patient", "a");
    const [start] = await starts(provider);
    const end = new Date(Date.parse(start as string) + 20 * 60_000).toISOString();
    const bundle = JSON.stringify({
      resourceType: "Bundle",
      type: "collection",
      entry: [
        {
          resource: {
            resourceType: "Appointment",
            id: "APT-9",
            status: "booked",
            serviceType: [{ coding: [{ code: visitType }] }],
            start,
            end,
            participant: ["Patient/a", "Practitioner/NPI-9", `Location/${clinic}`].map((reference) => ({
              actor: { reference },
              status: "accepted",
            })),
          },
        },
      ],
    });
    const bring = (apply: boolean) => send("appointments", bundle, { apply, type: "application/fhir+json" });
    expect(reportOf(await bring(false))).toMatchObject({ applied: false, created: 1 });
    expect(await starts(provider)).toContain(start);
    expect(reportOf(await bring(true))).toMatchObject({ created: 1 });
    expect(await starts(provider)).not.toContain(start);
    const list = await call("GET", `/patients/${patient}/appointments`, {
      token: await patientToken(patient),
    });
    expect(list.body.data).toMatchObject([
      { providerId: provider, start, source: "import", status: "booked" },
    ]);
    expect(reportOf(await bring(true))).toMatchObject({ created: 0, unchanged: 1, refused: 0 });
    await drainLog(); // the record has it
    expect(reportOf(await bring(true))).toMatchObject({ created: 0, unchanged: 1, refused: 0 });
  });

  it("[IE13] its day is printed for its desk, by its clock, and kept by no cache", async () => {
    const provider = await known("provider", "NPI-9");
    const [booked] = (
      await db().execute<{ start: string }>(
        sql`SELECT start_at AS start FROM appointment WHERE provider_id = ${provider}`,
      )
    ).rows;
    const local = spellInZone(instant(Date.parse(booked?.start ?? "")), zone);
    const path = `/locations/${clinic}/day-list?date=${local.slice(0, 10)}`;
    const own = await staffToken(clinic);
    const answer = await call("GET", path, { token: own });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(answer.headers.get("content-type")).toContain("text/html");
    for (const text of ["Olga Arrives", "Doe, Jane", "1980-02-29", "+13125550100", local.slice(11, 16)])
      expect(answer.body).toContain(text);
    expect(answer.body).not.toMatch(/<script|src=|href=/);
    expect((await call("GET", path, { token: admin })).status).toBe(200);
    const codes = [];
    for (const token of [await staffToken("loc_000000000000"), await patientToken(somePatient())])
      codes.push((await call("GET", path, { token })).status);
    codes.push((await call("GET", path)).status);
    codes.push((await call("GET", "/locations/loc_000000000000/day-list", { token: admin })).status);
    codes.push((await call("GET", `/locations/${clinic}/day-list?date=2026-02-30`, { token: own })).status);
    expect(codes).toEqual([404, 403, 401, 404, 400]);
  });

  it("[IE13] a name that looks like HTML is text on the page", async () => {
    await db().execute(
      sql`UPDATE patient SET display_name = '<b>Jane</b>', search_text = '<b>jane</b>' WHERE id = ${await known("patient", "a")}`,
    );
    const answer = await call("GET", `/locations/${clinic}/downtime?days=7`, { token: admin });
    expect(answer.body).toContain("&lt;b&gt;Jane&lt;/b&gt;");
    expect(answer.body).not.toContain("<b>Jane");
  });

  it("[IE13] [IE14] a list says when appointments are still being taken over", async () => {
    const [provider, patient] = [await known("provider", "NPI-9"), await known("patient", "a")];
    await db().execute(sql`INSERT INTO incoming_appointment (id, provider_id, patient_id, location_id, visit_type_id,
      start_at, end_at, status, created_at, updated_at) VALUES ('waits', ${provider}, ${patient}, ${clinic}, ${visitType},
      '2027-03-01T15:00Z', '2027-03-01T15:20Z', 'booked', now(), now())`);
    try {
      for (const page of ["day-list", "downtime"])
        expect((await call("GET", `/locations/${clinic}/${page}`, { token: admin })).body).toContain(
          "still being taken over",
        );
    } finally {
      await db().execute(sql`DELETE FROM incoming_appointment WHERE id = 'waits'`);
    }
  });

  it("[IE14] a snapshot for downtime is one file with some days, numbers, free starts and its time", async () => {
    const answer = await call("GET", `/locations/${clinic}/downtime?days=2`, {
      token: await staffToken(clinic),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="downtime-loc_/);
    expect(answer.body).toContain("As of ");
    expect(answer.body).toContain("Next free starts");
    expect(answer.body.match(/class="day"/g)).toHaveLength(3); // two days and what is free
    expect(answer.body).not.toMatch(/<script|src=|href=|url\(/);
    expect((await call("GET", `/locations/${clinic}/downtime?days=8`, { token: admin })).status).toBe(400);
    expect((await call("GET", `/locations/${clinic}/downtime`)).status).toBe(401);
  });
});

describe("an export", () => {
  const take = async (path: string, token = admin) => call("GET", `/exports/${path}`, { token });

  it("[IE7] [IE6] comes back through the door and changes nothing", async () => {
    const file = (await take(`patients?system=${SYSTEM}`)).body as string;
    expect(file).toMatch(/'\+1\d{10},/);
    const report = reportOf(await send("patients", file, { apply: true }));
    expect(report).toMatchObject({ unchanged: report.rows, created: 0, changed: 0, refused: 0 });
    expect(report.rows).toBeGreaterThan(100);
  });

  it("[IE8] is everything for administrators, their clinics' for staff, nothing for others", async () => {
    const staff = await staffToken(clinic);
    const own = await take("patients?format=ndjson", staff);
    expect(own.headers.get("content-type")).toBe("application/x-ndjson");
    const homes = linesOf(own).map(({ homeLocationId }) => homeLocationId);
    expect(new Set(homes)).toEqual(new Set([clinic]));
    expect(linesOf(await take("patients?format=ndjson")).length).toBeGreaterThan(homes.length);
    expect((await take("staff", staff)).status).toBe(403);
    expect((await take("patients", await patientToken(somePatient()))).status).toBe(403);
    expect((await call("GET", "/exports/patients")).status).toBe(401);
    expect((await take("secrets")).status).toBe(404);
    expect((await take("patients?format=xml")).status).toBe(400);
    const answer = await take("visit-types");
    expect(answer.headers.get("content-disposition")).toMatch(/attachment; filename="visit-types-.*\.csv"/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});
