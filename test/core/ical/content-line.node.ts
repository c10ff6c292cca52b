/** Proves that whatever text goes into a calendar comes out of it, and that lines are folded as readers expect. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, foldLine, quoteParameter, serialise } from "../../../core/ical/content-line.ts";
import { rawLines, readCalendar, textOf, unescapeText } from "../../support/ical-reader.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
/** What people write: any script, emoji, and everything that means something to iCalendar. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\\",
      ";",
      ",",
      "\n",
      "\r\n",
      ":",
      '"',
      "^",
      "\t",
      " ",
      "é",
      "漢",
      "😀",
      "\u0000",
      "\u0085",
      "\u2028",
      "\u007f",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 200,
  size: "max",
});
const readable = (text: string): string =>
  text
    .replace(/\r\n|[\r\u0085\u2028\u2029]/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a value cannot hold is dropped
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
const inCalendar = (line: string): string => serialise(["BEGIN:X", line, "END:X"]);

describe("a text value", () => {
  it("[I3] comes back as it was, on one line, whatever is in it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const read = readCalendar(inCalendar(`LOCATION:${escapeText(text)}`));
        expect(read.properties).toHaveLength(1);
        expect(unescapeText(textOf(read, "LOCATION") as string)).toBe(readable(text));
      }),
      { numRuns: 500 },
    );
  });

  it("[I3] cannot end its line or begin a component", () => {
    const evil = "x\r\nEND:VEVENT\r\nBEGIN:VALARM\nATTACH:http://evil";
    expect(serialise([`LOCATION:${escapeText(evil)}`])).toBe(
      "LOCATION:x\\nEND:VEVENT\\nBEGIN:VALARM\\nATTACH:http://evil\r\n",
    );
  });

  it("[I3] a parameter cannot end its quotes", () => {
    const read = readCalendar(inCalendar(`ORGANIZER;CN=${quoteParameter('a";X="b:c;d\r\n^')}:mailto:x`));
    expect(read.properties).toEqual([
      { name: "ORGANIZER", parameters: { CN: "a^';X=^'b:c;d^n^^" }, value: "mailto:x" },
    ]);
  });
});

describe("a line", () => {
  it("[I3] has at most 75 octets and is never folded inside a character", () => {
    let folds = 0;
    fc.assert(
      fc.property(anyText, fc.nat(80), (text, shift) => {
        const line = `X:${"a".repeat(shift)}${escapeText(text)}`;
        const lines = rawLines(octets(serialise([line])));
        for (const each of lines) expect(each.octets).toBeLessThanOrEqual(75);
        for (const each of lines.slice(1)) expect(each.text.startsWith(" ")).toBe(true);
        expect(lines.map((each, index) => (index ? each.text.slice(1) : each.text)).join("")).toBe(line);
        folds += lines.length - 1;
      }),
      { numRuns: 500 },
    );
    expect(folds).toBeGreaterThan(500);
  });

  it("[I3] of exactly 75 octets is not folded, one octet or one character more is", () => {
    expect(foldLine("a".repeat(75))).toBe("a".repeat(75));
    expect(foldLine("a".repeat(76))).toBe(`${"a".repeat(75)}\r\n a`);
    expect(foldLine(`${"a".repeat(74)}é`)).toBe(`${"a".repeat(74)}\r\n é`);
    expect(foldLine(`${"a".repeat(71)}😀`)).toBe(`${"a".repeat(71)}😀`);
    expect(foldLine(`${"a".repeat(72)}😀`)).toBe(`${"a".repeat(72)}\r\n 😀`);
    expect(foldLine("a".repeat(75 + 74 + 1)).split("\r\n")).toEqual([
      "a".repeat(75),
      ` ${"a".repeat(74)}`,
      " a",
    ]);
  });
});
