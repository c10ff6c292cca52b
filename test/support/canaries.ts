/**
 * Marks that stand for personal data, one in each field, and the places where they must never be: answers that refuse, addresses,
 * headers, frames, logs, files of objects, columns of Postgres that are not meant for them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";

/** No two alike and nothing that a program would say by itself. Lower case and plain letters, so that folding changes nothing. */
export const CANARIES = {
  name: "qzcanaryname",
  otherName: "qzcanaryother",
  importedName: "qzcanaryimported",
  staffName: "qzcanarystaff",
  email: "qzcanarymail",
  phone: "15550198273",
  signIn: "qzcanarysignin",
  birthDate: "1907-03-09",
  reason: "qzcanaryreason",
  movedReason: "qzcanarymoved",
  importedReason: "qzcanaryfile",
  notes: "qzcanarynotes",
  need: "qzcanaryneed",
  searched: "qzcanarysearched",
  unknownField: "qzcanaryunknown",
} as const;
export type Canary = keyof typeof CANARIES;

/** Which of them stand in a text or in bytes, case aside. */
export function canariesIn(text: string | Buffer): Canary[] {
  const folded = (typeof text === "string" ? text : text.toString("latin1")).toLowerCase();
  return (Object.keys(CANARIES) as Canary[]).filter((name) => folded.includes(CANARIES[name]));
}

export interface Leak {
  /** Where, in words for a person. */
  readonly where: string;
  readonly canary: Canary;
}

const leaksIn = (where: string, text: string | Buffer, except: readonly Canary[] = []): Leak[] =>
  canariesIn(text)
    .filter((canary) => !except.includes(canary))
    .map((canary) => ({ where, canary }));

/** One exchange, as a client and everything between saw it. */
export interface Heard {
  /** Without the address: `GET /v1/patients/:id`. */
  readonly what: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * What an answer gives away: a refusal nothing at all; headers (addresses of redirects among them) and links never anything; and what
 * has personal data in it no cache may keep.
 */
export function leaksOfAnswer({ what, status, headers, text }: Heard): Leak[] {
  const heads = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  const links = [...text.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, address]) => address).join("\n");
  const cached = headers["cache-control"]?.includes("no-store") ? [] : leaksIn(`cacheable ${what}`, text);
  const isPage = headers["content-type"]?.startsWith("text/html") ?? false; // gives a form back as it was filled in
  return [
    ...(status >= 400 && !isPage ? leaksIn(`refusal ${status} of ${what}`, text) : []),
    ...leaksIn(`headers of ${what}`, decodeURIComponent(heads.replace(/%(?![0-9a-f]{2})/gi, "%25"))),
    ...leaksIn(`links of ${what}`, decodeURIComponent(links.replace(/%(?![0-9a-f]{2})/gi, "%25"))),
    ...cached,
  ];
}

export const leaksOfFrame = (socket: string, text: string): Leak[] => leaksIn(`frame of ${socket}`, text);
export const leaksOfLog = (line: string): Leak[] => leaksIn("log", line);

/** What a laptop would have sent, and to whom, in the clear: its purpose, and empty wherever LOCAL_MODE is off. */
const LAPTOPS_MAILBOX = "-CodeSink";

/** Every file of every object, byte by byte: rows, journals and pages that SQLite has freed. */
export function leaksOfObjects(storageDir: string): {
  readonly files: number;
  readonly leaks: readonly Leak[];
} {
  const files = readdirSync(storageDir, { recursive: true, withFileTypes: true }).filter(
    (one) => one.isFile() && !one.parentPath.endsWith(LAPTOPS_MAILBOX),
  );
  const leaks = files.flatMap(({ parentPath, name }) => {
    const kind = parentPath.slice(storageDir.length + 1);
    return leaksIn(
      `file of ${kind} ${name.replace(/^[0-9a-f]+/, "…")}`,
      readFileSync(join(parentPath, name)),
    );
  });
  return { files: files.length, leaks };
}

/** Columns that are meant for it, and what. `undefined` = every other one of the same table may hold nothing. */
const MEANT: Readonly<Record<string, readonly Canary[]>> = {
  "patient.display_name": ["name", "otherName", "importedName"],
  "patient.search_text": ["name", "otherName", "importedName"],
  "patient.email": ["email", "signIn"],
  "patient.phone": ["phone"],
  "patient.birth_date": ["birthDate"],
  "patient.access_needs": ["need"],
  "staff.display_name": ["staffName"],
  "staff.email": ["email"],
  "auth_user.name": ["name", "staffName"],
  "auth_user.email": ["email", "signIn"],
  "auth_user.phone_number": ["phone"],
};

/** Every column of every table. `met`: what stood where it is meant to, so that a scan that sees nothing shows itself. */
export async function leaksOfPostgres(
  db: Db,
): Promise<{ readonly leaks: readonly Leak[]; readonly met: ReadonlySet<string> }> {
  const { rows: columns } = await db.execute<{ table_name: string; column_name: string }>(sql`
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2`);
  const leaks: Leak[] = [];
  const met = new Set<string>();
  const marks = Object.entries(CANARIES) as [Canary, string][];
  for (const [table, own] of Map.groupBy(columns, ({ table_name }) => table_name)) {
    // One walk of the table for all of its columns.
    const texts = own.flatMap(({ column_name: name }) =>
      marks.map(
        ([canary, mark]) =>
          sql`bool_or(lower(${sql.identifier(name)}::text) LIKE ${`%${mark}%`}) AS ${sql.identifier(`${name} ${canary}`)}`,
      ),
    );
    const { rows } = await db.execute<Record<string, boolean | null>>(
      sql`SELECT ${sql.join(texts, sql`, `)} FROM ${sql.identifier(table)}`,
    );
    for (const [place, found] of Object.entries(rows[0] ?? {})) {
      if (!found) continue;
      const [column, canary] = place.split(" ") as [string, Canary];
      if (MEANT[`${table}.${column}`]?.includes(canary)) met.add(`${table}.${place}`);
      else leaks.push({ where: `column ${table}.${column}`, canary });
    }
  }
  return { leaks, met };
}
