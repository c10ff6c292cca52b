/**
 * `npm run rebuild -- postgres`: makes the record in Postgres say what the calendars say, while the app runs. First the
 * log tells again what it still has, for the history; then each calendar what stands on it. Prints a line per calendar
 * that needed something, and the hash of both sides; exit code 1 if they differ.
 * `npm run rebuild -- texts`: puts reasons and notes under the newest of TEXT_KEYS (docs/operations/keys.md); exit code 1 if
 * something is left.
 *   --url http://…    the app, if not the local one; OPENSLOT_TOKEN is then a token of the role service or admin
 * What is not rebuilt: docs/operations/record.md.
 */
import { parseArgs } from "node:util";
import { APPOINTMENT_PARTITIONS } from "../core/events/partition.ts";
import { type CalendarHash, hashOfAll } from "../db/projections/appointment-hash.ts";
import { claimsFor, signToken } from "./local/local-token.ts";
import { readPorts } from "./local/machine.ts";
import { readOrMakeIssuer } from "./local/settings.ts";
import { StartError } from "./local/start-error.ts";

/** People book meanwhile: a calendar whose two hashes differ is looked at again, so often and after so long. */
const LOOKS_MAX = 5;
const PAUSE_MS = 1_000;
/** One call does 100 calendars. */
const CALL_MAX_MS = 120_000;

/** What the edge says of one calendar (workers/edge/rebuild.ts). */
interface CalendarLine extends CalendarHash {
  readonly righted: number;
  readonly withdrawn: number;
  readonly stored: CalendarHash | null;
}
/** What the edge says of one calendar's texts (workers/edge/reseal.ts). */
interface ResealedLine {
  readonly provider: string;
  readonly resealed: number;
  readonly left: number;
  readonly unreadable: number;
}
interface Page<Line = CalendarLine> {
  readonly calendars: readonly Line[];
  readonly unknown: readonly string[];
  readonly next: string | null;
}

class Edge {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
    const response = await fetch(new URL(`/v1/rebuild/${path}`, this.#url), {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(CALL_MAX_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new StartError(
        `Nobody answers at ${this.#url}: the calendars are asked through the running app.`,
      );
    });
    const text = await response.text();
    if (!response.ok) throw new StartError(`The app answered ${response.status} to ${path}: ${text}`);
    return text;
  }

  async page(after: string, limit?: number): Promise<Page> {
    return this.#page<CalendarLine>("postgres", after, limit);
  }

  textsPage(after: string): Promise<Page<ResealedLine>> {
    return this.#page<ResealedLine>("texts", after);
  }

  async #page<Line extends { provider: string }>(
    path: string,
    after: string,
    limit?: number,
  ): Promise<Page<Line>> {
    const text = await this.call("POST", path, { after, ...(limit === undefined ? {} : { limit }) });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const last = lines.pop();
    if (last?.done !== true)
      throw new StartError(
        `It stopped after ${after || "nothing"}: the app's log says why. It can be started again.`,
      );
    return {
      calendars: lines.filter(({ unknown }) => !unknown),
      unknown: lines.filter(({ unknown }) => unknown).map(({ provider }) => provider),
      next: last.next,
    };
  }
}

const isEqual = ({ hash, rows, stored }: CalendarLine): boolean =>
  stored === null ? rows === 0 : stored.hash === hash;

async function replayLog(edge: Edge): Promise<void> {
  let records = 0;
  for (let partition = 0; partition < APPOINTMENT_PARTITIONS; partition++) {
    for (let offset: number | null = 0; offset !== null; ) {
      const told: { records: number; next: number | null } = JSON.parse(
        await edge.call("POST", "history", { partition, offset }),
      );
      records += told.records;
      offset = told.next;
    }
  }
  console.log(`The log told its ${records} records again.`);
}

async function rebuildAll(edge: Edge): Promise<{ lines: CalendarLine[]; unknown: string[] }> {
  const lines: CalendarLine[] = [];
  const unknown: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: Page = await edge.page(after);
    for (const { provider, rows, righted, withdrawn } of page.calendars)
      if (righted + withdrawn > 0)
        console.log(`${provider}: ${rows} appointments, ${righted} put right, ${withdrawn} taken away`);
    lines.push(...page.calendars);
    unknown.push(...page.unknown);
    after = page.next;
  }
  return { lines, unknown };
}

/** Looks again at calendars that differ. A page that begins after the text before an id begins with it. */
async function lookAgain(edge: Edge, lines: readonly CalendarLine[]): Promise<CalendarLine[]> {
  const byId = new Map(lines.map((line) => [line.provider, line]));
  const ids = [...byId.keys()].toSorted();
  for (let look = 0; look < LOOKS_MAX; look++) {
    const different = ids.filter((id) => !isEqual(byId.get(id) as CalendarLine));
    if (different.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    for (const id of different) {
      const { calendars } = await edge.page(ids[ids.indexOf(id) - 1] ?? "", 1);
      for (const line of calendars) byId.set(line.provider, line);
    }
  }
  return [...byId.values()];
}

async function rebuildPostgres(edge: Edge): Promise<boolean> {
  await replayLog(edge);
  const { lines: first, unknown } = await rebuildAll(edge);
  const lines = await lookAgain(edge, first);
  for (const line of lines.filter((one) => !isEqual(one))) console.log(`${line.provider} still differs`);
  for (const id of unknown)
    console.log(`${id} has rows in Postgres and no calendar that anybody knows: left as it is`);
  const rows = lines.reduce((sum, line) => sum + line.rows, 0);
  const stored: { rows: number; hash: string } = JSON.parse(await edge.call("GET", "hash"));
  const hash = hashOfAll(lines);
  console.log(`calendars: ${rows} appointments on ${lines.length} calendars, ${hash}`);
  console.log(`Postgres:  ${stored.rows} appointments, ${stored.hash}`);
  return stored.hash === hash;
}

/** [PD7] Everything under the newest of TEXT_KEYS; false = something is not yet, or cannot be. */
async function resealTexts(edge: Edge): Promise<boolean> {
  const sum = { resealed: 0, left: 0, unreadable: 0 };
  for (let after: string | null = ""; after !== null; ) {
    const page: Page<ResealedLine> = await edge.textsPage(after);
    for (const { provider, resealed, left, unreadable } of page.calendars) {
      if (resealed + left + unreadable > 0)
        console.log(`${provider}: ${resealed} sealed anew, ${left} left, ${unreadable} unreadable`);
      sum.resealed += resealed;
      sum.left += left;
      sum.unreadable += unreadable;
    }
    after = page.next;
  }
  console.log(`${sum.resealed} sealed anew, left ${sum.left}, unreadable ${sum.unreadable}`);
  return sum.left + sum.unreadable === 0;
}

async function readEdge(url: string | undefined): Promise<Edge> {
  const token = process.env.OPENSLOT_TOKEN;
  if (url !== undefined && token === undefined)
    throw new StartError("With --url, OPENSLOT_TOKEN must be a token of the role service or admin.");
  const ours = async () => signToken(await readOrMakeIssuer(), claimsFor({ role: "service", clinics: [] }));
  return new Edge(url ?? `http://127.0.0.1:${readPorts(process.env).http}`, token ?? (await ours()));
}

try {
  const { values, positionals } = parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
  const what = positionals.join();
  if (what !== "postgres" && what !== "texts")
    throw new StartError("Say what to rebuild: npm run rebuild -- postgres, or npm run rebuild -- texts");
  const edge = await readEdge(values.url);
  const done = what === "texts" ? await resealTexts(edge) : await rebuildPostgres(edge);
  if (what === "texts")
    console.log(
      done
        ? "Every text is under the newest key."
        : "Not all of them yet: docs/operations/keys.md says what is left.",
    );
  else
    console.log(
      done ? "Both sides are equal." : "They differ: somebody booked just now, or see the lines above.",
    );
  process.exitCode = done ? 0 : 1;
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exitCode = 2;
}
