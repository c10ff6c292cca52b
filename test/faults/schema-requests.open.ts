/**
 * A hundred thousand requests made from openapi.json, valid and broken, by an administrator and a patient, against the built Workers.
 * Proves: no 5xx, nothing that breaks the schema is accepted, and every answer keeps its contract. How fast: not.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ApiClient } from "../../scripts/load/api-client.ts";
import {
  type BareSystem,
  inventPatients,
  seededPatients,
  startBareSystem,
} from "../../scripts/load/bare-system.ts";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";
import { contractMistake } from "../support/contract-check.ts";
import { type Document, type MadeRequest, RequestMaker } from "../support/schema-requests.ts";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 100_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_201);
const AT_ONCE = 48;
/** One in so many of the whole network's reads and repairs: each takes seconds. */
const HEAVY = ["rebuildRecord", "resealTexts", "replayHistory", "tellCalendars", "hashRecord", "exportFile"];
const HEAVY_EVERY = 2_000;
const BROKEN = 0.75;

let system: BareSystem;
let api: ApiClient;
beforeAll(async () => {
  system = await startBareSystem({ storage: "disk", core: null });
  api = new ApiClient(system.workerd.port, AT_ONCE);
}, 180_000);
afterAll(async () => {
  api?.close();
  await system?.stop();
});

it(
  `[OA7] of ${REQUESTS} none is a 5xx, none that is broken is accepted, and every answer keeps its contract`,
  async () => {
    const document = JSON.parse(readFileSync(OPENAPI_FILE, "utf8")) as Document;
    const { providers } = system.directory;
    const some = providers.slice(0, 5);
    const patients = await seededPatients(system, 5);
    const known = [
      ...some.flatMap(({ id, locationIds, visitTypeIds }) => [id, ...locationIds, ...visitTypeIds]),
      ...patients.map(({ id }) => id),
    ];
    const make = new RequestMaker(document, SEED, known);
    const tokens = [await system.adminToken(), await system.patientToken(inventPatients(1)[0] as never)];
    const ids = make.operationIds.filter((id) => !HEAVY.includes(id) && id !== "importFile");
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    let next = 0;
    const random = () => ((next * 7_919) % 1_000) / 1_000;
    const one = async (request: MadeRequest, token: string): Promise<void> => {
      const { method, headers, text } = request;
      const body = text === undefined ? request.body : text;
      const path = `/v1${request.path}`;
      const {
        status,
        text: answered,
        headers: told,
      } = await api.call(method, path, { token, headers, body });
      const kind = `${request.broken === null ? "valid" : "broken"} ${status}`;
      counts[kind] = (counts[kind] ?? 0) + 1;
      const contentType = told["content-type"] ?? null;
      const mistake =
        status === 0 ? "no answer" : contractMistake({ method, path, status, contentType, text: answered });
      if (status >= 500 || mistake !== null || (request.broken !== null && status < 400))
        wrong.push(`${request.operationId} ${request.broken ?? "valid"}: ${status} ${mistake ?? ""}`);
    };
    const work = async (): Promise<void> => {
      while (next < REQUESTS && wrong.length < 20) {
        const n = next++;
        const isHeavy = n % HEAVY_EVERY === 0;
        const id = isHeavy ? HEAVY[(n / HEAVY_EVERY) % HEAVY.length] : ids[n % ids.length];
        const request = make.make(id as string, random() < BROKEN);
        await one(request, tokens[n % 5 === 0 ? 1 : 0] as string);
      }
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    console.log(`${next} requests in ${Math.round((performance.now() - startedAt) / 1_000)} s:`, counts);
    expect(wrong).toEqual([]);
  },
  15 * 60_000,
);
