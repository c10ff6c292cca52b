/** Proves for every operation of the API that no cache keeps what is personal, and that public answers stay cacheable. */
import { describe, expect, it } from "vitest";
import { RULES } from "../../../core/access/rules.ts";
import { OPERATIONS, type Operation, type OperationId } from "../../../workers/edge/api/operations.ts";
import { adminToken, call, patientToken, somePatient, someProvider, visitOf } from "../../support/edge.ts";

const all = Object.entries<Operation>(OPERATIONS) as [OperationId, Operation][];
/** A path with something in its holes that leads nowhere: a refusal is an answer too. */
const pathOf = ({ path }: Operation): string =>
  path
    .slice("/v1".length)
    .replace(":file{apt_[0-9a-z]+\\.ics}", "apt_0.ics")
    .replace(":kind", "nothing")
    .replaceAll(/:\w+/g, "none");

const cachedFor = async (operation: Operation, token?: string): Promise<string | null> => {
  const { method } = operation;
  const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
  const answer = await call(method, pathOf(operation), { ...(token ? { token } : {}), ...body });
  return answer.headers.get("cache-control");
};

describe("caches", () => {
  it("[PD8] keep nothing that is answered to somebody known, whatever they ask for", async () => {
    const tokens = [await patientToken(somePatient()), await adminToken()];
    for (const [id, operation] of all)
      for (const token of tokens) expect(await cachedFor(operation, token), id).toBe("no-store");
  });

  it("[PD8] keep no answer of an operation that is not everybody's, a stranger's refusal included", async () => {
    for (const [id, operation] of all.filter(([, { rule }]) => rule !== "public.read"))
      expect(await cachedFor(operation), id).toBe("no-store");
    expect(all.filter(([, { rule }]) => RULES[rule].anonymous === "none").length).toBeGreaterThan(50);
  });

  it("[PD8] may keep what is public, with the ETag that it has", async () => {
    const provider = await someProvider();
    const day = new Date().toISOString().slice(0, 10);
    const path = `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}&from=${day}&to=${day}`;
    const answer = await call("GET", path);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-cache"]);
    expect(answer.headers.get("etag")).toBeTruthy();
    expect((await call("GET", "/specialties")).headers.get("cache-control")).not.toBe("no-store");
  });
});
