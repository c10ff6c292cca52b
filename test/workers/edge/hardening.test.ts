/**
 * Proves what every answer says to browsers, what bodies and addresses are refused, and that no other site can act for somebody:
 * the matrix of origins over forms and sockets. What browsers make of the headers: test/e2e/csp.e2e.node.ts.
 */

import { env, exports } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { type Instant, instant } from "../../../core/time.ts";
import { LiveTickets } from "../../../durable-objects/shared/live-tickets.ts";
import { OPERATIONS, type Operation } from "../../../workers/edge/api/operations.ts";
import app from "../../../workers/edge/index.tsx";
import {
  adminToken,
  BASE,
  bookingOf,
  call,
  freshKey,
  patientToken,
  slotsOf,
  somePatient,
  someProvider,
  visitOf,
} from "../../support/edge.ts";

const SITE = "https://openslot.test";
const strict = { ...env, RATE_LIMITS: "standard" } as Env;
const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };

async function fetched(path: string, init: RequestInit = {}, site = SITE): Promise<Response> {
  const answer = await exports.default.fetch(new Request(`${site}${path}`, { redirect: "manual", ...init }));
  if (answer.status === 101) return answer;
  return new Response(await answer.text(), {
    status: answer.status === 304 ? 200 : answer.status,
    headers: answer.headers,
  });
}

const COMMON = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

describe("[AB8] headers for browsers", () => {
  it("[AB8] are on every kind of answer: data, pages, errors, redirects, unknown addresses", async () => {
    const paths = [
      "/",
      "/sign-in",
      "/me",
      "/nothing-here",
      "/v1/health",
      "/v1/specialties",
      "/v1/nothing",
      "/v1/patients",
    ];
    for (const path of paths) {
      const { headers } = await fetched(path, { headers: { accept: "text/html" } });
      for (const [name, value] of Object.entries(COMMON))
        expect(headers.get(name), `${path} ${name}`).toBe(value);
      if (headers.get("content-type")?.startsWith("text/html")) {
        expect(headers.get("permissions-policy")).toContain("camera=()");
        expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      }
      expect(headers.get("referrer-policy")).toMatch(/^(same-origin|no-referrer)$/);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy, path).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
    }
  });

  it("[AB8] pages run our own files only and turn no text into markup; https alone is promised to stay https", async () => {
    const { headers } = await fetched("/sign-in");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "script-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "connect-src 'self' wss://openslot.test",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(
      (await fetched("/sign-in", {}, "http://localhost:8787")).headers.has("strict-transport-security"),
    ).toBe(false);
  });

  it("[AB8] [OA8] /docs is everybody's, and its policy differs by one name that Trusted Types allow", async () => {
    const docs = await fetched("/docs");
    expect(docs.status).toBe(200);
    const withoutNonce = (policy: string | null): string => policy?.replace(/ 'nonce-[^']+'/, "") ?? "";
    const page = (await fetched("/sign-in")).headers.get("content-security-policy");
    expect(withoutNonce(docs.headers.get("content-security-policy"))).toBe(
      withoutNonce(page).replace("trusted-types 'none'", "trusted-types dompurify"),
    );
    expect(await docs.text()).not.toMatch(/<script(?![^>]* src="\/)|<style| style=| on\w+=|https?:/);
  });

  it("[AB8] the printed lists have one style, which their policy names by its hash, and nothing else", async () => {
    const provider = await someProvider();
    const clinic = provider.locationIds[0] as string;
    for (const list of ["day-list", "downtime"]) {
      const answer = await call("GET", `/locations/${clinic}/${list}`, { token: await adminToken() });
      const styles = [...String(answer.body).matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
        ([, text]) => text ?? "",
      );
      expect(styles).toHaveLength(1);
      const hash = createHash("sha256")
        .update(styles[0] ?? "")
        .digest("base64");
      expect(answer.headers.get("content-security-policy")).toContain(`style-src 'sha256-${hash}';`);
      expect(String(answer.body)).not.toMatch(/ style=|<script|javascript:| on\w+=/i);
    }
  });
});

describe("[AB6] the rate limit", () => {
  const ask = async (headers: Record<string, string>, path = "/v1/specialties") => {
    const answer = await app.fetch(new Request(`${SITE}${path}`, { headers }), strict, context as never);
    await answer.text();
    return answer.headers;
  };
  const left = (headers: Headers): number =>
    Number(/^"caller";r=(\d+);t=\d+$/.exec(headers.get("ratelimit") ?? "")?.[1]);

  it("[AB6] stands on every answer, in the syntax of the draft, and counts down by caller", async () => {
    const me = { "cf-connecting-ip": "2001:db8:77:1::1" };
    const first = await ask(me);
    expect(first.get("ratelimit-policy")).toBe('"caller";q=100;w=10');
    expect(first.get("ratelimit")).toMatch(/^"caller";r=\d{1,3};t=([1-9]|10)$/);
    const before = left(await ask(me));
    const neighbour = left(await ask({ "cf-connecting-ip": "2001:db8:77:1:ffff::2" }, "/v1/nothing"));
    expect([before - 1, 99]).toContain(neighbour); // the same /64; 99 if the ten seconds just ended
    expect(left(await ask({ "cf-connecting-ip": "2001:db8:77:2::1" }))).toBe(99);
  });

  it("[AB6] a caller of their own with a token, and no secrets in the headers", async () => {
    const authorization = `Bearer ${await patientToken(somePatient())}`;
    await ask({ authorization, "cf-connecting-ip": "203.0.113.40" });
    const headers = await ask({ authorization, "cf-connecting-ip": "203.0.113.41" });
    expect(left(headers)).toBeGreaterThanOrEqual(98);
    expect(JSON.stringify([...headers])).not.toContain("203.0.113");
  });
});

describe("[AB7] bodies and addresses", () => {
  it("[AB7] that do not say that they are JSON are 415, and nothing was done; without a body no type is needed", async () => {
    const provider = await someProvider();
    const [slot] = await slotsOf(provider);
    const token = await patientToken(somePatient());
    const body = JSON.stringify(bookingOf(provider, slot as NonNullable<typeof slot>));
    const book = (type: string) =>
      call("POST", "/appointments", { token, key: freshKey(), body, headers: { "content-type": type } });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/jsonx",
      "",
    ])
      expect(await book(type), type).toMatchObject({ status: 415, body: { type: "/problems/validation" } });
    expect((await book("application/json; charset=utf-8")).status).toBe(201);
    expect((await call("POST", "/appointments/apt_x/confirm", { token })).status).toBe(404);
  });

  it("[AB7] that are too large are 413 and 414; one that is full of mistakes is told of twenty", async () => {
    const token = await patientToken(somePatient());
    const large = { token, key: freshKey(), body: { notes: "x".repeat(17_000) } };
    expect((await call("POST", "/appointments", large)).status).toBe(413);
    expect((await call("GET", `/providers?q=${"x".repeat(5_000)}`)).status).toBe(414);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n]));
    const answer = await call("POST", "/appointments", { token, key: freshKey(), body: many });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(20);
  });

  it("[AB7] that nest as deep as 16 KB allow are an ordinary 400", async () => {
    const token = await patientToken(somePatient());
    const deep = `${'{"a":'.repeat(2_600)}1${"}".repeat(2_600)}`;
    expect((await call("POST", "/appointments", { token, key: freshKey(), body: deep })).status).toBe(400);
    expect(
      (await call("POST", "/appointments", { token, key: freshKey(), body: "[".repeat(16_000) })).status,
    ).toBe(400);
  });
});

/** What a browser says about a request's source; each that is not ours must get nowhere. */
const ORIGINS: readonly (readonly [name: string, origin: string | null])[] = [
  ["ours", SITE],
  ["none", null],
  ["null (a sandboxed frame, a file)", "null"],
  ["a sub-domain", "https://evil.openslot.test"],
  ["another port", `${SITE}:8443`],
  ["another scheme", "http://openslot.test"],
  ["a look-alike", "https://openslot.test.evil.example"],
  ["a look-alike by prefix", "https://notopenslot.test"],
  ["with a user", "https://openslot.test@evil.example"],
  ["another site", "https://evil.example"],
];
const SITES = [null, "same-origin", "same-site", "cross-site", "none"] as const;

const said = (origin: string | null, site: string | null): Record<string, string> => ({
  ...(origin === null ? {} : { origin }),
  ...(site === null ? {} : { "sec-fetch-site": site }),
});

describe("the matrix of origins", () => {
  it("[AB9] forms: only our own pages get through, whatever the two headers say together", async () => {
    let through = 0;
    for (const [name, origin] of ORIGINS) {
      for (const site of SITES) {
        const answer = await fetched("/sign-out", {
          method: "POST",
          headers: {
            ...said(origin, site),
            "content-type": "application/x-www-form-urlencoded",
            cookie: "openslot_session=x",
          },
          body: "",
        });
        const ours =
          (origin === SITE && (site === null || site === "same-origin")) ||
          (origin === null && site === "same-origin");
        expect(answer.status === 403, `${name}, ${site}: ${answer.status}`).toBe(!ours);
        if (!ours)
          expect(answer.headers.getSetCookie().some((cookie) => cookie.includes("session"))).toBe(false);
        through += ours ? 1 : 0;
      }
    }
    expect(through).toBe(3);
  });

  it("[AB9] the API knows no cookie and lets no other site ask: no operation answers a foreign page with permission", async () => {
    for (const { method, path } of Object.values<Operation>(OPERATIONS)) {
      const address = path.replace(/:[a-z]+(\{[^}]*\})?/g, "x");
      const asked = await fetched(address, {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": method },
      });
      expect([...asked.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(asked.status, address).toBeGreaterThanOrEqual(400);
    }
    const cookie = `openslot_session=${await patientToken(somePatient())}`;
    const mine = await fetched("/v1/live/tickets", { method: "POST", headers: { cookie, origin: SITE } });
    expect(mine.status).toBe(401);
  });

  it("[AB10] sockets that could speak for somebody: our own pages and programs only; free times for everybody", async () => {
    const patient = somePatient();
    const provider = await someProvider();
    await slotsOf(provider);
    const token = await patientToken(patient);
    const date = new Date().toISOString().slice(0, 10);
    const open = async (path: string, headers: Record<string, string>): Promise<number> => {
      const answer = await exports.default.fetch(
        new Request(`${BASE}${path}`, { headers: { upgrade: "websocket", ...headers } }),
      );
      if (answer.webSocket) {
        answer.webSocket.accept();
        answer.webSocket.close();
      } else await answer.text();
      return answer.status;
    };
    const times = `/live/providers/${provider.id}?visitTypeId=${visitOf(provider)}&from=${date}&to=${date}`;
    let foreign = 0;
    for (const [name, origin] of ORIGINS) {
      for (const site of SITES) {
        const browser = said(origin, site);
        const ours = (site === null || site === "same-origin") && (origin === SITE || origin === null);
        const ticket = (await call("POST", "/live/tickets", { token, body: {} })).body.ticket as string;
        const cells = [
          await open(`/live/patients/${patient}?ticket=${ticket}`, browser),
          await open(`/live/patients/${patient}`, { ...browser, authorization: `Bearer ${token}` }),
          await open(times, { ...browser, cookie: "openslot_session=x" }),
        ];
        expect(cells, `${name}, ${site}`).toEqual(ours ? [101, 101, 101] : [403, 403, 403]);
        expect(await open(times, browser)).toBe(101);
        foreign += ours ? 0 : 3;
      }
    }
    expect(foreign).toBe(138);
  });
});

describe("[AB11] live tickets", () => {
  const at = (seconds: number): Instant => instant(1_800_000_000_000 + seconds * 1_000);
  const [ann, ben] = [somePatient(), somePatient()];

  it("[AB11] are good once, for half a minute, for one patient", () => {
    const tickets = new LiveTickets();
    const ticket = tickets.issue(ann, null, at(0));
    expect(ticket).toHaveLength(26); // 130 bits
    expect(tickets.redeem(ticket, at(29))?.holder).toBe(ann);
    expect(tickets.redeem(ticket, at(29))).toBeNull();
    expect(tickets.redeem(tickets.issue(ann, null, at(0)), at(30))).toBeNull();
    expect(tickets.redeem("invented", at(0))).toBeNull();
  });

  it("[AB11] whoever asks in a loop pushes out their own only", () => {
    const tickets = new LiveTickets();
    const bens = tickets.issue(ben, null, at(0));
    const anns = Array.from({ length: 11 }, () => tickets.issue(ann, null, at(1)));
    expect(tickets.redeem(anns[0] as string, at(2))).toBeNull();
    expect(tickets.redeem(anns[1] as string, at(2))?.holder).toBe(ann);
    expect(tickets.redeem(bens, at(2))?.holder).toBe(ben);
  });

  it("[AB11] one shown elsewhere opens nothing, and none is in what we log", async () => {
    const logged: string[] = [];
    for (const level of ["log", "warn", "error", "info", "debug"] as const)
      vi.spyOn(console, level).mockImplementation(
        (...parts: unknown[]) => void logged.push(parts.map(String).join(" ")),
      );
    const token = await patientToken(ann);
    const { ticket } = (await call("POST", "/live/tickets", { token, body: {} })).body as { ticket: string };
    const open = (path: string) =>
      exports.default.fetch(new Request(`${BASE}${path}`, { headers: { upgrade: "websocket" } }));
    for (const path of [`/live/patients/${ben}?ticket=${ticket}`, `/live/nothing?ticket=${ticket}`]) {
      const answer = await open(path);
      const { webSocket, status } = answer;
      let code = 0;
      webSocket?.addEventListener("close", (event) => {
        code = event.code;
      });
      webSocket?.accept();
      if (webSocket) await vi.waitFor(() => expect(code).toBe(1008), { timeout: 5_000 });
      else await answer.text();
      expect([101, 404]).toContain(status);
    }
    vi.restoreAllMocks();
    expect(logged.join("\n")).not.toContain(ticket);
  });
});
