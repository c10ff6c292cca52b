/** Proves on the real runtime that files come in and go out: who may, what is told, and that a repetition changes nothing. */
import { reset } from "cloudflare:test";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocationId } from "../../../core/ids.ts";
import { loadDirectory } from "../../../db/queries/load-directory.ts";
import {
  type Answer,
  adminToken,
  call,
  db,
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
