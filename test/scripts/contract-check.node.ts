/** Proves that the check which every answer in a test goes through finds what it is for: it must be able to fail. */
import { describe, expect, it } from "vitest";
import { contractMistake, type SeenAnswer } from "../support/contract-check.ts";

const json = (status: number, body: unknown, more: Partial<SeenAnswer> = {}): SeenAnswer => ({
  method: "GET",
  path: "/v1/specialties?limit=1",
  status,
  contentType: status < 300 ? "application/json" : "application/problem+json",
  text: JSON.stringify(body),
  ...more,
});
const page = { data: [{ id: "dermatology" }], page: { next: null } };
const problem = (slug: string, status: number, more: object = {}) => ({
  type: `/problems/${slug}`,
  title: "A sentence.",
  status,
  instance: "req_1",
  ...more,
});

describe("an answer and its contract", () => {
  it("[OA2] what the contract says passes, also a problem that it names", () => {
    expect(contractMistake(json(200, page))).toBeNull();
    expect(contractMistake(json(400, problem("validation", 400, { errors: [] })))).toBeNull();
    expect(contractMistake(json(404, problem("not-found", 404), { path: "/v1/nothing" }))).toBeNull();
  });

  it("[OA2] a member too many or too few, another status, problem, type or address is a mistake", () => {
    const wrong: readonly SeenAnswer[] = [
      json(200, { ...page, leaked: "name" }),
      json(200, { ...page, data: [{ id: "dermatology", leaked: 1 }] }),
      json(200, { data: page.data }),
      json(201, page),
      json(409, problem("slot-taken", 409)),
      json(400, problem("not-found", 400)),
      json(400, problem("validation", 400, { errors: [], value: "what was sent" })),
      json(200, page, { contentType: "text/html" }),
      json(200, page, { text: "no JSON" }),
      json(200, page, { path: "/v1/nothing" }),
    ];
    expect(wrong.filter((one) => contractMistake(one) === null)).toEqual([]);
  });
});
