/** Proves the Turnstile hook against a siteverify of our own: who is asked, what counts, once, and what happens when it is away. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOLDS_UNASKED } from "../../../workers/edge/human-check.ts";
import app from "../../../workers/edge/index.tsx";
import {
  bookingOf,
  freshKey,
  patientToken,
  type Slot,
  slotsOf,
  somePatient,
  someProvider,
} from "../../support/edge.ts";

const SECRET = "turnstile-canary-secret";
const URL_OF_OURS = "https://siteverify.localtest/check";
const guarded = { ...env, TURNSTILE_SECRET: SECRET, TURNSTILE_URL: URL_OF_OURS } as unknown as Env;
const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };

/** What the fake says to a token. Like the real one it takes each once. */
let answerTo: (token: string) => Response | Promise<Response>;
let asked: URLSearchParams[] = [];
let lines: string[] = [];
const good = () => Response.json({ success: true, hostname: "openslot.test", action: "hold" });

beforeEach(() => {
  asked = [];
  lines = [];
  const seen = new Set<string>();
  answerTo = (token) => {
    if (seen.has(token)) return Response.json({ success: false, "error-codes": ["timeout-or-duplicate"] });
    seen.add(token);
    return token.startsWith("person")
      ? good()
      : Response.json({ success: false, "error-codes": ["invalid-input-response"] });
  };
  const original = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (String(input) !== URL_OF_OURS) return original(input as never, init as never);
    const body = new URLSearchParams(String(init?.body));
    asked.push(body);
    init?.signal?.throwIfAborted();
    return await Promise.race([
      answerTo(body.get("response") ?? ""),
      new Promise<never>((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(new Error("timed out"))),
      ),
    ]);
  });
  for (const level of ["log", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation(
      (...parts: unknown[]) => void lines.push(parts.map(String).join(" ")),
    );
});
afterEach(() => vi.restoreAllMocks());

let networks = 0;

async function setUp() {
  const provider = await someProvider();
  const days = [...Map.groupBy(await slotsOf(provider), ({ start }) => start.slice(0, 10)).values()]; // [W7] is another limit
  networks += 1;
  const address = `198.51.100.${networks}`;
  let n = 0;
  const hold = async (
    headers: Record<string, string> = {},
    settings = guarded,
  ): Promise<{ status: number; text: string }> => {
    const slot = days[n % days.length]?.[Math.floor(n / days.length) * 4] as Slot;
    n += 1;
    const request = new Request("https://openslot.test/v1/holds", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": freshKey(),
        "cf-connecting-ip": address,
        "user-agent": `browser ${n}`,
        ...headers,
      },
      body: JSON.stringify(bookingOf(provider, slot)),
    });
    const answer = await app.fetch(request, settings, context as never);
    return { status: answer.status, text: await answer.text() };
  };
  const unasked = async () => {
    for (let k = 0; k < HOLDS_UNASKED; k++) expect((await hold()).status).toBe(201);
    expect(asked).toEqual([]);
  };
  return { hold, unasked };
}

describe("[AB12] the human check", () => {
  it("[AB12] asks nobody for their first holds, nobody with an account, and nobody without a secret", async () => {
    const { hold, unasked } = await setUp();
    await unasked();
    expect((await hold({ authorization: `Bearer ${await patientToken(somePatient())}` })).status).toBe(201);
    expect((await hold({}, env)).status).toBe(201);
    expect(asked).toEqual([]);
  });

  it("[AB12] then wants a token that Turnstile calls good, once, also when it is used twice at the same moment", async () => {
    const { hold, unasked } = await setUp();
    await unasked();
    const refused = await hold();
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({ type: "/problems/human-check-required", status: 403 });
    for (const bad of ["robot-1", "", "x".repeat(3_000)])
      expect((await hold({ "turnstile-token": bad })).status).toBe(403);
    const twice = await Promise.all([1, 2].map(() => hold({ "turnstile-token": "person-1" })));
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 403]);
    expect((await hold({ "turnstile-token": "person-1" })).status).toBe(403);
    for (const body of asked) {
      expect([...body.keys()].sort()).toEqual(["response", "secret"]);
      expect(body.get("secret")).toBe(SECRET);
    }
  });

  it("[AB12] takes no token of another site or for another action", async () => {
    const { hold, unasked } = await setUp();
    await unasked();
    answerTo = () => Response.json({ success: true, hostname: "evil.example", action: "hold" });
    expect((await hold({ "turnstile-token": "person-2" })).status).toBe(403);
    answerTo = () => Response.json({ success: true, hostname: "openslot.test", action: "code" });
    expect((await hold({ "turnstile-token": "person-3" })).status).toBe(403);
  });

  it("[AB12] lets people go on while Turnstile is away, slow or talks nonsense, and logs neither token nor secret", async () => {
    const { hold, unasked } = await setUp();
    await unasked();
    const away: (() => Response | Promise<Response>)[] = [
      () => new Response("no", { status: 502 }),
      () => new Response("not json"),
      () => Promise.reject(new TypeError("unreachable")),
      () => new Promise<Response>(() => undefined),
    ];
    for (const [n, answer] of away.entries()) {
      answerTo = answer;
      const since = Date.now();
      expect((await hold({ "turnstile-token": `person-canary-${n}` })).status).toBe(201);
      expect(Date.now() - since).toBeLessThan(10_000);
    }
    expect(lines.filter((line) => line.includes("edge.human_check_away"))).toHaveLength(4);
    expect(lines.join("\n")).not.toMatch(/canary/);
    expect((await hold({ "turnstile-token": "person-canary-0" })).status).toBe(403); // used is used
  });
});

describe("[AB14] sending a code", () => {
  const SITE_KEY = "1x00000000000000000000AA"; // Cloudflare's key for tests: always passes
  const sent: string[] = [];
  const issuer = {
    fetch: async (request: Request) => {
      sent.push(await request.text());
      return Response.json({ sent: true });
    },
  };
  const asking = {
    ...guarded,
    LOCAL_MODE: "off",
    TURNSTILE_SITE_KEY: SITE_KEY,
    IDENTITY: issuer,
  } as unknown as Env;
  const withoutKey = { ...guarded, LOCAL_MODE: "off", IDENTITY: issuer } as unknown as Env;
  const SITE = "https://openslot.test";

  const ask = async (settings: Env, path: string, init: RequestInit = {}) => {
    const request = new Request(`${SITE}${path}`, {
      redirect: "manual",
      ...init,
      headers: { origin: SITE, ...init.headers },
    });
    const answer = await app.fetch(request, settings, context as never);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const byForm = (token: string | undefined, settings = asking) =>
    ask(settings, "/sign-in/address", {
      method: "POST",
      body: new URLSearchParams({
        to: "nora@example.org",
        return: "/",
        ...(token === undefined ? {} : { "cf-turnstile-response": token }),
      }),
    });
  const byScript = (token: string | undefined, settings = asking) =>
    ask(settings, "/auth/code/send", {
      method: "POST",
      body: JSON.stringify({ to: "nora@example.org" }),
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { "turnstile-token": token }),
      },
    });

  beforeEach(() => {
    sent.length = 0;
    const before = answerTo;
    answerTo = async (token) => {
      const said = (await (await before(token)).json()) as { success: boolean };
      return Response.json(said.success ? { ...said, action: "code" } : said);
    };
  });

  it("[AB14] shows the widget, and lets its host in, where both keys are set, and nowhere else", async () => {
    const shown = await ask(asking, "/sign-in");
    expect(shown.text).toContain(`data-sitekey="${SITE_KEY}"`);
    expect(shown.text).toContain('src="https://challenges.cloudflare.com/turnstile/v0/api.js"');
    const policy = shown.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com;");
    expect(policy).toContain("frame-src https://challenges.cloudflare.com;");
    expect(policy).not.toContain("unsafe");
    for (const [settings, path] of [
      [withoutKey, "/sign-in"],
      [asking, "/privacy"],
    ] as const) {
      const { text, headers } = await ask(settings, path);
      expect(text).not.toContain("turnstile");
      expect(headers.get("content-security-policy")).not.toContain("challenges.cloudflare.com");
      expect(headers.get("content-security-policy")).toContain("trusted-types 'none'");
    }
  });

  it("[AB14] wants a good token, once, by form and by script; nothing is sent without", async () => {
    for (const bad of [undefined, "robot-code"]) {
      const refused = await byForm(bad);
      expect(refused.status).toBe(422);
      expect(refused.text).toContain("could not check that a person asks");
      expect((await byScript(bad)).status).toBe(403);
    }
    expect(sent).toEqual([]);
    expect((await byForm("person-form")).headers.get("location")).toBe("/sign-in/code");
    expect((await byScript("person-script")).status).toBe(200);
    expect((await byScript("person-form")).status).toBe(403);
    expect(sent).toEqual(['{"to":"nora@example.org"}', '{"to":"nora@example.org"}']);
  });

  it("[AB14] asks nobody without a site key, and sends codes while siteverify is away", async () => {
    expect((await byForm(undefined, withoutKey)).status).toBe(303);
    expect((await byScript(undefined, withoutKey)).status).toBe(200);
    expect(asked).toEqual([]);
    answerTo = () => new Response("no", { status: 502 });
    expect((await byForm("person-away-form")).status).toBe(303);
    expect((await byScript("person-away-script")).status).toBe(200);
    expect(lines.filter((line) => line.includes("edge.human_check_away"))).toHaveLength(2);
    expect(lines.join("\n")).not.toMatch(/person-away|canary/);
  });
});
