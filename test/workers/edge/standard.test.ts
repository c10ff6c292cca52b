/** Proves of whole answers what the security standard asks beside: types, names that reach no prototype, refusals in the log. */
import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MINUTE_MS } from "../../../core/time.ts";
import { OPERATIONS } from "../../../workers/edge/api/operations.ts";
import { adminToken, BASE, call, patientToken, seededPatients, someProvider } from "../../support/edge.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const SITE = new URL(BASE).origin;
const open = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(
    new Request(`${SITE}${path}`, { headers: { accept: "text/html", ...headers }, redirect: "manual" }),
  );

describe("[SV11] types", () => {
  it("[SV11] every answer with a body says what it is, text in UTF-8, and is that", async () => {
    const bearer = { authorization: `Bearer ${await adminToken()}` };
    const provider = await someProvider();
    const clinic = provider.calendar.sites[0]?.locationId ?? "";
    const day = new Date().toISOString().slice(0, 10);
    const answers: [string, Response][] = [];
    for (const path of [
      "/",
      "/sign-in",
      "/privacy",
      "/nowhere",
      "/l/forged",
      `/providers/${provider.id}`,
      "/staff/sign-in",
      "/v1/health",
      "/v1/locations",
      "/v1/nowhere",
      "/v1/appointments/apt_x",
      "/auth/jwks",
      "/auth/nowhere",
    ])
      answers.push([path, await open(path)]);
    for (const path of [
      `/v1/locations/${clinic}/day-list?date=${day}`,
      `/v1/locations/${clinic}/downtime?date=${day}`,
      "/v1/exports/staff?format=csv",
    ])
      answers.push([path, await open(path, bearer)]);
    const kinds = new Set<string>();
    for (const [path, answer] of answers) {
      const text = await answer.text();
      if (text === "") continue;
      const type = answer.headers.get("content-type") ?? "none";
      kinds.add(type.split(";")[0] ?? "");
      expect([path, type]).toEqual([
        path,
        expect.stringMatching(
          /^(?:text\/\w+; ?charset=utf-8|application\/(?:problem\+)?json|application\/x-ndjson)$/i,
        ),
      ]);
      if (/json$/.test(type) && !/ndjson/.test(type)) expect(() => JSON.parse(text)).not.toThrow();
      if (/html/.test(type)) expect(text.toLowerCase()).toContain("<!doctype html>");
    }
    expect([...kinds].sort()).toEqual([
      "application/json",
      "application/problem+json",
      "text/csv",
      "text/html",
    ]);
  });
});

describe("[SV9] prototypes", () => {
  const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  /** A file, and two that take no body and read none. */
  const UNREAD = ["importFile", "sealAudit", "tellCalendars"];
  const NASTY =
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x"}';

  it("[SV9] no operation takes a member that is named like one of an object's own, and nothing is changed by it", async () => {
    const token = await adminToken();
    const bad: string[] = [];
    for (const [id, { method, path }] of Object.entries(OPERATIONS)) {
      if (method === "GET" || method === "DELETE" || UNREAD.includes(id)) continue;
      const address = path.slice("/v1".length).replace(/:\w+/g, "__proto__");
      const { status } = await call(method, address, {
        token,
        key: `sv9-${id}`,
        ifMatch: '"v1"',
        body: NASTY,
        unchecked: true,
      });
      if (status < 400 || status >= 500) bad.push(`${id}: ${status}`);
    }
    expect(bad).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(String({})).toBe("[object Object]");
  });

  it("[SV9] a query, an address or a header that names one finds nothing there", async () => {
    const [patient] = await seededPatients(1);
    const token = await patientToken(patient?.id as never);
    for (const name of NAMES) {
      expect((await call("GET", `/locations?${name}=x`, { unchecked: true })).status).toBe(400);
      expect((await call("GET", `/providers/${name}`)).status).toBe(404);
      expect((await call("GET", `/appointments/${name}`, { token })).status).toBe(404);
      expect((await open(`/${name}`)).status).toBe(404);
      expect((await open(`/?specialty=${name}&return=${name}`)).status).toBeLessThan(500);
    }
    expect(({} as { x?: string }).x).toBeUndefined();
  });
});

describe("[SV7] refusals", () => {
  it("[SV7] of the API and of pages are in the log within the call, by kind, without who and where", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 2 * MINUTE_MS); // a minute in which nobody was refused yet
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await call("GET", "/appointments/apt_canary");
    await call("GET", "/staff", { token: await patientToken((await seededPatients(1))[0]?.id as never) });
    await open("/sign-out-canary");
    const lines = log.mock.calls
      .map(([text]) => String(text))
      .filter((text) => text.includes("edge.refused"));
    expect(lines.map((text) => (JSON.parse(text) as { kind: string }).kind).sort()).toEqual([
      "forbidden",
      "foreign-or-missing",
      "unauthenticated",
    ]);
    expect(lines.join()).not.toMatch(/canary|apt_|pat_|\/v1/);
  });
});
