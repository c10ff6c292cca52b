/** Proves what is taken for an address, a code, a birth date and a device, as people and browsers write them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBirthDate } from "../../../../workers/edge/pages/fields.tsx";
import { deviceText, readCode, readContact } from "../../../../workers/edge/sign-in/contact.ts";

describe("[SI6] an address", () => {
  it.each([
    ["(312) 555-0100", "+13125550100"],
    [" 312.555.0100 ", "+13125550100"],
    ["1 312 555 0100", "+13125550100"],
    ["+1 (312) 555-0100", "+13125550100"],
    ["+49 171 1234567", "+491711234567"],
    ["312\u00a0555\u00a00100", "+13125550100"],
    [" Nora@Example.ORG ", "nora@example.org"],
    ["nora.o'neill+slot@mail.example.org", "nora.o'neill+slot@mail.example.org"],
  ])("%j is %s", (typed, read) => {
    expect(readContact(typed)).toBe(read);
  });

  it.each([
    "",
    "   ",
    "nora",
    "nora@",
    "@example.org",
    "nora@example",
    "nora@exa mple.org",
    "nora@example.org, ben@example.org",
    "<nora@example.org>",
    "555-0100",
    "112 555 0100",
    "+0312555010",
    "+1234567890123456",
    `${"n".repeat(250)}@example.org`,
  ])("%j is none", (typed) => {
    expect(readContact(typed)).toBeNull();
  });

  it("never throws, and reads what it made as the same", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (typed) => {
        const read = readContact(typed);
        if (read !== null) expect(readContact(read)).toBe(read);
      }),
    );
  });
});

describe("[SI6] a code", () => {
  it.each([
    ["123456", "123456"],
    [" 123 456 ", "123456"],
    ["123-456", "123456"],
    ["000000", "000000"],
    ["12345", null],
    ["1234567", null],
    ["12345a", null],
    ["١٢٣٤٥٦", null],
    ["", null],
  ])("%j is %j", (typed, read) => {
    expect(readCode(typed)).toBe(read);
  });
});

describe("[SI6] a birth date", () => {
  const TODAY = "2026-12-01";
  const of = (day: string, month: string, year: string) => readBirthDate({ day, month, year }, TODAY);

  it("is three numbers, with and without zeros", () => {
    expect(of("4", "7", "1951")).toEqual({ date: "1951-07-04" });
    expect(of(" 04 ", "07", "1951")).toEqual({ date: "1951-07-04" });
    expect(of("29", "2", "2024")).toEqual({ date: "2024-02-29" });
    expect(of("1", "12", "2026")).toEqual({ date: "2026-12-01" });
  });

  it.each([
    ["", "7", "1951", "Enter day, month and year of birth."],
    ["4", "July", "1951", "Enter the date of birth in numbers, the year with four digits."],
    ["4", "7", "51", "Enter the date of birth in numbers, the year with four digits."],
    ["29", "2", "2023", "That date does not exist. Check day and month."],
    ["1", "13", "1951", "That date does not exist. Check day and month."],
    ["4", "7", "1899", "Check the year of birth."],
    ["2", "12", "2026", "Check the year of birth."],
  ])("%s %s %s is refused with what to do", (day, month, year, error) => {
    expect(of(day, month, year)).toEqual({ error });
  });
});

describe("a device", () => {
  it.each([
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
      "Safari on an iPhone",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Gecko/20100101 Firefox/150.0",
      "Firefox on a Mac",
    ],
    ["curl/8.9", "A browser"],
    ["", "A browser"],
    [undefined, "A browser"],
  ])("%j is %s", (agent, words) => {
    expect(deviceText(agent)).toBe(words);
  });
});
