/** Proves that the map of the security standard has no hole, and that the check finds each kind of hole. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countsOf, holesIn, type Requirement, readRequirements } from "../../scripts/asvs.ts";

const root = join(import.meta.dirname, "..", "..");
const entries = readRequirements(root);
const withFirst = (change: Partial<Requirement>): readonly Requirement[] =>
  entries.map((entry, n) => (n === 0 ? { ...entry, ...change } : entry));

describe("[AB13] the map of OWASP ASVS", () => {
  it("[AB13] has every requirement of levels 1 and 2 once, with a test, a passage or a reason that is there", () => {
    expect(holesIn(entries, root)).toEqual([]);
    expect(entries).toHaveLength(253);
    const counts = countsOf(entries);
    expect(counts.tested).toBeGreaterThan(100);
    expect(counts.open).toBe(0);
    for (const { left } of entries) if (left !== undefined) expect(left.length).toBeGreaterThan(20);
  });

  it("[AB13] finds a missing, a doubled and an open requirement, an invented test, an invented passage, and a reason not given", () => {
    const holes = (changed: readonly Requirement[]) => holesIn(changed, root).join("\n");
    expect(holes(entries.slice(1))).toContain("chapter 1 has 26 of 27");
    expect(holes([...entries, entries[3] as Requirement])).toContain("is there twice");
    expect(holes(withFirst({ status: "tested", tests: [] }))).toContain("names no test");
    const invented = { file: "test/core/ids.node.ts", title: "a title that nobody wrote" };
    expect(holes(withFirst({ status: "tested", tests: [invented] }))).toContain("a test that is not there");
    expect(
      holes(withFirst({ status: "tested", tests: [{ file: "README.md", title: "Openslot" }] })),
    ).toContain("not there");
    expect(holes(withFirst({ status: "documented", where: { file: "nowhere.md", text: "x" } }))).toContain(
      "nowhere.md",
    );
    expect(holes(withFirst({ status: "not-applicable", reason: "no" }))).toContain("gives no reason");
    expect(holes(withFirst({ status: "open", reason: "nobody has looked at it yet" }))).toContain("is open");
    expect(holes(withFirst({ status: "fine" as never }))).toContain("unknown status");
  });
});
