/**
 * Proves the house rules that hold for whole folders: core/ is pure, every rule of core/SPEC.md has a test that names it,
 * and no test names a rule that does not exist. Reads sources; runs nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Rules whose test is not written yet, each with its reason. To be emptied. */
const WITHOUT_A_TEST: Readonly<Record<string, string>> = {};

/** Letters under which rules are being added: a title may name one before SPEC.md does. To be emptied. */
const LETTERS_IN_THE_MAKING: readonly string[] = [];

/** The clock, randomness and the world. `new Date(ms)` is arithmetic and stays allowed. */
const IMPURE =
  /\bDate\.now\b|\bMath\.random\b|\bnew\s+Date\s*(?:\(\s*\)|[^\s(])|(?<!new\s)(?<![.\w])Date\s*\(|\bTemporal\.Now\b|\bperformance\b|\bglobalThis\b|\bprocess\.|\bcrypto\b|\bfetch\s*\(|\bset(?:Timeout|Interval|Immediate)\b|\bconsole\b|\beval\b/;
/** What a Date says depends on the machine unless it is asked for UTC. */
const LOCAL_TIME =
  /\.(?:get|set)(?!UTC)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|TimezoneOffset)\b|\.toLocale\w*String\b/;

interface Source {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const sourcesIn = (folder: string): Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const path = join(ROOT, folder, name);
      return { path: relative(ROOT, path).split(sep).join("/"), text: readFileSync(path, "utf8") };
    });

const CORE = sourcesIn("core");
const TESTS = sourcesIn("test"); // suites that several test files share have titles, too

/** Code without its comments; strings stay. */
const codeOf = ({ text }: Source): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");

function importsOf(source: Source): string[] {
  const statement = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'`])([^"'`\n]+)\1/g;
  return [...codeOf(source).matchAll(statement)].map((match) => match[2] as string);
}

/** First arguments of it(…) and its forms: everything between the quotes. */
function titlesOf({ text }: Source): string[] {
  const call = /\b(?:it|test)(?:\.\w+)*(?:\([^()]*\))?\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
  const inTables = /\[\s*"((?:\[[A-Z]+\d+\]\s*)+[^"]*)"/g; // rows of a table that becomes titles
  return [
    ...[...text.matchAll(call)].map((match) => match[2] as string),
    ...[...text.matchAll(inTables)].map((match) => match[1] as string),
  ];
}

const idsIn = (title: string): string[] =>
  [...title.matchAll(/\[([A-Z]+\d+)\]/g)].map((match) => match[1] as string);

const SPEC_IDS = [
  ...readFileSync(join(ROOT, "core/SPEC.md"), "utf8").matchAll(/^\|\s*([A-Z]+\d+)\s*\|/gm),
].map((match) => match[1] as string);

describe("core/ is pure", () => {
  it("there is something to look at", () => {
    expect(CORE.length).toBeGreaterThan(30);
    expect(TESTS.length).toBeGreaterThan(15);
    expect(CORE.flatMap(importsOf).length).toBeGreaterThan(80);
  });

  it("imports core/ and the Temporal polyfill, by full file name, and nothing else", () => {
    const wrong = CORE.flatMap((source) =>
      importsOf(source)
        .filter((specifier) => {
          if (specifier === "temporal-polyfill") return false;
          const target = relative(ROOT, join(ROOT, dirname(source.path), specifier))
            .split(sep)
            .join("/");
          return !specifier.startsWith(".") || !CORE.some(({ path }) => path === target);
        })
        .map((specifier) => `${source.path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("only the door to clinic time knows the Temporal polyfill", () => {
    const users = CORE.filter((source) => importsOf(source).includes("temporal-polyfill")).map(
      ({ path }) => path,
    );
    expect(users).toEqual(["core/schedule/clinic-time.ts"]);
  });

  it("takes the clock, randomness and the world as arguments", () => {
    const wrong = CORE.flatMap((source) =>
      codeOf(source)
        .split("\n")
        .filter((line) => IMPURE.test(line))
        .map((line) => `${source.path}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });

  it("reads local time nowhere", () => {
    expect(CORE.filter((source) => LOCAL_TIME.test(codeOf(source))).map(({ path }) => path)).toEqual([]);
  });

  it("would be found out: the scans see what they are for, and leave pure code alone", () => {
    const impure = [
      "Date.now()",
      "Math.random()",
      "new Date()",
      "new Date( )",
      "new Date;",
      "Date()",
      "performance.now()",
    ];
    impure.push(
      "Temporal.Now.instant()",
      "crypto.randomUUID()",
      "setTimeout(f, 1)",
      "globalThis.x",
      "fetch(url)",
    );
    for (const code of impure) expect([code, IMPURE.test(`const x = ${code}`)]).toEqual([code, true]);
    for (const code of [
      "new Date(ms).toISOString()",
      "Date.UTC(2026, 0, 1)",
      "Date.parse(text)",
      "nextDate(date)",
    ])
      expect([code, IMPURE.test(`const x = ${code}`)]).toEqual([code, false]);
    expect(LOCAL_TIME.test("d.getHours()") && !LOCAL_TIME.test("d.getUTCHours() + d.getTime()")).toBe(true);
    const imports =
      'import a from "./a.ts";\nexport * from "node:fs";\nawait import("hono"); // from "x"\n/* from "y" */';
    expect(importsOf({ path: "", text: imports })).toEqual(["./a.ts", "node:fs", "hono"]);
    const titles = 'it("[B1] a", f); it.each([1])(`[B2] b`, f);\n["[B3] row", 1],';
    expect(titlesOf({ path: "", text: titles })).toEqual(["[B1] a", "[B2] b", "[B3] row"]);
  });
});

describe("rules and tests", () => {
  it("SPEC.md names every rule once", () => {
    expect(SPEC_IDS.length).toBeGreaterThan(60);
    expect(SPEC_IDS.filter((id, index) => SPEC_IDS.indexOf(id) !== index)).toEqual([]);
  });

  it("every rule of SPEC.md is in the title of a test", () => {
    const named = new Set(TESTS.flatMap(titlesOf).flatMap(idsIn));
    expect(SPEC_IDS.filter((id) => !named.has(id) && WITHOUT_A_TEST[id] === undefined)).toEqual([]);
  });

  it("no title names a rule that SPEC.md lacks", () => {
    const isKnown = (id: string): boolean =>
      SPEC_IDS.includes(id) || LETTERS_IN_THE_MAKING.includes(id.replace(/\d+$/, ""));
    const wrong = TESTS.flatMap((source) =>
      titlesOf(source)
        .filter((title) => !idsIn(title).every(isKnown))
        .map((title) => `${source.path}: ${title}`),
    );
    expect(wrong).toEqual([]);
  });

  it("no comment in core/ names a rule that SPEC.md lacks", () => {
    const wrong = CORE.flatMap((source) =>
      idsIn(source.text)
        .filter((id) => !SPEC_IDS.includes(id))
        .map((id) => `${source.path}: ${id}`),
    );
    expect(wrong).toEqual([]);
  });

  it("titles of core's tests begin with the rule that they prove", () => {
    const ours = TESTS.filter(
      ({ path }) => path.startsWith("test/core/") && !path.endsWith("/purity.node.ts"),
    );
    const wrong = ours.flatMap((source) =>
      titlesOf(source)
        .filter((title) => !/^\[[A-Z]+\d+\]|^\$\{/.test(title))
        .map((title) => `${source.path}: ${title}`),
    );
    expect(wrong).toEqual([]);
  });

  it("no test of core is skipped or runs alone", () => {
    const ours = TESTS.filter(({ path }) => path.startsWith("test/core/"));
    const wrong = ours.filter((source) =>
      /\b(?:it|test|describe)\.(?:skip|only|todo|fails|skipIf|runIf)\b/.test(codeOf(source)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
