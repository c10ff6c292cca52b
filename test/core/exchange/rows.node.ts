/** Proves how records become rows, and rows ours: nothing is guessed, and every mistake has its line. */
import { describe, expect, it } from "vitest";
import { PROBLEMS_MAX, Problems, RowReader, readHeader } from "../../../core/exchange/read-rows.ts";
import { ImportTally } from "../../../core/exchange/report.ts";
import { type KnownRow, referencesOf, resolveRow } from "../../../core/exchange/resolve-row.ts";
import { columnsOf } from "../../../core/exchange/tables.ts";

const PATIENTS = columnsOf("patients", "2026-11-25");
const SCHEDULES = columnsOf("schedules", "2026-11-25");
const NAMES = ["id", "displayName", "birthDate", "homeLocationId"];

function read(names: readonly string[], lines: readonly (readonly string[])[]) {
  const problems = new Problems();
  const reader = new RowReader("patients", readHeader(names, PATIENTS, 1, problems), problems);
  lines.forEach((cells, index) => {
    reader.read({ line: index + 2, cells });
  });
  return { rows: reader.rows, problems };
}

describe("records become rows", () => {
  it("[IE1] with their lines; what the file has no column for is not in them", () => {
    const { rows, problems } = read(NAMES, [["a", " Ann ", "1980-01-01", "c"]]);
    expect(problems.count).toBe(0);
    expect(rows).toEqual([
      { line: 2, id: "a", values: { displayName: "Ann", birthDate: "1980-01-01", homeLocationId: "c" } },
    ]);
  });

  it("[IE1] names every mistake of a line by its column, and goes on to the next line", () => {
    const { rows, problems } = read(NAMES, [
      ["a", "", "yesterday", "c"],
      ["b", "Ben", "1980-01-01"],
      ["c", "Cy", "1980-01-01", "c"],
      ["c", "Di", "1980-01-01", "c"],
    ]);
    expect(rows.map(({ id }) => id)).toEqual(["c"]);
    expect(problems.named).toEqual([
      { line: 2, column: "displayName", message: "must not be empty" },
      { line: 2, column: "birthDate", message: "must be a date, YYYY-MM-DD" },
      { line: 3, column: null, message: "must have 4 fields, as the header has" },
      { line: 5, column: "id", message: "is that of line 4 already" },
    ]);
  });

  it("[IE1] a header that misses, repeats or invents a column is line 1's mistake", () => {
    const { problems } = read(["id", "ID", "displayname", "birthDate", "shoeSize"], []);
    expect(problems.named).toEqual([
      { line: 1, column: null, message: "column 5 is not known here" },
      { line: 1, column: "id", message: "must be given once" },
      { line: 1, column: "homeLocationId", message: "is missing" },
    ]);
  });

  it("[IE1] names so many mistakes and counts all", () => {
    const { problems } = read(
      NAMES,
      Array.from({ length: PROBLEMS_MAX + 5 }, () => ["only one"]),
    );
    expect([problems.named.length, problems.count]).toEqual([PROBLEMS_MAX, PROBLEMS_MAX + 5]);
  });
});

describe("whom a row means", () => {
  const known =
    (rows: Record<string, Partial<KnownRow>>) =>
    (kind: string, value: string): KnownRow | null => {
      const found = rows[`${kind} ${value}`];
      return found ? { id: value, fingerprint: null, external: false, ...found } : null;
    };
  const row = { line: 7, id: "mrn", values: { displayName: "Ann", homeLocationId: "north" } };

  it("[IE4] the one that was imported before, with its clinic's id in it", () => {
    const ids = known({
      "patient mrn": { id: "pat_1", fingerprint: "f", external: true },
      "clinic north": { id: "loc_1", external: true },
    });
    expect(resolveRow("patient", PATIENTS, row, ids)).toEqual({
      ok: true,
      row: {
        line: 7,
        externalId: "mrn",
        id: "pat_1",
        fingerprint: "f",
        named: true,
        values: { displayName: "Ann", homeLocationId: "loc_1" },
      },
    });
  });

  it("[IE4] a new one is to be made and remembered; one named by our own id is not remembered", () => {
    const clinic = { "clinic north": { id: "loc_1" } };
    expect(resolveRow("patient", PATIENTS, row, known(clinic))).toMatchObject({
      row: { id: null, named: true },
    });
    expect(
      resolveRow("patient", PATIENTS, row, known({ ...clinic, "patient mrn": { id: "mrn" } })),
    ).toMatchObject({ row: { id: "mrn", named: false } });
  });

  it("[IE4] refers to nobody whom we do not know", () => {
    expect(resolveRow("patient", PATIENTS, row, known({}))).toEqual({
      ok: false,
      reasons: [{ column: "homeLocationId", message: "is not known here" }],
    });
  });

  it("[IE4] a schedule is its provider at its clinic, whatever it is called", () => {
    const schedule = { line: 2, id: "s1", values: { providerId: "p", locationId: "l", hours: [] } };
    const people = { "provider p": { id: "prv_1" }, "clinic l": { id: "loc_1" } };
    const there = { "schedule prv_1/loc_1": { id: "prv_1/loc_1" } };
    const resolve = (rows: Record<string, Partial<KnownRow>>) =>
      resolveRow("schedule", SCHEDULES, schedule, known(rows));
    expect(resolve(people)).toMatchObject({ row: { id: null, named: true } });
    expect(resolve({ ...people, ...there })).toMatchObject({ row: { id: "prv_1/loc_1", named: true } });
    expect(resolve({ ...people, "schedule s1": { id: "prv_2/loc_1", external: true } })).toMatchObject({
      ok: false,
      reasons: [{ column: "id" }],
    });
  });

  it("[IE4] everybody who is named is asked for once", () => {
    expect(referencesOf("patient", PATIENTS, [row, { ...row, id: "other" }])).toEqual([
      { kind: "patient", value: "mrn" },
      { kind: "clinic", value: "north" },
      { kind: "patient", value: "other" },
    ]);
  });
});

it("[IE9] a report adds up: every row is made, changed, unchanged or refused, whatever number of reasons", () => {
  const tally = new ImportTally(6, true);
  tally.wrote(1, 1, 2);
  tally.refused(5, [
    { column: "a", message: "m" },
    { column: "b", message: "m" },
  ]);
  tally.refused(6, [{ column: null, message: "m" }]);
  const report = tally.report(true);
  expect(report.created + report.changed + report.unchanged + report.refused).toBe(report.rows);
  expect([report.problemCount, report.problems[2]]).toEqual([3, { line: 6, column: null, message: "m" }]);
});
