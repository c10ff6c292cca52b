/** The requests that are made from openapi.json, held against the handlers' own schemas: what is called broken is, and little else. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { makePatientId } from "../../core/ids.ts";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";
import type { OperationId } from "../../workers/edge/api/operations.ts";
import type { Contract } from "../../workers/edge/contract/contract.ts";
import { CONTRACTS } from "../../workers/edge/contract/index.ts";
import { type Document, type MadeRequest, RequestMaker } from "../support/schema-requests.ts";

const DOCUMENT = JSON.parse(readFileSync(OPENAPI_FILE, "utf8")) as Document;
const EACH = 80;
/** Of a patient's id, only a few of those that its pattern allows are one: whoever makes requests knows some. */
const KNOWN = Array.from({ length: 8 }, (_, n) => makePatientId(n, new Uint8Array(12).fill(n + 1)));
const maker = (seed = 7): RequestMaker => new RequestMaker(DOCUMENT, seed, KNOWN);

const schemaOf = (id: string): z.ZodType | undefined =>
  (CONTRACTS[id as OperationId] as Contract).body?.schema;
const shared = maker();

/** Of each operation with a body of JSON, so many requests that are valid, or broken in their body and nowhere else. */
const made = (id: string, isBroken: boolean): MadeRequest[] =>
  Array.from({ length: EACH }, () => shared.make(id, isBroken)).filter(
    ({ body, broken }) =>
      body !== undefined && (!isBroken || (broken !== null && !/ in the | in a header/.test(broken))),
  );
const withBody = shared.operationIds.filter((id) => schemaOf(id) !== undefined && id !== "issuePartnerToken");

describe("requests made from openapi.json", () => {
  it("[OA7] every body that is called broken is refused by the schema of its handler", () => {
    const taken = withBody.flatMap((id) =>
      made(id, true)
        .filter(({ body }) => schemaOf(id)?.safeParse(body).success)
        .map(({ broken, body }) => `${id}: ${broken} ${JSON.stringify(body)}`),
    );
    expect(taken).toEqual([]);
  });

  it("[OA7] most that are called valid are taken, of nearly every operation some", () => {
    const shares = withBody.map((id) => {
      const all = made(id, false);
      return {
        id,
        share: all.filter(({ body }) => schemaOf(id)?.safeParse(body).success).length / all.length,
      };
    });
    const never = shares.filter(({ share }) => share === 0).map(({ id }) => id);
    expect(never.filter((id) => id !== "approvePairing")).toEqual([]); // its code is learned from an answer
    expect(shares.reduce((sum, { share }) => sum + share, 0) / shares.length).toBeGreaterThan(0.5);
  });

  it("[OA7] a schema that takes one member too many, or a longer text, is found", () => {
    const broken = made("createHold", true);
    const hold = schemaOf("createHold") as z.ZodObject;
    const loose = z.looseObject(hold.shape);
    const careless = z.strictObject({ ...hold.shape, start: z.unknown() });
    expect(broken.filter(({ body }) => loose.safeParse(body).success).length).toBeGreaterThan(0);
    expect(broken.filter(({ body }) => careless.safeParse(body).success).length).toBeGreaterThan(0);
  });

  it("[OA7] the same seed makes the same requests", () => {
    const some = (make: RequestMaker) => make.operationIds.map((id) => make.make(id, true).broken);
    expect(some(maker(3))).toEqual(some(maker(3)));
  });

  it("[OA7] what an answer names is asked for", () => {
    const make = maker();
    const id = "apt_0123456789abcdefghjkmnpqrstvwxyz";
    make.learn("/appointments", JSON.stringify({ id }));
    const paths = Array.from({ length: 50 }, () => make.make("readAppointment", false).path);
    expect(paths.filter((path) => path === `/appointments/${id}`).length).toBeGreaterThan(20);
  });

  it("[OA7] what is spared is named to nobody who takes it away", () => {
    const id = "prv_0123456789ab";
    const make = new RequestMaker(DOCUMENT, 1, [id], { spared: [id] });
    const pathsOf = (operation: string) => Array.from({ length: 50 }, () => make.make(operation, false).path);
    expect(pathsOf("deactivateProvider").filter((path) => path.includes(id))).toEqual([]);
    expect(pathsOf("readProvider").filter((path) => path.includes(id)).length).toBeGreaterThan(20);
  });
});
