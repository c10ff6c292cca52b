/** Proves that CSV files are read as spreadsheets write them, with the lines that a person sees. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problems } from "../../../core/exchange/read-rows.ts";
import { decodeText, readCsv, writeCsv } from "../../../workers/edge/exchange/csv.ts";
import { readFile } from "../../../workers/edge/exchange/import-file.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function recordsOf(text: string) {
  const problems = new Problems();
  const records: { line: number; cells: readonly string[] }[] = [];
  readCsv(text, problems, (line, cells) => records.push({ line, cells }) > 0);
  return { records, problems };
}

describe("a CSV file", () => {
  it("[IE5] [IE6] that was written reads the same, whatever is in its cells", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom("=1+1", "'=x", '"', "a\nb", "a\r\nb", ";", "\t", " ", "@", "-1", "Zoë"),
    );
    const row = fc.array(cell, { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const all = [["one", "two"], ...rows];
        expect(recordsOf(writeCsv(all)).records.map(({ cells }) => cells)).toEqual(all);
      }),
    );
  });

  it("[IE6] a negative number stays one, and a text that looks like one is guarded", () => {
    expect(writeCsv([[-97.7, "-97.7", 3]])).toBe("-97.7,'-97.7,3\r\n");
  });

  it.each([
    ["[IE5] commas and Windows line ends", "a,b\r\n1,2\r\n3,4\r\n"],
    ["[IE5] semicolons, as European Excel writes", "a;b\r\n1;2\r\n3;4"],
    ["[IE5] tabs", "a\tb\n1\t2\n3\t4"],
    ["[IE5] old Mac line ends", "a,b\r1,2\r3,4\r"],
    ["[IE5] quotes that are not needed", '"a","b"\n"1","2"\n"3","4"\n'],
  ])("%s", (_what, text) => {
    expect(recordsOf(text).records).toEqual([
      { line: 1, cells: ["a", "b"] },
      { line: 2, cells: ["1", "2"] },
      { line: 3, cells: ["3", "4"] },
    ]);
  });

  it("[IE5] counts lines as an editor shows them, over line breaks in cells and empty lines", () => {
    const { records } = recordsOf('a,b\n"1\n\n1",2\n\n3,"4\n4"\n5,6\n');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 6, 8]);
  });

  it("[IE5] a mark at its beginning is not part of the first name, and what is not UTF-8 is named by line", () => {
    expect(decodeText(bytes("\ufeffid,x"))).toEqual({ text: "id,x" });
    const latin1 = Uint8Array.from([...bytes("id,x\nab,c\nd"), 0xe9, ...bytes(",e\n")]);
    expect(decodeText(latin1)).toEqual({ badLine: 3 });
  });

  it("[IE1] quotes that do not close are a mistake of the line that they begin on", () => {
    const { problems } = recordsOf('a,b\n1,2\n3,"4\n5,6\n');
    expect(problems.named.map(({ line }) => line)).toEqual([3]);
  });

  it("[IE1] with a wrong header says so once, and not line by line", () => {
    const { rows, problems } = readFile("patients", "csv", bytes("id,name\n1,2\n3,4\n"), 0);
    expect(rows).toEqual([]);
    expect(problems.named.every(({ line }) => line === 1)).toBe(true);
  });

  it("[IE1] without a line at all is malformed", () => {
    expect(readFile("patients", "csv", bytes(""), 0).problems.count).toBe(1);
  });
});

describe("a FHIR file", () => {
  it("[IE1] [IE11] that is no JSON names the line, and repeats nothing", () => {
    const { rows, problems } = readFile(
      "patients",
      "fhir",
      bytes('{\n "resourceType": "Bundle",\n "Secret\n}'),
      0,
    );
    expect(rows).toEqual([]);
    expect(problems.named).toEqual([{ line: 3, column: null, message: "must be JSON" }]);
  });

  it("[IE11] that is another resource is told what is expected", () => {
    expect(readFile("patients", "fhir", bytes('{"resourceType":"Patient"}'), 0).problems.named).toEqual([
      { line: 1, column: null, message: "must be a Bundle with entries" },
    ]);
  });
});
