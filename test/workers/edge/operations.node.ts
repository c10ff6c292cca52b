/** Proves that nothing is routed without a rule: what the app serves under /v1 is the table, and each row names its rule. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RULES } from "../../../core/access/rules.ts";
import { OPERATIONS, type Operation } from "../../../workers/edge/api/operations.ts";

const ROWS = Object.entries<Operation>(OPERATIONS);

describe("the table of operations", () => {
  it("[A6] every operation names a rule that exists, and no rule is there for nothing", () => {
    for (const [id, { rule }] of ROWS)
      expect([id, Object.keys(RULES)]).toEqual([id, expect.arrayContaining([rule])]);
    const used = new Set<string>(ROWS.map(([, { rule }]) => rule));
    const elsewhere = ["appointment.override", "staff.export"]; // asked by handlers, for a part of what they do
    expect(
      Object.keys(RULES)
        .filter((rule) => !used.has(rule))
        .toSorted(),
    ).toEqual(elsewhere);
  });

  it("[A6] no two operations answer the same request", () => {
    const shapes = ROWS.map(([, { method, path }]) => `${method} ${path.replace(/:\w+(?!\{)/g, ":")}`);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it("[A6] the edge routes the API through the table only", () => {
    const index = readFileSync("workers/edge/index.tsx", "utf8");
    const mounted = [...index.matchAll(/\.(?:route|get|post|put|patch|delete|on|all)\(([^)]*)/g)].map(
      ([, what]) => what,
    );
    const signIn = '"/", forwarded'; // a list of paths of the issuer, none of them under /v1
    expect(mounted.filter((one) => one !== signIn)).toEqual(['"/", operations', '"/v1/*", (c', '"/", pages']);
  });
});
