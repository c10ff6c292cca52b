/**
 * Proves that memory is only a cache: one walk through the API gives the same answers whether or not every object is
 * torn down between any two calls. A forced eviction is not hibernation and not a crash (those are in test/faults).
 */
import { evictAllDurableObjects, reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import "../../workers/edge/index.tsx";
import type { Provider } from "../../core/directory/directory.ts";
import { forgetAvailability } from "../../workers/edge/availability-cache.ts";
import {
  type Answer,
  bookingOf,
  call,
  drainLog,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
  visitOf,
} from "../support/edge.ts";

afterAll(() => reset());

type Between = (provider: Provider) => Promise<void>;

/** Everything that differs between two walks by design, replaced by what it stands for. */
function normalise(answers: readonly Answer[], names: ReadonlyMap<string, string>): string {
  let text = JSON.stringify(
    answers.map(({ status, headers, body }) => [
      status,
      headers.get("etag")?.startsWith('"a') ? "etag" : headers.get("etag"),
      headers.get("idempotency-replayed"),
      body,
    ]),
  );
  for (const [value, name] of names) text = text.replaceAll(value, name);
  return text
    .replaceAll(/apt_[0-9a-z]+/g, "apt")
    .replaceAll(/req_[0-9a-f-]+/g, "req")
    .replaceAll(/"(createdAt|updatedAt|cancelledAt)":"[^"]+"/g, '"$1":"t"');
}

async function walk(provider: Provider, between: Between): Promise<string> {
  const slots = await slotsOf(provider);
  const [a, b, c] = [slots[0], slots[7], slots[14]] as [Slot, Slot, Slot];
  const [patient, rival] = [somePatient(), somePatient()];
  const [auth, rivalAuth] = [await patientToken(patient), await patientToken(rival)];
  const answers: Answer[] = [];
  const step = async (
    method: string,
    path: string,
    options: Parameters<typeof call>[2] = {},
  ): Promise<Answer> => {
    await between(provider);
    const answer = await call(method, path, options);
    answers.push(answer);
    return answer;
  };
  const booked = await step("POST", "/appointments", {
    token: auth,
    key: "k1",
    body: bookingOf(provider, a, { reason: "r" }),
  });
  const path = `/appointments/${booked.body.id}`;
  await step("POST", "/appointments", {
    token: auth,
    key: "k1",
    body: bookingOf(provider, a, { reason: "r" }),
  });
  await step("POST", "/appointments", { token: rivalAuth, key: "k1", body: bookingOf(provider, a) });
  await step("POST", "/appointments", { token: auth, key: "k2", body: bookingOf(provider, a) });
  await step("GET", path, { token: auth });
  await step("GET", `/patients/${patient}/appointments`, { token: auth });
  await step("PATCH", path, { token: auth, key: "k3", ifMatch: '"v1"', body: { start: b.start } });
  await step("PATCH", path, { token: auth, key: "k3", ifMatch: '"v1"', body: { start: b.start } });
  await step("PATCH", path, { token: auth, key: "k4", ifMatch: '"v1"', body: { start: c.start } });
  await step("POST", "/appointments", { token: rivalAuth, key: "k2", body: bookingOf(provider, a) });
  await step("GET", `/providers/${provider.id}/availability?visitTypeId=${visitOf(provider)}`);
  await step("DELETE", path, { token: auth, key: "k5", ifMatch: '"v2"' });
  await step("DELETE", path, { token: auth, key: "k5", ifMatch: '"v2"' });
  await step("GET", `/patients/${patient}/appointments`, { token: auth });
  await step("POST", "/appointments", { token: auth, key: "k6", body: bookingOf(provider, c) });
  await drainLog();
  await step("GET", `/patients/${patient}/appointments`, { token: auth });
  await step("POST", "/appointments", {
    token: auth,
    key: "k1",
    body: bookingOf(provider, a, { reason: "r" }),
  });
  // Leave the calendar as it was found, for the second walk.
  for (const [who, of] of [
    [auth, patient],
    [rivalAuth, rival],
  ] as const) {
    const list = await call("GET", `/patients/${of}/appointments?status=booked`, { token: who });
    for (const { id, version } of list.body.data)
      await call("DELETE", `/appointments/${id}`, { token: who, ifMatch: `"v${version}"` });
  }
  return normalise(
    answers,
    new Map([
      [patient, "patient"],
      [rival, "rival"],
    ]),
  ).replaceAll(/"revision":\d+/g, '"revision":0');
}

describe("eviction", () => {
  it("[G8] [M2] of every object between any two calls changes no answer", async () => {
    const provider = await someProvider();
    const calm = await walk(provider, async () => undefined);
    const evicted = await walk(provider, async ({ id }) => {
      await evictAllDurableObjects();
      forgetAvailability(id);
    });
    expect(JSON.parse(evicted)).toEqual(JSON.parse(calm));
    expect(calm).toContain('"etag"');
  });
});
