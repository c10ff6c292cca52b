/** Proves that openapi.json is what the contracts say, that each operation is whole in it, and that nothing that runs loads them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OPENAPI_FILE, openApiDocument, openApiText } from "../../scripts/openapi/document.ts";
import { TYPES_FILE, typesText } from "../../scripts/openapi/generator/types.ts";
import { OPERATIONS, type Operation, type OperationId } from "../../workers/edge/api/operations.ts";
import type { Contract } from "../../workers/edge/contract/contract.ts";
import { CONTRACTS, openApiPath } from "../../workers/edge/contract/index.ts";

const ROWS = Object.entries(OPERATIONS) as [OperationId, Operation][];

const sourcesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));

describe("openapi.json", () => {
  it("[OA1] is what the contracts say: `npm run openapi` writes it", () => {
    expect(readFileSync(OPENAPI_FILE, "utf8") === openApiText(), "run `npm run openapi`").toBe(true);
  });

  it("[OA9] the types of the pages' calls are what it says: `npm run openapi` writes them", async () => {
    const types = await typesText(openApiText());
    expect(readFileSync(TYPES_FILE, "utf8") === types, "run `npm run openapi`").toBe(true);
  });

  it("[OA1] has every operation once, under its method and address, with its rule and answers", () => {
    const paths = openApiDocument().paths as unknown as Record<string, Record<string, never>>;
    const told = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => {
        const { operationId, responses } = operation as { operationId: string; responses: object };
        const { name } = operation["x-openslot-rule"] as { name: string };
        const answers = Object.keys(responses).filter((status) => Number(status) < 400);
        return [operationId, method, path, name, answers.map(Number)];
      }),
    );
    const wanted = ROWS.map(([id, operation]) => {
      const answers = Object.keys(CONTRACTS[id].answers).map(Number);
      return [id, operation.method.toLowerCase(), openApiPath(operation), operation.rule, answers];
    });
    expect(told.toSorted()).toEqual(wanted.toSorted());
  });

  it("[OA1] every parameter of an address is described, and no other", () => {
    for (const [id, operation] of ROWS) {
      const inPath = [...openApiPath(operation).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const contract: Contract = CONTRACTS[id];
      expect([id, Object.keys(contract.params ?? {})]).toEqual([id, inPath]);
    }
  });

  it("[OA1] nothing that runs imports a contract", () => {
    const running = ["core", "durable-objects", "db", "web", "workers"].flatMap(sourcesUnder);
    const importing = running.filter(
      (file) =>
        !file.includes("edge/contract/") && /from "[^"]*\/contract\//.test(readFileSync(file, "utf8")),
    );
    expect(importing).toEqual([]);
  });
});
