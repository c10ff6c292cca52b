/**
 * `npm run asvs`: does docs/security/asvs.json say of every requirement of levels 1 and 2 what became of it, and is there what it
 * names? Prints the counts of each chapter and what is left by decision; exits with 1 on a hole: a requirement that is missing, doubled or open, a test
 * or a passage that is not in the tree, a reason that is not given. Runs no test: `npm test` does that.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How a requirement is met: a test, a passage of our documents, the platform; or it concerns nothing here; or it is not met yet. */
export const STATUSES = ["tested", "documented", "platform", "not-applicable", "open"] as const;
type Status = (typeof STATUSES)[number];

interface TestName {
  readonly file: string;
  /** A part of its title. */
  readonly title: string;
}

export interface Requirement {
  /** As in the standard, without its V. */
  readonly id: string;
  readonly level: 1 | 2;
  readonly about: string;
  readonly status: Status;
  readonly tests?: readonly TestName[];
  readonly where?: { readonly file: string; readonly text: string };
  readonly reason?: string;
  /** What of it is not as the standard words it, by decision. */
  readonly left?: string;
}

/** Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0: 253. */
const IN_CHAPTER: Readonly<Record<string, number>> = {
  1: 27,
  2: 11,
  3: 19,
  4: 10,
  5: 9,
  6: 35,
  7: 18,
  8: 7,
  9: 7,
  10: 29,
  11: 14,
  12: 9,
  13: 13,
  14: 9,
  15: 13,
  16: 16,
  17: 7,
};
const REASON_CHARS_MIN = 7;

const chapterOf = ({ id }: Pick<Requirement, "id">): string => id.split(".")[0] ?? "";

const read = (root: string, file: string): string | null => {
  const path = join(root, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
};

/** What is wrong with one entry; null = nothing. */
function mistakeIn(entry: Requirement, root: string): string | null {
  switch (entry.status) {
    case "tested": {
      if (!entry.tests?.length) return "names no test";
      const missing = entry.tests.find(
        ({ file, title }) =>
          title.length === 0 || !/^test\/.+\.ts$/.test(file) || !read(root, file)?.includes(title),
      );
      return missing ? `names a test that is not there: ${missing.file}: ${missing.title}` : null;
    }
    case "documented":
      return entry.where &&
        entry.where.text !== "" &&
        read(root, entry.where.file)?.includes(entry.where.text)
        ? null
        : `names a passage that is not there: ${entry.where?.file}: ${entry.where?.text}`;
    case "open":
      return "is open";
    case "platform":
    case "not-applicable":
      return (entry.reason?.length ?? 0) >= REASON_CHARS_MIN ? null : "gives no reason";
    default:
      return `has an unknown status: ${entry.status as string}`;
  }
}

/** Every hole, as a sentence. `root`: the repository. */
export function holesIn(entries: readonly Requirement[], root: string): string[] {
  const seen = new Set<string>();
  const holes: string[] = [];
  for (const entry of entries) {
    if (seen.has(entry.id)) holes.push(`${entry.id} is there twice`);
    seen.add(entry.id);
    const mistake = mistakeIn(entry, root);
    if (mistake) holes.push(`${entry.id} ${mistake}`);
  }
  for (const [chapter, wanted] of Object.entries(IN_CHAPTER)) {
    const found = [...seen].filter((id) => chapterOf({ id }) === chapter).length;
    if (found !== wanted) holes.push(`chapter ${chapter} has ${found} of ${wanted} requirements`);
  }
  return holes;
}

export const countsOf = (entries: readonly Requirement[]): Record<Status, number> =>
  Object.fromEntries(
    STATUSES.map((status) => [status, entries.filter((entry) => entry.status === status).length]),
  ) as Record<Status, number>;

export function readRequirements(root: string): readonly Requirement[] {
  const text = readFileSync(join(root, "docs", "security", "asvs.json"), "utf8");
  return (JSON.parse(text) as { requirements: readonly Requirement[] }).requirements;
}

function main(): void {
  const root = join(import.meta.dirname, "..");
  const entries = readRequirements(root);
  const line = (name: string, counts: Record<Status, number>): string =>
    `${name.padEnd(8)}${STATUSES.map((status) => `${counts[status]} ${status}`).join(", ")}`;
  for (const chapter of Object.keys(IN_CHAPTER))
    console.log(line(`V${chapter}`, countsOf(entries.filter((entry) => chapterOf(entry) === chapter))));
  console.log(line("all", countsOf(entries)));
  for (const { id, left } of entries) if (left) console.log(`left by decision: ${id}: ${left}`);
  const holes = holesIn(entries, root);
  for (const hole of holes) console.error(`hole: ${hole}`);
  if (holes.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
