/**
 * A hundred thousand requests made from openapi.json, valid and broken, by every kind of caller, against the built Workers. Proves: no
 * 5xx, nothing that breaks the schema is accepted, and every answer keeps its contract. How fast: not, and sockets: not.
 *
 * `npm run test:real` sends a fifth of them; all: FUZZ_REQUESTS=100000. FUZZ_SEED is another hundred thousand.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { IMPORT_KINDS } from "../../core/exchange/kinds.ts";
import { ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, seededPatients, startBareSystem } from "../../scripts/load/bare-system.ts";
import { bookingOf, freeSlots } from "../../scripts/load/free-slots.ts";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";
import { contractMistake } from "../support/contract-check.ts";
import {
  type Document,
  type FreeStart,
  type MadeRequest,
  RequestMaker,
  randomFrom,
} from "../support/schema-requests.ts";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_201);
const AT_ONCE = 48;
/** Small: what is asked here is what comes back, and each change of the directory is read by everybody again. */
const NETWORK = { clinics: 4, providers: 24, patients: 60 };
/** Of the whole network, so an administrator does one at a time, and the second import at once is told to wait. */
const HEAVY = [
  "rebuildRecord",
  "resealTexts",
  "replayHistory",
  "tellCalendars",
  "hashRecord",
  "exportFile",
  "importFile",
];
const HEAVY_EVERY = 100;
const BROKEN = 0.7;
/** So many are told, then it ends: the rest would say the same. */
const WRONG_MAX = 20;
const PROGRESS_EVERY = 10_000;
/** What no chance finds: a signature, a code of eight digits, a person of one's own. */
const CALLERS = {
  admin: 0.45,
  staff: 0.2,
  patient: 0.2,
  provider: 0.05,
  service: 0.04,
  nobody: 0.06,
} as const;
type Caller = keyof typeof CALLERS;
const MAY_BE_HEAVY: readonly Caller[] = ["staff", "patient", "provider", "nobody"];

let system: BareSystem;
let api: ApiClient;
beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null, network: NETWORK });
  api = new ApiClient(system.workerd.port, AT_ONCE + 1);
}, 180_000);
afterAll(async () => {
  api?.close();
  await system?.stop();
});

/** A file of each kind that is right, and some that are not. */
async function importFiles(token: string): Promise<Record<string, (readonly [string, string])[]>> {
  const files: Record<string, (readonly [string, string])[]> = {};
  for (const kind of IMPORT_KINDS) {
    const { status, text } = await api.call("GET", `/v1/exports/${kind}`, { token });
    expect(status).toBe(200);
    files[kind] = [
      ["text/csv", text],
      ["text/csv", text.slice(0, text.length / 2)],
      ["text/csv", text.replace(/^[^,\n]*/, "zz")],
      ["text/csv", text.replaceAll(/[0-9]/g, "x")],
      ["text/csv", `${text}"`],
      ["text/csv", "\u0000\ud800"],
      ["application/fhir+json", '{"resourceType":"Bundle","type":"collection","entry":[]}'],
      [
        "application/fhir+json",
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":7}}]}',
      ],
      ["application/fhir+json", "{"],
      ["text/plain", text],
    ];
  }
  return files;
}

/** How often each operation answered what, valid and broken. */
class Tally {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly callers = new Map<string, Set<Caller>>();

  add({ operationId, broken }: MadeRequest, caller: Caller, status: number): void {
    const row = this.#counts.get(operationId) ?? new Map<string, number>();
    const kind = `${broken === null ? "valid" : "broken"} ${status}`;
    this.#counts.set(operationId, row.set(kind, (row.get(kind) ?? 0) + 1));
    this.callers.set(operationId, (this.callers.get(operationId) ?? new Set()).add(caller));
  }

  #sum(
    shows: (kind: string) => boolean,
    rows: Iterable<Map<string, number>> = this.#counts.values(),
  ): number {
    let sum = 0;
    for (const row of rows) for (const [kind, count] of row) if (shows(kind)) sum += count;
    return sum;
  }

  count(operationId: string, shows: (kind: string) => boolean): number {
    return this.#sum(shows, [this.#counts.get(operationId) ?? new Map()]);
  }

  toString(): string {
    const kinds = [...new Set([...this.#counts.values()].flatMap((row) => [...row.keys()]))].sort();
    const totals = kinds.map((kind) => `${kind}: ${this.#sum((one) => one === kind)}`);
    const rows = [...this.#counts].map(
      ([id, row]) =>
        `${id}: ${[...row]
          .sort()
          .map(([kind, count]) => `${kind} ×${count}`)
          .join(", ")}`,
    );
    return [...rows, `in all: ${totals.join(", ")}`].join("\n");
  }
}

const problemOf = (text: string): string => {
  try {
    const { type, title, detail } = JSON.parse(text) as Record<string, string>;
    return `${type} ${title} ${detail ?? ""}`;
  } catch {
    return `${text.length} characters`;
  }
};

it(
  `[OA7] of ${REQUESTS} none is a 5xx, none that is broken is accepted, and every answer keeps its contract`,
  async () => {
    const document = JSON.parse(readFileSync(OPENAPI_FILE, "utf8")) as Document;
    const { providers, clinics } = system.directory;
    const patients = await seededPatients(system, 6);
    const admin = await system.adminToken();
    const starts = (await Promise.all(providers.map((one) => freeSlots(api, one, 14)))).flat();
    const known = [
      ...providers
        .slice(0, 5)
        .flatMap(({ id, locationIds, visitTypeIds }) => [id, ...locationIds, ...visitTypeIds]),
      ...patients.map(({ id }) => id),
    ];
    const make = new RequestMaker(
      document,
      SEED,
      known,
      starts.map(bookingOf) as unknown as FreeStart[],
      await importFiles(admin),
    );
    const random = randomFrom(SEED + 1);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const tokens: Record<Caller, readonly (string | undefined)[]> = {
      admin: [admin],
      staff: [
        await system.tokenFor(
          "staff",
          undefined,
          clinics.slice(0, 2).map(({ id }) => id),
        ),
      ],
      patient: await Promise.all(patients.slice(0, 4).map(({ id }) => system.patientToken(id))),
      provider: [await system.tokenFor("provider", providers[0]?.id, [])],
      service: [await system.tokenFor("service", undefined, [])],
      nobody: [undefined],
    };
    const someCaller = (): Caller => {
      let at = random();
      for (const [caller, share] of Object.entries(CALLERS)) {
        at -= share;
        if (at < 0) return caller as Caller;
      }
      return "admin";
    };

    const tally = new Tally();
    const wrong: string[] = [];
    const ids = make.operationIds;
    const startedAt = performance.now();
    let next = 0;
    let heavy = Promise.resolve();

    const one = async (request: MadeRequest, caller: Caller): Promise<void> => {
      const { method, headers, body, text: raw, operationId, broken } = request;
      const token = pick(tokens[caller]);
      const path = `/v1${request.path}`;
      const sentAt = performance.now();
      const answer = await api.call(method, path, {
        headers,
        body,
        raw,
        isRepeatable: true,
        ...(token === undefined ? {} : { token }),
      });
      const { status, text } = answer;
      tally.add(request, caller, status);
      if (status < 300) make.learn(text);
      const contentType = answer.headers["content-type"] ?? null;
      const mistake = status === 0 ? null : contractMistake({ method, path, status, contentType, text });
      const isWrong = status === 0 || status >= 500 || mistake !== null || (broken !== null && status < 400);
      if (!isWrong) return;
      const ms = Math.round(performance.now() - sentAt);
      const told = status === 0 ? "no answer" : status >= 400 ? problemOf(text) : "accepted";
      wrong.push(
        `${operationId} by ${caller}, ${broken ?? "valid"}: ${status} after ${ms} ms, ${mistake ?? told}; ${path} ${JSON.stringify(body ?? raw ?? null)?.slice(0, 600)}`,
      );
    };
    const work = async (): Promise<void> => {
      while (next < REQUESTS && wrong.length < WRONG_MAX) {
        const n = next++;
        if (n % PROGRESS_EVERY === 0)
          console.log(`${n} after ${Math.round((performance.now() - startedAt) / 1_000)} s`);
        if (n % HEAVY_EVERY === HEAVY_EVERY - 1) {
          const id = HEAVY[Math.floor(n / HEAVY_EVERY) % HEAVY.length] as string;
          heavy = heavy.then(() => one(make.make(id, random() < BROKEN / 2), "admin"));
          continue;
        }
        const id = ids[n % ids.length] as string;
        await one(make.make(id, random() < BROKEN), HEAVY.includes(id) ? pick(MAY_BE_HEAVY) : someCaller());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await heavy;
    console.log(
      `seed ${SEED}: ${next} requests in ${Math.round((performance.now() - startedAt) / 1_000)} s\n${tally}`,
    );
    console.log(
      "never done:",
      ids.filter((id) => tally.count(id, (kind) => / [23]/.test(kind)) === 0).join(", "),
    );
    expect(wrong).toEqual([]);
    for (const id of ids) {
      expect(
        tally.count(id, (kind) => kind.startsWith("valid")),
        id,
      ).toBeGreaterThan(0);
      if (make.canBreak(id))
        expect(
          tally.count(id, (kind) => kind.startsWith("broken")),
          id,
        ).toBeGreaterThan(0);
    }
  },
  30 * 60_000,
);
