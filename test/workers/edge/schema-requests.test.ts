/**
 * Requests made from openapi.json against the edge in workerd: nothing that breaks the schema is accepted, nothing is a 5xx.
 * A hundred thousand of them against the built Workers: test/faults/schema-requests.fault.node.ts.
 */
import { reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import document from "../../../web/public/openapi.json";
import { adminToken, call, someProvider } from "../../support/edge.ts";
import { type Document, type MadeRequest, RequestMaker } from "../../support/schema-requests.ts";

afterAll(() => reset());

/** Read, written and compared by the whole network: here they would be most of the time. */
const HEAVY = ["rebuildRecord", "resealTexts", "replayHistory", "tellCalendars", "exportFile", "importFile"];
const REQUESTS = 400;
const SEED = 20_261_201;

const maker = async (): Promise<RequestMaker> => {
  const provider = await someProvider();
  const known = [provider.id, ...provider.locationIds, ...provider.visitTypeIds];
  return new RequestMaker(document as unknown as Document, SEED, known);
};

const send = async ({ method, path, headers, body, text }: MadeRequest, token: string) =>
  call(method, path, { token, headers, ...(text === undefined ? { body } : { body: text }) });

describe("requests made from openapi.json", () => {
  it("[OA6] a member that is not known is refused in every object of every body", async () => {
    const make = await maker();
    const token = await adminToken();
    const taken: string[] = [];
    let asked = 0;
    for (const id of make.operationIds) {
      for (const request of make.withUnknownMembers(id)) {
        asked += 1;
        const { status } = await send(request, token);
        if (status < 400 || status >= 500) taken.push(`${id}: ${request.broken} is ${status}`);
      }
    }
    expect(taken).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  });

  it(`[OA7] of ${REQUESTS} none is a 5xx, and none that is broken is accepted`, async () => {
    const make = await maker();
    const token = await adminToken();
    const wrong: string[] = [];
    const ids = make.operationIds.filter((id) => !HEAVY.includes(id) && id !== "inviteStaff");
    for (let i = 0; i < REQUESTS; i++) {
      const request = make.make(ids[i % ids.length] as string, i % 4 !== 0);
      if (request.path.includes("apply=true")) continue; // the network is other files' too
      if (
        request.broken === null &&
        request.method !== "GET" &&
        /^\/(?:loc|visit|staff|prov|pat)/.test(request.path)
      )
        continue;
      const { status } = await send(request, token);
      if (status >= 500 || (request.broken !== null && status < 400))
        wrong.push(`${request.operationId}: ${request.broken ?? "valid"} is ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});
