/**
 * A hundred thousand requests made from openapi.json, valid and broken, by every kind of caller, against the built Workers. Proves: no
 * 5xx, nothing that breaks the schema is accepted, and every answer keeps its contract. How fast: not, and sockets: not.
 *
 * `npm run test:real` sends a fifth of them; all: FUZZ_REQUESTS=100000. FUZZ_SEED is another hundred thousand.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { IMPORT_KINDS } from "../../core/exchange/kinds.ts";
import { type Answer, ApiClient } from "../../scripts/load/api-client.ts";
import { type BareSystem, seededPatients, startBareSystem } from "../../scripts/load/bare-system.ts";
import { freeSlots } from "../../scripts/load/free-slots.ts";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";
import { contractMistake } from "../support/contract-check.ts";
import { RequestTally } from "../support/request-tally.ts";
import {
  type Document,
  type Files,
  type MadeRequest,
  RequestMaker,
  randomFrom,
} from "../support/schema-requests.ts";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_201);
const AT_ONCE = 48;
/** What hangs is found; what waits for a busy machine is not what is looked for. */
const ANSWER_MAX_MS = 60_000;
/** Small: what is asked here is what comes back, and each change of the directory is read by everybody again. */
const NETWORK = { clinics: 6, providers: 36, patients: 60 };
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
/** Of a body that went wrong. */
const SHOWN_CHARS = 600;
/**
 * Of all operations, those that answered at least once with a success. What chance does not find: a socket's upgrade, a signature, a
 * paired device, a visit that is today.
 */
const ACCEPTED_SHARE = 0.75;
/** So many are told, then it ends: the rest would say the same. */
const WRONG_MAX = 20;
const PROGRESS_EVERY = 10_000;
/** What each kind of caller asks, of twenty; an administrator is admitted to most. */
const CALLERS = { admin: 9, staff: 4, patient: 4, provider: 1, service: 1, nobody: 1 } as const;
type Caller = keyof typeof CALLERS;
const TWENTY = (Object.keys(CALLERS) as Caller[]).flatMap((one) => Array<Caller>(CALLERS[one]).fill(one));
/** Whom heavy work is refused to, or who has little of it (a desk's exports). */
const LIGHT_CALLERS: readonly Caller[] = ["staff", "patient", "provider", "nobody"];

let system: BareSystem;
let api: ApiClient;
beforeAll(async () => {
  system = await startBareSystem({ storage: "tmpfs", core: null, network: NETWORK });
  api = new ApiClient(system.workerd.port, AT_ONCE + 1, ANSWER_MAX_MS);
}, 180_000);
afterAll(async () => {
  api?.close();
  await system?.stop();
});

/** A file of each kind that is right, and some that are not. */
async function importFiles(token: string): Promise<Files> {
  const files: Record<string, Files[string]> = {};
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

const problemOf = (text: string): string => {
  try {
    const { type, title, detail } = JSON.parse(text) as Record<string, string>;
    return `${type} ${title} ${detail ?? ""}`;
  } catch {
    return `${text.length} characters that are no JSON`;
  }
};

/** What is wrong with an answer; null = nothing. */
function mistakeOf({ method, path, broken }: MadeRequest, { status, headers, text }: Answer): string | null {
  if (status === 0) return "no answer";
  if (status >= 500) return problemOf(text);
  if (broken !== null && status < 400) return "accepted";
  const contentType = headers["content-type"] ?? null;
  return contractMistake({ method, path: `/v1${path}`, status, contentType, text });
}

interface Signed {
  /** Undefined sends none. */
  readonly token: string | undefined;
  readonly own: string | null;
}

/** A world in which half is spared, so that something can be booked to the end, and who calls in it. */
async function makeWorld() {
  const { providers, clinics } = system.directory;
  const patients = (await seededPatients(system, 6)).map(({ id }) => id);
  const tokenHolders = patients.slice(0, 4);
  const kept = clinics.slice(0, 2).map(({ id }) => id);
  const keptProviders = providers.filter(({ locationIds }) => locationIds.every((id) => kept.includes(id)));
  const slots = (await Promise.all(keptProviders.map((one) => freeSlots(api, one, 14)))).flat();
  const idsOf = (some: typeof providers): string[] =>
    some.flatMap(({ id, locationIds, visitTypeIds }) => [id, ...locationIds, ...visitTypeIds.slice(0, 1)]);
  const admin = await system.adminToken();
  const make = new RequestMaker(
    JSON.parse(readFileSync(OPENAPI_FILE, "utf8")) as Document,
    SEED,
    [...idsOf(providers), ...patients],
    {
      starts: slots.map(({ providerId, visitTypeId, locationId, start }) => ({
        providerId,
        visitTypeId,
        locationId,
        start,
      })),
      files: await importFiles(admin),
      spared: [...kept, ...idsOf(keptProviders), ...tokenHolders],
    },
  );
  const provider = keptProviders[0]?.id ?? null;
  const signed = async (
    role: string,
    own: string | null = null,
    at: readonly string[] = [],
  ): Promise<Signed> => ({
    token: await system.tokenFor(role, own ?? undefined, at),
    own,
  });
  const callers: Readonly<Record<Caller, readonly Signed[]>> = {
    admin: [{ token: admin, own: null }],
    staff: [await signed("staff", null, kept)],
    patient: await Promise.all(tokenHolders.map((id) => signed("patient", id))),
    provider: [await signed("provider", provider)],
    service: [await signed("service")],
    nobody: [{ token: undefined, own: null }],
  };
  return { make, callers };
}

it(
  `[OA7] of ${REQUESTS} none is a 5xx, none that is broken is accepted, and every answer keeps its contract`,
  async () => {
    const { make, callers } = await makeWorld();
    const random = randomFrom(SEED + 1);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const tally = new RequestTally();
    const wrong: string[] = [];

    const send = async (operationId: string, broken: number, caller: Caller): Promise<void> => {
      const { token, own } = pick(callers[caller]);
      const request = make.make(operationId, random() < broken, own);
      const { method, headers, body, text: raw } = request;
      const path = `/v1${request.path}`;
      const sentAt = performance.now();
      const answer = await api.call(method, path, {
        ...(token === undefined ? {} : { token }),
        headers,
        body,
        raw,
        isRepeatable: true,
      });
      const { status, text } = answer;
      const ms = Math.round(performance.now() - sentAt);
      tally.add(request, caller, status, ms);
      if (status >= 200 && status < 300) make.learn(request.path, text);
      const mistake = mistakeOf(request, answer);
      if (mistake === null) return;
      const sent = JSON.stringify(body ?? raw ?? null).slice(0, SHOWN_CHARS);
      wrong.push(
        `${operationId} by ${caller}, ${request.broken ?? "valid"}: ${status} after ${ms} ms, ${mistake}; ${method} ${path} ${sent}`,
      );
    };

    const ids = make.operationIds;
    const startedAt = performance.now();
    const seconds = (): number => Math.round((performance.now() - startedAt) / 1_000);
    let next = 0;
    let heavy = Promise.resolve();
    const work = async (): Promise<void> => {
      while (next < REQUESTS && wrong.length < WRONG_MAX) {
        const n = next++;
        if (n % PROGRESS_EVERY === 0) console.log(`${n} after ${seconds()} s`);
        if (n % HEAVY_EVERY === 0) {
          const id = HEAVY[(n / HEAVY_EVERY) % HEAVY.length] as string;
          heavy = heavy.then(() => send(id, BROKEN / 2, "admin"));
        } else {
          const id = ids[n % ids.length] as string;
          await send(id, BROKEN, HEAVY.includes(id) ? pick(LIGHT_CALLERS) : pick(TWENTY));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await heavy;

    const never = ids.filter((id) => !tally.isAccepted(id));
    console.log(
      `seed ${SEED}: ${next} requests in ${seconds()} s\n${tally}\nnever accepted: ${never.join(", ")}`,
    );
    expect(wrong).toEqual([]);
    for (const id of ids) {
      expect(tally.asked(id, "valid"), id).toBeGreaterThan(0);
      if (make.canBreak(id)) expect(tally.asked(id, "broken"), id).toBeGreaterThan(0);
    }
    expect(ids.length - never.length).toBeGreaterThan(ids.length * ACCEPTED_SHARE);
  },
  30 * 60_000,
);
