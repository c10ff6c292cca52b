/** Proves what counts as a break of the API and what does not, and that nothing of what was released is broken. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { breaksOf, type JsonSchema, type OpenApi } from "../../scripts/openapi/breaks.ts";
import { OPENAPI_FILE } from "../../scripts/openapi/document.ts";

const read = (file: string): OpenApi => JSON.parse(readFileSync(file, "utf8")) as OpenApi;

const answer: JsonSchema = {
  type: "object",
  properties: { id: { type: "string" }, state: { type: "string", enum: ["open", "closed"] } },
  required: ["id", "state"],
};
const request: JsonSchema = {
  type: "object",
  properties: { name: { type: "string", maxLength: 10 }, kind: { enum: ["a", "b"] } },
  required: ["name"],
};
const api = (taken: JsonSchema = request, given: JsonSchema = answer): OpenApi => ({
  paths: {
    "/v1/things": {
      post: {
        operationId: "createThing",
        requestBody: { required: true, content: { "application/json": { schema: taken } } },
        responses: { 201: { content: { "application/json": { schema: given } } } },
      },
    },
  },
});
const withMember = (schema: JsonSchema, name: string, member: JsonSchema): JsonSchema => ({
  ...schema,
  properties: { ...schema.properties, [name]: member },
});

describe("a break of the API", () => {
  it.each([
    ["[OA3] an operation that is gone", { paths: {} }, "createThing (POST /v1/things) is gone."],
    [
      "[OA3] a member of an answer that is gone",
      api(request, { ...answer, properties: { id: { type: "string" } } }),
      "createThing: 201.state is gone.",
    ],
    [
      "[OA3] a value that an answer cannot have any more",
      api(request, withMember(answer, "state", { type: "string", enum: ["open"] })),
      "createThing: 201.state could be closed and cannot any more.",
    ],
    [
      "[OA3] a member that may be missing",
      api(request, { ...answer, required: ["id"] }),
      "createThing: 201.state was always there and may be missing now.",
    ],
    [
      "[OA3] an answer of another type",
      api(request, withMember(answer, "id", { type: "integer" })),
      "createThing: 201.id was string and may be integer now.",
    ],
    [
      "[OA3] a new required member of a request",
      api({ ...withMember(request, "age", { type: "integer" }), required: ["name", "age"] }),
      "createThing: the body.age is required now.",
    ],
    [
      "[OA3] a narrower request",
      api(withMember(request, "name", { type: "string", maxLength: 5 })),
      "createThing: the body.name has a narrower maxLength now: 5.",
    ],
    [
      "[OA3] a value that is not taken any more",
      api(withMember(request, "kind", { enum: ["a"] })),
      "createThing: the body.kind took b and does not any more.",
    ],
  ] as const)("%s", (_, after, sentence) => {
    expect(breaksOf(api(), after as OpenApi)).toEqual([sentence]);
  });

  it("[OA3] an addition is none", () => {
    const after = api(
      withMember(request, "note", { type: "string" }),
      withMember(answer, "note", { type: "string" }),
    );
    const more = { paths: { ...after.paths, "/v1/more": after.paths["/v1/things"] } } as OpenApi;
    expect(breaksOf(api(), more)).toEqual([]);
  });

  it("[OA3] nothing that was released is broken", () => {
    expect(breaksOf(read("docs/api/openapi-v1.json"), read(OPENAPI_FILE))).toEqual([]);
  });
});
